"""Forms of the team: absences with a stand-in, and giving the referrals of one person to another."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.organisations.models import Organisation
from members.people.forms import AbsenceForm, show_refusal
from members.people.models import Absence, User
from services.requests.models import Referral


class PlaceChoice(forms.ModelChoiceField):
    """An organisation, by its whole name."""

    def label_from_instance(self, obj: Organisation) -> str:
        """The whole name: an acronym alone is not known by all."""
        return obj.name


class TeamAbsenceForm(AbsenceForm):
    """When somebody is away and who stands in: a colleague, or another organisation when the whole one is away."""

    backup_organisation = PlaceChoice(
        label=_("Structure de relais, si toute la vôtre est absente"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Aucune en particulier"),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, organisation=organisation, **kwargs)
        others = Organisation.objects.filter(hubs__in=organisation.hubs.all(), is_active=True).exclude(
            pk=organisation.pk
        )
        self.fields["backup_organisation"].queryset = others.distinct().order_by("search_name", "pk")  # type: ignore[attr-defined]
        self.fields["user"].help_text = _("Choisissez une personne, ou laissez « toute la structure ».")

    def clean(self) -> dict[str, Any]:
        """The stand-in is of the same kind as who is away, and is there."""
        data = super().clean()
        if data.get("user") and data.get("backup_organisation"):
            self.add_error("backup_organisation", _("Pour une personne seule, choisissez une ou un collègue."))
        if not data.get("user") and data.get("backup"):
            self.add_error("backup", _("Toute la structure est absente : choisissez plutôt une structure de relais."))
        if not self.errors:
            show_refusal(self, Absence(organisation=self.organisation, **data))
        return data


class ReassignForm(forms.Form):
    """Which referrals of a person go to which colleague."""

    referrals = forms.MultipleChoiceField(
        label=_("Demandes à confier"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins une demande.")},
    )
    adviser = forms.ChoiceField(
        label=_("Qui les reprend ?"), error_messages={"required": _("Choisissez une personne.")}
    )

    def __init__(self, *args: Any, rows: list[Referral], team: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rows = {row.code: row for row in rows}
        self.team = {str(number): person for number, person in enumerate(team, start=1)}
        labels = [(row.code, f"{row.request.company_name} · {row.request.topic or ''}") for row in rows]
        self.fields["referrals"].choices = labels  # type: ignore[attr-defined]
        self.fields["referrals"].initial = list(self.rows)
        people = [(key, str(person)) for key, person in self.team.items()]
        self.fields["adviser"].choices = [("", _("Choisir…")), *people]  # type: ignore[attr-defined]

    def chosen(self) -> list[Referral]:
        """The referrals that were ticked."""
        return [self.rows[code] for code in self.cleaned_data["referrals"]]

    def colleague(self) -> User:
        """The person who takes them over."""
        return self.team[self.cleaned_data["adviser"]]
