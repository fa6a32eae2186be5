"""What the desk types: one form for each of its steps."""

from typing import Any

from django import forms
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.hubs.models import Hub
from members.organisations.models import Organisation
from services.catalogue.enums import Family
from services.catalogue.models import Topic
from services.requests.enums import RejectReason
from services.requests.forms import FilesField
from services.requests.models import ServiceRequest

LONGEST = 4000


def _words(label: Any, *, rows: int = 3, required: bool = True, **extra: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget, **extra)


class StepForm(forms.Form):
    """The form of a step on a request by a person of the desk; each has its own prefix in the page's ids."""

    def __init__(self, *args: Any, service_request: ServiceRequest, user: Any, name: str = "", **kwargs: Any):
        kwargs["auto_id"] = f"{name}_%s"
        super().__init__(*args, **kwargs)
        self.service_request = service_request
        self.user = user


class RouteForm(StepForm):
    """Organisations ticked among those of the hub, and a word for them."""

    organisations = forms.ModelMultipleChoiceField(
        label=_("Structures"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Cochez au moins une structure.")},
    )
    staff_note = _words(_("Un mot pour les structures"), rows=2, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["organisations"].queryset = Organisation.objects.members_of(self.service_request.hub_id)  # type: ignore[attr-defined]

    @property
    def ticked(self) -> set[str]:
        """What was ticked, also when the form comes back."""
        return set(self.data.getlist("organisations")) if self.is_bound else set()  # type: ignore[attr-defined]


class RequalifyForm(StepForm):
    """The right topic, and why it changes."""

    topic = forms.ModelChoiceField(label=_("Le bon sujet"), queryset=Topic.objects.none(), empty_label=None)
    why = _words(_("Pourquoi"), rows=2, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topic"]
        field.queryset = Topic.objects.active()
        families: dict[str, list[tuple[int, str]]] = {}
        for topic in field.queryset:
            families.setdefault(str(Family(topic.family).label), []).append((topic.pk, str(topic)))
        field.widget.choices = list(families.items())
        field.initial = self.service_request.topic_id

    def clean_topic(self) -> Topic:
        """Refuse the topic that the request has already."""
        topic = self.cleaned_data["topic"]
        if topic.pk == self.service_request.topic_id:
            raise forms.ValidationError(_("La demande porte déjà sur ce sujet."), code="same")
        return topic


class MergeForm(StepForm):
    """The number of the request to keep."""

    into = forms.CharField(label=_("Numéro de la demande à garder"), max_length=20)

    def clean_into(self) -> ServiceRequest:
        """Find an open request of the same hub by its number."""
        code = self.cleaned_data["into"].replace(" ", "").upper()
        kept = ServiceRequest.objects.open().filter(hub_id=self.service_request.hub_id, code=code).first()
        if kept is None:
            raise forms.ValidationError(_("Aucune demande ouverte de ce guichet ne porte ce numéro."), code="unknown")
        if kept.pk == self.service_request.pk:
            raise forms.ValidationError(_("C’est le numéro de cette demande même."), code="same")
        return kept


class AskForm(StepForm):
    """A question that only the company can answer."""

    question = _words(
        _("Votre question à l’entreprise"),
        help_text=_("Elle la reçoit par courriel et répond depuis sa page de suivi."),
    )


ANSWERS: dict[str, str | Promise] = {
    RejectReason.OUT_OF_SCOPE: _(
        "Nous avons lu votre demande avec attention. Elle sort de ce que notre guichet peut accompagner : nous "
        "aidons les entreprises à réussir leurs projets numériques.\n\n"
        "Votre chambre consulaire ou votre mairie saura vous dire à qui vous adresser."
    ),
    RejectReason.OUT_OF_TERRITORY: _(
        "Votre entreprise se trouve hors du territoire de notre guichet, nous ne pouvons pas l’accompagner.\n\n"
        "Votre Région vous indiquera le guichet le plus proche de chez vous."
    ),
    RejectReason.NOT_A_COMPANY: _(
        "Notre guichet s’adresse aux entreprises, aux porteurs de projet et aux organismes publics.\n\n"
        "Pour une démarche personnelle, le réseau France services vous accueille près de chez vous."
    ),
    RejectReason.SPAM: _(
        "Votre message ne semble pas décrire un besoin d’entreprise.\n\n"
        "Si nous nous trompons, déposez une nouvelle demande en quelques mots simples : nous la lirons."
    ),
}


class RejectForm(StepForm):
    """Why the request is set aside, and the answer that the company receives."""

    reason = forms.ChoiceField(label=_("Raison"), choices=RejectReason.choices, widget=forms.HiddenInput)
    answer = _words(_("Réponse envoyée à l’entreprise"), rows=8)

    def __init__(self, *args: Any, reason: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        if reason in RejectReason.values:
            self.fields["reason"].initial = reason
            with translation.override(self.service_request.language):
                self.fields["answer"].initial = str(ANSWERS[reason])

    @property
    def chosen(self) -> str:
        """The reason that was chosen, if any."""
        value = self["reason"].value() or ""
        return value if value in RejectReason.values else ""


class HandOverForm(StepForm):
    """Another hub, and why."""

    hub = forms.ModelChoiceField(label=_("Guichet"), queryset=Hub.objects.none(), empty_label=None)
    why = _words(_("Pourquoi"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["hub"]
        field.queryset = Hub.objects.open().in_order().exclude(pk=self.service_request.hub_id)
        # Read once: a list of choices is read again for each attribute of the field that depends on it.
        field.widget.choices = [(hub.pk, str(hub)) for hub in field.queryset]


class ReleaseForm(StepForm):
    """Nothing to type: a request kept apart is a real one."""


class TakeBackForm(StepForm):
    """The organisation that a referral is taken back from, and why."""

    referral = forms.CharField(widget=forms.HiddenInput)
    why = _words(_("Pourquoi"), rows=2)

    def clean_referral(self) -> Any:
        """Find the live referral of this request."""
        found = self.service_request.referrals.live().filter(code=self.cleaned_data["referral"]).first()
        if found is None:
            raise forms.ValidationError(_("Cette orientation est déjà terminée."), code="ended")
        return found


class WriteForm(StepForm):
    """A message, and files."""

    body = _words(_("Votre message"))
    files = FilesField(label=_("Fichiers"))  # type: ignore[assignment]
