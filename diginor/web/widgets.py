"""How forms are drawn: the renderer of every form, and the widgets that the portal adds to Django's."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loader import get_template
from django.utils.text import capfirst


class PortalFormRenderer(DjangoTemplates):
    """Draw forms with the portal's templates and the bare widgets with Django's own."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        """Look for the portal's templates in the project, for all others where Django keeps them."""
        if template_name.startswith("components/"):
            return get_template(template_name)
        return super().get_template(template_name)


class AddressForm(forms.Form):
    """What an address asks: the ids of the page are its names."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"auto_id": "%s", **kwargs})


class Cards(forms.widgets.ChoiceWidget):
    """Choices drawn as large cards; `hints` gives a sentence for each value it explains."""

    template_name = "components/forms/cards.html"

    def __init__(self, attrs=None, choices=(), hints=None, two_columns=False):
        """Keep the sentences that explain the choices, and whether two cards share a line."""
        super().__init__(attrs, choices)
        self.hints = hints or {}
        self.css = "choices two" if two_columns else "choices"

    def get_context(self, name, value, attrs):
        """Add to the context what the template needs to lay the cards out."""
        context = super().get_context(name, value, attrs)
        context["widget"]["css"] = self.css
        return context

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        """Give each option its sentence."""
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        option["hint"] = self.hints.get(getattr(value, "value", value), "")
        return option


class RadioCards(Cards, forms.RadioSelect):
    """One choice among large cards."""


class CheckboxCards(Cards, forms.CheckboxSelectMultiple):
    """Several choices among large cards."""


class DayInput(forms.DateInput):
    """A day picked in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs=None):
        """The browser exchanges days as 2026-03-12 whatever the language."""
        super().__init__(attrs, format="%Y-%m-%d")


class FileDrop(forms.FileInput):
    """A file chosen from the device, without Django's « currently » line."""

    def __init__(self, attrs=None, accept=""):
        """Tell the browser which types are accepted."""
        super().__init__({**(attrs or {}), **({"accept": accept} if accept else {})})


class SeveralChoices(forms.TypedMultipleChoiceField):
    """Several boxes to tick, kept as a list."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Any, label: Any, help_text: Any = ""):
        """Offer a closed list; nothing needs to be ticked."""
        named = [(value, capfirst(text)) for value, text in choices.choices]
        super().__init__(choices=named, label=label, required=False, empty_value=[], help_text=help_text)
