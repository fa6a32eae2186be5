"""Keeping the aggregates of the dashboards up to date: only what changed, or everything anew.

Triggers note each day of filing that a change touches; time itself touches those whose referrals come of age. Both
are counted again from the rows, a month of a hub in a transaction of its own: one that fails keeps its notes and holds
no other. A change that is not committed yet keeps its note for the next time; two workers never count at once.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from diginor.attempts.retries import try_keys
from diginor.workflow.working_days import is_working_day
from members.hubs.models import Hub
from services.figures.actions import sql
from services.figures.models import MONTH, PAIRS, SINGLES, FigureCell, FigureStamp, cut_name

LOCK = 0x0F16  # any number, the same for every worker


class HubMonth(NamedTuple):
    """What is counted together."""

    hub_id: int
    month: date

    def __str__(self) -> str:
        return f"{self.hub_id} {self.month:%Y-%m}"


def refresh_figures(*, now: datetime | None = None, is_full: bool = False) -> int:
    """Count again what changed since the last time, or everything; return how many days, or months, were counted."""
    # In UTC: forty-five days before must be the same instant on both sides of a change of hour.
    as_of = (now or timezone.now()).astimezone(UTC)
    if is_full or FigureStamp.objects.current() is None:
        return _rebuild(as_of) + _refresh(as_of if now else timezone.now())
    return _refresh(as_of)


def _refresh(as_of: datetime) -> int:
    if not _note_maturing(as_of):
        return 0
    found = _rows("SELECT DISTINCT hub_id, date_trunc('month', day)::date FROM services_staleday", {})
    count = partial(_count_notes, as_of=as_of)
    counted = try_keys("refresh_figures", [HubMonth(*row) for row in sorted(found)], count, now=as_of)
    FigureStamp.objects.filter(as_of__lt=as_of).update(as_of=as_of)
    return counted


@transaction.atomic
def _note_maturing(as_of: datetime) -> bool:
    """Note the days whose requests or referrals became old enough to count; False while another worker counts."""
    stamp = FigureStamp.objects.current() if _is_alone() else None
    if stamp is None:
        return False
    _rows(sql.NOTE_MATURING, {"before": stamp.as_of, "as_of": as_of})
    return True


def _count_notes(key: HubMonth, as_of: datetime) -> int:
    """Count what is noted of a month; the notes are taken before the rows are read, so that nothing falls between.

    What fails leaves its notes where they were, as all this is one transaction.
    """
    if not _is_alone():
        return 0
    days = [day for (day,) in _rows(sql.TAKE_NOTES, {"hub": key.hub_id, "month": key.month})]
    if days:
        _count(key.hub_id, min(days), max(days), as_of)
    return len(set(days))


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


def _count(hub_id: int, start: date, end: date, as_of: datetime) -> None:
    """Count some days of one month of one hub, both included."""
    zone = Hub.objects.holiday_zone_of(hub_id)
    calendar = _calendar(start - timedelta(days=366), timezone.localdate(as_of) + timedelta(days=1), zone)
    values = {**_values(hub_id, start, end), "as_of": as_of, **calendar}
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


def _calendar(start: date, end: date, zone: str) -> dict[str, list[Any]]:
    """Number the working days, so that the database subtracts them."""
    days = [start + timedelta(days=rank) for rank in range((end - start).days + 1)]
    is_open = [is_working_day(day, zone) for day in days]
    ranks, rank = [], 0
    for one in is_open:
        rank += one
        ranks.append(rank)
    return {"days": days, "ranks": ranks, "open": is_open}
