"""Where the requests come from: a map of the départements, or the intercommunalities of one of them."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.drawing.maps import department_map, departments
from steering.dashboard.panels.charts import Source, Table, ranked_drawing, ranked_finding, ranked_table
from steering.dashboard.panels.page import PageFilters

DEFINITION = gettext_lazy("Demandes déposées, par territoire de la commune de l’entreprise.")


def _dimension(filters: PageFilters) -> str:
    return "epci" if {"department", "epci"} & set(filters.reading.chosen) else "department"


def _table(filters: PageFilters) -> Table:
    dimension = _dimension(filters)
    return ranked_table(filters, dimension, _("Intercommunalité") if dimension == "epci" else _("Département"))


def _finding(filters: PageFilters) -> str:
    return ranked_finding(filters, _dimension(filters))


def _drawing(filters: PageFilters, finding: str) -> SafeString:
    codes = [code for code in filters.map_codes if code in departments()]
    if _dimension(filters) == "epci" or not codes:
        return ranked_drawing(filters, finding, _dimension(filters))
    found = filters.reading.by("department")
    # Requests without a commune are counted under no département, hence under no code.
    known = {place.code: found[place.id] for place in filters.places["department"].values() if place.id in found}
    values = {code: known[code]["submitted"] if code in known else 0 for code in codes}
    return department_map(values, title=finding)


OF_TERRITORY = Source(_table, _finding, _drawing)
