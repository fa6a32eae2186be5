"""What is somebody's own stays in no cache: neither that of a browser left open, nor one on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from diginor.web.private_links import is_private
from members.directory.views.organisation_page import logo_version
from tests.addresses import address, names
from tests.members.directory.test_organisation_page import PNG
from tests.test_access import of, undone
from tests.world import ROLES, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def answers(client: Client, where: str) -> Iterator[HttpResponse]:
    """What a visit and an empty form get."""
    for method in (client.get, client.post):
        with undone(client):
            yield method(where)


def is_kept(answer: HttpResponse) -> bool:
    """Whether a cache may keep an answer."""
    return "no-store" not in answer.get("Cache-Control", "")


@pytest.mark.parametrize("role", ROLES)
def test_no_answer_to_a_signed_in_person_is_kept_and_none_with_a_token_to_anybody(role: str, world: World) -> None:
    client = of(role, world)
    kept = []
    for name in names():
        where = address(name, world.own)
        if role == "visitor" and not is_private(where):
            continue
        kept += [f"{name}: {answer.status_code}" for answer in answers(client, where) if is_kept(answer)]
    assert not kept


@pytest.mark.parametrize("where", ["/suivi/x/", "/en/suivi/x/", "/suivi/x/y/z/", "/en/pieces-jointes/x/"])
def test_a_damaged_private_address_is_kept_no_more_than_a_good_one(where: str) -> None:
    answer = Client().get(where)
    assert answer.status_code == 404
    assert not is_kept(answer)


def test_an_error_shown_to_a_signed_in_person_is_not_kept(world: World) -> None:
    client = of("adviser", world)
    for where, status in (("/nulle-part/", 404), (reverse("team"), 403)):
        answer = client.get(where)
        assert answer.status_code == status
        assert not is_kept(answer)


def test_the_answer_that_opens_a_session_is_not_kept(world: World) -> None:
    client = of("visitor", world)
    answer = client.post(reverse("account_login"), {"email": "quelquun@exemple.example"})
    assert "sessionid" in answer.cookies
    assert not is_kept(answer)


def test_public_pages_may_be_kept_by_those_who_have_no_session(client: Client, world: World) -> None:
    for name in ("home", "directory", "services", "legal"):
        assert is_kept(client.get(reverse(name))), name


def test_what_is_the_same_for_everybody_and_says_so_is_kept_by_those_signed_in_too(world: World) -> None:
    world.own.place.logo.save("logo.png", ContentFile(PNG))
    where = f"{reverse('organisation_logo', args=[world.own.place.slug])}?v={logo_version(world.own.place)}"
    answer = of("adviser", world).get(where)
    assert "immutable" in answer["Cache-Control"]
    assert not is_kept(of("adviser", world).get(reverse("organisation", args=[world.own.place.slug])))


def test_a_page_that_looks_at_nobody_still_asks_nothing_of_the_database(
    world: World, django_assert_num_queries: Any
) -> None:
    client = of("adviser", world)
    client.get(reverse("health"))
    with django_assert_num_queries(0):
        answer = client.get(reverse("health"))
    assert not is_kept(answer)


def test_no_other_site_and_no_search_engine_learns_a_private_address(world: World) -> None:
    client = of("manager", world)
    private = [where for name in names() if is_private(where := address(name, world.own))]
    assert len(private) > 10
    for where in private:
        answer = client.get(where)
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
