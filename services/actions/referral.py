"""What an organisation does with a referral; the request is always locked first, so that two clicks make one step."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from diginor.history import Party
from diginor.outbox.posting import post
from diginor.workflow import StepRefused
from diginor.working_days import PARIS
from members.models import Organisation, User
from services import notifications
from services.actions.settling import settle
from services.enums import ReferralState, ReferralStep, RequestNote, RequestState, RequestStep
from services.models import DelaySet, Referral, ServiceRequest
from services.rules import clock as rules


def locked(referral: Referral) -> ServiceRequest:
    """Lock the request, then read the referral afresh; both then speak of the same moment."""
    request = ServiceRequest.objects.with_sheet().select_for_update(of=("self",)).get(pk=referral.request_id)
    referral.lock()
    referral.request = request
    return request


@transaction.atomic
def accept(referral: Referral, *, by: User, next_step: str = "", due_on: date | None = None) -> None:
    """Take the referral on; the first acceptance takes the request on."""
    request = locked(referral)
    row = referral.take(ReferralStep.ACCEPT, by=by, next_step=next_step)
    referral.adviser = by
    referral.answered_at = referral.accepted_at = row.at
    _move(referral, row.at, next_step, due_on)
    referral.save(update_fields=["adviser", "answered_at", "accepted_at"])
    if request.state == RequestState.ROUTED:
        request.take(RequestStep.START, by=by)
    if request.taken_at is None:
        request.taken_at = row.at
        request.save(update_fields=["taken_at"])
    settle(request)
    post(notifications.RequestAccepted(request, row.pk, referral))


@transaction.atomic
def decline(referral: Referral, *, reason: str, note: str = "", by: User) -> None:
    """Say no, and why; the company is told what happens next."""
    request = locked(referral)
    row = referral.take(ReferralStep.DECLINE, by=by, why=note, changes={"decline_reason": reason, "decline_note": note})
    referral.answered_at = referral.ended_at = row.at
    referral.save(update_fields=["answered_at", "ended_at"])
    settle(request)
    post(notifications.ReferralRefused(request, row.pk, referral))


def expire(request: ServiceRequest, referral: Referral) -> list[notifications.RequestMail]:
    """The answer did not come in time; called by the clock with the request locked."""
    row = referral.take(ReferralStep.EXPIRE, by=Party.CLOCK)
    referral.ended_at = row.at
    referral.save(update_fields=["ended_at"])
    return [
        notifications.ReferralExpired(request, row.pk, referral),
        notifications.ReferralRefused(request, row.pk, referral),
    ]


@transaction.atomic
def transfer(
    referral: Referral,
    *,
    by: User,
    adviser: User | None = None,
    organisation: Organisation | None = None,
    why: str = "",
) -> None:
    """Give an accepted referral to a colleague, or to another organisation; the history keeps who had it."""
    request = locked(referral)
    before = referral.organisation
    if organisation and request.referrals.live().filter(organisation=organisation).exists():
        raise StepRefused(ReferralStep.TRANSFER, referral.state)
    row = referral.take(
        ReferralStep.TRANSFER,
        by=by,
        why=why,
        from_organisation=str(before),
        to_organisation=str(organisation or before),
        to_adviser=str(adviser) if adviser else "",
    )
    referral.organisation = organisation or before
    referral.adviser = adviser
    _move(referral, row.at)
    referral.save(update_fields=["organisation", "adviser"])
    settle(request)
    if adviser != by:
        post(notifications.ReferralHandedToYou(request, row.pk, referral, why=why, given_by=str(by)))
    post(notifications.ReferralTransferred(request, row.pk, referral))


@transaction.atomic
def close(referral: Referral, *, outcome: str, note: str = "", by: User) -> None:
    """End the referral with what came of it."""
    request = locked(referral)
    row = referral.take(ReferralStep.CLOSE, by=by, why=note, changes={"outcome": outcome, "outcome_note": note})
    referral.ended_at = row.at
    referral.save(update_fields=["ended_at"])
    settle(request)


@transaction.atomic
def note_call(referral: Referral, *, note: str, by: User, next_step: str = "", due_on: date | None = None) -> None:
    """Note an exchange with the company: it is an activity, and may announce the next step."""
    request = locked(referral)
    if referral.state != ReferralState.ACCEPTED:
        raise StepRefused(RequestNote.CALL, referral.state)
    if referral.events.is_said_again(RequestNote.CALL, by, note):
        return
    row = request.log(RequestNote.CALL, by=by, why=note, referral=referral, next_step=next_step)
    _move(referral, row.at, next_step, due_on)
    settle(request)


@transaction.atomic
def take_back(referral: Referral, *, by: User, why: str) -> None:
    """The desk takes a referral back: the organisation has nothing to do any more."""
    request = locked(referral)
    cancel(request, referral, by=by, why=why)
    settle(request)


def cancel(request: ServiceRequest, referral: Referral, *, by: Any, why: str = "") -> None:
    """End a live referral that lost its object, and tell the organisation."""
    row = referral.take(ReferralStep.CANCEL, by=by, why=why)
    referral.ended_at = row.at
    referral.save(update_fields=["ended_at"])
    post(notifications.ReferralCancelled(request, row.pk, referral, why=why))


def touch(referral: Referral, at: datetime) -> None:
    """Something moved: the clock of inactivity starts again, an announced date still ahead stays."""
    ahead = referral.due_at if referral.due_at and referral.due_at > at else None
    _move(referral, at, referral.next_step if ahead else "", timezone.localdate(ahead) if ahead else None)


def _move(referral: Referral, at: datetime, next_step: str = "", due_on: date | None = None) -> None:
    """Record an activity and the next date: the one announced, else the one of the clock."""
    referral.active_at = at
    referral.is_stalled = False
    referral.next_step = next_step
    if due_on is not None:
        referral.due_at = datetime.combine(due_on, time(18), tzinfo=PARIS)
    else:
        delays = DelaySet.objects.resolve(referral.request.hub_id, referral.request.topic_id)
        referral.due_at = rules.activity_due(at, delays)
    referral.save(update_fields=["active_at", "is_stalled", "next_step", "due_at"])
