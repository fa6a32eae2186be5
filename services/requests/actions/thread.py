"""Talking about a request."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from diginor.outbox.posting import post
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.requests.actions.next_action import update_next_action
from services.requests.actions.referral import touch
from services.requests.enums import RequestNote, ThreadKind
from services.requests.models import Attachment, Message, Referral, ServiceRequest
from services.requests.notifications.advisers import MessageToAdvisers
from services.requests.notifications.company import MessageToCompany, QuestionAsked
from services.requests.notifications.hub_staff import MessageToStaff


@transaction.atomic
def write(
    service_request: ServiceRequest,
    *,
    body: str,
    by: Any,
    thread: str = ThreadKind.SHARED,
    files: Iterable[File] = (),
    referral: Referral | None = None,
    is_question: bool = False,
) -> Message:
    """Add a message and tell the others; an ended request takes no more, and a double click says it once."""
    _lock_what_is_open(service_request, referral)
    party, name = service_request.actor(by, referral)
    files = list(files)
    author = None if isinstance(by, Party) else by
    if said := service_request.messages.said_again(thread, party, author, body, {upload.name for upload in files}):
        return said
    message = Message.objects.create(
        request=service_request,
        thread=thread,
        party=party,
        author=author,
        author_name=name,
        organisation=referral.organisation if referral else None,
        body=body,
        is_question=is_question,
    )
    attach(service_request, files, message)
    if referral is not None:
        touch(referral, message.created_at)
    if party == Party.COMPANY:
        _company_answered(service_request, message)
    update_next_action(service_request, *([referral] if referral else []))
    _tell_the_others(service_request, message)
    return message


def _lock_what_is_open(service_request: ServiceRequest, referral: Referral | None) -> None:
    """Refuse to write where it is over: a referral may have ended, or changed hands, since the page was opened."""
    service_request.lock()
    if not service_request.is_open:
        raise StepRefused(RequestNote.ANSWER, service_request.state)
    if referral is not None:
        given_to = referral.organisation_id
        referral.lock()
        if not referral.is_live or referral.organisation_id != given_to:
            raise StepRefused(RequestNote.ANSWER, referral.state)


def attach(service_request: ServiceRequest, files: Iterable[File], message: Message | None = None) -> list[Attachment]:
    """Keep files whose type was checked by the form (`content_type` is the checked one)."""
    return [
        Attachment.objects.create(
            request=service_request,
            message=message,
            file=upload,
            name=(upload.name or "fichier")[:200],
            content_type=upload.content_type,  # type: ignore[attr-defined]
            size=upload.size,
        )
        for upload in files
    ]


def _company_answered(service_request: ServiceRequest, message: Message) -> None:
    """The company acted: an open question is answered and the turn goes back to the desk."""
    service_request.put(person_acted_at=message.created_at)
    if service_request.asked_at is not None:
        service_request.put(asked_at=None, queued_at=timezone.now())
        service_request.log(RequestNote.ANSWER, by=Party.COMPANY)


def _needs_staff(service_request: ServiceRequest, message: Message) -> bool:
    """Whether it is the desk's turn, or the company writes where a date was missed: who missed it may be silent."""
    is_late = message.party == Party.COMPANY and service_request.is_late(timezone.now())
    return service_request.responsible == Party.HUB or is_late


def _tell_the_others(service_request: ServiceRequest, message: Message) -> None:
    """Tell the company, the advisers, and the desk (of the internal thread, or where needed); never the author."""
    cause = f"message {message.pk}"
    shared = message.thread == ThreadKind.SHARED
    if shared and message.party != Party.COMPANY:
        mail = QuestionAsked if message.is_question else MessageToCompany
        post(mail(service_request, cause, message=message))
    for referral in service_request.referrals.live().select_related("organisation", "adviser").order_by("pk"):
        if message.organisation_id != referral.organisation_id:
            post(MessageToAdvisers(service_request, f"{cause} {referral.pk}", referral, message=message))
    if message.party != Party.HUB and (not shared or _needs_staff(service_request, message)):
        post(MessageToStaff(service_request, cause, message=message))
