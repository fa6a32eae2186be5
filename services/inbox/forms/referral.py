"""Forms of the adviser: accepting, declining, transferring, closing, noting a call, writing."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from diginor.web.widgets import DayInput, RadioCards
from diginor.workflow.working_days import add_working_days
from members.organisations.models import Organisation
from members.people.models import User
from services.requests.enums import DeclineReason, Outcome, ThreadKind
from services.requests.forms import FilesField
from services.requests.models import Promise, Referral

FURTHEST_DAYS = 60
FIRST_CALL_DAYS = 3


def coming_day(day: date | None) -> date | None:
    """Refuse a day that is over, or too far to be a next step."""
    today = timezone.localdate()
    if day and day < today:
        raise forms.ValidationError(_("Cette date est passée. Choisissez un jour à venir."), code="past")
    if day and day > today + timedelta(days=FURTHEST_DAYS):
        raise forms.ValidationError(
            _("C’est trop loin pour l’entreprise. Choisissez un jour dans les deux mois."), code="far"
        )
    return day


class StepForm(forms.Form):
    """One of the forms that share a page: the names of its fields on the page start with its `id_prefix`."""

    id_prefix = "step"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"auto_id": f"{self.id_prefix}_%s", **kwargs})


class AcceptForm(StepForm):
    """What the organisation does next, and by when; the company reads both."""

    id_prefix = "accept"

    next_step = forms.CharField(
        label=_("Que faites-vous ensuite ?"),
        max_length=200,
        initial=_("Je vous appelle"),
        help_text=_("L’entreprise lit cette phrase. Exemple : « Je vous appelle pour comprendre votre projet »."),
        error_messages={"required": _("Dites à l’entreprise ce que vous faites ensuite.")},
    )
    due_on = forms.DateField(
        label=_("Au plus tard le"),
        widget=DayInput(),
        error_messages={
            "required": _("Choisissez une date."),
            "invalid": _("Écrivez une date, par exemple 12/03/2026."),
        },
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any):
        super().__init__(*args, **kwargs)
        zone = referral.request.hub.holiday_zone
        self.fields["due_on"].initial = lambda: add_working_days(timezone.now(), FIRST_CALL_DAYS, zone).date()

    def clean_due_on(self) -> date | None:
        """A day to come."""
        return coming_day(self.cleaned_data["due_on"])


class DeclineForm(StepForm):
    """Why the organisation says no."""

    id_prefix = "decline"

    reason = forms.ChoiceField(
        label=_("Pourquoi déclinez-vous ?"),
        choices=[(value, capfirst(label)) for value, label in DeclineReason.choices],
        widget=RadioCards(),
        error_messages={"required": _("Choisissez une raison : l’équipe du guichet en a besoin pour la suite.")},
    )
    note = forms.CharField(
        label=_("Quelques mots de plus"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "L’entreprise et l’équipe du guichet les lisent. Vous connaissez une meilleure adresse ? Dites-le ici."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Another reason is told in words."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reason") == DeclineReason.OTHER and not data.get("note", "").strip():
            self.add_error("note", _("Vous avez choisi « autre raison » : dites laquelle."))
        return data


class TransferForm(StepForm):
    """Who goes on: a colleague, or another organisation of the hub."""

    id_prefix = "transfer"

    to = forms.ChoiceField(
        label=_("Qui prend la suite ?"),
        error_messages={
            "required": _("Choisissez une personne ou une structure."),
            "invalid_choice": _(
                "Cette personne ou cette structure ne peut pas reprendre la demande. Choisissez-en une autre."
            ),
        },
    )
    why = forms.CharField(
        label=_("Un mot pour qui reprend"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Où vous en êtes, ce qui reste à faire. L’entreprise ne le lit pas."),
    )

    def __init__(self, *args: Any, referral: Referral, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        team = [row for row in User.objects.advisers_of(referral.organisation_id) if row.pk != referral.adviser_id]
        self.people = {f"person-{row.pk}": row for row in team}
        self.places = {f"place-{row.pk}": row for row in _able_to_take(referral)}
        groups: list[tuple[Any, list[tuple[str, Any]]]] = [
            (_("Dans votre équipe"), [(key, _told(row, by)) for key, row in self.people.items()]),
            (_("Dans une autre structure"), [(key, row.name) for key, row in self.places.items()]),
        ]
        self.fields["to"].choices = [("", _("Choisir…")), *(group for group in groups if group[1])]  # type: ignore[attr-defined]

    def target(self) -> dict[str, Any]:
        """The colleague or the organisation, as the action wants it."""
        chosen = self.cleaned_data["to"]
        return {"adviser": self.people.get(chosen), "organisation": self.places.get(chosen)}


def _able_to_take(referral: Referral) -> list[Organisation]:
    """The other organisations of the hub, those that have the request already left out."""
    busy = set(referral.request.referrals.live().values_list("organisation_id", flat=True))
    return [row for row in Organisation.objects.members_of(referral.request.hub_id) if row.pk not in busy]


def _told(person: User, by: User) -> str:
    return f"{person} ({_('vous')})" if person.pk == by.pk else str(person)


class CloseForm(StepForm):
    id_prefix = "close"

    outcome = forms.ChoiceField(
        label=_("Quel est le résultat ?"),
        choices=[(value, capfirst(label)) for value, label in Outcome.choices],
        widget=RadioCards(
            hints={
                Outcome.HELPED.value: _("Votre structure lui a apporté une aide concrète."),
                Outcome.HELPED_ELSEWHERE.value: _("Une autre structure, ou elle-même, a trouvé la solution."),
                Outcome.NO_HELP_POSSIBLE.value: _("Rien n’existe pour ce besoin, ou l’entreprise n’y a pas droit."),
                Outcome.UNREACHABLE.value: _("Plusieurs essais, des jours différents, sans réponse."),
            }
        ),
        error_messages={"required": _("Choisissez le résultat.")},
    )
    note = forms.CharField(
        label=_("Bilan en quelques phrases"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ce qui a été fait, ce qui reste à faire. L’entreprise reçoit ce texte."),
        error_messages={"required": _("Écrivez une ou deux phrases : l’entreprise les reçoit.")},
    )


class CallForm(StepForm):
    """An exchange with the company, and what comes next."""

    id_prefix = "call"

    note = forms.CharField(
        label=_("Qu’avez-vous échangé ?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Pour votre équipe et celle du guichet. L’entreprise ne lit pas cette note."),
        error_messages={"required": _("Écrivez une phrase sur cet échange.")},
    )
    is_kept = forms.BooleanField(required=False)
    next_step = forms.CharField(
        label=_("Prochaine étape"),
        required=False,
        max_length=200,
        help_text=_("L’entreprise lit cette phrase. Exemple : « Je vous envoie un devis »."),
    )
    due_on = forms.DateField(
        label=_("Au plus tard le"),
        required=False,
        widget=DayInput(),
        error_messages={"invalid": _("Écrivez une date, par exemple 12/03/2026.")},
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if promises := referral.open_promises():
            said = [str(row.words or _("donner des nouvelles")) for row in promises]
            self.fields["is_kept"].label = _("C’est fait : %(promised)s") % {"promised": " · ".join(said)}
        else:
            del self.fields["is_kept"]

    def clean_due_on(self) -> date | None:
        """A day to come."""
        return coming_day(self.cleaned_data["due_on"])

    def clean(self) -> dict[str, Any]:
        """A step that is announced has a date."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("next_step") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Vous annoncez une étape : dites pour quand."))
        return data


class KeepForm(forms.Form):
    """Which of the things announced is done: a button beside each, nothing is typed."""

    promise = forms.ModelChoiceField(queryset=Promise.objects.none())

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["promise"].queryset = referral.promises.all()  # type: ignore[attr-defined]


class WriteForm(StepForm):
    """A message, to everybody or between professionals."""

    id_prefix = "write"

    thread = forms.ChoiceField(choices=ThreadKind.choices, widget=forms.HiddenInput)
    body = forms.CharField(
        label=_("Votre message"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Écrivez votre message.")},
    )
    attachments = FilesField(label=_("Joindre des fichiers"))
