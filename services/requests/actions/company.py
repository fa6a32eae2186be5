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
def withdraw(request: ServiceRequest, *, by: Any, why: str = "") -> None:
    """Take the request back; the organisations that have it are told."""
    request.lock()
    was_draft = request.state == RequestState.DRAFT
    now = timezone.now()
    changes = {"ended_at": now, "person_acted_at": now, "asked_at": None}
    row = request.take(RequestStep.WITHDRAW, by=by, why=why, changes=changes)
    for referral in request.referrals.live().select_related("organisation", "adviser").order_by("pk"):
        referral.request = request
        cancel(request, referral, by=by, why=why)
    update_next_action(request)
    if not was_draft:
        post(RequestWithdrawn(request, row.pk))


@transaction.atomic
def rate(request: ServiceRequest, *, by: Any, score: int, was_clear: bool | None = None, comment: str = "") -> None:
    """Say what one thinks of it, once."""
    asked = Satisfaction.objects.select_for_update().filter(request=request).first()
    if asked is None or asked.answered_at is not None:
        raise StepRefused(RequestNote.RATE, request.state)
    asked.answered_at = timezone.now()
    asked.score = score
    asked.was_clear = was_clear
    asked.comment = comment
    asked.save()
    request.person_acted_at = asked.answered_at
    request.save(update_fields=["person_acted_at"])
    request.log(RequestNote.RATE, by=by, score=score)
    update_next_action(request)
