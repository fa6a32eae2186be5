"""When something held, in words, as precisely as it is known: « depuis 2019 », « jusqu’à fin 2019 »."""

from django.utils.translation import gettext as _

from members.facts.rules.partial_dates import PartialDate

YEAR, MONTH, DAY, SPRING, SUMMER, EDGE = "year", "month", "day", "spring", "summer", "edge"


def _precision(date: PartialDate) -> str:
    if date.quarter:
        return {2: SPRING, 3: SUMMER}.get(date.quarter, EDGE)
    return DAY if date.day else MONTH if date.month else YEAR


def at(date: PartialDate | None) -> str:
    """When it happened: « le 19 octobre 2018 », « en 2019 », « fin 2019 »; nothing for an unknown date."""
    if date is None:
        return ""
    words = {
        DAY: _("le %(date)s"),
        MONTH: _("en %(date)s"),
        YEAR: _("en %(date)s"),
        SPRING: _("au %(date)s"),
        SUMMER: _("à l’%(date)s"),
        EDGE: "%(date)s",
    }
    return words[_precision(date)] % {"date": date.in_words()}


def until(date: PartialDate | None) -> str:
    """How long it held: « jusqu’au 27 mars 2025 », « jusqu’en 2026 », « jusqu’à fin 2019 »."""
    if date is None:
        return ""
    words = {
        DAY: _("jusqu’au %(date)s"),
        MONTH: _("jusqu’en %(date)s"),
        YEAR: _("jusqu’en %(date)s"),
        SPRING: _("jusqu’au %(date)s"),
        SUMMER: _("jusqu’à l’%(date)s"),
        EDGE: _("jusqu’à %(date)s"),
    }
    return words[_precision(date)] % {"date": date.in_words()}


def since(date: PartialDate | None) -> str:
    """Since when it holds: « depuis le 19 octobre 2018 », « depuis 2019 »."""
    if date is None:
        return ""
    words = {DAY: _("depuis le %(date)s"), SPRING: _("depuis le %(date)s"), SUMMER: _("depuis l’%(date)s")}
    return words.get(_precision(date), _("depuis %(date)s")) % {"date": date.in_words()}


def period(start: PartialDate | None, end: PartialDate | None) -> str:
    """A period: « 2019–2022 », « de fin 2019 à 2022 », « depuis 2019 », « jusqu’en 2022 », or nothing."""
    if start is None or end is None:
        return since(start) or until(end)
    if _precision(start) == _precision(end) == YEAR:
        return f"{start.year}–{end.year}"
    return _("de %(start)s à %(end)s") % {"start": start.in_words(), "end": end.in_words()}
