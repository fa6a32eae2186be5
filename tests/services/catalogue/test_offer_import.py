"""Importing offers: an organisation, a topic, where, and for which companies."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.organisations.models import Organisation
from services.catalogue.models import Offer
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, department, region
from tests.factories.services import OfferFactory, TopicFactory
from tests.members.files import OFFERS, Exchange

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Organisation:
    commune()
    TopicFactory(slug="robot", name="Essayer un robot")
    return OrganisationFactory(member=True, of_hub=HubFactory())


@pytest.fixture
def staff(place: Organisation) -> Exchange:
    return Exchange(UserFactory(staff_of=place.hubs.get()), OFFERS)


def test_an_offer_is_written_with_its_territories_and_criteria(staff: Exchange, place: Organisation) -> None:
    cells = {
        "Structure": place.slug,
        "Sujet": "Essayer un robot",
        "Territoires": "Normandie (region:28) | Caen",
        "Tailles": "1 à 9 personnes | 10-49",
        "Âge minimal": "3",
        "Codes NAF admis": "6201z | 25",
        "Formes juridiques exclues": "association",
        "Précisions": "Sur place",
    }
    staff.send([cells])
    assert staff.faults == []
    staff.confirm()
    offer = Offer.objects.get()
    assert (offer.organisation, offer.topic.slug, offer.sizes) == (place, "robot", ["1-9", "10-49"])
    assert (offer.min_age, offer.naf_in, offer.legal_out) == (3, ["62.01Z", "25"], ["association"])
    assert set(offer.territories.all()) == {region(), commune()}
    staff.send([cells])
    assert staff.counts == {"same": 1}


def test_an_export_comes_back_without_a_change(staff: Exchange, place: Organisation) -> None:
    for number in range(3):
        offer = OfferFactory(organisation=place, topic=TopicFactory(), sizes=["250+", "1-9"], naf_in=["01"])
        offer.territories.add(region(), department(), commune("50218", f"Granville {number}"))
    OfferFactory()
    rows = staff.exported()
    assert len(rows) == 3
    with CaptureQueriesContext(connection) as queries:
        staff.send(rows)
    assert staff.counts == {"same": 3}
    assert len(queries) < 40
    staff.send([{**rows[0], "Territoires": "", "Proposée": "non"}, *rows[1:]])
    assert staff.counts == {"changed": 1, "same": 2}
    staff.confirm()
    changed = Offer.objects.get(is_active=False)
    assert not changed.territories.exists()
    assert changed.sizes == ["250+", "1-9"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Sujet": "Voler"}, "colonne Sujet"),
        ({"Sujet": ""}, "colonne Sujet"),
        ({"Structure": "ailleurs"}, "colonne Structure"),
        ({"Territoires": "Atlantide"}, "colonne Territoires"),
        ({"Territoires": "region:99"}, "colonne Territoires"),
        ({"Tailles": "énorme"}, "colonne Tailles"),
        ({"Codes NAF exclus": "INFO"}, "colonne Codes NAF exclus"),
        ({"Âge minimal": "5", "Âge maximal": "2"}, "colonne Âge maximal"),
        ({"Âge minimal": "jeune"}, "colonne Âge minimal"),
        ({"Proposée": "bof"}, "colonne Proposée"),
        ({"Source": "x" * 201}, "colonne Source"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(
    staff: Exchange, place: Organisation, cells: dict[str, str], words: str
) -> None:
    staff.send([{"Structure": place.slug, "Sujet": "robot", **cells}])
    assert len(staff.faults) == 1
    assert staff.faults[0].startswith("Ligne 2, ")
    assert words in staff.faults[0]


def test_offers_of_other_hubs_are_out_of_reach(staff: Exchange) -> None:
    foreign = OfferFactory(organisation=OrganisationFactory(member=True, of_hub=HubFactory()))
    staff.send([{"Structure": foreign.organisation.slug, "Sujet": foreign.topic.slug, "Précisions": "prise"}])
    assert "aucune structure de vos guichets" in staff.faults[0]
