"""Choosing among the places of the directory."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from members.organisations.enums import Sector
from members.places.enums import PlaceKind
from members.places.models import PlaceQuerySet
from members.territories.enums import TerritoryKind
from members.territories.models import Territory

# A page stays light: beyond these, regions are offered, and the départements still answer by their codes.
MOST_DEPARTMENTS = 12


class PlaceFilter(forms.Form):
    """Kind, theme and territory, each with only what the places show; a value that is not one asks nothing."""

    nature = forms.ChoiceField(label=_("Nature"), required=False)
    theme = forms.ChoiceField(label=_("Thème"), required=False)
    territoire = forms.ChoiceField(label=_("Territoire"), required=False)

    def __init__(self, asked: QueryDict, *, places: PlaceQuerySet):
        super().__init__(asked, auto_id="%s")
        self._offer("nature", _("Toutes"), PlaceKind.choices, places.values_of("kind"))
        self._offer("theme", _("Tous"), Sector.choices, places.values_of("theme"))
        self.areas = self._areas(places)
        self._offer("territoire", _("Tous"), [(code, row.name) for code, row in self.areas.items()], set(self.areas))

    def _areas(self, places: PlaceQuerySet) -> dict[str, Territory]:
        departments = {row.code: row for row in places.areas(TerritoryKind.DEPARTMENT)}
        if len(departments) <= MOST_DEPARTMENTS:
            return departments
        # A region may bear the number of a département: 28 is Normandie, and Eure-et-Loir.
        regions = {f"r{row.code}": row for row in places.areas(TerritoryKind.REGION)}
        asked = self.data.get("territoire", "")
        return regions | ({asked: departments[asked]} if asked in departments else {})

    def _offer(self, name: str, nothing: Any, choices: Any, used: set[str]) -> None:
        shown = [(code, capfirst(label)) for code, label in choices if code in used]
        field: Any = self.fields[name]
        field.choices = [("", nothing), *shown]

    @cached_property
    def asked(self) -> dict[str, str]:
        """What is asked, without what cannot be."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def wanted(self) -> dict[str, Any]:
        territory: Territory | None = self.areas.get(self.asked.get("territoire", ""))
        return {"kind": self.asked.get("nature", ""), "theme": self.asked.get("theme", ""), "territory": territory}
