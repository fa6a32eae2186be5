"""Where a company is: a commune of France, or a country and a town abroad in free text."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.text.search import plain
from members.territories.forms import CommuneMixin
from members.territories.models import Territory

# Browsers fill in a country by themselves.
FRANCE = {"france", "la france", "fr", "fra"}
UNKNOWN_PLACE = {"unknown", "close"}


class WhereaboutsMixin(CommuneMixin):
    """Adds a country and a town to the commune of a form; where they are said, the commune does not count."""

    country = forms.CharField(
        label=gettext_lazy("Pays"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    foreign_town = forms.CharField(
        label=gettext_lazy("Ville"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.is_bound and self.is_abroad:
            self.fields["commune"].required = False

    @property
    def is_abroad(self) -> bool:
        """Whether a country other than France, or a town abroad, was sent."""
        country, town = (str(self.data.get(self.add_prefix(name), "")).strip() for name in ("country", "foreign_town"))
        return bool(country or town) and plain(country.lower()) not in FRANCE

    @property
    def explains_abroad(self) -> bool:
        """Whether the part for companies abroad is shown open: it was used, or the commune is not known."""
        is_lost = "commune" in self.errors and self.errors.as_data()["commune"][0].code in UNKNOWN_PLACE
        return is_lost or bool(self["country"].value() or self["foreign_town"].value())

    def clean_commune(self) -> Territory | None:
        """None abroad; a place that is not known may be abroad."""
        if self.is_abroad:
            return None
        try:
            return super().clean_commune()
        except forms.ValidationError as doubt:
            if doubt.code not in UNKNOWN_PLACE:
                raise
            hint = _("Si votre entreprise est hors de France, dites-le plus bas.")
            raise forms.ValidationError(f"{doubt.message} {hint}", code=doubt.code) from doubt

    def clean(self) -> dict[str, Any]:
        """Both of a country and a town, or neither."""
        cleaned = super().clean() or self.cleaned_data
        if not self.is_abroad:
            return cleaned | {"country": "", "foreign_town": ""}
        for name, missing in (("country", _("Indiquez le pays.")), ("foreign_town", _("Indiquez la ville."))):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, missing)
        return cleaned
