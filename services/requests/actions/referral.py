"""What an organisation does with a referral; the request is always locked first, so that two clicks make one step."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from diginor.outbox.posting import post
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from members.organisations.models import Organisation
from members.people.models import User
from services.requests.actions.next_action import update_next_action
from services.requests.enums import ReferralState, ReferralStep, RequestNote, RequestState, RequestStep
from services.requests.models import Promise, Referral, RequestEvent, ServiceRequest
from services.requests.notifications.advisers import ReferralCancelled, ReferralExpired, ReferralHandedToYou
from services.requests.notifications.base import RequestMail
from services.requests.notifications.company import ReferralRefused, ReferralTransferred, RequestAccepted
from services.requests.notifications.hub_staff import ReferralUnanswered


def locked(referral: Referral) -> ServiceRequest:
    """Lock the request, then read the referral afresh; both then speak of the same moment."""
    service_request = ServiceRequest.objects.with_details().select_for_update(of=("self",)).get(pk=referral.request_id)
    referral.lock()
    referral.request = service_request
    return service_request


def lock_requests(referrals: QuerySet[Referral]) -> None:
    """Lock the requests of several referrals in the order of their keys, as whoever takes more than one must."""
    rows = ServiceRequest.objects.filter(pk__in=referrals.values("request"))
    list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


@transaction.atomic
def accept(referral: Referral, *, by: User, next_step: str = "", due_on: date | None = None) -> None:
    """Take the referral on; the first acceptance takes the request on."""
    service_request = locked(referral)
    row = referral.take(
        ReferralStep.ACCEPT,
        by=by,
        changes={"adviser": by, "is_stalled": False},
        stamps=("answered_at", "accepted_at", "active_at"),
        is_held=True,
        is_last=False,
        next_step=next_step,
    )
    _announce(referral, row.at, next_step, due_on, by)
    if service_request.state == RequestState.ROUTED:
        service_request.take(RequestStep.START, by=by, is_held=True, is_last=False)
    if service_request.taken_at is None:
        service_request.put(taken_at=row.at)
    update_next_action(service_request, referral)
    post(RequestAccepted(service_request, row.pk, referral))


@transaction.atomic
def decline(referral: Referral, *, reason: str, note: str = "", by: User) -> None:
    """Say no, and why; the company is told what happens next."""
    service_request = locked(referral)
    said = {"decline_reason": reason, "decline_note": note}
    row = referral.take(
        ReferralStep.DECLINE, by=by, why=note, changes=said, stamps=("answered_at", "ended_at"), is_held=True
    )
    update_next_action(service_request)
    post(ReferralRefused(service_request, row.pk, referral))


def expire(service_request: ServiceRequest, referral: Referral) -> list[RequestMail]:
    """The answer did not come in time; called by the clock with the request locked."""
    row = referral.take(ReferralStep.EXPIRE, by=Party.CLOCK, stamps=("ended_at",))
    return [
        ReferralExpired(service_request, row.pk, referral),
        ReferralRefused(service_request, row.pk, referral),
        ReferralUnanswered(service_request, row.pk, referral),
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
    service_request = locked(referral)
    before = referral.organisation
    if organisation and service_request.referrals.live().filter(organisation=organisation).exists():
        raise StepRefused(ReferralStep.TRANSFER, referral.state)
    row = referral.take(
        ReferralStep.TRANSFER,
        by=by,
        why=why,
        changes={"organisation": organisation or before, "adviser": adviser, "is_stalled": False},
        stamps=("active_at",),
        is_held=True,
        is_last=False,
        from_organisation=str(before),
        to_organisation=str(organisation or before),
        to_adviser=str(adviser) if adviser else "",
    )
    update_next_action(service_request, referral)
    if adviser != by:
        post(ReferralHandedToYou(service_request, row.pk, referral, why=why, given_by=str(by)))
    post(ReferralTransferred(service_request, row.pk, referral))


@transaction.atomic
def close(referral: Referral, *, outcome: str, note: str = "", by: User) -> None:
    """End the referral with what came of it."""
    service_request = locked(referral)
    said = {"outcome": outcome, "outcome_note": note}
    referral.take(ReferralStep.CLOSE, by=by, why=note, changes=said, stamps=("ended_at",), is_held=True)
    update_next_action(service_request)


@transaction.atomic
def note_call(
    referral: Referral, *, note: str, by: User, next_step: str = "", due_on: date | None = None, is_kept: bool = False
) -> None:
    """Note an exchange with the company: it is an activity, and may keep what was announced or replace it."""
    service_request = locked(referral)
    if referral.state != ReferralState.ACCEPTED:
        raise StepRefused(RequestNote.CALL, referral.state)
    if referral.events.is_said_again(RequestNote.CALL, by, note):
        return
    row = service_request.log(RequestNote.CALL, by=by, why=note, referral=referral, next_step=next_step)
    touch(referral, row.at)
    if is_kept:
        referral.promises.end(row.at, is_kept=True)
    _announce(referral, row.at, next_step, due_on, by)
    update_next_action(service_request, referral)


@transaction.atomic
def keep(referral: Referral, *, promise: Promise, by: User) -> None:
    """What was announced is done, says whoever has the referral now; a second click changes nothing."""
    service_request = locked(referral)
    kept = Promise.objects.filter(referral=referral, pk=promise.pk)
    if referral.state != ReferralState.ACCEPTED or not kept:
        raise StepRefused(RequestNote.KEEP, referral.state)
    if kept.filter(ended_at=None).exists():
        row = service_request.log(RequestNote.KEEP, by=by, why=promise.words, referral=referral)
        kept.end(row.at, is_kept=True)
        touch(referral, row.at)
        update_next_action(service_request, referral)


@transaction.atomic
def take_back(referral: Referral, *, by: User, why: str) -> None:
    """The desk takes a referral back: the organisation has nothing to do any more."""
    service_request = locked(referral)
    row = cancel(service_request, referral, by=by, why=why)
    update_next_action(service_request)
    post(ReferralRefused(service_request, row.pk, referral))


def cancel(service_request: ServiceRequest, referral: Referral, *, by: Any, why: str = "") -> RequestEvent:
    """End a live referral that lost its object, and tell the organisation."""
    row: RequestEvent = referral.take(ReferralStep.CANCEL, by=by, why=why, stamps=("ended_at",))
    # By the clock when two structures became one that has the request already.
    post(ReferralCancelled(service_request, row.pk, referral, why=why, is_double=by == Party.CLOCK))
    return row


def touch(referral: Referral, at: datetime) -> None:
    """Something moved: the clock of inactivity starts again; what was announced stays announced."""
    referral.put(active_at=at, is_stalled=False)


def _announce(referral: Referral, at: datetime, text: str, due_on: date | None, by: User) -> None:
    """Keep what is promised to the company for a day, instead of what was promised before."""
    if due_on is None:
        return
    referral.promises.end(at, is_kept=False)
    Promise.objects.create(
        referral=referral,
        organisation=referral.organisation,
        made_by=by,
        made_by_name=str(by),
        text=text,
        due_on=due_on,
        made_at=at,
    )
