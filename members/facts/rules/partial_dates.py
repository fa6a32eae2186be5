"""Dates as precisely as they are known: a year, a quarter, a month or a day.

Written as ISO 8601 reduced precision, with quarters as « 2019-Q4 »; days are Gregorian. Two dates compare by their
first day, then as they are written. Source: ISO 8601-1:2019, 5.2.2.2; the product's « fin 2019 ».
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

PATTERN = re.compile(r"^(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?$")
MONTHS_IN_QUARTER = 3


def is_french() -> bool:
    """Whether the page is read in French."""
    return (get_language() or "fr").startswith("fr")


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date whose month, quarter or day may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None
    quarter: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read « 2019 », « 2019-Q4 », « 2019-10 » or « 2019-10-19 »; ValueError for anything else."""
        found = PATTERN.match(text.strip())
        if not found:
            raise ValueError(text)
        given = {name: int(value) for name, value in found.groupdict().items() if value}
        read = cls(**given)
        try:
            read.first_day  # noqa: B018 - a month or a day that no calendar has
        except ValueError as error:
            raise ValueError(text) from error
        return read

    @classmethod
    def on(cls, day: date) -> "PartialDate":
        """A day that is fully known."""
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        if self.quarter:
            return f"{self.year:04d}-Q{self.quarter}"
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    def __lt__(self, other: "PartialDate") -> bool:
        return (self.first_day, str(self)) < (other.first_day, str(other))

    @property
    def first_day(self) -> date:
        """The first day that it may be."""
        return date(self.year, self._first_month, self.day or 1)

    @property
    def last_day(self) -> date:
        """The last day that it may be."""
        if self.day:
            return self.first_day
        last = self.month or (self.quarter * MONTHS_IN_QUARTER if self.quarter else 12)
        return date(self.year, last, monthrange(self.year, last)[1])

    @property
    def _first_month(self) -> int:
        return self.month or ((self.quarter - 1) * MONTHS_IN_QUARTER + 1 if self.quarter else 1)

    def in_words(self) -> str:
        """The date as a person writes it: « 19 octobre 2018 », « octobre 2018 », « fin 2019 », « 2019 »."""
        if self.day:
            words = str(date_format(self.first_day, "DATE_FORMAT"))
            # The first of a month is an ordinal in French alone.
            return words.replace("1 ", "1er ", 1) if self.day == 1 and is_french() else words
        if self.month:
            return f"{MONTHS[self.month]} {self.year}"
        if self.quarter:
            return _QUARTERS[self.quarter - 1]() % {"year": self.year}
        return str(self.year)


_QUARTERS = (
    lambda: _("début %(year)s"),
    lambda: _("printemps %(year)s"),
    lambda: _("été %(year)s"),
    lambda: _("fin %(year)s"),
)
