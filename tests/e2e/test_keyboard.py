"""Without a mouse: the desk by its keys, a filing from the first field to the sending, a focus that is always seen."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from diginor.running.processes import HOST
from services.requests.enums import RequestState
from services.requests.models import ServiceRequest
from tests.e2e.people import COMPANY, EMAIL, NEED
from tests.factories.members import HubFactory, UserFactory, commune
from tests.factories.services import RequestFactory, TopicFactory
from tests.live import Live

pytestmark = pytest.mark.e2e
# The mark of the focus may be drawn on the element, on its label, or on the line that it makes clickable.
FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const drawn = [getComputedStyle(one), getComputedStyle(one, "::after")];
    for (const other of [one.labels?.[0], one.closest("li")]) if (other) drawn.push(getComputedStyle(other));
    const seen = drawn.some((style) => style.boxShadow !== "none"
        || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0));
    return {tag: one.tagName, name: one.name ?? "", text: (one.innerText ?? "").trim(), seen: seen && box.width > 0};
}"""


def focused(page: Page) -> dict[str, str]:
    """What has the focus, which must be seen."""
    found: dict[str, str] = page.evaluate(FOCUSED)
    assert found["tag"] == "BODY" or found["seen"], f"the focus is not seen on {found}"
    return found


def tab_to(page: Page, **wanted: str) -> None:
    """Press the tabulation key until the focus is on a field of that name, or on that text."""
    passed = []
    for _press in range(60):
        page.keyboard.press("Tab")
        here = focused(page)
        if all(value in here[key] for key, value in wanted.items()):
            return
        passed.append(here["name"] or here["text"])
    raise AssertionError(f"{wanted} is not reached: {passed}")


@pytest.fixture
def desk(live: Live, new_page: Callable[..., Page]) -> Page:
    """The desk of somebody who keeps it, with three requests."""
    hub = HubFactory()
    for name in ("Atelier premier", "Atelier deuxième", "Atelier troisième"):
        RequestFactory(hub=hub, company_name=name)
    client = Client()
    client.force_login(UserFactory(staff_of=hub))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": HOST, "path": "/"}
    page = new_page(storage_state={"cookies": [cookie], "origins": []})
    page.goto("/gestion/triage/")
    return page


def test_the_desk_is_kept_by_its_keys(desk: Page) -> None:
    desk.keyboard.press("j")
    first = focused(desk)["text"]
    desk.keyboard.press("j")
    second = focused(desk)["text"]
    desk.keyboard.press("k")
    assert (first != second, focused(desk)["text"]) == (True, first)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)

    desk.keyboard.press("/")
    assert focused(desk)["name"] == "q"
    desk.keyboard.type("j")
    expect(desk.get_by_role("searchbox").first).to_have_value("j")
    desk.keyboard.press("Escape")
    desk.get_by_role("heading", level=1).click()

    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Au clavier")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="Au clavier")).to_be_hidden()


def tell_company(page: Page) -> None:
    """Fill in the second step: the Enter key of a field goes on, that of a button does what it says."""
    tab_to(page, name="company_name")
    page.keyboard.type(COMPANY, delay=60)
    tab_to(page, text="Je n’ai pas de SIRET")
    page.keyboard.press("Enter")
    tab_to(page, name="no_siret_reason")
    page.keyboard.press("Space")
    tab_to(page, name="commune")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Indiquez votre commune.")
    expect(page.get_by_label("Secteur d’activité")).to_have_count(0)
    tab_to(page, name="commune")
    page.keyboard.type("Caen", delay=60)
    page.keyboard.press("Escape")
    tab_to(page, text="Préciser mon activité")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Secteur d’activité")).to_be_focused()
    tab_to(page, text="Continuer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("À qui répondre ?")


def test_a_request_is_filed_by_keyboard_alone(live: Live, page: Page) -> None:
    commune()
    HubFactory()
    topic = TopicFactory(name="Tester un robot", keywords="robot")
    page.goto(f"/demande/besoin/?sujet={topic.slug}")
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Aller au contenu"

    tab_to(page, name="need")
    page.keyboard.type(NEED)
    tab_to(page, text="Continuer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui demande ?")

    tell_company(page)

    tab_to(page, name="contact_name")
    page.keyboard.type("Claire Vasseur", delay=60)
    tab_to(page, name="contact_email")
    page.keyboard.type(EMAIL)
    tab_to(page, text="Envoyer ma demande")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est envoyée")
    asked = ServiceRequest.objects.get()
    assert (asked.state, asked.is_suspect) == (RequestState.SUBMITTED, False)


def test_topics_are_proposed_while_one_types(live: Live, page: Page) -> None:
    TopicFactory(name="Tester un robot", keywords="robot")
    page.goto("/")
    tab_to(page, name="q")
    page.keyboard.type("robot")
    expect(page.get_by_role("option", name="Tester un robot")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tester un robot")
