"""Forms of a team: inviting, changing a role, absences and capacity."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.web.edits import SharedForm
from diginor.web.widgets import DayInput, RadioCards
from members.organisations.models import Organisation
from members.people.actions.absences import AbsenceRefused, check_absence
from members.people.enums import MembershipRole
from members.people.models import Absence, User


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Adresse électronique de la personne"),
        help_text=_("Elle reçoit un lien valable quatorze jours."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Rôle"),
        choices=MembershipRole.choices,
        initial=MembershipRole.ADVISER,
        widget=RadioCards(
            hints={
                MembershipRole.ADVISER.value: _("Répond aux demandes confiées à la structure."),
                MembershipRole.MANAGER.value: _("Répond aussi, et gère l’équipe, les absences et la capacité."),
            }
        ),
    )

    def clean_email(self) -> str:
        """Addresses are compared in small letters."""
        return str(self.cleaned_data["email"]).lower()


class RoleForm(SharedForm):
    """The role of a person in the team."""

    role = forms.ChoiceField(label=_("Rôle"), choices=MembershipRole.choices)


class PersonChoice(forms.ModelChoiceField):
    """A person of the team, read without a server-side cursor."""

    def label_from_instance(self, obj: User) -> str:
        """The full name."""
        return str(obj)


def show_refusal(form: forms.BaseForm, absence: Absence) -> None:
    """Say beside its field why an absence would be refused, if it would; inside a transaction, as the check is."""
    try:
        check_absence(absence)
    except AbsenceRefused as refusal:
        form.add_error(refusal.field, str(refusal))


class AbsenceForm(forms.Form):
    """When the organisation or one of its people is away, and who stands in."""

    user = PersonChoice(
        label=_("Personne absente"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Toute la structure"),
    )
    starts_on = forms.DateField(label=_("Premier jour d’absence"), widget=DayInput())
    ends_on = forms.DateField(label=_("Dernier jour d’absence"), widget=DayInput())
    backup = PersonChoice(
        label=_("Qui prend le relais ?"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Personne en particulier"),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        team = User.objects.advisers_of(organisation.pk)
        self.fields["user"].queryset = team  # type: ignore[attr-defined]
        self.fields["backup"].queryset = team  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An absence ends after it starts, is not over yet, and has another person as backup."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("Le dernier jour vient avant le premier."))
        elif end and end < timezone.localdate():
            self.add_error("ends_on", _("Cette période est déjà passée."))
        if data.get("backup") and data["backup"] == data.get("user"):
            self.add_error("backup", _("Choisissez une autre personne que celle qui s’absente."))
        return data


class CapacityForm(SharedForm):
    """How many open referrals the organisation takes at most."""

    capacity = forms.IntegerField(
        label=_("Demandes ouvertes au plus"),
        help_text=_("Au-delà, le guichet voit que vous êtes au complet. Laissez vide pour ne pas limiter."),
        min_value=0,
        max_value=1000,
        required=False,
    )
