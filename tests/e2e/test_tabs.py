"""Two tabs of one browser, its « back » button, and cookies that are cleared in the middle."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.requests.enums import RequestState
from services.requests.models import ServiceRequest
from tests.e2e.people import button, see
from tests.factories.members import HubFactory, UserFactory, commune
from tests.live import Live

pytestmark = pytest.mark.e2e


@pytest.fixture
def tabs(live: Live, browser: Browser) -> list[Page]:
    """Two tabs of one browser, before a hub that receives requests."""
    commune()
    UserFactory(staff_of=HubFactory(is_default=True))
    context = browser.new_context(base_url=live.url, locale="fr-FR")
    return [context.new_page(), context.new_page()]


def tell_need(page: Page, company: str) -> None:
    """Open the first step blank and send it."""
    page.goto("/demande/besoin/?sujet=")
    expect(page.get_by_label("Décrivez votre besoin")).to_have_value("")
    page.get_by_label("Décrivez votre besoin").fill(f"{company} veut essayer un robot la nuit.")
    button(page, "Continuer").click()


def tell_company(page: Page, company: str) -> None:
    """Say who asks."""
    page.get_by_label("Nom de l’entreprise").fill(company)
    page.get_by_text("Je n’ai pas de SIRET").click()
    page.get_by_label("je ne l’ai pas sous la main").check()
    page.get_by_label("Commune", exact=True).fill("Caen")
    button(page, "Continuer").click()


def test_two_tabs_and_the_back_button_keep_each_request_apart(tabs: list[Page]) -> None:
    alpha, boulon = tabs
    tell_need(alpha, "Alpha")
    tell_need(boulon, "Boulon")
    tell_company(alpha, "Alpha")
    tell_company(boulon, "Boulon")
    expect(alpha.get_by_role("heading", level=1)).to_have_text("À qui répondre ?")
    alpha.go_back()
    expect(alpha.get_by_label("Nom de l’entreprise")).to_have_value("Alpha")
    alpha.go_back()
    expect(alpha.get_by_label("Décrivez votre besoin")).to_have_value("Alpha veut essayer un robot la nuit.")
    alpha.get_by_label("Décrivez votre besoin").fill("Alpha veut essayer deux robots la nuit.")
    button(alpha, "Continuer").click()
    expect(alpha.get_by_label("Nom de l’entreprise")).to_have_value("Alpha")
    found = {row.company_name: row.need for row in ServiceRequest.objects.order_by("pk")}
    assert found == {
        "Alpha": "Alpha veut essayer deux robots la nuit.",
        "Boulon": "Boulon veut essayer un robot la nuit.",
    }


def test_cookies_cleared_in_the_middle_cost_one_click(tabs: list[Page]) -> None:
    page = tabs[0]
    page.goto("/demande/besoin/?sujet=")
    page.get_by_label("Décrivez votre besoin").fill("Alpha veut essayer un robot la nuit.")
    page.context.clear_cookies()
    button(page, "Continuer").click()
    see(page, "Relisez, puis envoyez à nouveau")
    see(page, "Alpha veut essayer un robot la nuit.")
    button(page, "Envoyer à nouveau").click()
    tell_company(page, "Alpha")
    expect(page.get_by_role("heading", level=1)).to_have_text("À qui répondre ?")
    draft = ServiceRequest.objects.get()
    assert (draft.state, draft.company_name) == (RequestState.DRAFT, "Alpha")
