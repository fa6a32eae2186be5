"""The map of the directory: a figure for each département of a hub, drawn, and the same in a table."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from diginor.drawing.charts import Chart
from diginor.drawing.maps import department_map
from diginor.text.wording import number
from diginor.web.access import access, public
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.organisations.sections import MapFigure, figures, register_figure
from members.territories.enums import TerritoryKind
from members.territories.models import Territory

MOST_NAMED = 3
ORGANISATIONS = MapFigure(
    code="structures",
    label=gettext_lazy("Structures"),
    definition=gettext_lazy("Structures d’aujourd’hui dont la commune est dans le département."),
    count=lambda codes: Organisation.listed.all().counted_by_department(codes),
    query="territoire={code}",
)


def tell_the_directory() -> None:
    """Register the figure that counts organisations."""
    register_figure(10, ORGANISATIONS)


@access(public)
@require_safe
def directory_map(request: HttpRequest) -> HttpResponse:
    """One figure on the map of one hub, and the same figures in a table that leads to the lists."""
    hubs = [hub for hub in Hub.objects.shown() if hub.territory_id]
    hub = _chosen(hubs, "slug", request.GET.get("guichet", "")) or _default(hubs)
    shown = figures()
    figure = _chosen(shown, "code", request.GET.get("chiffre", "")) or shown[0]
    context = {
        "hub": hub,
        "hubs": hubs,
        "figure": figure,
        "figures": shown,
        **(_drawn(hub.territory, figure) if hub else {"chart": None, "rows": []}),
        "unplaced": Organisation.listed.all().unplaced().count() if figure is ORGANISATIONS else 0,
    }
    return render(request, "members/directory/map.html", context)


def _chosen(rows: list[Any], name: str, value: str) -> Any:
    return next((row for row in rows if getattr(row, name) == value), None)


def _default(hubs: list[Hub]) -> Hub | None:
    return next((hub for hub in hubs if hub.is_default), hubs[0] if hubs else None)


def _drawn(territory: Territory, figure: MapFigure) -> dict[str, Any]:
    departments = list(Territory.objects.of_kind(TerritoryKind.DEPARTMENT).within(territory).current().by_name())
    counted = figure.count([row.code for row in departments])
    values = {row.code: counted.get(row.code, 0) for row in departments}
    finding = _finding({row.name: values[row.code] for row in departments})
    told = ", ".join(f"{row.name} : {number(values[row.code])}" for row in departments)
    listed = f"{reverse(figure.list_name)}?{figure.query}" if figure.query else ""
    rows = [(row.name, listed.format(code=row.code), values[row.code]) for row in departments]
    svg = department_map(values, title=finding, desc=told)
    return {"chart": Chart(finding, svg, definition=str(figure.definition)), "rows": rows}


def _finding(values: dict[str, int]) -> str:
    """What the map shows first: who has the most."""
    most = max(values.values(), default=0)
    first = [name for name, value in values.items() if value == most]
    if not most:
        return _("Rien n’est encore compté ici.")
    if len(first) == len(values) > 1:
        return _("Autant partout : %(count)s") % {"count": number(most)}
    if len(first) == 1:
        return _("%(name)s vient en tête : %(count)s") % {"name": first[0], "count": number(most)}
    if len(first) > MOST_NAMED:
        names = _("%(count)d départements") % {"count": len(first)}
    else:
        names = _("%(names)s et %(last)s") % {"names": ", ".join(first[:-1]), "last": first[-1]}
    return _("%(names)s viennent en tête : %(count)s chacun") % {"names": names, "count": number(most)}
