"""Two people, each before a screen of their own, who edit the same record."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from diginor.running.processes import HOST
from members.organisations.models import Organisation
from members.people.models import User
from members.places.models import Place
from tests.e2e.people import button, see
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.places import PlaceFactory
from tests.live import Live

pytestmark = pytest.mark.e2e
Desk = Callable[[User, str], Page]


@pytest.fixture
def before(live: Live, browser: Browser) -> Desk:
    """A person before a page, in a browser of their own."""

    def sit(person: User, address: str) -> Page:
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live.url, locale="fr-FR")
        key = client.session.session_key
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "domain": HOST, "path": "/"}])
        page = context.new_page()
        page.goto(address)
        return page

    return sit


def test_the_second_manager_of_a_sheet_is_told_keeps_what_was_typed_and_decides(before: Desk) -> None:
    place = OrganisationFactory(of_hub=HubFactory(), name="Atelier des Vagues", commune=commune(), is_listed=True)
    people = [UserFactory(manager_of=place, first_name=first, last_name="Roy") for first in ("Anne", "Paul")]
    anne, paul = (before(person, reverse("organisation_edit")) for person in people)
    anne.get_by_label("Téléphone public").fill("02 31 00 00 01")
    anne.get_by_label("Numéro et rue").fill("1 rue du Port")
    button(anne, "Enregistrer la fiche").click()
    see(anne, "enregistrée")
    paul.get_by_label("Téléphone public").fill("02 31 00 00 02")
    button(paul, "Enregistrer la fiche").click()
    see(paul, "Anne Roy a écrit ici « 02 31 00 00 01 » pendant que vous aviez cette page ouverte.")
    expect(paul.get_by_label("Téléphone public")).to_have_value("02 31 00 00 02")
    assert Organisation.objects.get(pk=place.pk).public_phone == "02 31 00 00 01"
    button(paul, "Enregistrer la fiche").click()
    see(paul, "Anne Roy a changé « Numéro et rue »")
    kept = Organisation.objects.get(pk=place.pk)
    assert (kept.public_phone, kept.street) == ("02 31 00 00 02", "1 rue du Port")


def test_the_second_administrator_of_a_place_is_told_keeps_what_was_typed_and_decides(before: Desk) -> None:
    place = PlaceFactory(website="https://ancien.example", note="")
    people = [UserFactory(administrator=True, first_name=first, last_name="Petit") for first in ("Anne", "Paul")]
    address = reverse("admin:members_place_change", args=[place.pk])
    anne, paul = (before(person, address) for person in people)
    anne.get_by_label("Site web").fill("https://anne.example")
    button(anne, "Enregistrer").click()
    see(anne, "a été modifié")
    paul.get_by_label("Site web").fill("https://paul.example")
    button(paul, "Enregistrer").click()
    see(paul, "Anne Petit a écrit ici « https://anne.example » pendant que vous aviez cette page ouverte.")
    expect(paul.get_by_label("Site web")).to_have_value("https://paul.example")
    assert Place.objects.get(pk=place.pk).website == "https://anne.example"
    button(paul, "Enregistrer").click()
    see(paul, "a été modifié")
    assert Place.objects.get(pk=place.pk).website == "https://paul.example"
