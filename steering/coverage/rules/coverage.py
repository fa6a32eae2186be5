"""Coverage: who serves a topic where, read commune by commune with the very words of routing.

An organisation serves a topic in a commune when it has an active offer on the topic, when the offer holds everywhere or
one of its territories contains the commune, and when the commune falls to a hub of which it is a member. A unit
(intercommunalité, département) is served by it when each of its communes is, in part when only some are: an EPCI
across a border, an offer for a few communes. Size, age, activity, absence and load are not looked at: they are of a
company, or of a day. Pure functions of sets; communes are those of today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Communes = frozenset[int]
# The communes that something takes of each unit; a unit without any is not there.
Ground = Mapping[int, Communes]
NONE, PART, WHOLE = "none", "part", "whole"


@dataclass(frozen=True)
class Offered:
    """An organisation helping on a topic; without territories it does so everywhere, among the communes of its hubs."""

    topic: int
    organisation: int
    hubs: frozenset[int]
    territories: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Land:
    """The units with their communes, what territories take of them, and the communes that fall to each hub."""

    units: Ground
    territories: Mapping[int, Ground]
    reach: Mapping[int, Ground]


@dataclass(frozen=True)
class Cell:
    """Who serves a topic in a unit: in all its communes, or in those told only."""

    communes: Communes
    whole: Sequence[int] = ()
    part: Mapping[int, Communes] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Whether every commune of the unit is served by somebody, some are, or none is."""
        if self.whole:
            return WHOLE
        if not self.part:
            return NONE
        return PART if self.left else WHOLE

    @property
    def left(self) -> Communes:
        """The communes that nobody serves."""
        return frozenset() if self.whole else self.communes.difference(*self.part.values())

    @property
    def organisations(self) -> int:
        """How many organisations serve it, wholly or not."""
        return len(self.whole) + len(self.part)


@dataclass(frozen=True)
class Row:
    """Who serves a topic in each unit; a unit that nobody serves is in neither."""

    units: Ground
    whole: dict[int, list[int]] = field(default_factory=dict)
    part: dict[int, dict[int, Communes]] = field(default_factory=dict)

    def __getitem__(self, unit: int) -> Cell:
        return Cell(self.units[unit], self.whole.get(unit, ()), self.part.get(unit, {}))

    def state(self, unit: int) -> str:
        """The state of a cell, without making it where one organisation is enough to say."""
        if unit in self.whole:
            return WHOLE
        return self[unit].state if unit in self.part else NONE

    def add(self, organisation: int, whole: Iterable[int], part: Mapping[int, Communes]) -> None:
        """Count an organisation where it serves."""
        for unit in whole:
            if unit in self.whole:
                self.whole[unit].append(organisation)
            else:
                self.whole[unit] = [organisation]
        for unit, communes in part.items():
            self.part.setdefault(unit, {})[organisation] = communes


Coverage = Mapping[int, Row]


def coverage(offers: Iterable[Offered], land: Land, topics: Iterable[int]) -> Coverage:
    """Fill a row for each topic."""
    rows = {topic: Row(land.units) for topic in topics}
    # Many offers are for the same places: each is worked out once.
    known: dict[tuple[frozenset[int], frozenset[int]], tuple[list[int], dict[int, Communes]]] = {}
    for offer in offers:
        row = rows.get(offer.topic)
        if row is None:
            continue
        place = (offer.territories, offer.hubs)
        if place not in known:
            known[place] = _sorted(_taken(offer, land), land.units)
        row.add(offer.organisation, *known[place])
    return rows


def reach(units: Ground, hubs: Iterable[tuple[int, Ground]], fallback: int | None) -> dict[int, Ground]:
    """The communes that fall to each open hub: to the first that holds them, the others to the fallback.

    Hubs come with what their territory takes, the smallest territory first, as a request finds its hub.
    """
    free = dict(units)
    found: dict[int, dict[int, Communes]] = {}
    for hub, ground in hubs:
        own = found.setdefault(hub, {})
        for unit, communes in ground.items():
            if taken := _shared(communes, free.get(unit)):
                own[unit] = taken
                free[unit] = free[unit] - taken
    if fallback is not None:
        own = found.setdefault(fallback, {})
        for unit, communes in free.items():
            if communes:
                own[unit] = own.get(unit, frozenset()) | communes
    return dict(found)


def _taken(offer: Offered, land: Land) -> Ground:
    """The communes that an offer serves in each unit."""
    reached = _union([land.reach[hub] for hub in offer.hubs if hub in land.reach])
    if not offer.territories:
        return reached
    there = _union([land.territories[place] for place in offer.territories if place in land.territories])
    return {unit: both for unit, communes in there.items() if (both := _shared(communes, reached.get(unit)))}


def _shared(some: Communes, others: Communes | None) -> Communes | None:
    # The same set, most often: nothing to compare then.
    return some if others is some else others and some & others


def _union(grounds: Sequence[Ground]) -> Ground:
    if len(grounds) == 1:
        return grounds[0]
    found: dict[int, Communes] = {}
    for ground in grounds:
        for unit, communes in ground.items():
            known = found.get(unit)
            found[unit] = communes if known is None or known is communes else known | communes
    return found


def _sorted(taken: Ground, units: Ground) -> tuple[list[int], dict[int, Communes]]:
    whole, part = [], {}
    for unit, communes in taken.items():
        if unit not in units:
            continue
        if len(communes) == len(units[unit]):
            whole.append(unit)
        else:
            part[unit] = communes
    return whole, part
