"""What the steering page gives to every panel: the sums to read, the names to write, the address to keep."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from diginor.text.search import plain
from services.figures.queries.reading import Place, Reading, Value
from services.figures.rules.figures import DIMENSIONS, Counts
from services.figures.rules.wording import capital
from services.requests.models import ServiceRequest

OWN = {one.code: ServiceRequest._meta.get_field(one.code) for one in DIMENSIONS if not one.is_key}
LABELS: dict[str, dict[str, str]] = {code: dict(getattr(field, "flatchoices", ())) for code, field in OWN.items()}
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
