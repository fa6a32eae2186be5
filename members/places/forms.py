"""Choosing among the places of the directory."""

from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from diginor.web.widgets import AddressForm
from members.organisations.enums import Sector
from members.places.enums import PlaceKind
from members.places.models import PlaceQuerySet
from members.territories.enums import TerritoryKind
from members.territories.models import Territory

# A page stays light: beyond these, regions are offered, and the départements still answer by their codes.
MOST_DEPARTMENTS = 12


class PlaceFilter(FilterSet):
    """Kind, theme and territory, each with only what the places show; a value that is not one asks nothing."""

    nature = ChoiceFilter("kind", label=_("Nature"), empty_label=_("Toutes"))
    theme = ChoiceFilter("theme", label=_("Thème"), empty_label=_("Tous"))
    territoire = ChoiceFilter("commune", label=_("Territoire"), empty_label=_("Tous"), method="inside")

    class Meta:
        form = AddressForm

    def __init__(self, asked: QueryDict, queryset: PlaceQuerySet):
        super().__init__(asked, queryset)
        self.areas = self._areas(queryset)
        self._offer("nature", PlaceKind.choices, queryset.values_of("kind"))
        self._offer("theme", Sector.choices, queryset.values_of("theme"))
        self._offer("territoire", [(code, row.name) for code, row in self.areas.items()], set(self.areas))

    def _areas(self, places: PlaceQuerySet) -> dict[str, Territory]:
        departments = {row.code: row for row in places.areas(TerritoryKind.DEPARTMENT)}
        if len(departments) <= MOST_DEPARTMENTS:
            return departments
        # A region may bear the number of a département: 28 is Normandie, and Eure-et-Loir.
        regions = {f"r{row.code}": row for row in places.areas(TerritoryKind.REGION)}
        asked = self.data.get("territoire", "")
        return regions | ({asked: departments[asked]} if asked in departments else {})

    def _offer(self, name: str, choices: Any, used: set[str]) -> None:
        self.filters[name].extra["choices"] = [(code, capfirst(label)) for code, label in choices if code in used]

    def inside(self, rows: PlaceQuerySet, name: str, code: str) -> PlaceQuerySet:
        """Those of a territory."""
        return rows.filter(**{f"{name}__in": Territory.objects.within(self.areas[code]).values("pk")})

    @property
    def is_in_use(self) -> bool:
        """Whether something is asked."""
        return any(self.form.cleaned_data.values())
