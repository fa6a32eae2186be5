"""A request from its filing to the opinion of the company, played by four people with real mails, worker and beat."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from diginor.outbox.models import MailStatus, OutgoingMail
from members.people.models import User
from services.requests.enums import FollowUpKind, ReferralState, RequestState
from services.requests.models import FollowUp, Satisfaction, ServiceRequest
from tests.e2e.people import (
    COMPANY,
    EMAIL,
    NEED,
    address_in,
    button,
    file_company,
    file_contact,
    file_need,
    file_request,
    fold_out,
    link,
    see,
    sign_in_by_code,
    sign_in_by_password,
)
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import OfferFactory, TopicFactory
from tests.live import Live, time_passes
from tests.peers import MailServer, wait_for

pytestmark = pytest.mark.e2e
TOPIC = "Tester un robot avant d’investir"


class Clicks:
    """Counts the clicks of one person."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target) -> None:
        """Click."""
        self.count += 1
        target.click()


@pytest.fixture
def cast() -> dict[str, User]:
    """The people of the pole, of two organisations, and of the Region."""
    commune()
    hub = HubFactory(name="Guichet de Normandie", slug="normandie")
    topic = TopicFactory(name=TOPIC, keywords="robot tester cobot")
    first, second, third = (
        OrganisationFactory(member=True, of_hub=hub, name=name, slug=name.lower())
        for name in ("Mécanorme", "Robotique-Ouest", "Formalogis")
    )
    for place in (first, second):
        OfferFactory(organisation=place, topic=topic)
    UserFactory(manager_of=third)
    return {
        "staff": UserFactory(email="lea@guichet.example", first_name="Léa", staff_of=hub, with_second_factor=True),
        "first": UserFactory(email="paul@mecanorme.example", first_name="Paul", adviser_of=first),
        "second": UserFactory(email="ines@robotique.example", first_name="Inès", last_name="Caron", adviser_of=second),
        "officer": UserFactory(email="region@normandie.example", first_name="Rémi", officer_of=hub),
    }


def test_a_request_from_its_filing_to_the_opinion_of_the_company(
    quick: Live, smtp: MailServer, new_page: Callable[..., Page], cast: dict[str, User]
) -> None:
    company, staff, first, second, officer = (new_page() for _person in range(5))

    file_request(company, TOPIC)
    company.goto(address_in(smtp, EMAIL, "demande", quick.url))
    see(company, "Prochaine étape")
    smtp.wait_for(cast["staff"].email, COMPANY)

    _route(staff, cast["staff"], quick)
    smtp.wait_for(EMAIL, "Mécanorme")

    _decline(first, cast["first"], smtp, quick)
    smtp.wait_for(EMAIL, "Mécanorme", count=2)
    company.reload()
    see(company, "Mécanorme vous remercie, mais n’a pas de disponibilité en ce moment.")

    _help(second, company, cast["second"], smtp, quick)
    wait_for(lambda: _request().state == RequestState.CLOSED, what="the end of the request")

    assert FollowUp.objects.filter(kind=FollowUpKind.SATISFACTION).update(due_at=timezone.now()) == 1
    asked = OutgoingMail.objects.filter(kind="SatisfactionAsked", status=MailStatus.SENT)
    wait_for(lambda: (time_passes(), asked.exists())[1], what="the question to the company")
    company.goto(address_in(smtp, EMAIL, "Deux questions sur votre demande", quick.url))
    company.get_by_label("Plutôt oui").check()
    company.get_by_role("group", name="Saviez-vous toujours").get_by_label("Oui").check()
    button(company, "Envoyer mon avis").click()
    see(company, "votre avis est enregistré")
    assert Satisfaction.objects.get().score == 4

    _read_figures(officer, cast["officer"], smtp)
    assert set(_request().referrals.values_list("state", flat=True)) == {ReferralState.DECLINED, ReferralState.CLOSED}


