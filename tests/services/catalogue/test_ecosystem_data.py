"""The real ecosystem as data: every organisation and offer says where it is known from."""

import pytest
from django.db import connection, transaction

from members.directory.actions.ecosystem import load_ecosystem, read_ecosystem
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.actions.loading import load_territories
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.actions import load_catalogue, load_offers
from services.catalogue.models import Offer, Topic
from tests.filled import some


@pytest.fixture(scope="module")
def ecosystem(django_db_setup, django_db_blocker):
    """Hubs, organisations and offers, on the regions they speak of; loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_territories(regions={"28", "52", "53", "84", "75"})
        load_catalogue()
        load_ecosystem()
        offers = load_offers()
        connection.check_constraints()  # once, instead of at the end of each test
        yield offers
        transaction.set_rollback(True)


class TestEcosystem:
    """Real organisations say what their source says, and no more."""

    def test_every_real_organisation_has_a_source_and_every_invented_one_says_so(self, ecosystem, db):
        for organisation in some(Organisation.objects.all()):
            assert organisation.is_demo != bool(organisation.source), organisation
            assert organisation.is_demo == ("démonstration" in organisation.name), organisation
            assert organisation.website == ""

    def test_every_offer_has_a_source_or_is_an_assumption(self, ecosystem, db):
        assert all(offer.source or offer.is_assumption for offer in ecosystem)
        assert {offer.topic_id for offer in ecosystem} == set(Topic.objects.values_list("pk", flat=True))

    def test_every_organisation_of_a_hub_offers_something(self, ecosystem, db):
        silent = Organisation.objects.filter(hubs__isnull=False, is_active=True, offers=None)
        assert not silent.exists()

    def test_hubs_find_their_communes(self, ecosystem, db):
        for code, slug in (
            ("14118", "normandie"),
            ("35238", "bretagne-pays-de-la-loire"),
            ("38185", "auvergne-rhone-alpes"),
            ("86194", "nouvelle-aquitaine"),
        ):
            commune = Territory.objects.get(kind=TerritoryKind.COMMUNE, code=code)
            assert Hub.objects.for_commune(commune).slug == slug

    def test_grand_ouest_gathers_two_hubs_and_receives_nothing(self, ecosystem, db, client):
        head = Hub.objects.get(slug="grand-ouest")
        assert not head.is_open
        assert [hub.slug for hub in head.children.in_order()] == ["bretagne-pays-de-la-loire", "normandie"]
        assert set(Hub.objects.filter(parent=None).values_list("slug", flat=True)) == {
            "grand-ouest", "nouvelle-aquitaine", "auvergne-rhone-alpes"
        }  # fmt: skip
        page = client.get(head.front_url).content.decode()
        for fact in (
            "DIGINOR Normandie",
            "Bretagne – Pays de la Loire",
            "Vendée",
            "1er octobre 2018",
            "Annonce des deux",
        ):
            assert fact in page

    def test_every_hub_says_where_it_is_known_from(self, ecosystem, db):
        for hub in some(Hub.objects.in_order()):
            assert hub.source, hub
            assert hub.presentation, hub

    def test_a_commune_of_no_hub_goes_to_the_default_one(self, ecosystem, db):
        assert Hub.objects.for_commune(None).slug == "normandie"
        assert Hub.objects.covering(None) is None

    def test_a_second_load_adds_nothing(self, ecosystem, db):
        before = list(Hub.objects.order_by("pk").values())
        load_ecosystem()
        load_offers()
        assert list(Hub.objects.order_by("pk").values()) == before
        assert Offer.objects.count() == len(ecosystem)
        assert Organisation.objects.count() == len(read_ecosystem()["organisation"])
