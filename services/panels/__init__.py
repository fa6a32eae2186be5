"""The panels that this part adds to the steering page."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diginor.dashboard import Panel, register
from services.panels import charts, places, stats
from services.rules.figures import BY_CODE, COHORT

CHART = "services/steering/panel_chart.html"


def register_all() -> None:
    """Register them; called once, when the application is ready."""
    register(
        Panel("chiffres", _("Les chiffres"), COHORT, "services/steering/panel_stats.html", stats.build, stats.rows, 10)
    )
    _chart(
        "mois", _("Demandes déposées"), _("Demandes déposées, par semaine ou par mois de dépôt."), charts.OF_STEPS, 20
    )
    _chart("territoire", _("Territoires"), places.DEFINITION, places.OF_TERRITORY, 30)
    _chart("familles", _("Familles d’aide"), _("Demandes déposées, par famille."), charts.OF_FAMILIES, 40)
    _chart("delais", _("Délais de réponse"), BY_CODE["answered"].definition, charts.OF_DELAYS, 50)
    _chart(
        "suites",
        _("Suites données"),
        _("Ce que sont devenues toutes les orientations des demandes."),
        charts.OF_OUTCOMES,
        60,
    )
    _chart("structures", _("Structures"), charts.ORGANISATIONS_DEFINITION, charts.OF_ORGANISATIONS, 70)
    _chart("secteurs", _("Secteurs"), _("Demandes déposées, par secteur de l’entreprise."), charts.OF_SECTORS, 80)
    _chart("tailles", _("Tailles"), _("Demandes déposées, par taille de l’entreprise."), charts.OF_SIZES, 90)


def _chart(code: str, title: str | Promise, definition: str | Promise, source: charts.Source, position: int) -> None:
    """Register a chart and the file of its table."""

    def build(filters: Any) -> dict[str, Any]:
        return {"chart": source.chart(filters, definition=str(definition), csv_url=filters.csv_url(code))}

    def rows(filters: Any) -> tuple[list[str], list[list[Any]]]:
        return source.table(filters)

    register(Panel(code, title, definition, CHART, build, rows, position))
