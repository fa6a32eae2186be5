"""Reading the aggregates: the sums that a dashboard shows, for what its filters choose.

Sums come from cells when at most one dimension is chosen, whole months first; from details otherwise. Two or three
queries answer a whole page, whatever it shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection

from services.figures.models import DAY, MONTH, PAIRS, SINGLES, cut_name
from services.figures.rules.figures import COUNTERS, DIMENSIONS, added, nothing
from services.figures.rules.periods import WEEKLY_UP_TO, Period

COLUMNS = {dimension.code: dimension.column for dimension in DIMENSIONS}
KEYS = {dimension.code: dimension.column for dimension in DIMENSIONS if dimension.is_key}
_sums = ", ".join(f"sum({name})::bigint" for name in COUNTERS)

Value = str | int | None
Counts = dict[str, int]


@dataclass(frozen=True)
class Place:
    """Something that filters offer and charts name: a département, an intercommunality, an organisation."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Selection:
    """What is looked at: whose requests, filed when, and one value of some dimensions; counted as of one instant."""

    hub_ids: tuple[int, ...]
    period: Period
    as_of: datetime
    chosen: dict[str, Any] = field(default_factory=dict)


class Reading:
    """The sums of one selection, each read once."""

    def __init__(self, selection: Selection):
        self.selection = selection
        self.period = selection.period
        self.chosen = selection.chosen

    @cached_property
    def now(self) -> Counts:
        """The sums of the period."""
        return _total(counts for is_now, _, counts in self._steps if is_now)

    @cached_property
    def before(self) -> Counts:
        """The sums of the period before, of the same length."""
        return _total(counts for is_now, _, counts in self._steps if not is_now)

    @cached_property
    def steps(self) -> list[tuple[date, Counts]]:
        """The sums of each week or month of the period, the empty ones included."""
        return _filled(self.period, self._steps, is_now=True)

    @cached_property
    def steps_before(self) -> list[tuple[date, Counts]]:
        """The same for the period before."""
        return _filled(self.period.previous, self._steps, is_now=False)

    def by(self, dimension: str) -> dict[Value, Counts]:
        """The sums for each value of a dimension."""
        return self._parts.get(dimension, {})

    @cached_property
    def received_by_step(self) -> dict[Value, dict[date, int]]:
        """What each organisation received by week or month, when nothing but the period is chosen."""
        found: dict[Value, dict[date, int]] = {}
        if self.chosen:
            return found
        months, days = ([], None) if self.is_by_week else self.period.pieces()
        values = {
            "hubs": list(self.selection.hub_ids),
            "months": months,
            "days": days,
            "start": self.period.start,
            "end": self.period.end,
        }
        when = "start BETWEEN %(start)s AND %(end)s" if days is None else "start = ANY(%(days)s::date[])"
        statement = f"""SELECT organisation_id, {self._step("start")}, sum(routed) FROM services_figurecell
            WHERE hub_id = ANY(%(hubs)s) AND cut = 'organisation'
                AND ((grain = '{MONTH}' AND start = ANY(%(months)s::date[])) OR (grain = '{DAY}' AND {when}))
            GROUP BY 1, 2"""
        for organisation, day, received in _rows(statement, values):
            found.setdefault(organisation, {})[day] = received
        return found

    @property
    def is_by_week(self) -> bool:
        """Whether the steps are weeks rather than months."""
        return self.period.days <= WEEKLY_UP_TO

    def _step(self, column: str) -> str:
        return f"date_trunc('{'week' if self.is_by_week else 'month'}', {column})::date"

    @cached_property
    def _steps(self) -> list[tuple[bool, date, Counts]]:
        """The sums by step of both periods, in one query."""
        both = Period(self.period.previous.start, self.period.end)
        if len(self.chosen) <= 1:
            table, day = "services_figurecell", "start"
            where, values = self._daily(next(iter(self.chosen), "all"), both)
        else:
            table, day = "services_figuredetail", "day"
            where, values = self._details(both)
            where += "" if "organisation" in self.chosen else " AND organisation_id IS NULL"
        statement = f"""SELECT {day} >= %(begin)s, {self._step(day)}, {_sums}
            FROM {table} WHERE {where} GROUP BY 1, 2 ORDER BY 1, 2"""
        rows = _rows(statement, {**values, "begin": self.period.start})
        return [(is_now, step, _counts(sums)) for is_now, step, *sums in rows]

    @cached_property
    def _parts(self) -> dict[str, dict[Value, Counts]]:
        """The sums by value of every dimension."""
        if not self.chosen:
            return self._parts_of_cells({cut_name(cut): cut[0] for cut in SINGLES if cut}, *self.period.pieces())
        if len(self.chosen) > 1:
            return self._parts_of_details(self._details(self.period))
        chosen = next(iter(self.chosen))
        others = {cut_name(cut): next(name for name in cut if name != chosen) for cut in PAIRS if chosen in cut}
        months, days = self.period.pieces()
        found = self._parts_of_cells(others, months, [])
        if days:
            for dimension, values in self._parts_of_details(self._details(self.period, days)).items():
                for value, counts in values.items():
                    known = found[dimension].get(value)
                    found[dimension][value] = added(known, counts) if known else counts
        return found

    def _parts_of_cells(
        self, cuts: dict[str, str], months: list[date], days: list[date]
    ) -> dict[str, dict[Value, Counts]]:
        """The sums of some cuts, each by the dimension that it is read for."""
        values = {
            "hubs": list(self.selection.hub_ids),
            "cuts": list(cuts),
            "months": months,
            "days": days,
            **self._values(),
        }
        columns = ", ".join(COLUMNS.values())
        statement = f"""SELECT cut, {columns}, {_sums} FROM services_figurecell
            WHERE hub_id = ANY(%(hubs)s) AND cut = ANY(%(cuts)s) AND (
                (grain = '{MONTH}' AND start = ANY(%(months)s::date[]))
                OR (grain = '{DAY}' AND start = ANY(%(days)s::date[])))
            {self._chosen()} GROUP BY cut, {columns}"""
        return _parted((cuts[row[0]], row[1:]) for row in _rows(statement, values))

    def _parts_of_details(self, found: tuple[str, dict[str, Any]]) -> dict[str, dict[Value, Counts]]:
        """The sums of some days of details, by each dimension; organisations are read from their own rows."""
        where, values = found
        named = {name: column for name, column in COLUMNS.items() if name != "organisation"}
        which = " ".join(f"WHEN GROUPING({column}) = 0 THEN '{name}'" for name, column in named.items())
        sets = ", ".join(f"({column})" for column in named.values())
        whole = "" if "organisation" in self.chosen else "AND organisation_id IS NULL"
        first = ", ".join(named.get(dimension.code, dimension.blank) for dimension in DIMENSIONS)
        second = ", ".join(one.column if one.is_recipient else one.blank for one in DIMENSIONS)
        statement = f"""SELECT CASE {which} END, {first}, {_sums}
            FROM services_figuredetail WHERE {where} {whole} GROUP BY GROUPING SETS ({sets})
            UNION ALL SELECT 'organisation', {second}, {_sums}
            FROM services_figuredetail WHERE {where} AND organisation_id IS NOT NULL GROUP BY organisation_id"""
        return _parted((row[0], row[1:]) for row in _rows(statement, values))

    def _daily(self, cut: str, period: Period) -> tuple[str, dict[str, Any]]:
        """The condition on the cells of a cut by day."""
        values = {"hubs": list(self.selection.hub_ids), "cut": cut, "start": period.start, "end": period.end}
        when = f"grain = '{DAY}' AND cut = %(cut)s AND start BETWEEN %(start)s AND %(end)s"
        return f"hub_id = ANY(%(hubs)s) AND {when} {self._chosen()}", {**values, **self._values()}

    def _details(self, period: Period, days: list[date] | None = None) -> tuple[str, dict[str, Any]]:
        """The condition on details: the days of a period, or some of them."""
        values = {"hubs": list(self.selection.hub_ids), "start": period.start, "end": period.end, "days": days or []}
        when = "day BETWEEN %(start)s AND %(end)s" if days is None else "day = ANY(%(days)s::date[])"
        return f"hub_id = ANY(%(hubs)s) AND {when} {self._chosen()}", {**values, **self._values()}

    def _values(self) -> dict[str, Any]:
        return {f"chosen_{name}": value for name, value in self.chosen.items()}

    def _chosen(self) -> str:
        return "".join(f" AND {COLUMNS[name]} = %(chosen_{name})s" for name in self.chosen)


