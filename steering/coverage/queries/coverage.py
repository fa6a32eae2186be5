"""Reading the coverage: topics, units and offers in a fixed number of queries, whatever the country."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.models import Territory
from services.catalogue.models import Offer, Topic
from steering.coverage.rules.coverage import Cell, Coverage, Ground, Land, Offered, coverage, reach

# Communes of today in each unit.
_UNITS = """
    SELECT l.container_id, string_agg(l.part_id::text, ' ')
    FROM members_containment l
    JOIN members_territory c ON c.id = l.part_id AND c.kind = 'commune' AND c.successor_id IS NULL
        AND c.valid_until IS NULL
    WHERE l.container_id = ANY(%(units)s) GROUP BY 1"""
# Units that lie whole inside a territory.
_WHOLE = """
    SELECT container_id, string_agg(part_id::text, ' ') FROM members_containment
    WHERE container_id = ANY(%(places)s) AND part_id = ANY(%(units)s) GROUP BY 1"""
# Communes of a territory whose unit does not lie whole inside it, and their own parts.
_SINGLE = """
    SELECT l.container_id, u.container_id, string_agg(l.part_id::text, ' ')
    FROM members_containment l
    JOIN members_containment u ON u.part_id = l.part_id AND u.container_id = ANY(%(units)s)
    WHERE l.container_id = ANY(%(places)s) AND l.container_id <> u.container_id AND NOT EXISTS (
        SELECT 1 FROM members_containment w WHERE w.container_id = l.container_id AND w.part_id = u.container_id)
    GROUP BY 1, 2"""


@dataclass(frozen=True)
class Unit:
    """An intercommunalité or a département."""

    id: int
    kind: str
    code: str
    name: str

    @classmethod
    def of(cls, territory: Territory) -> "Unit":
        return cls(territory.pk, territory.kind, territory.code, territory.name)


@dataclass(frozen=True)
class CoverageReading:
    """Who serves each topic in each unit."""

    topics: Sequence[Topic]
    units: Sequence[Unit]
    cells: Coverage

    def cell(self, topic: Topic, unit: Unit) -> Cell:
        return self.cells[topic.pk][unit.id]

    def state(self, topic: Topic, unit: Unit) -> str:
        """The state of that cell, without making it where it can be told at once."""
        return self.cells[topic.pk].state(unit.id)


def places_of(hubs: Sequence[Hub], *kinds: str, inside: Territory | None = None) -> list[Territory]:
    """The territories of some kinds that share a commune with a territory, or else with those of some hubs, by name.

    A hub without any territory is for the whole country.
    """
    wanted = [inside.pk] if inside else [hub.territory_id for hub in hubs if hub.territory_id]
    rows = Territory.objects.of_kind(*kinds).current()
    return list((rows.sharing_communes(wanted) if wanted else rows).by_name())


def units_of(hubs: Sequence[Hub], kind: str, inside: Territory | None = None) -> list[Unit]:
    """The units to look at; an intercommunalité that is looked into is a unit by itself."""
    if inside is not None and inside.kind == kind:
        return [Unit.of(inside)]
    return [Unit.of(place) for place in places_of(hubs, kind, inside=inside)]


def read_coverage(hubs: Sequence[Hub], units: Sequence[Unit], topics: Iterable[Topic]) -> CoverageReading:
    """Work out every cell, for the members of some hubs."""
    chosen = list(topics)
    offers = _offers({hub.pk for hub in hubs}, [topic.pk for topic in chosen])
    open_hubs = _smallest_first()
    places = {place for offer in offers for place in offer.territories}
    places |= {hub.territory_id for hub in open_hubs if hub.territory_id}
    land = _land([unit.id for unit in units], places, open_hubs)
    return CoverageReading(chosen, units, coverage(offers, land, [topic.pk for topic in chosen]))


def _smallest_first() -> list[Hub]:
    """The open hubs in the order in which one is looked for; a single one needs no counting."""
    found = list(Hub.objects.open().in_order())
    return found if len(found) < 2 else list(Hub.objects.open().by_size())


def _offers(hubs: set[int], topics: Sequence[int]) -> list[Offered]:
    """The active offers of the active members of some hubs, by organisation."""
    members: dict[int, set[int]] = defaultdict(set)
    through = Organisation.hubs.through.objects.filter(hub__in=hubs)
    for organisation, hub in through.values_list("organisation", "hub"):
        members[organisation].add(hub)
    rows = Offer.objects.proposed().filter(topic__in=topics, organisation__in=members)
    territories: dict[int, set[int]] = defaultdict(set)
    for offer, place in Offer.territories.through.objects.filter(offer__in=rows).values_list("offer", "territory"):
        territories[offer].add(place)
    return [
        Offered(topic, organisation, frozenset(members[organisation]), frozenset(territories.get(pk, ())))
        for pk, topic, organisation in rows.order_by("organisation__search_name", "pk").values_list(
            "pk", "topic", "organisation"
        )
    ]


def _land(units: list[int], places: set[int], open_hubs: Sequence[Hub]) -> Land:
    ground = {pk: _numbers(communes) for pk, communes in _rows(_UNITS, units=units)}
    ground |= {pk: frozenset() for pk in units if pk not in ground}
    taken = _taken(ground, places)
    fallback = Hub.objects.for_commune(None)
    hubs = [(hub.pk, taken[hub.territory_id]) for hub in open_hubs if hub.territory_id]
    return Land(ground, taken, reach(ground, hubs, fallback.pk if fallback else None))


def _taken(units: Ground, places: set[int]) -> dict[int, Ground]:
    """What each territory takes of each unit; a merged commune stands for the one of today."""
    found: dict[int, dict[int, frozenset[int]]] = {place: {} for place in places}
    for place, whole in _rows(_WHOLE, units=list(units), places=list(places)):
        found[place] = {unit: units[unit] for unit in _numbers(whole)}
    incomplete = [place for place in places if len(found[place]) < len(units)]
    for place, unit, communes in _rows(_SINGLE, units=list(units), places=incomplete):
        if today := units[unit] & _numbers(communes):
            found[place][unit] = today
    for place in places & units.keys():
        found[place][place] = units[place]
    unit_of = {commune: unit for unit, communes in units.items() for commune in communes}
    for place, commune in Territory.objects.communes_behind(places):
        if commune in unit_of:
            found[place][unit_of[commune]] = frozenset([commune])
    return dict(found)


def _numbers(text: str) -> frozenset[int]:
    """Numbers read from a text: the driver takes five times longer over an array."""
    return frozenset(map(int, text.split()))


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
