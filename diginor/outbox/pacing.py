"""Few mails: which leave at once, and which wait for the one mail a day that gathers what waits for a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from diginor.workflow.working_days import office_hours, start_of_day

# What comes of one act, or of one run of the clock, is gathered before it leaves.
TOGETHER = timedelta(minutes=10)
AT_ONCE_A_DAY = 2
_clock_writes: ContextVar[bool] = ContextVar("clock_writes", default=False)


class Pace(TextChoices):
    """How soon a mail leaves; of those at once but few, a person receives two a day, and the others gathered."""

    AT_ONCE = "at_once", _("tout de suite")
    FEW = "few", _("tout de suite, deux fois par jour au plus")
    GATHERED = "gathered", _("avec ce qui attend, une fois par jour")


@contextmanager
def by_the_clock() -> Iterator[None]:
    """What is posted inside was caused by time, not by a person: it leaves in office hours only."""
    token = _clock_writes.set(True)
    try:
        yield
    finally:
        _clock_writes.reset(token)


def pace_of(wanted: Pace, *, is_urgent: bool, is_same_day: bool) -> Pace:
    """The pace of a mail here and now: what the clock writes is gathered, unless it must be known the same day."""
    if is_urgent:
        return Pace.AT_ONCE
    return Pace.GATHERED if _clock_writes.get() and not is_same_day else wanted


def leaving_at(now: datetime, *, is_urgent: bool) -> datetime:
    """When a mail that is not gathered leaves."""
    return office_hours(now) if _clock_writes.get() and not is_urgent else now


def gathered_from(now: datetime) -> datetime:
    """From when a mail that waits may leave with the others."""
    return office_hours(now + TOGETHER)


def next_morning(now: datetime) -> datetime:
    """The opening of the next working day."""
    return office_hours(start_of_day(now) + timedelta(days=1))
