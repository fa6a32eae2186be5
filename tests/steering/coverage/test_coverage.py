"""The coverage as read from the database: the same answers as routing, and the whole country in half a second."""

import random
import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.actions.drawing import draw_territory
from members.territories.actions.loading import load_territories
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Containment, Territory
from services.catalogue.models import Offer, Topic
from services.requests.queries.routing import proposals
from steering.coverage.queries.coverage import read_coverage, units_of
from steering.coverage.rules.coverage import NONE, PART, WHOLE
from tests.factories.members import HubFactory, OrganisationFactory, commune, department, region, territory
from tests.factories.services import OfferFactory, RequestFactory, TopicFactory

pytestmark = pytest.mark.django_db


def get(kind, code):
    """A territory by its code."""
    return Territory.objects.get(kind=kind, code=code)


class Land:
    """Two EPCI, one astride the border of Normandie, and a hub there."""

    def __init__(self):
        self.inner, self.astride = territory(Kind.EPCI, "1", "CC Bocage"), territory(Kind.EPCI, "2", "CC Couesnon")
        self.vire = commune("14762", "Vire", epci=self.inner)
        self.condé = commune("14174", "Condé", epci=self.inner)
        self.pontorson = commune("50410", "Pontorson", epci=self.astride)
        self.pleine = commune("35222", "Pleine-Fougères", epci=self.astride)
        # The EPCI within one département is contained in it.
        for container in (department("14"), region("28")):
            Containment.objects.create(container=container, part=self.inner)
        self.hub, self.topic = HubFactory(), TopicFactory()

    def offer(self, *territories, **fields):
        """A member of the hub that helps on the topic."""
        place = OrganisationFactory(of_hub=self.hub)
        OfferFactory(organisation=place, topic=self.topic, territories=territories, **fields)
        return place

    def cell(self, unit, hubs=None):
        """The cell of the topic in a unit."""
        kind = unit.kind
        units = units_of([self.hub], kind)
        reading = read_coverage(hubs or [self.hub], units, Topic.objects.active())
        return reading.cell(self.topic, next(one for one in units if one.id == unit.pk))


@pytest.fixture
def land(db):
    return Land()


def test_nobody(land):
    assert land.cell(land.inner).state == NONE


def test_an_offer_for_the_departement_covers_its_epci_whole(land):
    place = land.offer(department("14"))
    cell = land.cell(land.inner)
    assert (cell.state, cell.whole, cell.part) == (WHOLE, [place.pk], {})
    assert land.cell(department("14")).state == WHOLE
    assert land.cell(department("50")).state == NONE


def test_an_offer_for_the_region_covers_an_epci_across_its_border_in_part(land):
    place = land.offer(region("28"))
    cell = land.cell(land.astride)
    assert (cell.state, list(cell.whole)) == (PART, [])
    assert cell.part == {place.pk: {land.pontorson.pk}}
    assert cell.left == {land.pleine.pk}


def test_an_offer_for_a_commune_covers_its_epci_in_part_and_two_make_it_whole(land):
    land.offer(land.vire)
    assert land.cell(land.inner).state == PART
    land.offer(land.condé)
    cell = land.cell(land.inner)
    assert (cell.state, list(cell.whole), cell.organisations) == (WHOLE, [], 2)


def test_an_offer_for_a_drawn_territory_covers_what_it_holds(land):
    axe = draw_territory("axe", "Axe", [department("14"), land.pontorson], [land.condé])
    land.offer(axe)
    assert land.cell(land.inner).state == PART
    assert land.cell(land.inner).left == {land.condé.pk}
    assert land.cell(department("50")).state == WHOLE


def test_an_offer_everywhere_covers_what_falls_to_its_hub(land):
    other = HubFactory(territory=region("53"))
    land.offer()
    assert land.cell(land.inner).state == WHOLE
    assert land.cell(land.astride).left == {land.pleine.pk}
    other.delete()
    # Nobody else receives what lies outside: the hub by default does, and whoever helps everywhere serves it.
    assert land.cell(land.astride).state == WHOLE


@pytest.mark.parametrize("closed", ["offer", "organisation", "hub"])
def test_what_is_closed_covers_nothing(land, closed):
    place = land.offer(region("28"), is_active=closed != "offer")
    Organisation.objects.filter(pk=place.pk).update(is_active=closed != "organisation")
    Hub.objects.filter(pk=land.hub.pk).update(is_open=closed != "hub")
    assert land.cell(land.inner).state == NONE


