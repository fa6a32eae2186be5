"""What is chosen on the pages of coverage: a hub, a territory, and from how many organisations on help overlaps."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.hubs.models import Hub
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from steering.dashboard.forms import QuickSelect

PREFIXES = {
    "dep": TerritoryKind.DEPARTMENT,
    "epci": TerritoryKind.EPCI,
    "projet": TerritoryKind.ADHOC,
}
OVERLAPS = (2, 3, 4, 5, 8, 10)
DEFAULT_OVERLAP = 4


def key_of(territory: Any) -> str:
    """How a territory is written in an address: « dep-14 »."""
    prefix = next(prefix for prefix, kind in PREFIXES.items() if kind == territory.kind)
    return f"{prefix}-{territory.code}"


class CoverageForm(forms.Form):
    """Every choice is optional, and a value that is not offered does not exist."""

    hub = forms.ChoiceField(label=_("Guichet"), required=False, widget=QuickSelect)
    territory = forms.ChoiceField(label=_("Territoire"), required=False, widget=QuickSelect)
    overlap = forms.TypedChoiceField(label=_("Recouvrement"), required=False, coerce=int, widget=QuickSelect)

    NAMES = {"hub": "guichet", "territory": "territoire", "overlap": "seuil"}

    def __init__(self, data: Any, *, hubs: Sequence[Hub], territories: Sequence[Territory]):
        super().__init__({name: data.get(name, "") for name in self.NAMES.values()}, auto_id="%s")
        self.hubs = hubs
        self.territories = {key_of(one): one for one in territories}
        self._offer("hub", [("", _("Tous")), *((hub.slug, hub.name) for hub in hubs)])
        self._offer("territory", [("", _("Par département")), *self._territories()])
        self._offer(
            "overlap", [("", _from(DEFAULT_OVERLAP)), *((n, _from(n)) for n in OVERLAPS if n != DEFAULT_OVERLAP)]
        )
        if len(hubs) < 2:
            del self.fields["hub"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _territories(self) -> list[tuple[Any, list[tuple[str, str]]]]:
        groups = (
            (_("Par intercommunalité"), (TerritoryKind.DEPARTMENT, TerritoryKind.ADHOC)),
            (_("Une intercommunalité"), (TerritoryKind.EPCI,)),
        )
        found = [
            (label, [(key, one.name) for key, one in self.territories.items() if one.kind in kinds])
            for label, kinds in groups
        ]
        return [(label, choices) for label, choices in found if choices]

    def add_prefix(self, field_name: str) -> str:
        """Fields are named in French in the address."""
        return self.NAMES.get(field_name, field_name)

    def chosen_hubs(self) -> list[Hub]:
        """The hub chosen, all that the person may read otherwise."""
        slug = self.cleaned_data.get("hub")
        return [hub for hub in self.hubs if not slug or hub.slug == slug]

    def chosen_territory(self) -> Territory | None:
        """The territory whose intercommunalités are looked at."""
        return self.territories.get(self.cleaned_data["territory"])

    def least_overlap(self) -> int:
        """From how many organisations on help overlaps."""
        return self.cleaned_data["overlap"] or DEFAULT_OVERLAP


def _from(count: int) -> str:
    return ngettext("à partir de %(n)s structure", "à partir de %(n)s structures", count) % {"n": count}
