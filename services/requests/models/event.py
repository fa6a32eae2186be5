"""The history of a request: each step and each note, with who did it."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.workflow.history import SAME_CLICK, HistoryRow
from members.organisations.models import Organisation
from services.requests.enums import ReferralStep, RequestNote, RequestStep

if TYPE_CHECKING:
    from members.people.models import User


class RequestEventQuerySet(models.QuerySet["RequestEvent"]):
    """How the history is read."""

    def in_order(self) -> "RequestEventQuerySet":
        """The oldest first."""
        return self.select_related("by", "organisation", "referral", "referral__organisation").order_by("at", "pk")

    def is_said_again(self, step: str, by: "User", why: str) -> bool:
        """Whether the last row says the same thing of the same person, just now: a double click."""
        last = self.filter(at__gte=timezone.now() - SAME_CLICK).order_by("at", "pk").last()
        return last is not None and (last.step, last.by_id, last.why) == (step, by.pk, why)

    def last_step(self) -> "RequestEvent | None":
        """The latest step; notes and reminders are not steps."""
        return self.select_related("by").exclude(to_state="").order_by("at", "pk").last()

    def shown_to_company(self) -> "RequestEventQuerySet":
        """What the tracking page tells: the steps, not the desk's own work."""
        return self.in_order().exclude(step__in=STAFF_ONLY_STEPS)


STAFF_ONLY_STEPS = [
    RequestNote.TRUST,
    RequestNote.REMIND,
    RequestNote.ALERT,
    RequestNote.RATE,
    RequestNote.ABSORB,
    RequestNote.RELINK,
    RequestStep.START,
]


class RequestEvent(HistoryRow):
    """A row of the history of a request: who, when, from, to, why."""

    request = models.ForeignKey("services.ServiceRequest", on_delete=models.CASCADE, related_name="events")
    referral = models.ForeignKey(
        "services.Referral", null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("La structure au nom de laquelle la personne agit."),
    )

    objects = RequestEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("historique")
        indexes = [models.Index(fields=["request", "at", "id"], name="requestevent_of_request")]

    @property
    def label(self) -> str:
        """The step in French."""
        return str(STEP_LABELS.get(self.step, self.step))


STEP_LABELS = {**dict(ReferralStep.choices), **dict(RequestStep.choices), **dict(RequestNote.choices)}
