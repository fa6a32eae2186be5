"""After each step: finish what is over, then write whose turn it is and what the clock will do."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.outbox.posting import post
from diginor.workflow.history import Party
from services.requests import notifications
from services.requests.enums import GIVEN_STATES, FollowUpKind, RejectReason, RequestStep
from services.requests.models import DelaySet, FollowUp, Promise, Referral, ServiceRequest
from services.requests.notifications.base import RequestMail
from services.requests.notifications.company import RequestClosed
from services.requests.notifications.hub_staff import RequestToReroute
from services.requests.rules import clock as rules


def facts_of(
    service_request: ServiceRequest, follow_ups: list[FollowUp], in_hand: Iterable[Referral]
) -> rules.RequestFacts:
    """Read what the clock needs to know of a request and its follow-ups; referrals `in_hand` may not be written yet."""
    names = ("id", "organisation_id", "state", "sent_at", "active_at", "is_stalled", "outcome", "due_at")
    known = {row.pk: {name: getattr(row, name) for name in names} for row in in_hand}
    rows = [known.get(row["id"], row) for row in service_request.referrals.order_by("pk").values(*names)]
    promises: dict[int, list[rules.PromiseFacts]] = {}
    for row in Promise.objects.open().filter(referral__request=service_request) if rows else ():
        promises.setdefault(row.referral_id, []).append(row.facts)
    since = service_request.queued_at or service_request.created_at
    escalations = (row.done_at for row in follow_ups if row.kind == FollowUpKind.TRIAGE_ESCALATION)
    return rules.RequestFacts(
        state=service_request.state,
        created_at=service_request.created_at,
        queued_at=service_request.queued_at,
        asked_at=service_request.asked_at,
        ended_at=service_request.ended_at,
        helped_at=service_request.helped_at,
        has_email=bool(service_request.contact_email),
        is_merged=service_request.merged_into_id is not None,
        is_spam=service_request.reject_reason == RejectReason.SPAM,
        is_suspect=service_request.is_suspect,
        is_erased=service_request.erased_at is not None,
        escalated_at=tuple(at for at in escalations if at and at >= since),
        referrals=tuple(rules.ReferralFacts(**row, promises=tuple(promises.get(row["id"], ()))) for row in rows),
        planned={row.key: row.due_at for row in follow_ups},
    )


def update_next_action(service_request: ServiceRequest, *in_hand: Referral, delays: rules.Delays | None = None) -> None:
    """After a step, inside its transaction: finish or send back if need be, then write the turn and the follow-ups.

    What the step put in the request is written with the turn, once. The dates written here are those of the follow-ups
    and of the promises; referrals `in_hand` learn their own.
    """
    follow_ups = list(service_request.follow_ups.order_by("pk"))
    facts = facts_of(service_request, follow_ups, in_hand)
    mail = _follow_the_referrals(service_request, facts)
    if mail or _comes_to_staff(service_request, facts):
        facts = facts_of(service_request, follow_ups, in_hand)
    delays = delays or DelaySet.objects.resolve(service_request.hub, service_request.topic_id)
    service_request.put(is_abandoned=rules.is_abandoned(facts))
    if turn := rules.turn(facts, delays):
        service_request.put(
            responsible=turn.party, responsible_organisation_id=turn.organisation_id, due_at=turn.due_at
        )
    service_request.write()
    _plan(service_request, follow_ups, rules.plan(facts, delays))
    _write_dates(facts, rules.referral_dates(facts, delays), in_hand)
    forget_what_is_over(service_request)
    if mail:
        post(mail)


def _comes_to_staff(service_request: ServiceRequest, facts: rules.RequestFacts) -> bool:
    """Count the desk's delays from now when nobody moves any more, however long ago the first of them stopped."""
    stands_still = service_request.state in GIVEN_STATES and rules.is_staff_turn(facts)
    if not stands_still or service_request.responsible != Party.ORGANISATION:
        return False
    service_request.put(queued_at=timezone.now())
    return True


def _write_dates(facts: rules.RequestFacts, dates: dict[int, datetime], in_hand: Iterable[Referral]) -> None:
    """Write the date of each live referral that has another one, and with it what was put in those in hand."""
    own = {row.pk: row for row in in_hand}
    for referral in facts.referrals:
        due_at = dates.get(referral.id, referral.due_at)
        if referral.id in own and due_at != referral.due_at:
            own[referral.id].put(due_at=due_at)
        elif due_at != referral.due_at:
            Referral.objects.filter(pk=referral.id).update(due_at=due_at)
    for row in own.values():
        row.write()


def _follow_the_referrals(service_request: ServiceRequest, facts: rules.RequestFacts) -> RequestMail | None:
    """Close the request when its last referral is, or bring it back to the desk when nobody is left."""
    if not service_request.is_open or service_request.is_in_queue or not facts.referrals:
        return None
    if rules.all_closed(facts):
        service_request.write()
        row = service_request.take(RequestStep.FINISH, by=Party.CLOCK, stamps=("ended_at",), is_last=False)
        service_request.put(helped_at=row.at if rules.was_helped(facts) else None)
        return RequestClosed(service_request, row.pk, referrals=_told(service_request))
    if rules.all_refused(facts):
        service_request.write()
        row = service_request.take(RequestStep.SEND_BACK, by=Party.CLOCK, stamps=("queued_at",), is_last=False)
        return RequestToReroute(service_request, row.pk, referrals=_told(service_request))
    return None


def _told(service_request: ServiceRequest) -> list[Referral]:
    return list(service_request.referrals.select_related("organisation").order_by("pk"))


def _plan(service_request: ServiceRequest, follow_ups: list[FollowUp], wanted: list[rules.Due]) -> None:
    """Write the follow-ups that are missing and forget those not wanted any more; what was done stays."""
    known = {row.key: row for row in follow_ups}
    keys = {due.key for due in wanted}
    stale = [row.pk for key, row in known.items() if key not in keys and row.done_at is None]
    if stale:
        service_request.follow_ups.filter(pk__in=stale).delete()
    FollowUp.objects.bulk_create(
        [
            FollowUp(
                request=service_request,
                referral_id=due.referral_id,
                kind=due.kind,
                basis_at=due.basis_at,
                due_at=due.due_at,
            )
            for due in wanted
            if due.key not in known
        ],
        ignore_conflicts=True,
    )


def forget_what_is_over(service_request: ServiceRequest) -> None:
    """What waits to leave and no longer tells how the request stands does not leave."""
    waiting = OutgoingMail.objects.held_about(service_request.pk)
    referrals = (
        list(service_request.referrals.select_related("organisation", "adviser").order_by("pk")) if waiting else []
    )
    OutgoingMail.objects.forget(
        [row.pk for row in waiting if not notifications.still_holds(row, service_request, referrals)]
    )
