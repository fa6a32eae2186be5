"""The history of an organisation as a line of moments, in order, however exactly each date is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.rules.partial_dates import PartialDate
from members.rules.period_words import at


@dataclass(frozen=True)
class DatedFact:
    """Something that happened, or was announced, on a date; `is_planned` when the source only announced it."""

    on: PartialDate | None
    text: str
    note: str = ""
    source: str = ""
    stated_on: PartialDate | None = None
    is_planned: bool = False
    url: str = ""


@dataclass(frozen=True)
class Moment:
    """A fact in its place on the line: `year` is told once, at the first moment of that year."""

    fact: DatedFact
    when: str
    year: str = ""

    @property
    def is_planned(self) -> bool:
        """Whether the source announced it without saying that it took place."""
        return is_announced(self.fact)


def history_line(facts: Iterable[DatedFact]) -> list[Moment]:
    """Place facts from the oldest to the newest; those without a date are left out, the same fact is told once.

    A wide date comes before the exact ones that it holds: « 2018 », then « octobre 2018 », then « 19 octobre 2018 ».
    """
    dated = sorted({fact for fact in facts if fact.on}, key=_place)
    moments, year = [], 0
    for fact in dated:
        assert fact.on
        moments.append(Moment(fact, when(fact), str(fact.on.year) if fact.on.year != year else ""))
        year = fact.on.year
    return moments


def when(fact: DatedFact) -> str:
    """The date in words: « 19 octobre 2018 », or « prévue fin 2019 » for what was only announced."""
    if fact.on is None:
        return ""
    return planned_in_words(fact.on) if is_announced(fact) else fact.on.in_words()


def is_announced(fact: DatedFact) -> bool:
    """Whether a fact is known only as a plan: the source says so, or the source is older than the date."""
    if fact.on is None or fact.is_planned or fact.stated_on is None:
        return fact.is_planned
    return fact.on.first_day > fact.stated_on.last_day


def planned_in_words(on: PartialDate) -> str:
    """A date to come, as the source announced it: « prévue le 19 octobre 2018 », « prévue fin 2019 »."""
    return _("prévue %(when)s") % {"when": at(on)}


def _place(fact: DatedFact) -> tuple[object, ...]:
    assert fact.on
    return (fact.on.first_day, -fact.on.last_day.toordinal(), fact.text)
