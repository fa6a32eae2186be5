"""Requests of the same company are seen at the desk, with what says so, with or without a SIRET."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from services.requests.models import ServiceRequest
from services.requests.rules.likeness import Identity, is_same_company, last_digits, signs
from tests.factories.members import HubFactory, UserFactory, commune
from tests.factories.services import RequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return HubFactory()


@pytest.fixture
def desk(client, hub):
    """The staff of the hub, signed in."""
    client.force_login(UserFactory(staff_of=hub))
    return client


def sheet(client, row):
    return client.get(reverse("admin:triage_request", args=[row.code]))


GRANVILLE = {
    "siret": "",
    "company_name": "L’Atelier d’Élise",
    "contact_email": "elise@atelier.example",
    "contact_phone": "02 33 00 00 01",
}
ELSEWHERE = {"siret": "", "company_name": "Autre", "contact_email": "autre@autre.example", "contact_phone": ""}


@pytest.mark.parametrize(
    ("same", "said"),
    [
        ({"company_name": "L'ATELIER D'ELISE", "commune": True}, "même nom et même commune"),
        ({"contact_phone": "+33 (0)2.33.00.00.01"}, "même téléphone"),
        ({"contact_phone": "0033233000001"}, "même téléphone"),
        ({"contact_email": "Elise@Atelier.example"}, "même adresse électronique"),
    ],
)
def test_a_double_without_a_siret_is_seen_with_what_says_so(desk, hub, same, said):
    granville = commune("50218", "Granville")
    row = RequestFactory(hub=hub, commune=granville, **GRANVILLE)
    place = granville if same.pop("commune", None) else commune("14118", "Caen")
    RequestFactory(hub=hub, commune=place, **{**ELSEWHERE, **same})
    answer = sheet(desk, row)
    assert [line["signs"] for line in answer.context["duplicates"]] == [[said]]
    assert said in answer.content.decode()
    is_certain = "commune" in said
    assert ("La même entreprise a une autre demande ouverte" in answer.content.decode()) is is_certain


@pytest.mark.parametrize(
    "other",
    [
        {"company_name": "L’Atelier d’Élise"},
        {"contact_phone": "33 00 01"},
        {"contact_phone": "02 33 00 00 02"},
        {},
    ],
    ids=["namesake in another town", "short number", "another number", "nothing"],
)
def test_what_is_not_the_same_company_is_not_flagged(desk, hub, other):
    row = RequestFactory(hub=hub, commune=commune("50218", "Granville"), **GRANVILLE)
    RequestFactory(hub=hub, commune=commune("14118", "Caen"), **{**ELSEWHERE, **other})
    assert not sheet(desk, row).context["duplicates"]


def test_empty_signs_make_nobody_alike(hub):
    blank = {"siret": "", "company_name": "", "contact_email": "", "contact_phone": "", "commune": None}
    one, _other = RequestFactory(hub=hub, **blank), RequestFactory(hub=hub, **blank)
    assert not ServiceRequest.objects.same_company(one)


def test_an_earlier_request_is_told_with_what_it_shares(desk, hub):
    row = RequestFactory(hub=hub, commune=commune("50218", "Granville"), **GRANVILLE)
    old = timezone.now() - timedelta(days=300)
    RequestFactory(hub=hub, closed=True, at=old, **{**ELSEWHERE, "contact_phone": "0233000001"})
    answer = sheet(desk, row)
    assert [line["signs"] for line in answer.context["earlier"]] == [["même téléphone"]]
    assert "même téléphone" in answer.content.decode()


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("02 33 00 00 01", "233000001"),
        ("+33 (0)2 33 00 00 01", "233000001"),
        ("+33233000001", "233000001"),
        ("02.33.00.00.01 (atelier)", "233000001"),
        ("12 34", ""),
        ("", ""),
    ],
)
def test_a_telephone_is_known_by_its_last_digits(written, digits):
    assert last_digits(written) == digits


def test_only_a_siret_or_a_name_in_its_town_proves_the_same_company():
    one = Identity(siret="1", name="a", commune_id=1, email="x@y.example", phone="233000001")
    assert is_same_company(one, Identity(siret="1"))
    assert is_same_company(one, Identity(name="a", commune_id=1))
    assert not is_same_company(one, Identity(name="a"))
    assert not is_same_company(one, Identity(email="x@y.example", phone="233000001"))
    assert not is_same_company(Identity(name="a"), Identity(name="a"))
    assert signs(one, one) == [
        "même SIRET", "même nom et même commune", "même adresse électronique", "même téléphone"
    ]  # fmt: skip
    assert not signs(Identity(), Identity())