def test_an_offer_for_a_merged_commune_covers_the_commune_of_today_and_routing_says_so(land):
    old = territory(Kind.COMMUNE, "14999", "Ancienne", inside=(department("14"), land.inner, land.vire))
    Territory.objects.filter(pk=old.pk).update(successor=land.vire, valid_until="2026-01-01")
    place = land.offer(old)
    assert land.cell(land.inner).part == {place.pk: {land.vire.pk}}
    for where in (land.vire, get(Kind.COMMUNE, "14999")):
        verdicts = proposals(RequestFactory(hub=land.hub, topic=land.topic, commune=where))
        assert [one.organisation.id for one in verdicts if one.is_in] == [place.pk]
    verdicts = proposals(RequestFactory(hub=land.hub, topic=land.topic, commune=land.condé))
    assert not any(one.is_in for one in verdicts)


@pytest.fixture(scope="module")
def france(django_db_setup, django_db_blocker):
    """The whole country, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_territories()
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


def test_every_commune_of_twenty_epci_is_read_as_routing_reads_it(france, land):
    chance = random.Random(76)
    norman = Territory.objects.touching(region("28")).of_kind(Kind.EPCI).by_name()
    axe = draw_territory("axe", "Axe", [department("76"), department("27")], [get(Kind.COMMUNE, "76540")])
    some = [*norman[:12], *Territory.objects.coded(Kind.DEPARTMENT, "14", "50", "61"), axe, region("28")]
    for _number in range(12):
        land.offer(*chance.sample(some, chance.randrange(3)))
    other = HubFactory(territory=region("53"))
    units = [unit for unit in units_of([land.hub], Kind.EPCI) if unit.code != "2"]
    units = chance.sample(units, 20)
    cells = read_coverage([land.hub, other], units, Topic.objects.active()).cells[land.topic.pk]
    for unit in units:
        where = Territory.objects.communes().current().within(Territory(pk=unit.id))
        for commune_ in chance.sample(list(where.order_by("pk")), 3):
            hub = Hub.objects.for_commune(commune_)
            verdicts = proposals(RequestFactory(hub=hub, topic=land.topic, commune=commune_))
            routed = {one.organisation.id for one in verdicts if one.is_in}
            cell = cells[unit.id]
            covered = {*cell.whole, *(one for one, part in cell.part.items() if commune_.pk in part)}
            assert covered == routed, (unit.name, commune_.name)


@pytest.fixture
def crowded(france, db):
    """Sixty topics and two thousand offers of four hundred organisations all over the country."""
    chance = random.Random(60)
    hub = HubFactory(territory=get(Kind.COUNTRY, "FR"))
    topics = [TopicFactory() for _number in range(60)]
    places = [OrganisationFactory(of_hub=hub, commune=None) for _number in range(400)]
    pools = [
        list(Territory.objects.of_kind(kind).order_by("pk")[:1300])
        for kind in (Kind.REGION, Kind.DEPARTMENT, Kind.EPCI, Kind.COMMUNE)
    ]
    pairs = [(place, topic) for topic in topics for place in chance.sample(places, 34)]
    offers = Offer.objects.bulk_create([Offer(organisation=place, topic=topic) for place, topic in pairs])
    links = []
    for offer in offers:
        pool = chance.choices([None, *pools], weights=[1, 5, 16, 8, 4])[0]
        chosen = chance.sample(pool, chance.randrange(1, 4)) if pool else []
        links += [Offer.territories.through(offer=offer, territory=one) for one in chosen]
    Offer.territories.through.objects.bulk_create(links)
    return hub


def test_sixty_topics_in_every_epci_of_the_country_take_less_than_half_a_second(crowded, capsys):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE services_offer; ANALYZE services_offer_territories; ANALYZE members_containment")
    units = units_of([crowded], Kind.EPCI)
    with CaptureQueriesContext(connection) as queries:
        read_coverage([crowded], units, Topic.objects.active())
    times = []
    for _turn in range(4):
        start = time.perf_counter()
        reading = read_coverage([crowded], units, Topic.objects.active())
        states = [row.state(unit.id) for row in reading.cells.values() for unit in units]
        times.append(time.perf_counter() - start)
    assert len(states) == 60 * len(units) > 60 * 1250
    assert {state for row in reading.cells.values() for unit in units[:50] if (state := row[unit.id].state)} <= {
        *states
    }
    with capsys.disabled():
        found = {state: states.count(state) for state in (NONE, PART, WHOLE)}
        print(f"\n60 topics × {len(units)} EPCI: {1000 * min(times):.0f} ms, {len(queries)} queries, {found}")
    assert min(times) < 0.5
    assert len(queries) <= 10