def places(hub_ids: Iterable[int]) -> dict[str, dict[int, Place]]:
    """What the aggregates of some hubs speak of: départements, intercommunalities and organisations, by name."""
    statement = f"""
        WITH known AS (
            SELECT DISTINCT cut, coalesce({", ".join(KEYS.values())}) AS id FROM services_figurecell
            WHERE hub_id = ANY(%(hubs)s) AND grain = '{MONTH}' AND cut = ANY(%(cuts)s))
        SELECT k.cut, k.id, t.code, t.name, t.search_name FROM known k JOIN members_territory t ON t.id = k.id
        WHERE k.cut <> 'organisation'
        UNION ALL
        SELECT k.cut, k.id, o.slug, coalesce(nullif(o.acronym, ''), o.name),
            lower(unaccent(coalesce(nullif(o.acronym, ''), o.name)))
        FROM known k JOIN members_organisation o ON o.id = k.id WHERE k.cut = 'organisation'
        ORDER BY 1, 5, 2"""
    found: dict[str, dict[int, Place]] = {cut: {} for cut in KEYS}
    for cut, key, code, name, _ in _rows(statement, {"hubs": list(hub_ids), "cuts": list(KEYS)}):
        found[cut][key] = Place(key, code, name)
    return found


def department_codes(hub_ids: Iterable[int]) -> tuple[str, ...]:
    """The départements that lie in the territories of some hubs, by code."""
    statement = """
        SELECT DISTINCT t.code FROM members_hub h JOIN members_containment c ON c.container_id = h.territory_id
        JOIN members_territory t ON t.id = c.part_id WHERE h.id = ANY(%(hubs)s) AND t.kind = 'department' ORDER BY 1"""
    return tuple(code for (code,) in _rows(statement, {"hubs": list(hub_ids)}))


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _counts(sums: Iterable[int | None]) -> Counts:
    return {name: value or 0 for name, value in zip(COUNTERS, sums, strict=True)}


def _total(counts: Iterable[Counts]) -> Counts:
    whole = nothing()
    for one in counts:
        whole = added(whole, one)
    return whole


def _parted(rows: Iterable[tuple[str, tuple[Any, ...]]]) -> dict[str, dict[Value, Counts]]:
    """Sort rows (dimension, values of all dimensions and sums) by dimension and value."""
    order = list(COLUMNS)
    found: dict[str, dict[Value, Counts]] = {name: {} for name in order}
    for name, row in rows:
        found[name][row[order.index(name)]] = _counts(row[len(order) :])
    return found


def _filled(period: Period, steps: list[tuple[bool, date, Counts]], *, is_now: bool) -> list[tuple[date, Counts]]:
    known = {step: counts for flag, step, counts in steps if flag is is_now}
    return [(step, known.get(step, nothing())) for step in period.steps()]
