"""What moves in a succession: each part of the portal adds the relations that it knows, under a name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from members.facts.rules.partial_dates import PartialDate
from members.organisations.models import Organisation
from members.people.models import User
from members.successions.actions.journal import Change, is_change
from members.successions.models import Succession

Counts = dict[int, int]


@dataclass(frozen=True)
class Takeover:
    """What becomes what: the structures that end, and the one that takes their live relations."""

    succession: Succession
    predecessors: list[Organisation]
    successor: Organisation
    at: datetime
    since: PartialDate
    by: User | None = None
    # A preview reads; what is about to be done reads the rows and keeps them.
    is_done: bool = False

    @property
    def old(self) -> set[int]:
        """The keys of the structures that end."""
        return {place.pk for place in self.predecessors}

    @property
    def keys(self) -> set[int]:
        return {place.pk for place in self.everybody}

    @property
    def everybody(self) -> list[Organisation]:
        """The structures that end, then the one that goes on."""
        return [*self.predecessors, self.successor]

    @property
    def is_alone(self) -> bool:
        """Whether one structure ends: what is true of the whole of it stays true of its successor."""
        return len(self.predecessors) == 1

    def kept(self, rows: QuerySet[Any]) -> list[Any]:
        """Rows in the order of their keys, locked when the succession is being applied."""
        rows = rows.order_by("pk")
        return list(rows.select_for_update(of=("self",)) if self.is_done else rows)

    def name(self, key: int) -> str:
        """The short name of one of the structures."""
        return next(str(place) for place in self.everybody if place.pk == key)


@dataclass
class Plan:
    """What moves of one kind: the changes, what to say of them, and how many each structure has after."""

    after: Counts
    changes: list[Change] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    # What would be there twice, or does not move: the rule as a sentence, and to what it applies.
    conflicts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, *changes: Change) -> None:
        """Plan changes, leaving out those of nothing."""
        self.changes += filter(is_change, changes)

    def warn(self, rule: str, what: str) -> None:
        """Say that a rule applies to something."""
        self.conflicts.setdefault(rule, []).append(what)

    def move(self, source: int, target: int | None = None) -> None:
        """Count one relation less for a structure, and one more for another."""
        self.after[source] -= 1
        if target is not None:
            self.after[target] += 1


@dataclass(frozen=True)
class Mover:
    """One kind of relation: how it is counted for structures, what a succession does with it, who is told after."""

    name: str
    label: str | Promise
    count: Callable[[Iterable[int]], Counts]
    plan: Callable[[Takeover, Plan], None]
    # What must be locked first when the succession is undone, so that nobody waits crosswise.
    lock: Callable[[Succession], None] | None = None
    # Writes the mails of the day after; called in a transaction, safe to call twice.
    tell: Callable[[Succession], int] | None = None


_movers: dict[str, Mover] = {}


def register_mover(mover: Mover) -> None:
    """Add a kind of relation, or replace the one of that name."""
    _movers[mover.name] = mover


def movers() -> list[Mover]:
    """All of them, in the order in which they were added."""
    return list(_movers.values())


def counted(rows: QuerySet[Any], path: str = "organisation") -> Callable[[Iterable[int]], Counts]:
    """A count of rows for each structure, zero included."""

    def count(keys: Iterable[int]) -> Counts:
        keys = list(keys)
        found = rows.filter(**{f"{path}__in": keys}).order_by().values_list(path).annotate(Count("pk"))
        return {**dict.fromkeys(keys, 0), **dict(found)}

    return count
