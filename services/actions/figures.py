"""Keeping the aggregates of the dashboards up to date: only what changed, or everything anew.

Triggers note each day of filing that a change touches; time itself touches those whose referrals come of age. Both are
counted again from the rows, in one transaction, as of one instant. A change that is not committed yet keeps its note for
the next time; two workers never count at once.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from diginor.working_days import is_working_day
from services.actions import figure_sql as sql
from services.models import FigureCell, FigureDetail, FigureDirt, FigureStamp
from services.rules.figures import HELPED_AFTER

LOCK = 0x0F16  # any number, the same for every worker

HubDay = tuple[int, date]


def refresh_figures(*, now: datetime | None = None, is_full: bool = False) -> int:
    """Count again what changed since the last time, or everything; return how many days of hubs were counted."""
    with transaction.atomic():
        if not _is_alone():
            return 0
        as_of = now or timezone.now()
        stamp = FigureStamp.objects.current()
        if is_full or stamp is None:
            return _rebuild(as_of)
        days = _take_dirt() | _maturing(stamp.as_of, as_of)
        for hub_id, start, end in _ranges(days):
            _count(hub_id, start, end, as_of)
        stamp.as_of = as_of
        stamp.save(update_fields=["as_of"])
        return len(days)


def _is_alone() -> bool:
    """Whether no other worker counts, until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _take_dirt() -> set[HubDay]:
    """Take the notes that are visible now: the rows are read after them, so nothing falls between."""
    return {(hub_id, day) for hub_id, day in _rows("DELETE FROM services_figuredirt RETURNING hub_id, day", {})}


def _maturing(before: datetime, as_of: datetime) -> set[HubDay]:
    """The days whose requests or referrals became old enough to count since the last time."""
    instants = {"before": before, "as_of": as_of, "mature_before": before - HELPED_AFTER, "mature": as_of - HELPED_AFTER}
    return {(hub_id, day) for hub_id, day in _rows(sql.MATURING, instants)}


def _ranges(days: Iterable[HubDay]) -> list[tuple[int, date, date]]:
    """The first and last day to count again in each month of each hub."""
    months: defaultdict[tuple[int, date], list[date]] = defaultdict(list)
    for hub_id, day in days:
        months[hub_id, day.replace(day=1)].append(day)
    return [(hub_id, min(found), max(found)) for (hub_id, _), found in sorted(months.items())]


def _rebuild(as_of: datetime) -> int:
    """Forget everything and count it anew, month by month."""
    FigureDirt.objects.all().delete()
    FigureDetail.objects.all().delete()
    FigureCell.objects.all().delete()
    months = sorted(_rows(sql.FILED, {}))
    for hub_id, month in months:
        _count(hub_id, month, month.replace(day=monthrange(month.year, month.month)[1]), as_of)
    FigureStamp.objects.update_or_create(pk=1, defaults={"as_of": as_of, "rebuilt_at": as_of})
    return len(months)


def _count(hub_id: int, start: date, end: date, as_of: datetime) -> None:
    """Count some days of one month of one hub, both included."""
    values = {
        "hub": hub_id,
        "start": start,
        "end": end + timedelta(days=1),
        "month": start.replace(day=1),
        "as_of": as_of,
        "mature": as_of - HELPED_AFTER,
        "cuts": [sql.cut_name(cut) for cut in sql.CUTS],
        **_calendar(start - timedelta(days=366), timezone.localdate(as_of) + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        for statement in (sql.FORGET_DETAILS, sql.FORGET_CELLS, sql.DETAILS, *sql.DAYS, *sql.MONTHS):
            cursor.execute(statement, values)


def _calendar(start: date, end: date) -> dict[str, list[Any]]:
    """Number the working days, so that the database subtracts them."""
    days = [start + timedelta(days=rank) for rank in range((end - start).days + 1)]
    is_open = [is_working_day(day) for day in days]
    ranks, rank = [], 0
    for one in is_open:
        rank += one
        ranks.append(rank)
    return {"days": days, "ranks": ranks, "open": is_open}
