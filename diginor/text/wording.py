"""Dates, numbers and amounts written as people read them, in French or English."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

THIN = "\u202f"
Number = int | float | Decimal


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def day(value: date | None, form: str = "full") -> str:
    """Write a day in full (« mardi 12 mars 2026 »); form "short" leaves out the weekday and the current year."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    this_year = value.year == timezone.localdate().year
    if form == "short":
        return _ordinal(value, "j F" if this_year else "j F Y")
    return _ordinal(value, "l j F Y")


def _ordinal(value: date, pattern: str) -> str:
    if _is_french() and value.day == 1:
        pattern = pattern.replace("j", r"1\e\r")
    return date_format(value, pattern)


def moment(value: datetime | None) -> str:
    """Write an instant in local time (« 12 mars 2026 à 14 h 05 »)."""
    if not value:
        return ""
    local = timezone.localtime(value)
    clock = date_format(local, f"G{THIN}\\h{THIN}i" if _is_french() else "H:i")
    return _("%(day)s à %(clock)s") % {"day": _ordinal(local, "j F Y"), "clock": clock}


def ago(value: date | None) -> str:
    """Say how far a day is: « aujourd’hui », « il y a 3 jours », « dans 2 jours »."""
    if not value:
        return ""
    target = timezone.localtime(value).date() if isinstance(value, datetime) else value
    days = (target - timezone.localdate()).days
    if days == 0:
        return _("aujourd’hui")
    if abs(days) == 1:
        return _("demain") if days > 0 else _("hier")
    text = ngettext("%(count)d jour", "%(count)d jours", abs(days)) % {"count": abs(days)}
    return (_("dans %(delay)s") if days > 0 else _("il y a %(delay)s")) % {"delay": text}


def duration(value):
    """Write how long something took: « 5 heures », « 2,5 jours »; a dash when it is not known."""
    if value is None:
        return "–"
    hours = value.total_seconds() / 3600
    if hours < 1:
        return _("moins d’une heure")
    if hours < 24:
        return ngettext("%(count)d heure", "%(count)d heures", round(hours)) % {"count": round(hours)}
    days = round(hours / 24, 1)
    # French counts 1,5 as one, English as several.
    is_one = days < 2 if _is_french() else days == 1
    return ngettext("%(text)s jour", "%(text)s jours", 1 if is_one else 2) % {"text": number(days)}


def number(value: Number | None, places: int | None = None) -> str:
    """Write a number with thin spaces (French) or commas (English); None becomes a dash."""
    if not isinstance(value, Number):
        return "–"
    if places is None:
        places = 0 if value == int(value) else 1
    text = f"{value:,.{int(places)}f}"
    if _is_french():
        text = text.replace(",", THIN).replace(".", ",")
    return text.replace("-", "\u2212")


def percent(value: Number | None, places: int = 0) -> str:
    """Write a percentage already on the scale of 100 (« 82 % »)."""
    if not isinstance(value, Number):
        return "–"
    return f"{number(value, places)}{THIN}%" if _is_french() else f"{number(value, places)}%"


def euros(value: Number | None) -> str:
    """Write an amount in euros, with cents only when there are some."""
    if not isinstance(value, Number):
        return "–"
    amount = number(value, 0 if Decimal(value) == int(value) else 2)
    return f"{amount}{THIN}€" if _is_french() else f"€{amount}"


def file_size(size: int | None) -> str:
    """Write a size in bytes in the unit that reads best."""
    if size is None:
        return ""
    units = ("o", "Ko", "Mo", "Go") if _is_french() else ("B", "KB", "MB", "GB")
    amount, rank = float(size), 0
    while amount >= 1000 and rank < 3:
        amount, rank = amount / 1000, rank + 1
    return f"{number(round(amount, 1) if amount < 10 and rank else round(amount))}{THIN}{units[rank]}"
