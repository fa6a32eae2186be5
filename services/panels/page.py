"""What the steering page gives to every panel: the sums to read, the names to write, the address to keep."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diginor.text_search import plain
from diginor.wording import number, percent
from members.enums import Sector, SizeCategory
from services.enums import Family
from services.models.figure_reading import Place, Reading, Value
from services.rules.figures import Counts, Figure

LABELS = {"family": dict(Family.choices), "size": dict(SizeCategory.choices), "sector": dict(Sector.choices)}
FEW = 20


@dataclass(frozen=True)
class PageFilters:
    """The filters of one page, read and ready to be shown."""

    reading: Reading
    places: dict[str, dict[int, Place]]
    query: dict[str, str]
    map_codes: tuple[str, ...] = ()
    _ranked: dict[str, list[tuple[str, Counts]]] = field(default_factory=dict)

    def csv_url(self, code: str) -> str:
        """The address of the file of a panel, under the same filters."""
        return self._with_query(reverse("steering_csv", args=[code]))

    def page_url(self) -> str:
        """The address of the page itself."""
        return self._with_query(reverse("steering"))

    def list_url(self, figure: str, *, is_missed: bool = False, **keys: str) -> str:
        """The address of the requests behind a figure, at a page when a key is given."""
        more = {"chiffre": figure, **({"part": "autres"} if is_missed else {}), **keys}
        return self._with_query(reverse("steering_requests"), **more)

    def _with_query(self, address: str, **more: str) -> str:
        query = urlencode({**self.query, **more})
        return f"{address}?{query}" if query else address

    def name(self, dimension: str, value: Value) -> str:
        """The words for a value of a dimension."""
        if dimension in LABELS:
            return capital(str(LABELS[dimension].get(str(value or ""), _("non précisé"))))
        place = self.places[dimension].get(value) if isinstance(value, int) else None
        return place.name if place else _("Hors du territoire ou non précisé")

    def ranked(self, dimension: str) -> list[tuple[str, Counts]]:
        """The values of a dimension that have requests, the largest first, by name."""
        if dimension not in self._ranked:
            found = self.reading.by(dimension)
            named = [(self.name(dimension, value), counts) for value, counts in found.items() if counts["submitted"]]
            self._ranked[dimension] = sorted(named, key=lambda row: (-row[1]["submitted"], plain(row[0])))
        return self._ranked[dimension]


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
