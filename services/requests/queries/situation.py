"""Where a request stands, as the sentences of its page and of its mails tell it."""

from datetime import datetime

from django.utils import timezone

from diginor.text import wording
from services.requests.enums import Outcome, ReferralState
from services.requests.models import FollowUp, Referral, ServiceRequest
from services.requests.rules.status_messages import Situation, headline


def headline_of(asked: ServiceRequest, referrals: list[Referral] | None = None) -> str:
    """The sentence about what happens next, the same on the page and in the mails."""
    return headline(situation_of(asked, referrals))


def situation_of(asked: ServiceRequest, referrals: list[Referral] | None = None) -> Situation:
    """The facts of the sentence; `referrals` are read unless they are in hand."""
    rows = referrals if referrals is not None else list(asked.referrals.for_company())
    live = [row for row in rows if row.is_live]
    awaited = next((row for row in live if row.organisation_id == asked.responsible_organisation_id), None)
    closed = [row for row in rows if row.state == ReferralState.CLOSED]
    promise = awaited.promise() if awaited else None
    is_late = asked.is_late(timezone.now())
    return Situation(
        state=asked.state,
        party=asked.responsible,
        organisation=str(awaited.organisation) if awaited else str(asked.responsible_organisation or ""),
        is_taken=awaited is not None and awaited.state == ReferralState.ACCEPTED,
        next_step=promise.words if promise else "",
        day=wording.day(asked.due_at),
        is_late=is_late,
        next_day=wording.day(_next_at(asked)) if is_late else "",
        helpers=tuple(str(row.organisation) for row in closed if row.outcome == Outcome.HELPED),
        outcomes=tuple(row.outcome for row in closed),
        reject_reason=asked.reject_reason,
        is_merged=asked.merged_into_id is not None,
    )


def _next_at(asked: ServiceRequest) -> datetime | None:
    """When the date that was missed has consequences; a list has read it for all its rows."""
    return asked.takes_over_at if hasattr(asked, "takes_over_at") else FollowUp.objects.takes_over(asked)
