"""The desk by keyboard, and a field of the administration that chooses by name."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from diginor.running.processes import HOST
from services.catalogue.models import Offer
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import OfferFactory, RequestFactory, TopicFactory

pytestmark = pytest.mark.e2e


@pytest.fixture
def desk(page: Page):
    """The browser of somebody who keeps the desk of a hub where two requests wait."""
    hub, topic = HubFactory(), TopicFactory(name="Essayer un robot")
    place = OrganisationFactory(name="Pôle maritime", of_hub=hub)
    OfferFactory(organisation=place, topic=topic)
    for name in ("Première", "Seconde"):
        RequestFactory(hub=hub, topic=topic, company_name=name)
    client = Client()
    client.force_login(UserFactory(staff_of=hub))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "domain": HOST, "path": "/"}
    page.context.add_cookies([cookie])
    page.goto("/gestion/triage/")
    return page


def test_a_request_is_routed_without_leaving_the_keyboard(desk: Page):
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Première")
    desk.keyboard.press("r")
    desk.keyboard.press("Space")
    expect(desk.get_by_role("checkbox", name="Pôle maritime")).to_be_checked()
    desk.get_by_role("button", name="Orienter la demande").press("Enter")
    expect(desk.get_by_text("La demande est partie.")).to_be_visible()
    expect(desk.get_by_role("navigation", name="File des demandes").get_by_role("link")).to_have_count(1)


def test_keys_do_nothing_while_one_types_and_can_be_turned_off(desk: Page):
    desk.keyboard.press("/")
    desk.keyboard.type("jr?")
    expect(desk.get_by_role("searchbox")).to_have_value("jr?")
    expect(desk.get_by_role("dialog")).not_to_be_visible()
    desk.get_by_role("button", name="Clavier").click()
    desk.get_by_label("Désactiver ces raccourcis").check()
    desk.get_by_role("button", name="Fermer").click()
    desk.keyboard.press("j")
    focused = "document.activeElement.closest('nav.queue') !== null"
    assert not desk.evaluate(focused)


def test_an_offer_is_written_by_choosing_names(desk: Page):
    commune("50218", "Granville")
    other = TopicFactory(name="Voir un jumeau numérique")
    desk.goto("/gestion/services/offer/add/")
    for field, typed, found in (
        ("Structure", "pôle mari", "Pôle maritime"),
        ("Sujet", "jumeau", other.name),
        ("Territoires", "granvi", "Granville (50)"),
    ):
        desk.get_by_role("combobox", name=field).press_sequentially(typed)
        expect(desk.get_by_role("option", name=found)).to_be_visible()
        desk.keyboard.press("ArrowDown")
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Retirer Granville (50)")).to_be_visible()
    desk.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(desk.get_by_text("a été ajouté")).to_be_visible()
    offer = Offer.objects.get(topic=other)
    assert [place.name for place in offer.territories.all()] == ["Granville"]
