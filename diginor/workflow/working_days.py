"""French working days and office hours: Monday to Friday, public holidays excluded, 8 h to 19 h.

A `zone` is a subdivision of the library `holidays` whose own public holidays count too: Alsace and Moselle keep Good
Friday and 26 December, overseas territories the day of the abolition of slavery. Without one they are those of all.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

PARIS = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8), time(19)


@cache
def _public_holidays(year: int, zone: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=zone or None, years=year))


def is_working_day(day: date, zone: str = "") -> bool:
    """Tell whether offices are open on that day."""
    return day.weekday() < 5 and day not in _public_holidays(day.year, zone)


def add_working_days(start: datetime, days: int, zone: str = "") -> datetime:
    """Move an aware instant `days` working days on (the first day is the next working one), same Paris time of day."""
    local = start.astimezone(PARIS)
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, zone)
    return datetime.combine(day, local.time(), tzinfo=PARIS)


def start_of_day(instant: datetime) -> datetime:
    """The midnight in Paris at which the day of an aware instant began."""
    return datetime.combine(instant.astimezone(PARIS).date(), time(), tzinfo=PARIS)


def office_hours(instant: datetime) -> datetime:
    """The instant itself in office hours, else the next opening; the closing hour is outside."""
    local = instant.astimezone(PARIS)
    if is_working_day(local.date()) and OPENS <= local.time() < CLOSES:
        return instant
    day = local.date() + timedelta(days=local.time() >= OPENS)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=PARIS)
