"""Forgetting people: identity and free text go, what is counted stays."""

from typing import Any

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.registries.personal_data import ERASED
from diginor.workflow.history import Party
from members.organisations.actions import drop_unneeded
from members.people.models import User
from services.requests.actions.company import withdraw
from services.requests.actions.next_action import update_next_action
from services.requests.enums import ReferralStep, RequestNote
from services.requests.models import Message, Promise, RequestEvent, Satisfaction, ServiceRequest

# Who asks, and in which words; topic, size, sector, commune, dates and outcome are counted and stay.
WIPED: dict[str, Any] = {
    "contact_name": "",
    "contact_function": "",
    "contact_email": "",
    "contact_phone": "",
    "company_name": "",
    "siret": "",
    "country": "",
    "foreign_town": "",
    "need": ERASED,
    "answers": [],
    "organisation": None,
}


@transaction.atomic
def erase(service_request: ServiceRequest, *, by: Any = Party.CLOCK) -> None:
    """Erase who asked and what was said; an open request is withdrawn, a draft goes whole; again, nothing changes."""
    service_request.lock()
    if service_request.erased_at is not None:
        return
    if service_request.is_draft:
        discard(service_request)
        return
    record = service_request.organisation
    # Before the mails that tell organisations of the end: those are written once there is nothing left to quote.
    OutgoingMail.objects.telling(_numbers(service_request), since=service_request.created_at).delete()
    _wipe(service_request)
    if service_request.is_open:
        withdraw(service_request, by=by)
    _wipe_what_was_said(service_request)
    update_next_action(service_request)
    service_request.log(RequestNote.ERASE, by=by)
    if record is not None:
        drop_unneeded(record.pk)


@transaction.atomic
def discard(draft: ServiceRequest) -> None:
    """Delete a request that was never filed, with its files: nothing of it is counted."""
    OutgoingMail.objects.telling([draft.code], since=draft.created_at).delete()
    _remove_files(draft)
    draft.delete()


def _numbers(service_request: ServiceRequest) -> list[str]:
    """The numbers by which mails and their links name a request."""
    return [service_request.code, *service_request.referrals.order_by("pk").values_list("code", flat=True)]


def _wipe(service_request: ServiceRequest) -> None:
    for name, value in WIPED.items():
        setattr(service_request, name, value)
    service_request.erased_at = timezone.now()
    service_request.save(update_fields=[*WIPED, "erased_at"])


def _wipe_what_was_said(service_request: ServiceRequest) -> None:
    _remove_files(service_request)
    service_request.attachments.all().delete()
    service_request.messages.update(body=ERASED, author_name=ERASED, author=None)
    service_request.referrals.update(staff_note="", reasons=[], decline_note="", outcome_note="")
    Promise.objects.filter(referral__request=service_request).update(text="", made_by_name="", made_by=None)
    service_request.events.update(why="", by_name="", by=None, data={})
    service_request.follow_ups.update(last_error="")
    Satisfaction.objects.filter(request=service_request).update(comment="")
    # A duplicate left its words with the request that it joined.
    RequestEvent.objects.filter(
        request=service_request.merged_into_id, step=RequestNote.ABSORB, data__code=service_request.code
    ).update(why="")


def _remove_files(service_request: ServiceRequest) -> None:
    """Files leave the disk only once the rows are gone for good."""
    files = [(row.file.storage, row.file.name) for row in service_request.attachments.all()]
    transaction.on_commit(lambda: _delete(files))


def _delete(files: list[tuple[Storage, str | None]]) -> None:
    for storage, name in files:
        if name:
            storage.delete(name)


@transaction.atomic
def forget_name(user: User, name: str) -> None:
    """Take the name of a person out of the histories and messages, which keep that somebody acted."""
    RequestEvent.objects.filter(by=user).exclude(by_name="").update(by_name="")
    Message.objects.filter(author=user).exclude(author_name=ERASED).update(author_name=ERASED)
    Promise.objects.filter(made_by=user).update(made_by_name="")
    if not name:
        return
    places = user.memberships.values("organisation")
    given = RequestEvent.objects.filter(step=ReferralStep.TRANSFER, organisation__in=places)
    for row in given.filter(Q(data__from_adviser=name) | Q(data__to_adviser=name)).order_by("pk"):
        row.data = {key: "" if value == name else value for key, value in row.data.items()}
        row.save(update_fields=["data"])
