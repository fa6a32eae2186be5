"""Figures as people read them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diginor.text.wording import number, percent
from services.figures.rules.figures import Figure


def capital(text: str) -> str:
    """With a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def written(figure: Figure, value: float | None) -> str:
    """A figure as people read it."""
    if value is None:
        return "–"
    if figure.unit == "percent":
        return percent(round(value))
    return _("%(mark)s sur 5") % {"mark": number(value, 1)}


def share(part: int, whole: int) -> float | None:
    """A percentage, or nothing to divide."""
    return 100 * part / whole if whole else None


def points(difference: float) -> str:
    """A difference of percentages, without its sign."""
    rounded = abs(round(difference))
    return ngettext("%(n)s point", "%(n)s points", rounded) % {"n": number(rounded)}


def requests_written(count: int) -> str:
    """« 12 demandes »."""
    return ngettext("%(n)s demande", "%(n)s demandes", count) % {"n": number(count)}