def _route(page: Page, person: User, live: Live) -> None:
    """Somebody of the pole signs in, opens the request, and gives it to two organisations in three clicks."""
    sign_in_by_password(page, person.email)
    expect(page).to_have_url(f"{live.url}/gestion/triage/")
    clicks = Clicks()
    clicks.on(link(page.get_by_role("navigation", name="File des demandes"), COMPANY))
    opening = clicks.count
    clicks.on(page.get_by_role("checkbox", name="Mécanorme"))
    clicks.on(page.get_by_role("checkbox", name="Robotique-Ouest"))
    clicks.on(button(page, "Orienter la demande"))
    see(page, "La demande est partie.")
    assert clicks.count - opening <= 3


def _request() -> ServiceRequest:
    return ServiceRequest.objects.get()


def _decline(page: Page, adviser: User, smtp: MailServer, live: Live) -> None:
    """Adviser one opens the link of the mail, signs in, reads the need, and declines."""
    address = address_in(smtp, adviser.email, COMPANY, live.url)
    sign_in_by_code(page, adviser.email, smtp)
    page.goto(address)
    see(page, NEED)
    answer = fold_out(page, "Décliner, en disant pourquoi")
    answer.get_by_label("nous n’avons pas de disponibilité").check()
    button(answer, "Décliner la demande").click()
    see(page, "Demande déclinée.")


def _help(page: Page, company: Page, adviser: User, smtp: MailServer, live: Live) -> None:
    """Adviser two accepts with a next step, writes, reads the answer, and closes as helped."""
    sign_in_by_code(page, adviser.email, smtp)
    link(page.get_by_role("main"), COMPANY).click()
    page.get_by_label("Que faites-vous ensuite").fill("Je vous appelle pour préparer l’essai")
    button(page, "Accepter la demande").click()
    see(page, "C’est noté.")
    smtp.wait_for(EMAIL, "Je vous appelle pour préparer l’essai")
    company.reload()
    see(company, "Je vous appelle pour préparer l’essai")
    see(company, "Inès Caron")

    page.get_by_label("Votre message").first.fill("Bonjour, pouvez-vous m’envoyer un plan de l’atelier ?")
    button(page, "Envoyer à l’entreprise").click()
    company.goto(address_in(smtp, EMAIL, "un plan de l’atelier", live.url))
    company.get_by_label("Votre message").fill("Le voici : douze mètres sur huit.")
    button(company, "Envoyer mon message").click()
    smtp.wait_for(adviser.email, "douze mètres sur huit")
    page.reload()
    see(page, "douze mètres sur huit")

    end = fold_out(page, "Terminer le suivi")
    end.get_by_label("Votre structure lui a apporté une aide concrète").check()
    end.get_by_label("Bilan en quelques phrases").fill("Deux jours d’essai, puis un devis.")
    button(end, "Terminer le suivi").click()
    see(page, "Suivi terminé.")
    smtp.wait_for(EMAIL, "Deux jours d’essai, puis un devis.")


def _read_figures(page: Page, officer: User, smtp: MailServer) -> None:
    """The officer reads the dashboard once the figures are refreshed."""
    sign_in_by_code(page, officer.email, smtp)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    def shows_the_opinion() -> bool:
        page.goto("/pilotage/")
        return "4,0" in page.get_by_role("main").inner_text()

    wait_for(shows_the_opinion, what="the opinion on the dashboard")


def test_a_request_is_filed_without_javascript(
    quick: Live, smtp: MailServer, bare_page: Page, cast: dict[str, User]
) -> None:
    file_request(bare_page, TOPIC)
    bare_page.goto(address_in(smtp, EMAIL, "demande", quick.url))
    see(bare_page, "Prochaine étape")
    bare_page.get_by_label("Votre message").fill("J’ajoute une précision.")
    button(bare_page, "Envoyer mon message").click()
    see(bare_page, "Votre message est envoyé.")
    assert (_request().state, _request().is_suspect) == (RequestState.SUBMITTED, False)


def test_a_request_is_filed_on_a_telephone(quick: Live, smtp: MailServer, phone: Page, cast: dict[str, User]) -> None:
    for step in (lambda: file_need(phone, TOPIC), lambda: file_company(phone), lambda: file_contact(phone)):
        step()
        phone.wait_for_load_state()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto(address_in(smtp, EMAIL, "demande", quick.url))
    see(phone, "Prochaine étape")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert (_request().state, _request().is_suspect) == (RequestState.SUBMITTED, False)
