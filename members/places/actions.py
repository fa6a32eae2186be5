"""Places: loading those of the ecosystem from members/data/places.toml, and sharing a place between its uses."""

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from diginor.text.wording import percent
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.places.models import Place, PlaceLabel, PlaceShare
from members.places.rules import missing_share
from members.territories.enums import TerritoryKind
from members.territories.models import Territory

PLACES = Path(__file__).resolve().parent.parent / "data" / "places.toml"
SAID = ("name", "kind", "theme", "theme_note", "description", "note", "stated_on")


@transaction.atomic
def load_places(sources: Mapping[str, str], path: Path = PLACES, *, with_invented: bool = True) -> dict[str, Place]:
    """Make or bring up to date the places whose commune, host and hub are loaded; the others are passed over.

    `sources` are the sources of the ecosystem by their letter.
    """
    rows = [row for row in read_places(path) if with_invented or not row.get("is_demo")]
    communes = Territory.objects.coded(TerritoryKind.COMMUNE, *(row["commune"] for row in rows))
    by_code = {commune.code: commune for commune in communes}
    hosts = Organisation.objects.in_bulk([row["host"] for row in rows if "host" in row], field_name="slug")
    hubs = set(Hub.objects.values_list("slug", flat=True))
    return {
        row["slug"]: _place(row, sources, by_code[row["commune"]], hosts.get(row.get("host")))
        for row in rows
        if row["commune"] in by_code and row.get("host") in {None, *hosts} and row.get("hub") in {None, *hubs}
    }


@cache
def read_places(path: Path = PLACES) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["place"]
    return rows


def _place(row: dict[str, Any], sources: Mapping[str, str], commune: Territory, host: Organisation | None) -> Place:
    place, _created = Place.objects.update_or_create(
        slug=row["slug"],
        defaults={
            **{name: row.get(name, "") for name in SAID},
            "commune": commune,
            "host": host,
            "area_m2": row.get("area_m2"),
            "land_hectares": row.get("land_hectares"),
            "cost": row.get("cost"),
            "welcomes": row.get("welcomes", False),
            "source": sources.get(row.get("source", ""), ""),
            "is_demo": row.get("is_demo", False),
        },
    )
    share_place(place, [(share["use"], Decimal(share["percent"])) for share in row.get("share", [])])
    for label in row.get("label", []):
        dates = {"granted_on": label.get("granted_on", ""), "source": sources.get(label.get("source", ""), "")}
        PlaceLabel.objects.update_or_create(place=place, year=label["year"], name=label["name"], defaults=dates)
    return place


@transaction.atomic
def share_place(place: Place, shares: Iterable[tuple[str, Decimal]]) -> None:
    """Give the parts of a place to its uses, all at once: together they make 100 %, or there is none."""
    given = dict(shares)
    check_whole(given.values())
    # Two people who share the same place wait for each other; the second replaces what the first said.
    Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    place.shares.exclude(use__in=given).delete()
    for use, part in given.items():
        PlaceShare.objects.update_or_create(place=place, use=use, defaults={"percent": part})


def check_whole(percents: Iterable[Decimal]) -> None:
    """Refuse parts that do not make 100 %, saying how much lacks or is too much."""
    missing = missing_share(percents)
    if not missing:
        return
    told = percent(abs(missing), 2 if missing % 1 else 0)
    values = {"whole": percent(100), "share": told}
    if missing > 0:
        text = _("Les parts du lieu font %(whole)s ensemble : il manque %(share)s.")
    else:
        text = _("Les parts du lieu font %(whole)s ensemble : il y a %(share)s de trop.")
    raise ValidationError(text % values, code="whole")
