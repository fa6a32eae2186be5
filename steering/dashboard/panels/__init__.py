"""The panels that this part adds to the steering page."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diginor.registries.panels import Panel, register
from services.figures.rules.figures import BY_CODE, COHORT
from steering.dashboard.panels import charts, places, stats

CHART = "steering/dashboard/panel_chart.html"
WIDE = "steering/dashboard/panel_wide.html"


def register_all() -> None:
    """Register them; called once, when the application is ready."""
    template = "steering/dashboard/panel_stats.html"
    register(Panel("chiffres", _("Les chiffres"), COHORT, template, stats.build, stats.rows, 10, "above"))
    filed, outcomes = _("Demandes déposées, par semaine ou par mois."), _("Ce que deviennent toutes les orientations.")
    _chart("mois", _("Demandes déposées"), filed, charts.OF_STEPS, 20)
    _chart("familles", _("Familles d’aide"), _("Demandes déposées, par famille."), charts.OF_FAMILIES, 30)
    _chart("delais", _("Délais de réponse"), BY_CODE["answered"].definition, charts.OF_DELAYS, 40)
    _chart("tailles", _("Tailles"), _("Demandes déposées, par taille de l’entreprise."), charts.OF_SIZES, 50)
    _chart("territoire", _("Territoires"), places.DEFINITION, places.OF_TERRITORY, 60)
    _chart("suites", _("Suites données"), outcomes, charts.OF_OUTCOMES, 70)
    _chart("secteurs", _("Secteurs"), _("Demandes déposées, par secteur de l’entreprise."), charts.OF_SECTORS, 80)
    _chart("structures", _("Structures"), charts.ORGANISATIONS_DEFINITION, charts.OF_ORGANISATIONS, 90, WIDE)


def _chart(
    code: str,
    title: str | Promise,
    definition: str | Promise,
    source: charts.Source,
    position: int,
    template: str = CHART,
) -> None:
    """Register a chart and the file of its table."""

    def build(filters: Any) -> dict[str, Any]:
        return {"chart": source.chart(filters, definition=str(definition), csv_url=filters.csv_url(code))}

    def rows(filters: Any) -> tuple[list[str], list[list[Any]]]:
        return source.table(filters)

    layout = "below" if template == WIDE else "columns"
    register(Panel(code, title, definition, template, build, rows, position, layout))
