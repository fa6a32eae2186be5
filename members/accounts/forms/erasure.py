"""Whom to erase, and the clear word before."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ErasureTargetForm(forms.Form):
    """An address, or the number of a request."""

    who = forms.CharField(
        label=_("Adresse électronique, ou numéro d’une demande"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Écrivez l’adresse électronique de la personne, ou le numéro de sa demande.")},
    )


class ErasureForm(ErasureTargetForm):
    """The same, once what would go was read."""

    who = forms.CharField(max_length=254, widget=forms.HiddenInput)
    confirm = forms.BooleanField(
        label=_("Je me suis assuré que la demande vient bien de cette personne. L’effacement est définitif."),
        error_messages={"required": _("Cochez cette case pour effacer.")},
    )
