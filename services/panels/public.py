"""The public key figures in words, for the page that explains them and for the home page."""

from typing import Any

from django.utils.translation import gettext as _

from diginor.maps import department_map
from diginor.text_search import plain
from diginor.wording import number, percent
from services.enums import Family
from services.models.published_figures import Published, published
from services.panels.page import written
from services.rules.figures import FIGURES, Figure, response_rate

ON_HOME = ("submitted", "answered", "taken", "satisfaction")


def key_figures() -> list[dict[str, Any]]:
    """Each key figure that may be shown: label, value, note, definition."""
    found = published()
    if found is None:
        return []
    requests = {
        "code": "submitted",
        "label": _("Demandes déposées"),
        "value": number(found.counts["submitted"]),
        "note": _("en douze mois"),
        "definition": _("Demandes déposées par des entreprises, sans les messages indésirables ni les doublons."),
    }
    rows = [requests, *(_said(figure, found) for figure in FIGURES)]
    return [row for row in rows if row["code"] in found.shown]


def for_home() -> tuple[list[dict[str, Any]], Any]:
    """The four figures of the home page and the instant of the count; none where there is little to tell."""
    found = published()
    return [row for row in key_figures() if row["code"] in ON_HOME], found.as_of if found else None


def tables(found: Published) -> dict[str, Any]:
    """The requests by family and by département, what is too small left out and said so."""
    families = dict(Family.choices)
    values = {code: count for code, (_name, count) in found.departments.items()}
    return {
        "families": [
            (families.get(code, _("Non précisée")), _count(count)) for code, count in found.families.items() if code
        ],
        "departments": [(name, _count(count)) for name, count in sorted(found.departments.values(), key=_by_name)],
        "map": department_map(values, title=_("Demandes déposées par département")) if values else "",
    }


def _by_name(row: tuple[str, int | None]) -> str:
    return plain(row[0])


def _count(count: int | None) -> str:
    return _("moins de 5 entreprises, ou caché avec elles") if count is None else number(count)


def _said(figure: Figure, found: Published) -> dict[str, Any]:
    bottom = figure.bottom(found.counts)
    if figure.unit == "mark":
        rate = percent(round(response_rate(found.counts) or 0))
        note = _("%(count)s avis, %(rate)s de réponse") % {"count": number(bottom), "rate": rate}
    else:
        note = _("sur %(count)s %(what)s") % {"count": number(bottom), "what": figure.counted}
    value = written(figure, figure.value(found.counts))
    return {"code": figure.code, "label": figure.label, "value": value, "note": note, "definition": figure.definition}
