"""The mails that the desk receives."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diginor.outbox.models import OutgoingMail
from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Recipient
from members.hubs.enums import HubRoleKind
from services.requests.notifications.base import ToStaff
from services.requests.queries.queue import BY_SLUG, KEPT_APART


class NewRequest(ToStaff):
    """A request waits to be routed."""

    name = "new_request"
    still_holds = ToStaff.is_same_turn
    action_label = _("Orienter la demande")
    can_wait_for_digest = True


class TriageReminder(ToStaff):
    """The request still waits for the desk: to be routed, or to be moved on where it stands still."""

    name = "triage_reminder"
    still_holds = ToStaff.is_same_turn
    action_label = _("Orienter la demande")


class TriageEscalation(ToStaff):
    """The head of the hub is told too."""

    name = "triage_escalation"
    still_holds = ToStaff.is_same_turn
    action_label = _("Orienter la demande")
    roles = (HubRoleKind.STAFF, HubRoleKind.HEAD)


class RequestToReroute(ToStaff):
    """Nobody took the request on."""

    name = "request_to_reroute"
    still_holds = ToStaff.is_same_turn
    action_label = _("Réorienter la demande")
    is_same_day = True


class ReferralUnanswered(ToStaff):
    """One organisation did not answer while another still has the request."""

    name = "referral_unanswered"
    can_wait_for_digest = True

    def recipients(self) -> Iterable[Recipient]:
        """The desk, unless nobody has it any more or it is over, which other mails tell."""
        return super().recipients() if self.service_request.referrals.live().exists() else []

    def still_holds(self, row: OutgoingMail) -> bool:
        """While somebody has it: who had it that day is dated."""
        return self.service_request.referrals.live().exists()


class ActivityAlert(ToStaff):
    """An accepted referral stands still."""

    name = "activity_alert"

    def still_holds(self, row: OutgoingMail) -> bool:
        """While it stands still."""
        stalled = [str(one.organisation) for one in self.service_request.referrals.holders() if one.is_stalled]
        return any(name in row.subject for name in stalled)


class RequestsToCheck(ToStaff):
    """Filings that look like a robot's wait to be read: how many, and none of their words."""

    name = "requests_to_check"
    action_label = _("Vérifier ces demandes")
    pace = Pace.AT_ONCE
    is_same_day = True

    def key(self) -> str:
        """The hub and the hour: all those kept apart since the last one are told once."""
        return f"{self.service_request.hub_id}:{self.cause}"

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """It speaks of several requests, and belongs to the conversation of none."""
        return {}

    def action_url(self) -> str:
        """The list of what is kept apart."""
        address = reverse("admin:triage")
        return (
            f"{settings.SITE_URL}{address}?{urlencode({'guichet': self.service_request.hub.slug, 'vue': KEPT_APART})}"
        )

    def context(self) -> dict[str, Any]:
        """With how many wait now."""
        return super().context() | {"waiting": BY_SLUG[KEPT_APART].rows(self.service_request.hub_id).count()}


class CompanySilent(ToStaff):
    """The company did not answer the desk's question."""

    name = "company_silent"
    still_holds = ToStaff.is_same_turn


class MessageToStaff(ToStaff):
    """A new message for the desk."""

    name = "message_to_staff"
    action_label = _("Lire et répondre")
    can_wait_for_digest = True


class HandOverReceived(ToStaff):
    """Another hub hands a request over."""

    name = "hand_over_received"
    still_holds = ToStaff.is_same_turn
    action_label = _("Orienter la demande")
