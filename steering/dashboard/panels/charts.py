"""The charts of the steering page: each states its finding, draws it and gives its table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateformat import format as date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.drawing import charts
from diginor.drawing.charts import Chart, Series
from diginor.text.search import plain
from diginor.text.wording import day, number, percent
from services.figures.rules.figures import BY_CODE, DELAYS, IN_TIME, Counts
from services.figures.rules.wording import capital, requests_written, share
from steering.dashboard.panels.page import PageFilters

BARS = 6
TABLE = 13
SHORT = 25  # letters
Table = tuple[list[str], list[list[Any]]]
ORGANISATIONS_DEFINITION = gettext_lazy(
    "Pour chaque structure, les demandes de la période qu’elle a reçues et ce qu’elle en a fait. "
    "« Ouvertes » : "
    "celles qui attendent sa réponse ou qu’elle accompagne encore."
)


@dataclass(frozen=True)
class Source:
    """Where a chart comes from: its whole table, its finding, its drawing."""

    table: Callable[[PageFilters], Table]
    finding: Callable[[PageFilters], str]
    draw: Callable[[PageFilters, str], SafeString]

    def chart(self, filters: PageFilters, *, definition: str, csv_url: str) -> Chart:
        """The chart, with the beginning of its table; the file has all of it."""
        finding = self.finding(filters)
        columns, rows = self.table(filters)
        shown = [[_shown(cell) for cell in row] for row in rows[:TABLE]]
        return Chart(finding, self.draw(filters, finding), columns, shown, definition, csv_url)


def _shown(cell: Any) -> str:
    return number(cell) if isinstance(cell, int | float) else str(cell)


def _rate(code: str, counts: Counts) -> float | str:
    value = BY_CODE[code].value(counts)
    return "" if value is None else round(value, 1)


def _step_name(filters: PageFilters, step: date) -> str:
    return day(step, "short") if filters.reading.is_by_week else capital(date_format(step, "M Y"))


def _steps_table(filters: PageFilters) -> Table:
    reading = filters.reading
    header = [
        _("Semaine du") if reading.is_by_week else _("Mois"),
        _("Déposées"),
        _("Transmises"),
        _("Prises en charge"),
    ]
    rows = [
        [_step_name(filters, step), counts["submitted"], counts["routed"], counts["taken"]]
        for step, counts in reading.steps
    ]
    return header, rows


def _steps_finding(filters: PageFilters) -> str:
    steps = filters.reading.steps
    highest = max(steps, key=lambda step: step[1]["submitted"], default=None)
    if highest is None or not highest[1]["submitted"]:
        return _("Aucune demande sur la période.")
    told = {"step": _step_name(filters, highest[0]).lower(), "requests": requests_written(highest[1]["submitted"])}
    if filters.reading.is_by_week:
        return _("Le plus de demandes la semaine du %(step)s : %(requests)s.") % told
    told["step"] = date_format(highest[0], "F Y")
    return _("Le plus de demandes en %(step)s : %(requests)s.") % told


def _steps_drawing(filters: PageFilters, finding: str) -> SafeString:
    steps, before = filters.reading.steps, [counts["submitted"] for _step, counts in filters.reading.steps_before]
    names = [_step_name(filters, step) for step, _counts in steps]
    values: list[Any] = [counts["submitted"] for _step, counts in steps]
    series = [Series(_("Période"), values)]
    if any(before):
        series.append(Series(_("Précédente"), [*before, *[None] * len(values)][: len(values)], is_past=True))
    return charts.lines(names, series, title=finding, desc=_("La ligne en tirets est la période précédente."))


OF_STEPS = Source(_steps_table, _steps_finding, _steps_drawing)


def ranked_table(filters: PageFilters, dimension: str, header: str) -> Table:
    """One line for each value: requests, share, and the three rates of what became of them."""
    ranked = filters.ranked(dimension)
    whole = sum(counts["submitted"] for _name, counts in ranked)
    columns = [header, _("Demandes"), _("Part (%)"), _("Transmises (%)"), _("Prises en charge (%)"), _("Aidées (%)")]
    rows = [
        [
            name,
            counts["submitted"],
            round(share(counts["submitted"], whole) or 0, 1),
            _rate("transmitted", counts),
            _rate("taken", counts),
            _rate("helped", counts),
        ]
        for name, counts in ranked
    ]
    return columns, rows


def ranked_finding(filters: PageFilters, dimension: str) -> str:
    """The first value and its share; the second when it is close."""
    ranked = filters.ranked(dimension)
    if not ranked:
        return _("Aucune demande sur la période.")
    whole = sum(counts["submitted"] for _name, counts in ranked)
    shares = [(name, percent(round(share(counts["submitted"], whole) or 0))) for name, counts in ranked[:2]]
    told = {"name": shares[0][0], "share": shares[0][1]}
    if len(shares) == 1:
        return _("%(name)s : toutes les demandes.") % told
    told |= {"other": shares[1][0], "other_share": shares[1][1]}
    return _("En tête : %(name)s (%(share)s des demandes), devant %(other)s (%(other_share)s).") % told


def ranked_drawing(filters: PageFilters, finding: str, dimension: str) -> SafeString:
    """Bars of the first values; the others are told, and in the table."""
    ranked = filters.ranked(dimension)
    items = [(name, counts["submitted"]) for name, counts in ranked[:BARS]]
    rest = sum(counts["submitted"] for _name, counts in ranked[BARS:])
    desc = _("Tous les autres réunis : %(requests)s.") % {"requests": requests_written(rest)} if rest else ""
    return charts.bars(items, title=finding, desc=desc)


def _by(dimension: str, header: Any) -> Source:
    return Source(
        lambda filters: ranked_table(filters, dimension, str(header)),
        lambda filters: ranked_finding(filters, dimension),
        lambda filters, finding: ranked_drawing(filters, finding, dimension),
    )


OF_FAMILIES = _by("family", gettext_lazy("Famille"))
OF_SECTORS = _by("sector", gettext_lazy("Secteur"))
OF_SIZES = _by("size", gettext_lazy("Taille"))

DELAY_NAMES = {
    "answer_1": gettext_lazy("1 jour ouvré ou moins"),
    "answer_2": gettext_lazy("2 jours ouvrés"),
    "answer_3": gettext_lazy("3 jours ouvrés"),
    "answer_5": gettext_lazy("4 ou 5 jours ouvrés"),
    "answer_9": gettext_lazy("6 à 9 jours ouvrés"),
    "answer_more": gettext_lazy("plus de 9 jours ouvrés"),
    "answer_none": gettext_lazy("aucune réponse"),
}


def _delays_table(filters: PageFilters) -> Table:
    now = filters.reading.now
    whole = sum(now[name] for name in DELAYS)
    rows = [[capital(str(DELAY_NAMES[name])), now[name], round(share(now[name], whole) or 0, 1)] for name in DELAYS]
    return [_("Délai de la réponse"), _("Orientations"), _("Part (%)")], rows


def _delays_finding(filters: PageFilters) -> str:
    now = filters.reading.now
    whole = sum(now[name] for name in DELAYS)
    if not whole:
        return _("Aucune orientation assez ancienne pour être jugée.")
    in_time = share(sum(now[name] for name in IN_TIME), whole) or 0
    told = {"share": percent(round(in_time)), "none": percent(round(share(now["answer_none"], whole) or 0))}
    return _("%(share)s des orientations ont leur réponse en 5 jours ouvrés, %(none)s n’en ont aucune.") % told


def _delays_drawing(filters: PageFilters, finding: str) -> SafeString:
    now = filters.reading.now
    items: list[tuple[str, Any]] = [(capital(str(DELAY_NAMES[name])), now[name]) for name in DELAYS]
    return charts.bars(items, title=finding)


OF_DELAYS = Source(_delays_table, _delays_finding, _delays_drawing)

OUTCOME_GROUPS: dict[Any, tuple[str, ...]] = {
    gettext_lazy("L’entreprise a été aidée"): ("helped_here", "helped_elsewhere"),
    gettext_lazy("En cours"): ("ongoing", "waiting"),
    gettext_lazy("Closes sans aide"): ("no_help_possible", "unreachable", "cancelled"),
    gettext_lazy("Déclinées"): ("declined",),
    gettext_lazy("Restées sans réponse"): ("expired",),
}
OUTCOME_NAMES = {
    "helped_here": gettext_lazy("Aidée par la structure"),
    "helped_elsewhere": gettext_lazy("Aidée ailleurs"),
    "no_help_possible": gettext_lazy("Aucune aide possible"),
    "unreachable": gettext_lazy("Entreprise injoignable"),
    "declined": gettext_lazy("Déclinée par la structure"),
    "expired": gettext_lazy("Restée sans réponse"),
    "cancelled": gettext_lazy("Devenue sans objet"),
    "ongoing": gettext_lazy("Accompagnement en cours"),
    "waiting": gettext_lazy("En attente de réponse"),
}


def _outcomes_table(filters: PageFilters) -> Table:
    now = filters.reading.now
    whole = sum(now[name] for name in OUTCOME_NAMES)
    rows = [[str(label), now[name], round(share(now[name], whole) or 0, 1)] for name, label in OUTCOME_NAMES.items()]
    return [_("Suite"), _("Orientations"), _("Part (%)")], rows


def _outcomes_finding(filters: PageFilters) -> str:
    now = filters.reading.now
    closed = sum(now[name] for name in ("helped_here", "helped_elsewhere", "no_help_possible", "unreachable"))
    if not closed:
        return _("Aucun accompagnement terminé pour l’instant.")
    told = {"share": percent(round(share(now["helped_here"] + now["helped_elsewhere"], closed) or 0))}
    return _("%(share)s des accompagnements terminés ont aidé l’entreprise.") % told


def _outcomes_drawing(filters: PageFilters, finding: str) -> SafeString:
    now = filters.reading.now
    parts = [(str(label), sum(now[name] for name in names)) for label, names in OUTCOME_GROUPS.items()]
    return charts.stacked_bar(parts, title=finding)


OF_OUTCOMES = Source(_outcomes_table, _outcomes_finding, _outcomes_drawing)


def _open(counts: Counts) -> int:
    return counts["waiting"] + counts["ongoing"]


def _organisations_table(filters: PageFilters) -> Table:
    header = [
        _("Structure"),
        _("Reçues"),
        _("Réponse en 5 jours (%)"),
        _("Prises en charge (%)"),
        _("Aidées (%)"),
        _("Ouvertes"),
    ]
    rows = [
        [
            name,
            counts["routed"],
            _rate("answered", counts),
            _rate("taken", counts),
            _rate("helped", counts),
            _open(counts),
        ]
        for name, counts in filters.ranked("organisation")
    ]
    return header, rows


def _organisations_finding(filters: PageFilters) -> str:
    ranked = filters.ranked("organisation")
    rates = [rate for _name, counts in ranked if (rate := BY_CODE["answered"].value(counts)) is not None]
    if not rates:
        return _("Aucune structure n’a encore eu le temps de répondre.")
    slow = sum(rate < 50 for rate in rates)
    if not slow:
        return _("Chaque structure répond à temps à une orientation sur deux, ou mieux.")
    told = {"slow": number(slow), "all": number(len(rates))}
    if slow == 1:
        return _("Une structure sur %(all)s répond à temps à moins d’une orientation sur deux.") % told
    return _("%(slow)s structures sur %(all)s répondent à temps à moins d’une orientation sur deux.") % told


def _organisations_drawing(filters: PageFilters, finding: str) -> SafeString:
    """Small multiples of what each organisation received over time; bars of answers in time under a filter."""
    ranked = filters.ranked("organisation")[: BARS + 2]
    series = _organisation_series(filters)
    if not series:
        items: list[tuple[str, Any]] = [(name, BY_CODE["answered"].value(counts)) for name, counts in ranked]
        return charts.bars(items, title=finding, desc=_("Part des réponses en 5 jours ouvrés."), write=_in_percent)
    names = [_step_name(filters, step) for step, _counts in filters.reading.steps]
    return charts.small_multiples(names, series, title=finding, desc=_("Demandes reçues par chaque structure."))


def _organisation_series(filters: PageFilters) -> list[Series]:
    found = filters.reading.received_by_step
    totals = {key: sum(steps.values()) for key, steps in found.items()}
    first = sorted(found, key=lambda key: (-totals[key], plain(filters.name("organisation", key))))[: BARS + 2]
    steps = [step for step, _counts in filters.reading.steps]
    named = [(_short(filters.name("organisation", key)), found[key]) for key in first]
    return [Series(name, [received.get(step, 0) for step in steps]) for name, received in named]


def _short(name: str) -> str:
    """The end of a long name: names that begin alike differ there."""
    words, kept = name.split(), ""
    if len(name) <= SHORT:
        return name
    while words and len(f"… {words[-1]} {kept}") <= SHORT:
        kept = f"{words.pop()} {kept}".strip()
    return f"… {kept}"


def _in_percent(value: Any) -> str:
    return percent(None if value is None else round(value))


OF_ORGANISATIONS = Source(_organisations_table, _organisations_finding, _organisations_drawing)
