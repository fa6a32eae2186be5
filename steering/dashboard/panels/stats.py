"""The honest figures: value, what it is made of, comparison with the period before in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diginor.text.wording import number, percent
from services.figures.rules.figures import FIGURES, Counts, Figure, response_rate
from services.figures.rules.wording import points, requests_written, written
from steering.dashboard.panels.page import FEW, PageFilters


def build(filters: PageFilters) -> dict[str, Any]:
    """The number of requests, then each figure."""
    now, before = filters.reading.now, filters.reading.before
    return {
        "submitted": requests_written(now["submitted"]),
        "submitted_change": _change_of_count(now["submitted"], before["submitted"]),
        "submitted_url": filters.list_url("submitted"),
        "csv_url": filters.csv_url("chiffres"),
        "stats": [_stat(figure, filters, now, before) for figure in FIGURES],
    }


def rows(filters: PageFilters) -> tuple[list[str], list[list[Any]]]:
    """Each figure with its two parts, for this period and the one before."""
    now, before = filters.reading.now, filters.reading.before
    header = [
        _("Chiffre"),
        _("Valeur"),
        _("Numérateur"),
        _("Dénominateur"),
        _("Valeur de la période précédente"),
        _("Numérateur précédent"),
        _("Dénominateur précédent"),
        _("Définition"),
    ]
    lines: list[list[Any]] = [
        [_("Demandes déposées"), now["submitted"], "", "", before["submitted"], "", "", ""],
    ]
    for figure in FIGURES:
        parts = [[_rounded(figure, counts), figure.top(counts), figure.bottom(counts)] for counts in (now, before)]
        lines.append([str(figure.label), *parts[0], *parts[1], str(figure.definition)])
    lines.append(
        [
            _("Avis : taux de réponse"),
            _percent(now),
            now["rated"],
            now["asked"],
            _percent(before),
            before["rated"],
            before["asked"],
            "",
        ]
    )
    return header, lines


def _rounded(figure: Figure, counts: Counts) -> float | str:
    value = figure.value(counts)
    return "" if value is None else round(value, 1)


def _percent(counts: Counts) -> float | str:
    rate = response_rate(counts)
    return "" if rate is None else round(rate, 1)


def _stat(figure: Figure, filters: PageFilters, now: Counts, before: Counts) -> dict[str, Any]:
    change, trend = _change(figure, now, before)
    has_some = figure.bottom(now) > 0
    is_share = figure.unit == "percent"
    return {
        "label": figure.label,
        "value": written(figure, figure.value(now)),
        "note": _made_of(figure, now),
        "change": change,
        "trend": trend,
        "definition": figure.definition,
        "url": filters.list_url(figure.code) if has_some else "",
        "missed_url": filters.list_url(figure.code, is_missed=True) if has_some and is_share else "",
    }


def _made_of(figure: Figure, counts: Counts) -> str:
    """The numerator and the denominator; the response rate for the opinions."""
    top, bottom = figure.top(counts), figure.bottom(counts)
    if figure.unit == "mark":
        told = {"rated": number(bottom), "asked": number(counts["asked"])}
        if not counts["asked"]:
            return _("Aucun avis demandé pour l’instant.")
        told["rate"] = percent(round(response_rate(counts) or 0))
        if not counts["rated"]:
            return (
                ngettext("Aucun avis sur %(asked)s demandé.", "Aucun avis sur %(asked)s demandés.", counts["asked"])
                % told
            )
        text = ngettext(
            "%(rated)s avis sur %(asked)s demandé : %(rate)s de réponse.",
            "%(rated)s avis sur %(asked)s demandés : %(rate)s de réponse.",
            counts["asked"],
        )
        return text % told
    if not bottom:
        return _("Rien à compter pour l’instant.")
    told = {"top": number(top), "bottom": number(bottom), "what": figure.counted(bottom)}
    made = _("%(top)s sur %(bottom)s %(what)s.") % told
    warning = _("Peu de cas : à lire avec prudence.")
    return f"{made} {warning}" if bottom < FEW else made


def _change(figure: Figure, now: Counts, before: Counts) -> tuple[str, str]:
    """The comparison in words, and whether it is good news."""
    value, past = figure.value(now), figure.value(before)
    if value is None or past is None:
        return "", ""
    difference = value - past
    told = {"past": written(figure, past)}
    if figure.unit == "percent":
        if round(abs(difference)) == 0:
            return _("= Comme sur la période précédente (%(past)s)") % told, ""
        told["size"] = points(difference)
    else:
        if round(abs(difference), 1) == 0:
            return _("= Comme sur la période précédente (%(past)s)") % told, ""
        told["size"] = number(abs(round(difference, 1)), 1)
    sentence = (
        _("↑ %(size)s de plus que sur la période précédente (%(past)s)")
        if difference > 0
        else _("↓ %(size)s de moins que sur la période précédente (%(past)s)")
    )
    return sentence % told, "good" if (difference > 0) is figure.rising_is_good else "bad"


def _change_of_count(now: int, before: int) -> str:
    if not before:
        return _("Aucune sur la période précédente.")
    if now == before:
        return _("Autant que sur la période précédente.")
    told = {"past": number(before), "size": percent(abs(round(100 * (now - before) / before)))}
    if now >= 2 * before:
        told["times"] = number(round(now / before, 1), 1)
        return _("%(times)s fois plus que sur la période précédente (%(past)s).") % told
    if now > before:
        return _("%(size)s de plus que sur la période précédente (%(past)s).") % told
    return _("%(size)s de moins que sur la période précédente (%(past)s).") % told
