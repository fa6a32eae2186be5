"""What leaves in a file: no spreadsheet that opens it runs what somebody typed."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from diginor.exchange.tables import CONTENT_TYPES, CSV, XLSX
from diginor.registries.panels import panels
from members.organisations.models import Organisation
from members.people.models import User
from members.territories.models import Territory
from services.catalogue.models import Offer, Topic
from services.figures.actions.refresh import refresh_figures
from tests.addresses import address, names
from tests.sessions import sign_in
from tests.sources import app_code, imported, name_of
from tests.world import World, make_world

FORMULA = "=1+1"
TYPED = [
    (Organisation, "name"),
    (Organisation, "acronym"),
    (Offer, "note"),
    (Topic, "name"),
    (Territory, "name"),
    (User, "first_name"),
]
# The files in which somebody’s words stand.
WITH_WORDS = {"coverage_csv", "structures.csv", "territoire.csv"} | {
    f"{table}_export {kind}"
    for table in ("admin:members_organisation", "admin:members_membership", "admin:services_offer")
    for kind in (CSV, XLSX)
}


@pytest.fixture
def world() -> World:
    """A world where whoever could typed a formula."""
    world = make_world()
    for model, field in TYPED:
        model.objects.update(**{field: FORMULA})
    refresh_figures(is_full=True)
    return world


def _files(world: World) -> Iterator[tuple[str, str]]:
    """Every file that the portal gives as a table: what it is, and its address."""
    for name in names():
        if name == "steering_csv":
            yield from ((f"{panel.code}.csv", reverse(name, args=[panel.code])) for panel in panels())
        elif name.endswith("_export") and name.startswith("admin:"):
            yield from ((f"{name} {kind}", reverse(name, args=[kind])) for kind in (CSV, XLSX))
        elif "csv" in name:
            yield name, address(name, world.own)


def _is_guarded(kind: str, content: bytes) -> bool:
    """Whether the formula stands in a file, as a text; fails where it would run, or was changed without need."""
    if kind == CONTENT_TYPES[CSV]:
        text = content.decode("utf-8-sig")
        found = {cell for row in csv.reader(StringIO(text), delimiter=";") for cell in row if FORMULA in cell}
        assert not {cell for cell in found if cell.startswith(FORMULA)}
        return bool(found)
    assert kind == CONTENT_TYPES[XLSX]
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if FORMULA in str(cell.value or "")]
    assert not [cell.value for cell in cells if cell.data_type != "s" or cell.value.startswith("'")]
    return bool(cells)


@pytest.mark.django_db
def test_no_file_runs_what_was_typed(world):
    client = Client()
    sign_in(client, world.administrator)
    found = set()
    for what, url in _files(world):
        answer = client.get(url)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200, url
        if _is_guarded(answer["Content-Type"], content):
            found.add(what)
    assert found == WITH_WORDS


def test_tables_are_written_in_one_place():
    writers = {"csv", "openpyxl"}
    found = {name_of(path) for path in app_code() if writers & {name.partition(".")[0] for name in imported(path)}}
    # The last two read and make the official lists that the portal ships with.
    assert found == {
        "diginor/exchange/tables.py",
        "members/management/commands/build_territories.py",
        "members/territories/actions/official_files.py",
    }
