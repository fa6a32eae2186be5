"""The history of an organisation as a line of moments, in order, however exactly each date is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.facts.rules.partial_dates import PartialDate
from members.facts.rules.period_words import at


@dataclass(frozen=True)
class DatedFact:
    """Something that happened, or was announced, on a date.

    `is_planned` tells whether its source only announced it; None leaves that to the dates.
    """

    on: PartialDate | None
    text: str
    source: str = ""
    stated_on: PartialDate | None = None
    is_planned: bool | None = None


@dataclass(frozen=True)
class Moment:
    """A fact in its place on the line, with its date in words."""

    fact: DatedFact
    when: str
    is_planned: bool


def history_line(facts: Iterable[DatedFact]) -> list[Moment]:
    """Place facts from the oldest to the newest; those without a date are left out, the same fact is told once.

    A wide date comes before the exact ones that it holds: « 2018 », then « octobre 2018 », then « 19 octobre 2018 ».
    """
    dated = sorted({fact for fact in facts if fact.on}, key=_place)
    return [Moment(fact, when(fact), is_announced(fact)) for fact in dated]


def when(fact: DatedFact) -> str:
    """The date in words: « 19 octobre 2018 », or « prévue fin 2019 » for what was only announced."""
    if fact.on is None:
        return ""
    return planned_in_words(fact.on) if is_announced(fact) else fact.on.in_words()


def is_announced(fact: DatedFact) -> bool:
    """Whether a fact is known only as a plan: it is told so, or else its source is older than its date."""
    if fact.is_planned is not None:
        return fact.is_planned
    return bool(fact.on and fact.stated_on and fact.on.first_day > fact.stated_on.last_day)


def planned_in_words(on: PartialDate) -> str:
    """A date to come, as the source announced it: « prévue le 19 octobre 2018 », « prévue fin 2019 »."""
    return _("prévue %(when)s") % {"when": at(on)}


def _place(fact: DatedFact) -> tuple[object, ...]:
    assert fact.on
    return (fact.on.first_day, -fact.on.last_day.toordinal(), fact.text)
