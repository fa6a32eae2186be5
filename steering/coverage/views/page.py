"""What the pages of coverage show: cells in words and shapes, a map with its table, who serves what."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diginor.drawing.charts import Chart
from diginor.drawing.maps import department_map
from diginor.text.search import plain
from diginor.text.wording import number
from services.catalogue.enums import Family
from services.catalogue.models import Offer, Topic
from steering.coverage.forms import key_of
from steering.coverage.queries.coverage import CoverageReading, Unit
from steering.coverage.rules.coverage import NONE, PART, WHOLE, Cell

DEFINITION = gettext_lazy(
    "Une structure couvre un sujet dans une commune quand son offre sur ce sujet est proposée, quand la commune est "
    "dans un territoire de cette offre (sans territoire indiqué, l’offre vaut partout) et quand les demandes de la "
    "commune vont à un guichet dont la structure est membre. C’est la règle qui oriente les demandes. Un territoire "
    "est couvert quand chacune de ses communes l’est, « en partie » quand seules certaines le sont. La taille et "
    "l’activité des entreprises, les absences et la charge des structures ne comptent pas ici."
)
STATES = {NONE: gettext_lazy("personne"), PART: gettext_lazy("en partie"), WHOLE: gettext_lazy("couvert")}
NAMES_SHOWN, FEW_NAMES = 12, 3


def cell_url(topic: Topic, unit: Unit) -> str:
    """Who serves a topic in a unit."""
    return reverse("coverage_cell", args=[topic.slug, key_of(unit)])


def in_words(cell: Cell) -> str:
    """A cell as it is read aloud, and written in files: « 2 structures, en partie »."""
    if cell.state == NONE:
        return _("personne")
    count = cell.organisations
    words = ngettext("%(n)s structure", "%(n)s structures", count) % {"n": number(count)}
    return _("%(count)s, en partie") % {"count": words} if cell.state == PART else words


def matrix(reading: CoverageReading, family: str, overlap: int) -> dict[str, Any]:
    """The rows of a family, and for each unit how many of its topics have nobody."""
    topics = [topic for topic in reading.topics if topic.family == family]
    rows = [
        {
            "topic": topic,
            "url": reverse("coverage_topic", args=[topic.slug]),
            "cells": [_drawn(topic, unit, reading.cell(topic, unit), overlap) for unit in reading.units],
        }
        for topic in topics
    ]
    gaps = [sum(reading.state(topic, unit) == NONE for topic in topics) for unit in reading.units]
    return {"units": reading.units, "rows": rows, "gaps": gaps}


def _drawn(topic: Topic, unit: Unit, cell: Cell, overlap: int) -> dict[str, Any]:
    """A cell: its number or the word for nobody, its shape by class, and the whole sentence for who hears it."""
    state = cell.state
    is_many = cell.organisations >= overlap
    told = _("%(topic)s, %(place)s : %(words)s") % {"topic": topic, "place": unit.name, "words": in_words(cell)}
    return {
        "state": state,
        "is_many": is_many,
        "text": _("personne") if state == NONE else number(cell.organisations),
        "told": _("%(words)s, recouvrement") % {"words": told} if is_many else told,
        "url": cell_url(topic, unit),
    }


def family_tabs(reading: CoverageReading, family: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """The four families, each with how many of its topics have nobody somewhere."""
    return [
        {
            "label": label,
            "url": f"?{urlencode({**query, 'famille': code})}",
            "is_current": code == family,
            "count": sum(
                any(reading.state(topic, unit) == NONE for unit in reading.units)
                for topic in reading.topics
                if topic.family == code
            ),
        }
        for code, label in Family.choices
    ]


def sums(reading: CoverageReading, overlap: int) -> dict[str, Any]:
    """What the whole matrix says: topics without anybody, and cells of each kind."""
    states = {(topic.pk, unit.id): reading.state(topic, unit) for topic in reading.topics for unit in reading.units}
    return {
        "topics": len(reading.topics),
        "nowhere": nowhere(reading),
        "cells": len(states),
        "gaps": sum(state == NONE for state in states.values()),
        "parts": sum(state == PART for state in states.values()),
        "overlaps": sum(
            reading.cell(topic, unit).organisations >= overlap for topic in reading.topics for unit in reading.units
        ),
    }


def nowhere(reading: CoverageReading) -> list[Topic]:
    """The topics that nobody serves in any unit."""
    return [topic for topic in reading.topics if all(reading.state(topic, unit) == NONE for unit in reading.units)]


def most_gaps(reading: CoverageReading, most: int) -> list[dict[str, Any]]:
    """The units where most topics have nobody, the worst first; topics that nobody serves anywhere are left out."""
    unserved = nowhere(reading)
    served = [topic for topic in reading.topics if topic not in unserved]
    rows: list[dict[str, Any]] = []
    for unit in reading.units:
        states = [reading.state(topic, unit) for topic in served]
        missing = [str(topic) for topic, state in zip(served, states, strict=True) if state == NONE]
        rows.append(
            {
                "unit": unit,
                "gaps": len(missing),
                "missing": shortened(missing, FEW_NAMES),
                "parts": states.count(PART),
                "topics": len(served),
                "url": f"{reverse('coverage')}?territoire={key_of(unit)}",
            }
        )
    rows.sort(key=lambda row: (-row["gaps"], -row["parts"]))
    return [row for row in rows if row["gaps"] or row["parts"]][:most]


def table(reading: CoverageReading, names: dict[int, str]) -> tuple[list[str], list[list[Any]]]:
    """The file: a line for each topic and each unit."""
    header = [
        _("Famille"), _("Sujet"), _("Code"), _("Territoire"), _("Couverture"), _("Structures"),
        _("Couvrent tout"), _("Couvrent une partie"),
    ]  # fmt: skip
    rows = []
    for topic in reading.topics:
        for unit in reading.units:
            cell = reading.cell(topic, unit)
            whole, part = (", ".join(names[pk] for pk in pks) for pks in (cell.whole, cell.part))
            state, count = str(STATES[cell.state]), cell.organisations
            rows.append([topic.get_family_display(), str(topic), unit.code, unit.name, state, count, whole, part])
    return header, rows


def topic_map(reading: CoverageReading, csv_url: str) -> Chart:
    """A topic on the map of the départements, with the same figures as a table that leads to each of them."""
    topic = reading.topics[0]
    cells = [(unit, reading.cell(topic, unit)) for unit in reading.units]
    finding = _finding([unit.name for unit, cell in cells if cell.state == NONE], len(cells))
    written = {unit.code: in_words(cell) for unit, cell in cells}
    values = {unit.code: cell.organisations for unit, cell in cells}
    rows = [
        [format_html('<a href="{}">{}</a>', cell_url(topic, unit), unit.name), written[unit.code]]
        for unit, cell in cells
    ]
    drawn = department_map(values, title=finding, write=lambda value: number(value) if value else _("personne"))
    return Chart(finding, drawn, [_("Département"), _("Structures")], rows, csv_url=csv_url)


def _finding(empty: Sequence[str], count: int) -> str:
    if not empty:
        return _("Une structure au moins dans chaque département")
    if len(empty) == count:
        return _("Personne dans aucun département")
    return _("Personne : %(names)s") % {"names": shortened(empty)}


def shortened(names: Iterable[str], most: int = NAMES_SHOWN) -> str:
    """Some names, and how many more."""
    listed = list(names)
    more = len(listed) - most
    if more < 2:
        return ", ".join(listed)
    return _("%(names)s et %(more)s autres") % {"names": ", ".join(listed[:most]), "more": number(more)}


def serving(offers: Iterable[Offer], cell: Cell, kept_hubs: set[int] | None) -> dict[str, list[dict[str, Any]]]:
    """The offers on a topic sorted by what they do for a unit: all of it, a part, nothing; None keeps every hub."""
    found: dict[str, list[dict[str, Any]]] = {WHOLE: [], PART: [], NONE: []}
    for offer in offers:
        place = offer.organisation_id
        state = WHOLE if place in cell.whole else PART if place in cell.part else NONE
        hubs = {hub.pk for hub in offer.organisation.hubs.all()}
        found[state].append(
            {
                "offer": offer,
                "places": shortened(sorted((one.name for one in offer.territories.all()), key=plain)) or _("partout"),
                "count": len(cell.part.get(place, ())),
                "may_change": kept_hubs is None or bool(kept_hubs & hubs),
            }
        )
    return found
