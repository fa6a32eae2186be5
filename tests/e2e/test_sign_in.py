"""Coming in: a company with a code by mail, an adviser with a password and a second factor, and going out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from services.requests.models import ServiceRequest
from tests.e2e.people import button, code_received, link, see, sign_in_by_code, sign_in_by_password
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import ReferralFactory, RequestFactory
from tests.live import Live
from tests.peers import MailServer

pytestmark = pytest.mark.e2e


@pytest.fixture
def asked() -> ServiceRequest:
    request: ServiceRequest = RequestFactory(contact_email="claire@vire.example", company_name="Menuiserie de la Vire")
    return request


@pytest.fixture
def working(live: Live) -> Live:
    """The portal with a worker, so that mails leave."""
    live.worker.start()
    return live


def test_a_company_signs_in_with_a_code_finds_its_requests_and_leaves(
    working: Live, smtp: MailServer, page: Page, asked: ServiceRequest
) -> None:
    sign_in_by_code(page, asked.contact_email, smtp)
    expect(page).to_have_url(f"{working.url}/mes-demandes/")
    link(page.get_by_role("main"), str(asked.topic)).click()
    see(page, f"Demande {asked.code}")

    page.goto("/compte/deconnexion/")
    button(page.get_by_role("main"), "Se déconnecter").click()
    page.goto("/mes-demandes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_a_wrong_code_says_so_and_the_right_one_still_opens(
    working: Live, smtp: MailServer, page: Page, asked: ServiceRequest
) -> None:
    page.goto("/mes-demandes/")
    page.get_by_label("Adresse électronique").fill(asked.contact_email)
    button(page, "Recevoir un code").click()
    code = code_received(smtp, asked.contact_email)
    page.get_by_label("Code").fill("0000-0001" if code != "0000-0001" else "0000-0002")
    button(page, "Me connecter").click()
    expect(page.get_by_role("alert").or_(page.locator(".error-summary, .errors")).first).to_be_visible()
    page.get_by_label("Code").fill(code)
    button(page, "Me connecter").click()
    expect(page).to_have_url(f"{working.url}/mes-demandes/")


def test_an_unknown_address_gets_the_same_answer(
    working: Live, smtp: MailServer, new_page: Callable[..., Page]
) -> None:
    UserFactory(email="connue@vire.example")
    answers = []
    for address in ("connue@vire.example", "inconnue@vire.example"):
        page = new_page(javascript=False)
        page.goto("/compte/connexion/")
        page.get_by_label("Adresse électronique").fill(address)
        button(page, "Recevoir un code").click()
        answers.append(page.get_by_role("main").inner_text().replace(address, "…"))
    assert answers[0] == answers[1]


def test_an_adviser_signs_in_with_a_second_factor_and_comes_where_the_mail_leads(
    working: Live, smtp: MailServer, new_page: Callable[..., Page]
) -> None:
    place = OrganisationFactory(member=True, of_hub=HubFactory())
    adviser = UserFactory(email="ines@robotique.example", adviser_of=place, with_second_factor=True)
    referral = ReferralFactory(organisation=place)

    page = new_page()
    sign_in_by_password(page, adviser.email)
    expect(page).to_have_url(f"{working.url}/espace/")
    link(page.get_by_role("main"), referral.request.company_name).click()
    see(page, referral.request.need)

    # A code by mail is no way around the second factor.
    other = new_page()
    sign_in_by_code(other, adviser.email, smtp)
    expect(other.get_by_role("heading", level=1)).to_have_text("Prouvez que c’est vous")
    other.goto("/espace/")
    expect(other.get_by_role("heading", level=1)).not_to_have_text("Les demandes qui vous sont confiées")
