"""The mails of the life of a request, one class each."""

from diginor.outbox.model import OutgoingMail
from services.models import Referral, ServiceRequest
from services.notifications.advisers import (
    ActivityReminder,
    AnswerReminder,
    MessageToAdvisers,
    PromiseReminder,
    ReferralAfterAbsence,
    ReferralCancelled,
    ReferralExpired,
    ReferralHandedToYou,
    ReferralSent,
    ReferralWithoutAdviser,
    TeamReminder,
    TeamStalled,
)
from services.notifications.base import (
    RequestMail,
    ToAdvisers,
    ToCompany,
    ToStaff,
    ToWholeTeam,
    as_recipient,
    front_line,
    standing_in,
)
from services.notifications.company import (
    DraftReminder,
    MessageToCompany,
    NewDate,
    QuestionAsked,
    QuestionReminder,
    ReferralRefused,
    ReferralTransferred,
    RequestAccepted,
    RequestClosed,
    RequestHandedOver,
    RequestMerged,
    RequestReceived,
    RequestRejected,
    RequestRouted,
    RequestWithdrawn,
    ResumeLink,
    SatisfactionAsked,
    SecondAssessment,
    TrackingLink,
)
from services.notifications.desk import (
    ActivityAlert,
    CompanySilent,
    HandOverReceived,
    MessageToStaff,
    NewRequest,
    ReferralUnanswered,
    RequestsToCheck,
    RequestToReroute,
    TriageEscalation,
    TriageReminder,
)


def still_holds(row: OutgoingMail, request: ServiceRequest, referrals: list[Referral]) -> bool:
    """Whether a mail about a request that waits to leave still tells how it stands; those of other parts always do."""
    kind = KINDS.get(row.kind)
    referral = next((one for one in referrals if row.url.endswith(one.get_absolute_url())), None)
    return kind is None or kind(request, "", referral).still_holds(row)


__all__ = [
    "ActivityAlert",
    "ActivityReminder",
    "AnswerReminder",
    "CompanySilent",
    "DraftReminder",
    "HandOverReceived",
    "MessageToAdvisers",
    "MessageToCompany",
    "MessageToStaff",
    "NewDate",
    "NewRequest",
    "PromiseReminder",
    "QuestionAsked",
    "QuestionReminder",
    "ReferralAfterAbsence",
    "ReferralCancelled",
    "ReferralExpired",
    "ReferralHandedToYou",
    "ReferralRefused",
    "ReferralSent",
    "ReferralTransferred",
    "ReferralUnanswered",
    "ReferralWithoutAdviser",
    "RequestAccepted",
    "RequestClosed",
    "RequestHandedOver",
    "RequestMail",
    "RequestMerged",
    "RequestReceived",
    "RequestRejected",
    "RequestRouted",
    "RequestToReroute",
    "RequestWithdrawn",
    "RequestsToCheck",
    "ResumeLink",
    "SatisfactionAsked",
    "SecondAssessment",
    "TeamReminder",
    "TeamStalled",
    "ToAdvisers",
    "ToCompany",
    "ToStaff",
    "ToWholeTeam",
    "TrackingLink",
    "TriageEscalation",
    "TriageReminder",
    "as_recipient",
    "front_line",
    "standing_in",
    "still_holds",
]
KINDS: dict[str, type[RequestMail]] = {
    name: kind for name, kind in globals().items() if isinstance(kind, type) and issubclass(kind, RequestMail)
}
