"""Fields that understand what people write, and keep it in one form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.organisations.rules import siret


class SiretField(forms.CharField):
    """A SIRET with or without spaces, kept as its digits."""

    def __init__(self, **kwargs: Any):
        """Room for what a copy carries beside the digits."""
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"label": _("SIRET"), "required": False, "max_length": 40, "widget": widget, **kwargs})

    def clean(self, value: Any) -> str:
        """The digits; ValidationError says what is wrong with them."""
        reading = siret.read(super().clean(value))
        if reading.problem:
            raise forms.ValidationError(reading.words, code=reading.problem)
        return reading.digits
