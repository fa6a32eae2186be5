"""The three steps of filing: the need, the company, the contact."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from diginor.text.clean_text import several_lines
from diginor.text.whole_numbers import is_whole_number
from diginor.text.wording import day
from diginor.web.widgets import DayInput, RadioCards
from members.organisations import company_search
from members.organisations.enums import LegalForm, Sector, SizeCategory
from members.organisations.forms.fields import SiretField
from members.organisations.models import naf_code
from services.catalogue.enums import QuestionKind
from services.catalogue.models import Question, Topic
from services.filing.forms.abroad import WhereaboutsMixin
from services.filing.forms.robot_checks import RobotChecks
from services.filing.rules import likely_address
from services.requests.enums import NoSiretReason
from services.requests.forms import FilesField

NEED_SHORTEST = 20
NEED_LONGEST = 5000
OLDEST_YEAR = 1700


class Partial(forms.Form):
    """A form whose right answers can be kept while others are missing or wrong."""

    def right_answers(self) -> dict[str, Any]:
        """The answers without an error that were given."""
        wrong = self.errors
        return {name: value for name, value in self.cleaned_data.items() if name not in wrong}


class NeedForm(RobotChecks, Partial):
    """Step 1: the need in the person's own words, and the questions of the topic."""

    need = forms.CharField(
        label=gettext_lazy("Décrivez votre besoin"),
        min_length=NEED_SHORTEST,
        max_length=NEED_LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "Avec vos mots : ce que fait votre entreprise, ce que vous voulez changer, pour quand. "
            "Quelques phrases suffisent."
        ),
        error_messages={
            "required": gettext_lazy("Décrivez votre besoin en quelques phrases."),
            "min_length": gettext_lazy("Dites-en un peu plus : au moins %(limit_value)d caractères."),
            "max_length": gettext_lazy("C’est un peu long : %(limit_value)d caractères au plus."),
        },
    )

    def __init__(self, *args: Any, topic: Topic | None = None, answers: list | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.questions = list(topic.questions.in_order()) if topic else []
        given = {row["question"]: row["value"] for row in answers or []}
        for question in self.questions:
            field = _question_field(question)
            field.initial = given.get(question.pk)
            self.fields[f"question_{question.pk}"] = field
        self.order_fields(["need"])

    def question_fields(self) -> list[forms.BoundField]:
        """The questions of the topic, as the page draws them."""
        return [self[f"question_{question.pk}"] for question in self.questions]

    def typed_need(self) -> str:
        """The need as it was typed, too short or not: a draft keeps it."""
        return several_lines(self.data.get(self.add_prefix("need"), "")).strip()[:NEED_LONGEST]

    def answers(self) -> list[dict[str, Any]]:
        """The answers to the questions of the topic, each with its question as it was asked."""
        rows = []
        for question in self.questions:
            value = self.cleaned_data.get(f"question_{question.pk}")
            if value not in (None, ""):
                row = {"question": question.pk, "label": question.label, "value": value, "text": _told(question, value)}
                rows.append(row)
        return rows


def _question_field(question: Question) -> forms.Field:
    """The field for a question of a topic."""
    common: dict[str, Any] = {
        "label": str(question),
        "required": question.is_required,
        "error_messages": {"required": gettext_lazy("Répondez à cette question.")},
    }
    if question.kind == QuestionKind.NUMBER:
        wrong = {"invalid": gettext_lazy("Écrivez un nombre entier, sans unité.")}
        common["error_messages"] |= wrong
        return forms.IntegerField(min_value=0, max_value=10**9, **common)
    if question.kind in (QuestionKind.YES_NO, QuestionKind.CHOICE):
        return forms.ChoiceField(choices=_choices(question), widget=RadioCards(two_columns=True), **common)
    return forms.CharField(max_length=500, **common)


def _choices(question: Question, *, english: bool | None = None) -> list[tuple[str, Any]]:
    """Codes and labels, in the language of the page unless told."""
    if question.kind == QuestionKind.YES_NO:
        return [("yes", gettext_lazy("Oui")), ("no", gettext_lazy("Non"))]
    is_english = (get_language() or "fr").startswith("en") if english is None else english
    return [(code, (names[-1] if is_english else names[0])) for code, *names in question.choices]


def _told(question: Question, value: Any) -> str:
    """The answer as the desk reads it, in French."""
    if question.kind == QuestionKind.YES_NO:
        return "Oui" if value == "yes" else "Non"
    if question.kind == QuestionKind.CHOICE:
        return str(dict(_choices(question, english=False)).get(value, value))
    return str(value)


class CompanyForm(WhereaboutsMixin, Partial):
    """Step 2: who asks, with a SIRET or the reason why there is none."""

    siret = SiretField(help_text=gettext_lazy("14 chiffres, avec ou sans espaces. Il figure sur vos factures."))
    no_siret_reason = forms.ChoiceField(
        label=gettext_lazy("Pourquoi n’avez-vous pas de SIRET ?"),
        required=False,
        choices=NoSiretReason.choices,
        widget=RadioCards,
    )
    company_name = forms.CharField(
        label=gettext_lazy("Nom de l’entreprise, de l’organisme ou du projet"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": gettext_lazy("Indiquez un nom.")},
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Effectif"),
        required=False,
        choices=SizeCategory.choices,
        widget=RadioCards(two_columns=True),
        help_text=gettext_lazy("Certaines aides sont réservées aux petites équipes."),
    )
    sector = forms.ChoiceField(
        label=gettext_lazy("Secteur d’activité"), required=False, choices=[("", "—"), *Sector.choices]
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Forme juridique"), required=False, choices=[("", "—"), *LegalForm.choices]
    )
    naf = forms.CharField(
        label=gettext_lazy("Code NAF (APE)"),
        required=False,
        max_length=8,
        validators=[naf_code],
        help_text=gettext_lazy("Par exemple 62.01Z. Il figure sur vos bulletins de paie."),
    )
    founded_on = forms.DateField(
        label=gettext_lazy("Date de création"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Plusieurs aides visent les entreprises jeunes."),
        error_messages={"invalid": gettext_lazy("Écrivez une date comme 12/03/2015.")},
    )
    DETAILS = ("sector", "legal_form", "naf", "founded_on")
    field_order = ("company_name", "siret", "no_siret_reason", "commune", "country", "foreign_town", "size", *DETAILS)
    wants_details = False

    @classmethod
    def with_details(cls, typed: QueryDict, initial: dict[str, Any]) -> "CompanyForm":
        """The form as it was typed so far, without a word on what is missing, and with its optional part."""
        form = cls(initial={**initial, **typed.dict()})
        form.wants_details = True
        form.fields["sector"].widget.attrs["autofocus"] = True
        return form

    def clean_naf(self) -> str:
        """With its dot and its capital letter."""
        text = self.cleaned_data["naf"].upper().replace(" ", "")
        return f"{text[:2]}.{text[2:]}" if len(text) == 5 and "." not in text else text

    def clean_founded_on(self) -> Any:
        """Not in the future, and not before there were companies."""
        day = self.cleaned_data["founded_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Cette date est dans le futur."), code="future")
        if day and day.year < OLDEST_YEAR:
            raise forms.ValidationError(_("Cette date semble fausse : vérifiez l’année."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        """Either a SIRET or a reason; a SIRET that is given counts, and being abroad is a reason."""
        cleaned = super().clean()
        if "siret" in self.errors:
            return cleaned
        if cleaned.get("siret"):
            cleaned["no_siret_reason"] = ""
        elif self.is_abroad:
            cleaned["no_siret_reason"] = cleaned.get("no_siret_reason") or str(NoSiretReason.ABROAD)
        elif not cleaned.get("no_siret_reason") and "no_siret_reason" not in self.errors:
            self.add_error("siret", _("Écrivez votre SIRET, ou dites ci-dessous pourquoi vous n’en avez pas."))
        return cleaned

    @property
    def can_look_up(self) -> bool:
        """Whether the installation asks the State what it knows of a SIRET."""
        return company_search.is_on()

    @property
    def explains_siret(self) -> bool:
        """Whether the part about having no SIRET is shown open."""
        return bool(self["no_siret_reason"].value() or "siret" in self.errors)

    @property
    def explains_abroad(self) -> bool:
        """Shown open as well once somebody said why there is no SIRET."""
        return super().explains_abroad or self["no_siret_reason"].value() == NoSiretReason.ABROAD

    @property
    def has_details(self) -> bool:
        """Whether the fields of the optional part are shown: they were asked for, or sent."""
        return self.wants_details or any(self._is_sent(name) for name in self.DETAILS)

    @property
    def activity(self) -> str:
        """What the optional part said before, in words."""
        known = {name: str(self.initial.get(name) or "") for name in ("sector", "legal_form", "naf")}
        labels = {**dict(Sector.choices), **dict(LegalForm.choices)}
        founded = day(self.initial.get("founded_on"), "short")
        told = (labels.get(known["sector"]), labels.get(known["legal_form"]), known["naf"], founded)
        return ", ".join(str(words) for words in told if words)

    def _is_sent(self, name: str) -> bool:
        return self.add_prefix(name) in self.data

    def company(self) -> dict[str, Any]:
        """What the draft keeps; the optional part changes nothing where it was not shown."""
        left = {"commune_code", *(name for name in self.DETAILS if not self._is_sent(name))}
        return {name: value for name, value in self.cleaned_data.items() if name not in left}


class ContactForm(RobotChecks, Partial):
    """Step 3: whom to answer, and files."""

    contact_name = forms.CharField(
        label=gettext_lazy("Votre nom"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Indiquez votre nom.")},
    )
    contact_function = forms.CharField(
        label=gettext_lazy("Votre fonction"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("Le lien de suivi y est envoyé. Elle n’est donnée qu’aux personnes qui vous aident."),
        error_messages={
            "required": gettext_lazy("Indiquez votre adresse électronique."),
            "invalid": gettext_lazy("Cette adresse n’est pas complète. Elle s’écrit comme nom@exemple.fr."),
        },
    )
    confirmed_email = forms.CharField(required=False, max_length=254, widget=forms.HiddenInput)
    contact_phone = forms.CharField(
        label=gettext_lazy("Téléphone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        help_text=gettext_lazy("Souvent, dix minutes de conversation suffisent."),
    )
    KEPT = ("contact_name", "contact_function", "contact_email", "contact_phone")

    def __init__(self, *args: Any, files_left: int = 5, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.doubtful_email = ""
        self.fields["files"] = FilesField(label=_("Fichiers utiles"), most=files_left)

    def clean_contact_email(self) -> str:
        """Ask once again when the domain looks like a slip; the same address sent twice is taken."""
        email = self.cleaned_data["contact_email"]
        likely = likely_address(email)
        if likely and self.data.get(self.add_prefix("confirmed_email"), "") != email:
            self.doubtful_email = email
            text = _("Vouliez-vous écrire %(likely)s ? Corrigez, ou envoyez à nouveau si l’adresse est bonne.")
            raise forms.ValidationError(text % {"likely": likely}, code="typo")
        return email

    def clean_contact_phone(self) -> str:
        """Enough digits for a telephone number."""
        phone = self.cleaned_data["contact_phone"].strip()
        digits = sum(is_whole_number(sign) for sign in phone)
        if phone and not 8 <= digits <= 15:
            raise forms.ValidationError(_("Ce numéro semble incomplet. Il s’écrit comme 02 33 00 00 00."), code="phone")
        return phone

    @cached_property
    def contact(self) -> dict[str, str]:
        """What the draft keeps of the right answers."""
        right = self.right_answers()
        return {name: right[name] for name in self.KEPT if name in right}


class LaterForm(forms.Form):
    """Where to send the link that resumes a draft."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("Nous n’y envoyons que le lien, et un seul rappel."),
        error_messages={
            "required": gettext_lazy("Indiquez votre adresse électronique."),
            "invalid": gettext_lazy("Cette adresse n’est pas complète. Elle s’écrit comme nom@exemple.fr."),
        },
    )
