"""The mails that the company receives."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from diginor.outbox.models import OutgoingMail
from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Recipient
from services.requests.links import resume_url
from services.requests.models import FollowUp
from services.requests.notifications.base import ToCompany
from services.requests.queries.situation import headline_of


class RequestReceived(ToCompany):
    """The request is filed: its number, the tracking link, what happens next."""

    name = "request_received"


class ResumeLink(ToCompany):
    """The link to finish a request later."""

    name = "resume_link"
    action_label = _("Finir ma demande")
    is_urgent = True

    def action_url(self) -> str:
        """The page where the request goes on."""
        return resume_url(self.service_request)


class DraftReminder(ResumeLink):
    """One reminder of an unfinished request."""

    name = "draft_reminder"
    is_urgent = False

    def still_holds(self, row: OutgoingMail) -> bool:
        """Until it is sent."""
        return self.service_request.is_draft


class TrackingLink(ToCompany):
    """A fresh private link."""

    name = "tracking_link"
    is_urgent = True


class WhereItStands(ToCompany):
    """A mail whose point is the sentence of the page."""

    def still_holds(self, row: OutgoingMail) -> bool:
        """While the page says that same sentence."""
        with translation.override(row.language):
            return headline_of(self.service_request) in row.text


class NewDate(WhereItStands):
    """A date was missed: who has the request now, and by when; one mail for each new date."""

    name = "new_date"

    def new_date(self) -> datetime | None:
        """The next date that counts, once the step is settled; None when nothing shown was missed."""
        service_request = self.service_request
        if not service_request.is_open or service_request.is_suspect:
            return None
        if not service_request.is_late(timezone.now()):
            has_moved = self.referral is None or self.referral.is_stalled
            return service_request.due_at if has_moved else None
        return FollowUp.objects.takes_over(service_request)

    def recipients(self) -> Iterable[Recipient]:
        """The company, when there is a new date."""
        return super().recipients() if self.new_date() else []

    def key(self) -> str:
        """The new date, whatever led to it."""
        return f"{self.service_request.pk}:{self.new_date()}"

    def context(self) -> dict[str, Any]:
        return super().context() | {"new_date": self.new_date()}


class RequestRouted(ToCompany):
    """Which organisations were asked, and until when they answer."""

    name = "request_routed"


class RequestAccepted(ToCompany):
    """An organisation takes the request on: who, and what comes next."""

    name = "request_accepted"


class ReferralRefused(WhereItStands):
    """An organisation no longer has the request, and what happens next; the mail of the end says it where it ended."""

    name = "referral_refused"

    def recipients(self) -> Iterable[Recipient]:
        """The company, unless this very step ended the request."""
        return super().recipients() if self.service_request.is_open else []


class ReferralTransferred(ToCompany):
    """Somebody else now follows the request."""

    name = "referral_transferred"


class RequestRejected(ToCompany):
    """The request is set aside, with the answer that staff wrote."""

    name = "request_rejected"
    action_label = _("Lire la réponse")


class RequestMerged(ToCompany):
    """The request was joined to an earlier one."""

    name = "request_merged"


class QuestionAsked(ToCompany):
    """The desk needs an answer before it can route."""

    name = "question_asked"
    action_label = _("Répondre")
    is_said_by_staff = True


class QuestionReminder(ToCompany):
    """The question still waits."""

    name = "question_reminder"
    action_label = _("Répondre")
    is_said_by_staff = True

    def still_holds(self, row: OutgoingMail) -> bool:
        """Until it is answered, or useless."""
        return self.service_request.asked_at is not None


class MessageToCompany(ToCompany):
    """A new message in the shared thread; it says nothing of the state, so that it may wait and stay true."""

    name = "message_to_company"
    pace = Pace.FEW
    action_label = _("Lire et répondre")
    is_said_by_staff = True


class RequestHandedOver(ToCompany):
    """Another hub takes the request."""

    name = "request_handed_over"


class RequestWithdrawn(ToCompany):
    """The withdrawal is recorded."""

    name = "request_withdrawn"
    action_label = _("Revoir ma demande")


class RequestClosed(ToCompany):
    """The request is over: what came of it."""

    name = "request_closed"
    action_label = _("Relire ma demande")


class SatisfactionAsked(ToCompany):
    """What do you think of it, asked once."""

    name = "satisfaction_asked"
    action_label = _("Donner mon avis")


class SecondAssessment(ToCompany):
    """A year after the help: a second look at digital maturity."""

    name = "second_assessment"
    action_label = _("Refaire le point")

    def action_url(self) -> str:
        """The page where such an assessment is asked for."""
        return f"{settings.SITE_URL}{reverse('services')}?q=maturite"
