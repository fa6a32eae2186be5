"""The field for a commune: typed by name or postcode, chosen among matches when several answer."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.territories.models import Territory
from members.territories.queries.communes import commune_named, commune_proposals, communes_named

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

    def clean_commune(self) -> Territory | None:
        """The commune that is named without any doubt, or the one that the person chose among the proposals."""
        typed = self.cleaned_data["commune"]
        if certain := commune_named(typed):
            return certain
        self.communes = commune_proposals(typed, MOST_MATCHES)
        chosen = self.data.get(self.add_prefix("commune_code"), "")
        for row in self.communes:
            if row.code == chosen:
                self.communes = []
                return row
        raise _doubt(self.communes, typed)

    def commune_choices(self) -> list[dict[str, Any]]:
        """What the page proposes for the person to choose from."""
        return [
            {"code": row.code, "label": row.label, "found_as": row.found_as, "postcodes": ", ".join(row.postcodes[:3])}
            for row in self.communes
        ]


def _doubt(proposals: list[Territory], typed: str) -> forms.ValidationError:
    """Why the text is not enough."""
    if not proposals:
        text = _("Nous ne connaissons aucune commune de ce nom. Vérifiez l’orthographe, ou écrivez le code postal.")
        return forms.ValidationError(text, code="unknown")
    if communes_named([typed])[typed]:
        return forms.ValidationError(_("Plusieurs communes répondent. Choisissez la vôtre ci-dessous."), code="several")
    text = _("Aucune commune ne s’appelle exactement ainsi. Choisissez la vôtre ci-dessous, ou corrigez.")
    return forms.ValidationError(text, code="close")
