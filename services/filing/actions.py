"""Filing: a draft grows step by step, then becomes a request."""

from collections.abc import Sequence
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from diginor.outbox.posting import post
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.places.models import Place
from members.territories.models import Territory
from services.catalogue.models import Topic
from services.requests.actions.next_action import update_next_action
from services.requests.actions.thread import attach
from services.requests.actions.workshops import still_suspect
from services.requests.enums import RequestState, RequestStep
from services.requests.models import Attachment, ServiceRequest
from services.requests.notifications.company import RequestReceived, ResumeLink
from services.requests.notifications.hub_staff import NewRequest


@transaction.atomic
def start_draft(*, hub: Hub | None = None, language: str = "fr") -> ServiceRequest:
    """Open a draft; the commune will say which hub receives it."""
    receiver: Any = hub or Hub.objects.for_commune(None)
    return ServiceRequest.objects.create(hub=receiver, language=language)


@transaction.atomic
def save_need(draft: ServiceRequest, *, topic: Topic | None, need: str, answers: list, family: str = "") -> None:
    """Keep what is needed, in the person's words."""
    _touch(draft, topic=topic, family=topic.family if topic else family, need=need, answers=answers)


@transaction.atomic
def choose_place(draft: ServiceRequest, place: Place | None) -> None:
    """Keep where the company wants to be hosted, or that it does not matter any more."""
    _touch(draft, wanted_place=place)


@transaction.atomic
def save_company(
    draft: ServiceRequest, *, commune: Territory | None, asked_hub: Hub | None = None, **fields: Any
) -> None:
    """Keep who asks, and choose the hub: that of the commune, else the one whose door was pushed, else the default."""
    hub = Hub.objects.covering(commune) or asked_hub or Hub.objects.for_commune(None) or draft.hub
    _touch(draft, commune=commune, hub=hub, **fields)


@transaction.atomic
def save_contact(draft: ServiceRequest, **fields: str) -> None:
    """Keep whom to answer."""
    _touch(draft, **fields)


def _touch(draft: ServiceRequest, **fields: Any) -> None:
    """Write what changes in a draft, unless it was submitted in another window meanwhile."""
    fresh = ServiceRequest.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if fresh.state != RequestState.DRAFT:
        raise StepRefused(RequestStep.SUBMIT, fresh.state)
    draft.put(**fields, person_acted_at=timezone.now())
    draft.write()


@transaction.atomic
def add_files(draft: ServiceRequest, files: Sequence[File]) -> None:
    """Join checked files to a draft."""
    _touch(draft)
    attach(draft, files)


@transaction.atomic
def remove_file(draft: ServiceRequest, attachment: Attachment) -> None:
    """Take a file out of a draft, and off the disk once that is certain."""
    _touch(draft)
    storage, name = attachment.file.storage, attachment.file.name
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(str(name)))


@transaction.atomic
def finish(
    draft: ServiceRequest,
    *,
    contact: dict[str, str],
    origin: str,
    files: Sequence[File] = (),
    suspicions: Sequence[str] = (),
) -> ServiceRequest:
    """Keep the last step and file the request, both or neither: a second click finds it filed and changes nothing.

    `origin` is the network that it comes from, where a workshop may be open.
    """
    draft.lock()
    if not draft.is_draft:
        raise StepRefused(RequestStep.SUBMIT, draft.state)
    draft.put(**contact)
    attach(draft, files)
    return _file(draft, Party.COMPANY, still_suspect(suspicions, origin))


@transaction.atomic
def send_resume_link(draft: ServiceRequest, *, email: str) -> None:
    """Mail the link that resumes the draft, and let the clock remind once."""
    _touch(draft, contact_email=email)
    update_next_action(draft)
    post(ResumeLink(draft, f"{timezone.now():%Y%m%d%H%M}"))


@transaction.atomic
def submit(draft: ServiceRequest, *, by: Any = Party.COMPANY, suspicions: Sequence[str] = ()) -> ServiceRequest:
    """File the request: it enters the desk's queue and both sides are told; a suspect one is kept apart, unsaid."""
    draft.lock()
    return _file(draft, by, suspicions)


def _file(draft: ServiceRequest, by: Any, suspicions: Sequence[str]) -> ServiceRequest:
    """The same, of a draft that is locked."""
    row = draft.take(
        RequestStep.SUBMIT,
        by=by,
        changes={"suspicions": list(suspicions), "is_suspect": bool(suspicions)},
        stamps=("submitted_at", "queued_at", "person_acted_at"),
        is_held=True,
        is_last=False,
    )
    if not draft.is_suspect:
        draft.put(organisation=_record_of(draft))
    update_next_action(draft)
    if not draft.is_suspect:
        welcome(draft, row.pk)
    return draft


def welcome(service_request: ServiceRequest, cause: object) -> None:
    """Tell both sides that the request is in the queue."""
    post(RequestReceived(service_request, cause))
    post(NewRequest(service_request, cause))


def clear(service_request: ServiceRequest) -> None:
    """Somebody of the desk takes a request that was kept apart for a real one: its company gets its record."""
    if not service_request.is_suspect:
        return
    service_request.put(is_suspect=False, organisation=service_request.organisation or _record_of(service_request))


def _record_of(service_request: ServiceRequest) -> Organisation | None:
    """The one record of the company that asks: found by SIRET, else made when there is a SIRET."""
    if not service_request.siret:
        return None
    facts: dict[str, Any] = {
        "name": service_request.company_name,
        "slug": lambda: Organisation.objects.free_slugs([(service_request.company_name, service_request.siret)])[0],
        "size": service_request.size,
        "naf": service_request.naf,
        "legal_form": service_request.legal_form,
        "sector": service_request.sector,
        "founded_on": service_request.founded_on,
        "commune": service_request.commune,
        "is_demo": service_request.is_demo,
    }
    known, _created = Organisation.objects.get_or_create(siret=service_request.siret, defaults=facts)
    known.known_by.add(service_request.hub)
    return known
