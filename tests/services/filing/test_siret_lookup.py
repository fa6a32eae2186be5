"""Completing the company step from the State's company search: a help that filing never depends on."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.organisations import company_search
from members.organisations.company_search import Answer, look_up
from members.organisations.models import Organisation
from services.requests.models import ServiceRequest
from tests.company_search_server import CompanySearch
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, siret
from tests.services.filing_walk import COMPANY, send, write_draft

pytestmark = pytest.mark.django_db
NUMBER = siret(12)
TYPED = {"siret": NUMBER, "company_name": "", "commune": "", "look_up": "1"}


@pytest.fixture
def service(settings: Any) -> Iterator[CompanySearch]:
    server = CompanySearch()
    settings.COMPANY_SEARCH_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def asking(client: Client) -> Client:
    commune("50218", "Granville", "50400")
    HubFactory(name="Guichet de Normandie", is_default=True)
    write_draft(client, until="company")
    return client


def first(answer: Any, name: str) -> Any:
    return answer.context["form"][name].value()


def test_what_is_empty_is_filled_and_its_source_said(asking: Client, service: CompanySearch) -> None:
    service.add(NUMBER)
    assert "Compléter avec mon SIRET" in asking.get(reverse("filing_company")).content.decode()
    answer = send(asking, "filing_company", TYPED)
    assert answer.status_code == 200
    assert first(answer, "company_name") == "ATELIER DU BOCAGE"
    assert (first(answer, "naf"), first(answer, "legal_form"), first(answer, "size")) == ("62.01Z", "sas", "10-49")
    assert (str(first(answer, "founded_on")), first(answer, "commune_code")) == ("2015-03-12", "50218")
    page = answer.content.decode()
    assert "recherche-entreprises.api.gouv.fr" in page
    assert "commune" in page
    filled = {name: first(answer, name) or "" for name in answer.context["form"].fields}
    assert send(asking, "filing_company", filled).status_code == 302
    draft = ServiceRequest.objects.get()
    assert (draft.siret, draft.company_name, draft.naf, draft.commune.name) == (
        NUMBER,
        "ATELIER DU BOCAGE",
        "62.01Z",
        "Granville",
    )


def test_what_a_person_wrote_is_kept(asking: Client, service: CompanySearch) -> None:
    commune("14118", "Caen")
    service.add(NUMBER)
    answer = send(asking, "filing_company", {**TYPED, "company_name": "Chez nous", "commune": "Caen", "size": "1-9"})
    assert (first(answer, "company_name"), first(answer, "commune"), first(answer, "size")) == (
        "Chez nous",
        "Caen",
        "1-9",
    )
    assert first(answer, "naf") == "62.01Z"


def test_a_closed_establishment_is_said_and_stops_nothing(asking: Client, service: CompanySearch) -> None:
    service.add(NUMBER, place_etat_administratif="F")
    answer = send(asking, "filing_company", TYPED)
    assert "cet établissement est fermé" in answer.content.decode()
    assert first(answer, "company_name") == "ATELIER DU BOCAGE"


@pytest.mark.parametrize("mode", ["slow", "dripping", "error", "broken", "list", "moved", "down", "unknown"])
def test_filing_goes_on_whatever_the_service_does(asking: Client, service: CompanySearch, mode: str) -> None:
    if mode != "unknown":
        service.add(NUMBER)
    if mode == "down":
        service.stop()
    service.mode = mode
    start = time.monotonic()
    answer = send(asking, "filing_company", {**TYPED, "company_name": "Chez nous"})
    assert time.monotonic() - start < 4
    assert answer.status_code == 200
    words = "ne connaît pas ce SIRET" if mode == "unknown" else "ne répond pas"
    assert words in answer.content.decode()
    assert first(answer, "company_name") == "Chez nous"
    start = time.monotonic()
    send(asking, "filing_company", TYPED)
    assert time.monotonic() - start < 1, "the failure was not remembered"
    assert send(asking, "filing_company", {**COMPANY, "siret": NUMBER}).status_code == 302


def test_answers_are_remembered(service: CompanySearch) -> None:
    service.add(NUMBER)
    found = look_up(NUMBER)
    assert (found.answer, found.record and found.record.commune_code) == (Answer.FOUND, "50218")
    assert look_up(NUMBER) == found
    assert look_up(siret(13)).answer == look_up(siret(13)).answer == Answer.UNKNOWN
    assert service.asked == [NUMBER, siret(13)]


def test_a_neighbour_that_the_service_proposes_is_not_taken(service: CompanySearch) -> None:
    service.add(NUMBER)
    service.companies[siret(14)] = service.companies[NUMBER]
    assert look_up(siret(14)).answer == Answer.UNKNOWN


def test_what_a_person_asked_to_hide_stays_hidden(service: CompanySearch) -> None:
    service.add(NUMBER, nom_raison_sociale=None, nom_complet="[NON-DIFFUSIBLE]", tranche_effectif_salarie="NN")
    record = look_up(NUMBER).record
    assert record is not None
    assert (record.name, record.size) == ("", "")


def test_it_is_off_unless_an_address_is_set(asking: Client, settings: Any) -> None:
    settings.COMPANY_SEARCH_URL = ""
    assert not company_search.is_on()
    assert look_up(NUMBER).answer == Answer.OFF
    assert "Compléter avec mon SIRET" not in asking.get(reverse("filing_company")).content.decode()


def test_a_wrong_number_is_not_asked_about(asking: Client, service: CompanySearch) -> None:
    answer = send(asking, "filing_company", {**TYPED, "siret": "123"})
    assert "Écrivez d’abord votre SIRET" in answer.content.decode()
    assert service.asked == []


def test_one_address_asks_thirty_times_an_hour(asking: Client, service: CompanySearch) -> None:
    service.add(NUMBER)
    for _turn in range(30):
        send(asking, "filing_company", TYPED)
    answer = send(asking, "filing_company", TYPED)
    assert "Trop de recherches" in answer.content.decode()


class TestStaff:
    """The desk completes organisations in its list."""

    def act(self, service: CompanySearch, row: Organisation) -> str:
        desk = Client()
        desk.force_login(UserFactory(is_superuser=True))
        url = reverse("admin:members_organisation_changelist")
        data = {"action": "complete_from_state", "_selected_action": [row.pk]}
        return desk.post(url, data, follow=True).content.decode()

    def test_fills_what_is_empty_only(self, service: CompanySearch) -> None:
        commune("50218", "Granville", "50400")
        service.add(NUMBER, place_etat_administratif="F")
        row = OrganisationFactory(name="Chez nous", siret=NUMBER, naf="", size="", legal_form="", commune=None)
        page = self.act(service, row)
        assert "1 structure complétée" in page
        assert "est fermé" in page
        row.refresh_from_db()
        assert (row.name, row.naf, row.size, row.legal_form) == ("Chez nous", "62.01Z", "10-49", "sas")
        assert row.commune.name == "Granville"
        assert "0 structures complétées" in self.act(service, row)

    def test_says_that_the_service_is_silent(self, service: CompanySearch) -> None:
        service.mode = "error"
        assert "ne répond pas" in self.act(service, OrganisationFactory(siret=NUMBER))

    def test_has_no_such_act_where_it_is_off(self, service: CompanySearch, settings: Any) -> None:
        settings.COMPANY_SEARCH_URL = ""
        assert "d’après l’annuaire" not in self.act(service, OrganisationFactory(siret=NUMBER))
