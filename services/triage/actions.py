"""What the desk does with a request."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diginor.outbox.posting import post
from diginor.workflow.models import StepRefused
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from services.catalogue.models import Topic
from services.filing.actions import clear, welcome
from services.requests.actions.next_action import update_next_action
from services.requests.actions.thread import write
from services.requests.enums import RejectReason, RequestNote, RequestStep
from services.requests.models import DelaySet, Referral, ServiceRequest
from services.requests.notifications.advisers import ReferralSent
from services.requests.notifications.company import RequestHandedOver, RequestMerged, RequestRejected, RequestRouted
from services.requests.notifications.hub_staff import HandOverReceived
from services.requests.rules.clock import IN_TIME_DAYS


def _in_queue(request: ServiceRequest, what: str) -> None:
    """Lock the request, and refuse unless it waits for the desk."""
    request.lock()
    if not request.is_in_queue:
        raise StepRefused(what, request.state)


@transaction.atomic
def route(
    request: ServiceRequest,
    organisations: Iterable[Organisation],
    *,
    by: User,
    word: str = "",
    reasons: dict[int, list[str]] | None = None,
) -> list[Referral]:
    """Send the request to organisations, with a word and the reasons shown; who has it already is left out."""
    request.lock()
    has_it = set(request.referrals.live().values_list("organisation_id", flat=True))
    chosen = [row for row in organisations if row.pk not in has_it]
    if not chosen:
        raise StepRefused(RequestStep.ROUTE, request.state)
    row = request.take(RequestStep.ROUTE, by=by, why=word, to=[str(place) for place in chosen])
    request.routed_at = request.routed_at or row.at
    request.asked_at = None
    request.save(update_fields=["routed_at", "asked_at"])
    clear(request)
    delays = DelaySet.objects.resolve(request.hub, request.topic_id)
    expiry, in_time = (delays.after(row.at, days) for days in (delays.answer_expiry, IN_TIME_DAYS))
    dates = {"sent_at": row.at, "active_at": row.at, "answer_in_time_until": in_time, "expires_at": expiry}
    referrals = [_send(request, place, word, (reasons or {}).get(place.pk, []), dates) for place in chosen]
    update_next_action(request)
    for referral in referrals:
        post(ReferralSent(request, row.pk, referral))
    post(RequestRouted(request, row.pk, referrals=referrals, answer_by=expiry))
    return referrals


def _send(
    request: ServiceRequest, place: Organisation, word: str, reasons: list[str], dates: dict[str, datetime]
) -> Referral:
    """Give the request to one organisation, with both its deadlines."""
    return Referral.objects.create(
        request=request,
        organisation=place,
        word=word,
        reasons=reasons,
        due_at=dates["expires_at"],
        **dates,
    )


@transaction.atomic
def reject(request: ServiceRequest, *, reason: str, answer: str, by: User) -> None:
    """Set the request aside; the company receives the answer and its reason, unless a robot used its address."""
    row = request.take(
        RequestStep.REJECT,
        by=by,
        why=answer,
        changes={"reject_reason": reason, "ended_at": timezone.now()},
        reason=reason,
    )
    if reason != RejectReason.SPAM:
        clear(request)
    update_next_action(request)
    post(RequestRejected(request, row.pk, answer=answer))


@transaction.atomic
def requalify(request: ServiceRequest, *, topic: Topic, by: User, why: str = "") -> None:
    """Change the topic of a request that waits for the desk."""
    _in_queue(request, RequestNote.REQUALIFY)
    before = str(request.topic or "")
    request.topic = topic
    request.family = topic.family
    request.save(update_fields=["topic", "family"])
    request.log(RequestNote.REQUALIFY, by=by, why=why, from_topic=before, to_topic=str(topic))
    update_next_action(request)


@transaction.atomic
def merge(request: ServiceRequest, into: ServiceRequest, *, by: User) -> None:
    """Join a duplicate to another request: the words and files go with it, the company is told."""
    # The lower key first, so that two people merging crosswise wait instead of blocking each other.
    for row in sorted((request, into), key=lambda each: each.pk):
        row.lock()
    if into.pk == request.pk or into.hub_id != request.hub_id or not into.is_open:
        raise StepRefused(RequestStep.MERGE, into.state)
    row = request.take(
        RequestStep.MERGE, by=by, why=into.code, changes={"merged_into": into, "ended_at": timezone.now()}
    )
    into.log(RequestNote.ABSORB, by=by, why=_said(request, into), code=request.code)
    if into.wanted_place is None and request.wanted_place is not None:
        into.wanted_place = request.wanted_place
        into.save(update_fields=["wanted_place"])
    # They are dated of the day when they reach the other request: who was done with it before never had them.
    request.attachments.with_filing().update(request=into, created_at=row.at)
    clear(request)
    update_next_action(request)
    post(RequestMerged(request, row.pk, into=into))


def _said(request: ServiceRequest, into: ServiceRequest) -> str:
    """The words of a duplicate, with the place that it asked for where the other request asks for another one."""
    if request.wanted_place is None or into.wanted_place in (None, request.wanted_place):
        return request.need
    return f"{request.need}\n\n{_('Lieu souhaité')} : {request.wanted_place}"


@transaction.atomic
def ask_company(request: ServiceRequest, *, question: str, by: User) -> None:
    """Ask the company something before routing: it is the company's turn until it answers."""
    _in_queue(request, RequestNote.ASK)
    row = request.log(RequestNote.ASK, by=by, why=question)
    request.asked_at = row.at
    request.save(update_fields=["asked_at"])
    # Writing settles the request: it is now the company's turn.
    write(request, body=question, by=by, is_question=True)


@transaction.atomic
def hand_over(request: ServiceRequest, hub: Hub, *, why: str, by: User) -> None:
    """Give the request, with its history, to another hub that receives some."""
    _in_queue(request, RequestNote.HAND_OVER)
    if hub.pk == request.hub_id or not hub.is_open:
        raise StepRefused(RequestNote.HAND_OVER, request.state)
    row = request.log(RequestNote.HAND_OVER, by=by, why=why, from_hub=str(request.hub), to_hub=str(hub))
    request.hub = hub
    request.asked_at = None
    request.queued_at = row.at
    request.save(update_fields=["hub", "asked_at", "queued_at"])
    if request.organisation:
        request.organisation.known_by.add(hub)
    # The dates that were planned were the other hub's.
    request.follow_ups.pending().delete()
    update_next_action(request)
    post(RequestHandedOver(request, row.pk))
    post(HandOverReceived(request, row.pk, why=why, given_by=str(by)))


@transaction.atomic
def release(request: ServiceRequest, *, by: User) -> None:
    """Bring a request that was kept apart into the queue."""
    _in_queue(request, RequestNote.TRUST)
    if not request.is_suspect:
        raise StepRefused(RequestNote.TRUST, request.state)
    clear(request)
    row = request.log(RequestNote.TRUST, by=by)
    update_next_action(request)
    welcome(request, row.pk)
