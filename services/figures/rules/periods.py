"""Periods of the dashboards: which days are counted, and which ones they are compared with."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Period:
    """Whole days in Paris, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> "Period":
        """The period of the same length that ends the day before."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def pieces(self) -> tuple[list[date], list[date]]:
        """Split into the whole months (their first days) and the days that remain at both ends."""
        months, days = [], []
        day = self.start
        while day <= self.end:
            following = day + relativedelta(day=1, months=1)
            if day.day == 1 and following <= self.end + timedelta(days=1):
                months.append(day)
                day = following
            else:
                days.append(day)
                day += timedelta(days=1)
        return months, days

    def steps(self) -> list[date]:
        """The first days of its weeks when it is short, of its months otherwise; the first step may start before it."""
        start, end = self.start, self.end
        if self.days <= WEEKLY_UP_TO:
            first = start - timedelta(days=start.weekday())
            return [first + timedelta(weeks=rank) for rank in range((end - first).days // 7 + 1)]
        first = start.replace(day=1)
        count = (end.year - first.year) * 12 + end.month - first.month + 1
        return [first + relativedelta(months=rank) for rank in range(count)]


WEEKLY_UP_TO = 92  # days
LONGEST = 3660  # days


def last_days(today: date, days: int) -> Period:
    """The last days, today included."""
    return Period(today - timedelta(days=days - 1), today)


def last_months(today: date, months: int) -> Period:
    """The last months, the present one included even when it has only begun."""
    return Period(today.replace(day=1) - relativedelta(months=months - 1), today)


def quarter_to_date(today: date) -> Period:
    """From the first day of the quarter."""
    return Period(today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today)


def year_to_date(today: date) -> Period:
    """From the first of January."""
    return Period(today.replace(month=1, day=1), today)
