"""Forms of the directory: the sheet of an organisation, by its manager or by who lists it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from diginor.web.edits import Guard, Seal
from diginor.web.widgets import CheckboxCards, FileDrop
from members.organisations.enums import LegalForm, OrganisationKind, Sector, SizeCategory, Technology
from members.organisations.forms.fields import SiretField
from members.organisations.models import Organisation
from members.organisations.rules.logos import ACCEPT, LARGEST, type_of
from members.territories.forms import CommuneMixin
from members.territories.models import Territory

# What the State, a Region or the desk itself enters is not listed by anybody.
LISTABLE = [kind for kind in OrganisationKind if kind not in (OrganisationKind.STATE, OrganisationKind.REGION)]
MOST_WORDS = 3000


def _choices(values: Any, empty: Any = "") -> list[tuple[str, str]]:
    named = [(str(kind.value), capfirst(kind.label)) for kind in values]
    return [("", empty), *named] if empty else named


class OrganisationPageForm(CommuneMixin):
    """What the sheet of an organisation says."""

    name = forms.CharField(label=_("Nom complet"), max_length=200)
    acronym = forms.CharField(label=_("Sigle ou nom court"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("Nature"), choices=_choices(LISTABLE))
    siret = SiretField()
    description = forms.CharField(
        label=_("Présentation"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Ce que vous faites pour les entreprises, en quelques phrases simples."),
    )
    description_en = forms.CharField(
        label=_("Présentation en anglais"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    expertises = forms.MultipleChoiceField(
        label=_("Expertises"), choices=_choices(Technology), required=False, widget=CheckboxCards(two_columns=True)
    )
    sector = forms.ChoiceField(label=_("Secteur"), choices=_choices(Sector, _("Aucun en particulier")), required=False)
    size = forms.ChoiceField(label=_("Taille"), choices=_choices(SizeCategory, _("Non précisée")), required=False)
    legal_form = forms.ChoiceField(
        label=_("Forme juridique"), choices=_choices(LegalForm, _("Non précisée")), required=False
    )
    website = forms.URLField(
        label=_("Site web"), required=False, assume_scheme="https", widget=forms.TextInput(attrs={"inputmode": "url"})
    )
    public_email = forms.EmailField(label=_("Adresse électronique publique"), required=False)
    public_phone = forms.CharField(label=_("Téléphone public"), max_length=30, required=False)
    street = forms.CharField(label=_("Numéro et rue"), max_length=200, required=False)
    postcode = forms.RegexField(
        r"^\d{5}$",
        label=_("Code postal"),
        required=False,
        error_messages={"invalid": _("Un code postal compte cinq chiffres.")},
    )

    def values(self) -> dict[str, Any]:
        """What a proposal writes: a commune by its code."""
        names = [name for name in self.cleaned_data if name not in ("commune_code", "commune", "logo", "confirm")]
        place = self.cleaned_data["commune"]
        return {name: self.cleaned_data[name] for name in names} | {"commune": place.code if place else ""}

    field_groups: ClassVar[list[tuple[Any, tuple[str, ...]]]] = [
        (_("Qui vous êtes"), ("name", "acronym", "kind", "siret", "legal_form")),
        (_("Ce que vous faites"), ("description", "description_en", "expertises", "sector", "size")),
        (_("Comment vous joindre"), ("website", "public_email", "public_phone", "street", "postcode")),
    ]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by what they are about; the page places the commune and the files itself."""
        return [(title, [self[name] for name in names]) for title, names in self.field_groups]


class OwnPageForm(Guard, OrganisationPageForm):
    """The sheet that a manager changes, with its logo."""

    opened = Seal()

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=FileDrop(accept=ACCEPT),
        help_text=_("Une image PNG, JPEG ou WebP de 300 Ko au plus."),
    )
    drop_logo = forms.BooleanField(label=_("Retirer le logo actuel"), required=False)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, row=organisation, **kwargs)
        self.organisation = organisation
        if organisation.kind not in LISTABLE:
            self.fields["kind"].choices = _choices(OrganisationKind)
        if not organisation.logo:
            del self.fields["drop_logo"]
        self.fields["description"].required = False
        # The sources of a real organisation do not always say where it is.
        self.fields["commune"].required = bool(organisation.commune)

    def clean_commune(self) -> Territory | None:
        """Nothing, where nothing was known and nothing is typed."""
        return super().clean_commune() if self.cleaned_data["commune"] else None

    def clean_siret(self) -> str:
        """A number that another organisation has is refused at once."""
        number: str = self.cleaned_data["siret"]
        if number and Organisation.objects.filter(siret=number).exclude(pk=self.organisation.pk).exists():
            raise forms.ValidationError(_("Une autre structure porte déjà ce SIRET. Écrivez à votre guichet."))
        return number

    def clean_logo(self) -> UploadedFile | None:
        """An image, by its content, and light."""
        upload: UploadedFile | None = self.cleaned_data["logo"]
        if upload and (upload.size or 0) > LARGEST:
            raise forms.ValidationError(_("Cette image est trop lourde : 300 Ko au plus."))
        if upload and not type_of(upload):
            raise forms.ValidationError(_("Ce fichier n’est pas une image PNG, JPEG ou WebP."))
        return upload

    @property
    def watched(self) -> list[str]:
        """The commune is looked at as a whole; the logo, which no field repeats, by its file."""
        return [*(name for name in super().watched if name != "commune_code"), "logo"]

    def current(self, name: str) -> Any:
        """A commune by its row, the logo by the name of its file."""
        if name == "commune":
            code = self.initial.get("commune_code", "")
            return Territory.objects.communes().filter(code=code).order_by("pk").first() if code else None
        return self.organisation.logo.name if name == "logo" else super().current(name)

    def _is_untouched(self, name: str, seen: Mapping[str, str]) -> bool:
        return super()._is_untouched(name, seen) and not (name == "logo" and self.cleaned_data.get("drop_logo"))

    def values(self) -> dict[str, Any]:
        """The same, the logo left to its own action."""
        return {name: value for name, value in super().values().items() if name != "drop_logo"}


class ListingForm(OrganisationPageForm):
    """An organisation that asks to be in the directory."""

    confirm = forms.BooleanField(
        label=_("Je travaille pour cette structure et je peux l’inscrire."),
        error_messages={"required": _("Confirmez que vous pouvez inscrire cette structure.")},
    )


class RefusalForm(forms.Form):
    """Why a proposal is refused."""

    why = forms.CharField(
        label=_("Votre réponse à la personne"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Dites pourquoi : la personne lira votre réponse.")},
    )
