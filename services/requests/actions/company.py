"""What the company does after filing."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from diginor.outbox.posting import post
from diginor.workflow.models import StepRefused
from services.requests.actions.next_action import update_next_action
from services.requests.actions.referral import cancel
from services.requests.enums import RequestNote, RequestState, RequestStep
from services.requests.models import Satisfaction, ServiceRequest
from services.requests.notifications.company import RequestWithdrawn


@transaction.atomic
def withdraw(service_request: ServiceRequest, *, by: Any, why: str = "") -> None:
    """Take the request back; the organisations that have it are told."""
    service_request.lock()
    was_draft = service_request.state == RequestState.DRAFT
    now = timezone.now()
    changes = {"ended_at": now, "person_acted_at": now, "asked_at": None}
    row = service_request.take(RequestStep.WITHDRAW, by=by, why=why, changes=changes, is_held=True, is_last=False)
    for referral in service_request.referrals.live().select_related("organisation", "adviser").order_by("pk"):
        referral.request = service_request
        cancel(service_request, referral, by=by, why=why)
    update_next_action(service_request)
    if not was_draft:
        post(RequestWithdrawn(service_request, row.pk))


@transaction.atomic
def rate(
    service_request: ServiceRequest, *, by: Any, score: int, was_clear: bool | None = None, comment: str = ""
) -> None:
    """Say what one thinks of it, once."""
    asked = Satisfaction.objects.select_for_update().filter(request=service_request).first()
    if asked is None or asked.answered_at is not None:
        raise StepRefused(RequestNote.RATE, service_request.state)
    asked.answered_at = timezone.now()
    asked.score = score
    asked.was_clear = was_clear
    asked.comment = comment
    asked.save()
    service_request.put(person_acted_at=asked.answered_at)
    service_request.log(RequestNote.RATE, by=by, score=score)
    update_next_action(service_request)
