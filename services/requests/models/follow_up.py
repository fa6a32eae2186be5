"""The clock's data: the delays of a hub, and the follow-ups that are due."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.attempts.retries import Retried, RetriedQuerySet
from members.hubs.models import Hub
from services.catalogue.models import Topic
from services.requests.enums import FollowUpKind
from services.requests.rules.clock import Delays, Key


def _delay(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class DelaySetQuerySet(models.QuerySet["DelaySet"]):
    """How delays are read."""

    def resolve(self, hub: Hub, topic_id: int | None) -> Delays:
        """The delays of a topic in a hub, the topic's, else the hub's, else the defaults; in the hub's working days."""
        rows = self.filter(Q(topic=None) | Q(topic_id=topic_id), hub=hub).order_by(
            models.F("topic").asc(nulls_first=True)
        )
        values: dict[str, int] = {}
        for row in rows:
            values |= row.set_values()
        return Delays(zone=hub.holiday_zone, **values)


class DelaySet(models.Model):
    """The delays of a hub, or of one topic of it; an empty delay keeps the one above."""

    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.CASCADE, related_name="delay_sets")
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("sujet"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Vide : pour tous les sujets du guichet."),
    )
    draft_resume = _delay(_("brouillon : rappel après (jours)"))
    triage_reminder = _delay(_("à orienter : rappel après (jours ouvrés)"))
    triage_escalation = _delay(_("à orienter : alerte après (jours ouvrés)"))
    company_reminder = _delay(_("question à l’entreprise : rappel après (jours ouvrés)"))
    company_silent = _delay(_("question à l’entreprise : retour à l’équipe après (jours ouvrés)"))
    answer_reminder = _delay(_("orientation : rappel après (jours ouvrés)"))
    team_reminder = _delay(_("orientation : rappel à la structure après (jours ouvrés)"))
    answer_expiry = _delay(_("orientation : fin du délai après (jours ouvrés)"))
    activity_reminder = _delay(_("inactivité : rappel après (jours ouvrés)"))
    activity_alert = _delay(_("inactivité : alerte après (jours ouvrés)"))
    promise_alert = _delay(_("jour annoncé dépassé : alerte après (jours ouvrés)"))
    satisfaction = _delay(_("avis demandé après (jours)"))
    second_assessment = _delay(_("second bilan proposé après (mois)"))
    erasure = _delay(_("effacement après (années)"))

    objects = DelaySetQuerySet.as_manager()

    class Meta:
        verbose_name = _("délais")
        verbose_name_plural = _("délais")
        constraints = [models.UniqueConstraint(fields=["hub", "topic"], nulls_distinct=False, name="delayset_once")]

    def __str__(self) -> str:
        return f"{self.hub} · {self.topic or _('tous les sujets')}"

    def set_values(self) -> dict[str, int]:
        named = {name: getattr(self, name) for name in Delays.__dataclass_fields__ if name != "zone"}
        return {name: value for name, value in named.items() if value is not None}


TAKE_OVER = [FollowUpKind.TRIAGE_ESCALATION, FollowUpKind.ACTIVITY_ALERT, FollowUpKind.PROMISE_ALERT]


class FollowUpQuerySet(RetriedQuerySet):
    """How follow-ups are found."""

    def pending(self) -> "FollowUpQuerySet":
        """Those still to do."""
        return self.filter(done_at=None)

    def due(self, now: datetime) -> "FollowUpQuerySet":
        """Those to do now, the oldest first; what failed waits for its next attempt."""
        return self.pending().ready(now).filter(due_at__lte=now).order_by("due_at", "pk")

    def takes_over(self, service_request: Any) -> datetime | None:
        """When the desk, or its head, comes in if the date that is shown is missed; None when nobody has to."""
        rows = self._taking_over(service_request.pk, service_request.responsible_organisation_id)
        return rows.values_list("due_at", flat=True).first()

    def taking_over(self) -> "FollowUpQuerySet":
        """The same for each request of an outer query."""
        return self._taking_over(models.OuterRef("pk"), models.OuterRef("responsible_organisation_id"))

    def _taking_over(self, request_id: Any, organisation_id: Any) -> "FollowUpQuerySet":
        mine = Q(referral=None) | Q(referral__organisation_id=organisation_id)
        rows = self.pending().filter(mine, request_id=request_id, kind__in=TAKE_OVER)
        return rows.order_by("due_at", "pk")

    def alert_of(self, referral: Any) -> datetime | None:
        """When the desk is told if nothing comes of a referral."""
        rows = self.pending().filter(referral=referral, kind__in=TAKE_OVER)
        first = rows.order_by("due_at", "pk").first()
        return first and first.due_at


class FollowUp(Retried):
    """Something the clock will do, counted from the instant `basis_at`; done once."""

    request = models.ForeignKey("services.ServiceRequest", on_delete=models.CASCADE, related_name="follow_ups")
    referral = models.ForeignKey(
        "services.Referral", null=True, blank=True, on_delete=models.CASCADE, related_name="follow_ups"
    )
    kind = models.CharField(_("nature"), max_length=30, choices=FollowUpKind.choices)
    basis_at = models.DateTimeField(_("compté depuis"))
    due_at = models.DateTimeField(_("prévu le"))
    done_at = models.DateTimeField(_("fait le"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("suivi")
        verbose_name_plural = _("suivis")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "referral", "kind", "basis_at"], nulls_distinct=False, name="followup_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(done_at=None), name="followup_due"),
            *Retried.Meta.indexes,
        ]

    @property
    def key(self) -> Key:
        """What it is and from when it counts."""
        return self.referral_id, self.kind, self.basis_at

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.due_at:%Y-%m-%d}"
