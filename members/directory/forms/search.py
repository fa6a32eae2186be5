"""What a person asks of the directory, read from the address of the page."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from members.organisations.models import LONGEST_TEXT, ListedQuerySet, Wanted
from members.territories.models import Territory
from members.territories.queries.named import territory_named, territory_proposals

# The name of each filter in the address, what it chooses among, and its words.
FILTERS: dict[str, tuple[str, Any]] = {
    "nature": ("kind", _("Nature")),
    "secteur": ("sector", _("Secteur")),
    "expertise": ("expertise", _("Expertise")),
    "reseau": ("network", _("Réseau")),
    "lieu": ("place", _("Lieu")),
}


class DirectorySearch(forms.Form):
    """Some words, a territory, and the filters chosen one after the other."""

    q = forms.CharField(label=_("Nom, métier ou expertise"), max_length=LONGEST_TEXT, required=False)
    territoire = forms.CharField(label=_("Commune ou département"), max_length=80, required=False)
    nature = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    secteur = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    expertise = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    reseau = forms.SlugField(max_length=220, required=False, widget=forms.HiddenInput)
    lieu = forms.SlugField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"auto_id": "%s", **kwargs})

    @cached_property
    def asked(self) -> dict[str, str]:
        """What is asked, by the names of the address, without what cannot be."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @cached_property
    def territory(self) -> Territory | None:
        """The territory that is named, if one alone is."""
        named = self.asked.get("territoire", "")
        return territory_named(named) if named else None

    @property
    def lost_territory(self) -> str:
        """What was typed as a territory and names none for certain."""
        return "" if self.territory else self.asked.get("territoire", "")

    def near_territories(self) -> list[tuple[str, str]]:
        """The communes that may have been meant, each with the address of the list there."""
        near = territory_proposals(self.lost_territory)
        return [(f"?{urlencode({**self.asked, 'territoire': row.label})}", row.label) for row in near]

    def wanted(self, **more: Any) -> Wanted:
        """What the organisations must be."""
        given: dict[str, Any] = {field: self.asked.get(name, "") for name, (field, _label) in FILTERS.items()}
        return Wanted(text=self.asked.get("q", ""), territory=self.territory, **given, **more)

    def chosen(self, rows: ListedQuerySet) -> list[dict[str, Any]]:
        """The filters in use, each with its words and the address of the list without it."""
        return [
            {
                "name": name,
                "code": self.asked[name],
                "label": label,
                "value": capfirst(rows.words_of(field, self.asked[name]) or self.asked[name]),
                "without": f"?{urlencode(self.asked_without(name))}",
            }
            for name, (field, label) in FILTERS.items()
            if name in self.asked
        ]

    def asked_without(self, name: str) -> dict[str, str]:
        """What is asked besides a filter."""
        return {key: value for key, value in self.asked.items() if key != name}
