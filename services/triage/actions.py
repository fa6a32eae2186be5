"""What the desk does with a request."""

from collections.abc import Iterable

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


def _in_queue(service_request: ServiceRequest, what: str) -> None:
    """Lock the request, and refuse unless it waits for the desk."""
    service_request.lock()
    if not service_request.is_in_queue:
        raise StepRefused(what, service_request.state)


@transaction.atomic
def route(
    service_request: ServiceRequest,
    organisations: Iterable[Organisation],
    *,
    by: User,
    staff_note: str = "",
    reasons: dict[int, list[str]] | None = None,
) -> list[Referral]:
    """Send the request to organisations, with a word and the reasons shown; who has it already is left out."""
    service_request.lock()
    has_it = set(service_request.referrals.live().values_list("organisation_id", flat=True))
    chosen = [row for row in organisations if row.pk not in has_it]
    if not chosen:
        raise StepRefused(RequestStep.ROUTE, service_request.state)
    names = [str(place) for place in chosen]
    row = service_request.take(RequestStep.ROUTE, by=by, why=staff_note, is_held=True, is_last=False, to=names)
    service_request.put(routed_at=service_request.routed_at or row.at, asked_at=None)
    clear(service_request)
    delays = DelaySet.objects.resolve(service_request.hub, service_request.topic_id)
    expiry = delays.after(row.at, delays.answer_expiry)
    dates = {"sent_at": row.at, "active_at": row.at, "expires_at": expiry, "due_at": expiry}
    dates["answer_in_time_until"] = delays.after(row.at, IN_TIME_DAYS)
    told = reasons or {}
    referrals = Referral.objects.bulk_create(
        Referral(
            request=service_request, organisation=one, staff_note=staff_note, reasons=told.get(one.pk, []), **dates
        )
        for one in chosen
    )
    update_next_action(service_request, delays=delays)
    for referral in referrals:
        post(ReferralSent(service_request, row.pk, referral))
    post(RequestRouted(service_request, row.pk, referrals=referrals, answer_by=expiry))
    return referrals


@transaction.atomic
def reject(service_request: ServiceRequest, *, reason: str, answer: str, by: User) -> None:
    """Set the request aside; the company receives the answer and its reason, unless a robot used its address."""
    row = service_request.take(
        RequestStep.REJECT,
        by=by,
        why=answer,
        changes={"reject_reason": reason, "ended_at": timezone.now()},
        is_last=False,
        reason=reason,
    )
    if reason != RejectReason.SPAM:
        clear(service_request)
    update_next_action(service_request)
    post(RequestRejected(service_request, row.pk, answer=answer))


@transaction.atomic
def requalify(service_request: ServiceRequest, *, topic: Topic, by: User, why: str = "") -> None:
    """Change the topic of a request that waits for the desk."""
    _in_queue(service_request, RequestNote.REQUALIFY)
    before = str(service_request.topic or "")
    service_request.put(topic=topic, family=topic.family)
    service_request.log(RequestNote.REQUALIFY, by=by, why=why, from_topic=before, to_topic=str(topic))
    update_next_action(service_request)


@transaction.atomic
def merge(service_request: ServiceRequest, into: ServiceRequest, *, by: User) -> None:
    """Join a duplicate to another request: the words and files go with it, the company is told."""
    # The lower key first, so that two people merging crosswise wait instead of blocking each other.
    for row in sorted((service_request, into), key=lambda each: each.pk):
        row.lock()
    if into.pk == service_request.pk or into.hub_id != service_request.hub_id or not into.is_open:
        raise StepRefused(RequestStep.MERGE, into.state)
    changes = {"merged_into": into, "ended_at": timezone.now()}
    row = service_request.take(RequestStep.MERGE, by=by, why=into.code, changes=changes, is_held=True, is_last=False)
    into.log(RequestNote.ABSORB, by=by, why=_said(service_request, into), code=service_request.code)
    if into.wanted_place is None and service_request.wanted_place is not None:
        into.wanted_place = service_request.wanted_place
        into.save(update_fields=["wanted_place"])
    # They are dated of the day when they reach the other request: who was done with it before never had them.
    service_request.attachments.with_filing().update(request=into, created_at=row.at)
    clear(service_request)
    update_next_action(service_request)
    post(RequestMerged(service_request, row.pk, into=into))


def _said(service_request: ServiceRequest, into: ServiceRequest) -> str:
    """The words of a duplicate, with the place that it asked for where the other request asks for another one."""
    if service_request.wanted_place is None or into.wanted_place in (None, service_request.wanted_place):
        return service_request.need
    return f"{service_request.need}\n\n{_('Lieu souhaité')} : {service_request.wanted_place}"


@transaction.atomic
def ask_company(service_request: ServiceRequest, *, question: str, by: User) -> None:
    """Ask the company something before routing: it is the company's turn until it answers."""
    _in_queue(service_request, RequestNote.ASK)
    row = service_request.log(RequestNote.ASK, by=by, why=question)
    service_request.put(asked_at=row.at)
    service_request.write()
    # Writing settles the request: it is now the company's turn.
    write(service_request, body=question, by=by, is_question=True)


@transaction.atomic
def hand_over(service_request: ServiceRequest, hub: Hub, *, why: str, by: User) -> None:
    """Give the request, with its history, to another hub that receives some."""
    _in_queue(service_request, RequestNote.HAND_OVER)
    if hub.pk == service_request.hub_id or not hub.is_open:
        raise StepRefused(RequestNote.HAND_OVER, service_request.state)
    row = service_request.log(RequestNote.HAND_OVER, by=by, why=why, from_hub=str(service_request.hub), to_hub=str(hub))
    service_request.put(hub=hub, asked_at=None, queued_at=row.at)
    if service_request.organisation:
        service_request.organisation.known_by.add(hub)
    # The dates that were planned were the other hub's.
    service_request.follow_ups.pending().delete()
    update_next_action(service_request)
    post(RequestHandedOver(service_request, row.pk))
    post(HandOverReceived(service_request, row.pk, why=why, given_by=str(by)))


@transaction.atomic
def release(service_request: ServiceRequest, *, by: User) -> None:
    """Bring a request that was kept apart into the queue."""
    _in_queue(service_request, RequestNote.TRUST)
    if not service_request.is_suspect:
        raise StepRefused(RequestNote.TRUST, service_request.state)
    clear(service_request)
    row = service_request.log(RequestNote.TRUST, by=by)
    update_next_action(service_request)
    welcome(service_request, row.pk)
