"""The clock at work: it fires the follow-ups that are due, each once."""

from datetime import datetime
from functools import partial

from django.utils import timezone

from diginor.attempts.retries import try_each
from diginor.outbox.pacing import by_the_clock
from diginor.outbox.posting import post
from services.requests.actions.follow_up_handlers import EFFECTS
from services.requests.actions.next_action import update_next_action
from services.requests.models import FollowUp, ServiceRequest


def follow_up_due(now: datetime | None = None) -> int:
    """Fire what is due, each in its own transaction; return how many were fired."""
    with by_the_clock():
        return try_each(FollowUp.objects.due, partial(_fire, now=now), now=now)


def _fire(claimed: FollowUp, now: datetime | None) -> bool:
    """Do one follow-up, unless another worker did it or a step made it useless meanwhile."""
    moment = now or timezone.now()
    service_request = ServiceRequest.objects.with_details().select_for_update(of=("self",)).get(pk=claimed.request_id)
    # Read again now that the request is locked, as every step locks it first.
    rows = FollowUp.objects.pending().filter(pk=claimed.pk, due_at__lte=moment)
    follow_up = rows.select_related("referral__organisation").first()
    if follow_up is None:
        return False
    follow_up.done_at = moment
    follow_up.save(update_fields=["done_at"])
    mails = EFFECTS[follow_up.kind](service_request, follow_up)
    update_next_action(service_request)
    for mail in mails:
        post(mail)
    return True
