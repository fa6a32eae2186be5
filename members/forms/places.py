"""Choosing among the places of the directory."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from members.enums import PlaceKind, Sector
from members.models import Territory
from members.models.place import PlaceQuerySet


class PlaceFilter(forms.Form):
    """Kind, theme and département, each with only what the places show; a value that is not one asks nothing."""

    nature = forms.ChoiceField(label=_("Nature"), required=False)
    theme = forms.ChoiceField(label=_("Thème"), required=False)
    territoire = forms.ChoiceField(label=_("Département"), required=False)

    def __init__(self, *args: Any, places: PlaceQuerySet, **kwargs: Any):
        super().__init__(*args, auto_id="%s", **kwargs)
        self.departments = {row.code: row for row in places.departments()}
        self._offer("nature", _("Toutes"), PlaceKind.choices, places.values_of("kind"))
        self._offer("theme", _("Tous"), Sector.choices, places.values_of("theme"))
        names = [(code, row.name) for code, row in self.departments.items()]
        self._offer("territoire", _("Tous"), names, set(self.departments))

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
        """What the places must be."""
        territory: Territory | None = self.departments.get(self.asked.get("territoire", ""))
        return {"kind": self.asked.get("nature", ""), "theme": self.asked.get("theme", ""), "territory": territory}
