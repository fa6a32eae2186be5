"""The field for a commune: typed by name or postcode, chosen among matches when several answer."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Territory
from members.rules.place_names import name_variants, split_place

MOST_MATCHES = 8


class CommuneMixin(forms.Form):
    """Adds `commune` to a form; where several answer, the page comes back with a choice below the field."""

    commune = forms.CharField(
        label=gettext_lazy("Commune"),
        max_length=120,
        widget=forms.TextInput(
            attrs={
                "data-suggest": reverse_lazy("commune_suggest"),
                "data-suggest-label": gettext_lazy("Communes proposées"),
            }
        ),
        help_text=gettext_lazy("Son nom ou son code postal : « Granville » ou « 50400 »."),
        error_messages={"required": gettext_lazy("Indiquez votre commune.")},
    )
    commune_code = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    communes: list[Territory] = []

    def clean_commune(self) -> Territory:
        """The one commune that answers, or the one chosen among several."""
        typed = self.cleaned_data["commune"]
        self.communes = list(Territory.objects.communes_like(typed)[:MOST_MATCHES])
        if not self.communes:
            raise forms.ValidationError(
                _("Nous ne connaissons aucune commune de ce nom. Vérifiez l’orthographe, ou écrivez le code postal."),
                code="unknown",
            )
        chosen = self.data.get(self.add_prefix("commune_code"), "")
        found = [row for row in self.communes if row.code == chosen] or _certain(self.communes, typed)
        if len(found) != 1:
            text = _("Plusieurs communes répondent. Choisissez la vôtre ci-dessous.")
            raise forms.ValidationError(text, code="several")
        self.communes = []
        return found[0]

    def commune_choices(self) -> list[dict[str, Any]]:
        """What the page proposes when several communes answer."""
        return [
            {"code": row.code, "label": row.label, "postcodes": ", ".join(row.postcodes[:3])} for row in self.communes
        ]


def _certain(matches: list[Territory], typed: str) -> list[Territory]:
    """The matches that leave no doubt: the only one, or the only one of exactly that name."""
    if len(matches) == 1:
        return matches
    name, _digits = split_place(typed)
    names = name_variants(name) if name else []
    return [row for row in matches if row.search_name in names]
