"""The clock at work: it fires the follow-ups that are due, each once."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from diginor.outbox.posting import post
from services.actions.effects import EFFECTS
from services.actions.settling import settle
from services.models import FollowUp, ServiceRequest

logger = logging.getLogger(__name__)


def follow_up_due(now: datetime | None = None, limit: int = 500) -> int:
    """Fire what is due, each in its own transaction; return how many were fired."""
    moment = now or timezone.now()
    fired = 0
    for pk in list(FollowUp.objects.due(moment).values_list("pk", flat=True)[:limit]):
        try:
            fired += _fire(pk, moment)
        except Exception:
            # One broken row must not keep the others waiting; it stays due and is tried again.
            logger.exception("follow-up %s failed", pk)
    return fired


@transaction.atomic
def _fire(pk: int, now: datetime) -> bool:
    """Do one follow-up, unless another worker did it or a step made it useless meanwhile."""
    found = FollowUp.objects.filter(pk=pk).values_list("request_id", flat=True).first()
    if found is None:
        return False
    request = ServiceRequest.objects.with_sheet().select_for_update(of=("self",)).get(pk=found)
    follow_up = FollowUp.objects.due(now).filter(pk=pk).select_related("referral", "referral__organisation").first()
    if follow_up is None:
        return False
    follow_up.done_at = now
    follow_up.save(update_fields=["done_at"])
    mails = EFFECTS[follow_up.kind](request, follow_up)
    settle(request)
    for mail in mails:
        post(mail)
    return True
