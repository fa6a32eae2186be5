"""The public key figures in words, for the page that explains them and for the home page."""

from typing import Any

from django.utils.translation import gettext as _

from diginor.drawing.maps import department_map
from diginor.text.search import plain
from diginor.text.wording import number, percent
from services.catalogue.enums import Family
from services.figures.queries.published import Published, published
from services.figures.rules.figures import FIGURES, Figure, response_rate
from services.figures.rules.wording import requests_written, written

ON_HOME = ("answered", "taken", "satisfaction")


def key_figures() -> list[dict[str, Any]]:
    """Each key figure that may be shown: label, value, note, definition."""
    found = published()
    if found is None:
        return []
    return [row for row in (_said(figure, found) for figure in FIGURES) if row["code"] in found.shown]


def for_home() -> tuple[list[dict[str, Any]], Any]:
    """The four figures of the home page and the instant of the count; none where there is little to tell."""
    found = published()
    rows = [row for row in key_figures() if row["code"] in ON_HOME]
    if found and "submitted" in found.shown:
        count = number(found.counts["submitted"])
        rows.insert(0, {"label": _("Demandes déposées"), "value": count, "note": _("en douze mois")})
    return rows, found.as_of if found else None


def tables(found: Published) -> dict[str, Any]:
    """The requests by family and by département; what is too small is left out, and said so."""
    departments = {code: row for code, row in found.departments.items() if row[1] is not None}
    values = {code: count for code, (_name, count) in departments.items()}
    return {
        "submitted": requests_written(found.counts["submitted"]) if "submitted" in found.shown else "",
        "families": [(label, number(count)) for code, label in Family.choices if (count := found.families.get(code))],
        "hidden_families": sum(count is None for count in found.families.values()),
        "departments": [(name, number(count)) for name, count in sorted(departments.values(), key=_by_name)],
        "hidden_departments": len(found.departments) - len(departments),
        "map": department_map(values, title=_("Demandes déposées par département")) if values else "",
    }


def _by_name(row: tuple[str, int | None]) -> str:
    return plain(row[0])


def _said(figure: Figure, found: Published) -> dict[str, Any]:
    bottom = figure.bottom(found.counts)
    if figure.unit == "mark":
        rate = percent(round(response_rate(found.counts) or 0))
        note = _("%(count)s avis, %(rate)s de réponse") % {"count": number(bottom), "rate": rate}
    else:
        note = _("sur %(count)s %(what)s") % {"count": number(bottom), "what": figure.counted(bottom)}
    value = written(figure, figure.value(found.counts))
    return {"code": figure.code, "label": figure.label, "value": value, "note": note, "definition": figure.definition}
