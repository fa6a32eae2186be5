"""Referrals: a request given to one member organisation."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import public_code
from diginor.workflow.models import WorkflowModel
from members.organisations.models import Organisation
from services.requests import workflow as workflows
from services.requests.enums import LIVE_REFERRAL_STATES, DeclineReason, Outcome, ReferralState

if TYPE_CHECKING:
    from members.people.models import User
    from services.requests.models.promise import Promise


LIVE = Q(state__in=[*LIVE_REFERRAL_STATES])


class ReferralQuerySet(models.QuerySet):
    """How referrals are found."""

    def visible_to(self, user: "User") -> "ReferralQuerySet":
        """Those of the organisations the person works for, and of the past ones that these followed."""
        ids = user.organisation_ids()
        return self.filter(Q(organisation__in=ids) | Q(organisation__succeeded_by__in=ids))

    def of_organisation(self, organisation_id: int) -> "ReferralQuerySet":
        return self.filter(organisation_id=organisation_id)

    def with_details(self) -> "ReferralQuerySet":
        """With what a line of a list shows."""
        rows = self.select_related("request", "request__topic", "request__commune", "organisation", "adviser")
        return rows.prefetch_related(self._promises())

    def for_company(self) -> "ReferralQuerySet":
        """What the tracking page tells: who has the request, in the order they received it."""
        rows = self.with_successors().select_related("adviser").prefetch_related(self._promises())
        return rows.order_by("sent_at", "pk")

    def _promises(self) -> models.Prefetch:
        """With who announced each, in the same query."""
        announced: Any = self.model._meta.get_field("promises").related_model
        return models.Prefetch("promises", announced.objects.select_related("organisation"))

    def with_successors(self) -> "ReferralQuerySet":
        """With what the organisation became, where it ended since."""
        return self.select_related("organisation__succeeded_by")

    def others_than(self, referral: "Referral") -> "ReferralQuerySet":
        """Those of the other organisations, in the order they were sent."""
        return self.exclude(pk=referral.pk).for_company()

    def live(self) -> "ReferralQuerySet":
        """Not ended yet."""
        return self.filter(LIVE)

    def holders(self) -> "ReferralQuerySet":
        """Who has a request now, in the order they received it."""
        return self.live().select_related("organisation", "adviser").order_by("sent_at", "pk")

    def to_answer(self) -> "ReferralQuerySet":
        """Waiting for an answer, the nearest deadline first."""
        return self.filter(state=ReferralState.SENT).order_by("due_at", "pk")

    def in_progress(self) -> "ReferralQuerySet":
        """Accepted, the nearest next step first."""
        return self.filter(state=ReferralState.ACCEPTED).order_by("due_at", "pk")

    def followed_by(self, user: "User", organisation_id: int) -> "ReferralQuerySet":
        """What a person follows for an organisation, the nearest next step first."""
        return self.of_organisation(organisation_id).in_progress().filter(adviser=user).with_details()

    def late(self, now: datetime) -> "ReferralQuerySet":
        """Live and past the due date."""
        return self.live().filter(due_at__lt=now).order_by("due_at", "pk")

    def ended(self) -> "ReferralQuerySet":
        """Ended, the newest first."""
        return self.exclude(LIVE).order_by("-ended_at", "-pk")


class Referral(WorkflowModel):
    """A request given to a member organisation (« orientation »)."""

    workflow = workflows.REFERRAL

    code = models.CharField(_("numéro"), max_length=12, unique=True, default=public_code, editable=False)
    request = models.ForeignKey(
        "services.ServiceRequest", verbose_name=_("demande"), on_delete=models.CASCADE, related_name="referrals"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.PROTECT, related_name="referrals"
    )
    state = models.CharField(_("état"), max_length=20, choices=ReferralState.choices, default=ReferralState.SENT)
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("suivie par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="referrals",
    )
    staff_note = models.TextField(_("mot de l’équipe"), blank=True, db_column="word")
    reasons = models.JSONField(_("raisons de la proposition"), default=list, blank=True)
    sent_at = models.DateTimeField(_("envoyée le"), default=timezone.now)
    answer_in_time_until = models.DateTimeField(_("réponse dans les cinq jours ouvrés jusqu’au"))
    expires_at = models.DateTimeField(_("sans réponse le"))
    answered_at = models.DateTimeField(_("réponse le"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    active_at = models.DateTimeField(_("dernière activité le"), default=timezone.now)
    is_stalled = models.BooleanField(_("à l’arrêt"), default=False)
    due_at = models.DateTimeField(_("échéance"), null=True, blank=True)
    decline_reason = models.CharField(_("raison du refus"), max_length=30, choices=DeclineReason.choices, blank=True)
    decline_note = models.TextField(_("précision sur le refus"), blank=True)
    outcome = models.CharField(_("résultat"), max_length=30, choices=Outcome.choices, blank=True)
    outcome_note = models.TextField(_("bilan"), blank=True)
    ended_at = models.DateTimeField(_("terminée le"), null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("orientation")
        verbose_name_plural = _("orientations")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "organisation"],
                condition=LIVE,
                name="referral_live_once",
            ),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(outcome=""), name="referral_closed_has_outcome"),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decline_reason=""), name="referral_declined_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="referral_by_state"),
            models.Index(fields=["organisation", "due_at", "id"], condition=Q(state="sent"), name="referral_to_answer"),
            models.Index(
                fields=["organisation", "due_at", "id"], condition=Q(state="accepted"), name="referral_in_progress"
            ),
            models.Index(
                fields=["organisation", "due_at", "id"],
                condition=LIVE,
                name="referral_live",
            ),
            models.Index(
                F("organisation").asc(),
                F("ended_at").desc(),
                F("id").desc(),
                condition=~LIVE,
                name="referral_ended",
            ),
            models.Index(fields=["answer_in_time_until"], name="referral_answer_in_time"),
            models.Index(fields=["adviser"], condition=LIVE, name="referral_adviser_live"),
            models.Index(
                F("adviser").asc(),
                F("ended_at").desc(),
                F("id").desc(),
                condition=~LIVE & Q(adviser__isnull=False),
                name="referral_adviser_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.organisation}"

    def get_absolute_url(self) -> str:
        """The page of the referral in the adviser's inbox."""
        return reverse("referral", args=[self.code])

    @property
    def is_live(self) -> bool:
        """Whether the organisation still has something to do."""
        return self.state in LIVE_REFERRAL_STATES

    @property
    def subject(self) -> str:
        """What the request was about when the referral ended, as `as_disclosed` reads it; else what it is about."""
        return getattr(self, "topic_then", None) or self.request.subject

    def open_promises(self) -> "list[Promise]":
        """What the company was told to expect and has not seen yet, the earliest first."""
        return [row for row in self.promises.all() if row.ended_at is None] if self.is_live else []

    def promise(self) -> "Promise | None":
        """The announced step that gives the referral its date; None when that date is the clock's own."""
        rows = self.open_promises() if self.state == ReferralState.ACCEPTED else []
        return next((row for row in rows if self.is_stalled or row.alerted_at is None), None)

    def log(self, step: str, *, by: Any, why: str = "", **details: Any) -> Any:
        """Write the step in the history of the request."""
        return self.request.log(step, by=by, why=why, referral=self, **details)
