"""No page links to one that its reader may not open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.members import OrganisationFactory
from tests.factories.networks import NetworkFactory
from tests.factories.places import PlaceFactory
from tests.factories.services import ReferralFactory
from tests.links import links_of, reader
from tests.test_access import of
from tests.world import ROLES, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def sheet(row: Any) -> str:
    """The address of a row in the administration."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def linked(client: Client, url: str) -> list[str]:
    """Where a page leads."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return links_of(answer.content.decode(), url)


@pytest.mark.parametrize("role", ROLES)
def test_every_link_opens(role: str, world: World) -> None:
    # Also from what the own desk gave to an organisation that it does not know.
    ReferralFactory(request=world.own.requests["en cours"], organisation=world.other.place)
    found = reader(role, world)
    assert len(found.seen) > 80
    assert not found.dead_ends, "\n".join(found.dead_ends)


@pytest.mark.parametrize("role", ["staff", "administrator"])
def test_a_sheet_links_to_the_rows_that_its_reader_may_open_and_names_the_others(role: str, world: World) -> None:
    request = world.own.requests["en cours"]
    referral = ReferralFactory(request=request, organisation=world.other.place)
    for page in (sheet(request), sheet(referral)):
        links = linked(of(role, world), page)
        assert (sheet(world.other.place) in links) == (role == "administrator"), page
        assert str(world.other.place) in of(role, world).get(page).content.decode(), page
    assert sheet(world.own.place) in linked(of(role, world), sheet(request))
    assert sheet(request) in linked(of(role, world), sheet(referral))


def test_a_table_of_many_rows_asks_as_much_as_one_of_few(world: World) -> None:
    client, request = of("staff", world), world.own.requests["en cours"]
    counts = []
    for _more in range(2):
        for _row in range(5):
            ReferralFactory(request=request, organisation=OrganisationFactory(of_hub=world.own.hub))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(sheet(request)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


SHOWN: dict[str, Callable[[World, bool], Any]] = {
    "organisation": lambda world, is_listed: OrganisationFactory(of_hub=world.own.hub, is_listed=is_listed),
    "place": lambda world, is_listed: PlaceFactory(host=world.own.place, is_listed=is_listed),
    "network": lambda world, is_listed: NetworkFactory(
        organisation=OrganisationFactory(of_hub=world.own.hub, is_listed=is_listed)
    ),
}


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("name", SHOWN)
def test_a_sheet_links_to_the_public_page_of_what_the_directory_shows(name: str, is_listed: bool, world: World) -> None:
    row = SHOWN[name](world, is_listed)
    client = of("administrator", world)
    assert client.get(row.get_absolute_url()).status_code == (200 if is_listed else 404)
    assert (row.get_absolute_url() in linked(client, sheet(row))) == is_listed
