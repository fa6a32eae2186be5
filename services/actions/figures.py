"""Keeping the aggregates of the dashboards up to date: only what changed, or everything anew.

Triggers note each day of filing that a change touches; time itself touches those whose referrals come of age. Both
are counted again from the rows, in one transaction, as of one instant. A change that is not committed yet keeps its
note for the next time; two workers never count at once.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from diginor.working_days import is_working_day
from services.actions import figure_sql as sql
from services.models import FigureCell, FigureStamp
from services.models.figures import MONTH, PAIRS, SINGLES, cut_name
from services.rules.figures import HELPED_AFTER

LOCK = 0x0F16  # any number, the same for every worker

HubDay = tuple[int, date]


def refresh_figures(*, now: datetime | None = None, is_full: bool = False) -> int:
    """Count again what changed since the last time, or everything; return how many days, or months, were counted."""
    # In UTC: forty-five days before must be the same instant on both sides of a change of hour.
    as_of = (now or timezone.now()).astimezone(UTC)
    if is_full or FigureStamp.objects.current() is None:
        return _rebuild(as_of) + _refresh(as_of if now else timezone.now())
    return _refresh(as_of)


@transaction.atomic
def _refresh(as_of: datetime) -> int:
    if not _is_alone():
        return 0
    stamp = FigureStamp.objects.current()
    if stamp is None:
        return 0
    days = _take_dirt() | _maturing(stamp.as_of, as_of)
    for hub_id, start, end in _ranges(days):
        _count(hub_id, start, end, as_of)
    stamp.as_of = max(as_of, stamp.as_of)
    stamp.save(update_fields=["as_of"])
    return len(days)


def _rebuild(as_of: datetime) -> int:
    """Count every month anew, each in its own transaction; what moves meanwhile is left to the next refresh."""
    months = sorted(_rows(sql.FILED, {}))
    _forget_all_but(months)
    for hub_id, month in months:
        with transaction.atomic():
            _rows("SELECT 1 FROM pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            _count(hub_id, month, month.replace(day=monthrange(month.year, month.month)[1]), as_of)
    FigureStamp.objects.update_or_create(pk=1, defaults={"as_of": as_of, "rebuilt_at": as_of})
    return len(months)


def _forget_all_but(months: list[tuple[int, date]]) -> None:
    """Forget the months in which nothing is filed any more."""
    known = set(months)
    counted = FigureCell.objects.filter(grain=MONTH, cut=cut_name(())).order_by("pk").values_list("hub_id", "start")
    for hub_id, month in set(counted) - known:
        _forget(hub_id, month, month.replace(day=monthrange(month.year, month.month)[1]))


@transaction.atomic
def _forget(hub_id: int, start: date, end: date) -> None:
    values = _values(hub_id, start, end)
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET_DETAILS, values)
        cursor.execute(sql.FORGET_CELLS, values)


def _is_alone() -> bool:
    """Whether no other worker counts, until the end of this transaction."""
    return bool(_rows("SELECT pg_try_advisory_xact_lock(%(lock)s)", {"lock": LOCK})[0][0])


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _take_dirt() -> set[HubDay]:
    """Take the notes that are visible now: the rows are read after them, so nothing falls between."""
    return {(hub_id, day) for hub_id, day in _rows("DELETE FROM services_figuredirt RETURNING hub_id, day", {})}


def _maturing(before: datetime, as_of: datetime) -> set[HubDay]:
    """The days whose requests or referrals became old enough to count since the last time."""
    instants = {
        "before": before,
        "as_of": as_of,
        "mature_before": before - HELPED_AFTER,
        "mature": as_of - HELPED_AFTER,
    }
    return {(hub_id, day) for hub_id, day in _rows(sql.MATURING, instants)}


def _ranges(days: Iterable[HubDay]) -> list[tuple[int, date, date]]:
    """The first and last day to count again in each month of each hub."""
    months: defaultdict[tuple[int, date], list[date]] = defaultdict(list)
    for hub_id, day in days:
        months[hub_id, day.replace(day=1)].append(day)
    return [(hub_id, min(found), max(found)) for (hub_id, _), found in sorted(months.items())]


def _count(hub_id: int, start: date, end: date, as_of: datetime) -> None:
    """Count some days of one month of one hub, both included."""
    calendar = _calendar(start - timedelta(days=366), timezone.localdate(as_of) + timedelta(days=1))
    values = {**_values(hub_id, start, end), "as_of": as_of, "mature": as_of - HELPED_AFTER, **calendar}
    _forget(hub_id, start, end)
    with connection.cursor() as cursor:
        for statement in (sql.DETAILS, *sql.DAYS, *sql.MONTHS):
            cursor.execute(statement, values)


def _values(hub_id: int, start: date, end: date) -> dict[str, Any]:
    return {
        "hub": hub_id,
        "start": start,
        "end": end + timedelta(days=1),
        "month": start.replace(day=1),
        "cuts": [cut_name(cut) for cut in (*SINGLES, *PAIRS)],
    }


def _calendar(start: date, end: date) -> dict[str, list[Any]]:
    """Number the working days, so that the database subtracts them."""
    days = [start + timedelta(days=rank) for rank in range((end - start).days + 1)]
    is_open = [is_working_day(day) for day in days]
    ranks, rank = [], 0
    for one in is_open:
        rank += one
        ranks.append(rank)
    return {"days": days, "ranks": ranks, "open": is_open}
