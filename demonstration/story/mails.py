"""A few mails of the last days, so that the outbox of the demonstration is not empty; they are already sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.posting import post
from services.requests.enums import ReferralStep, RequestNote, RequestStep
from services.requests.models import RequestEvent
from services.requests.notifications.advisers import ReferralSent
from services.requests.notifications.base import RequestMail
from services.requests.notifications.company import (
    QuestionAsked,
    ReferralRefused,
    RequestAccepted,
    RequestReceived,
    RequestRouted,
)
from services.requests.notifications.hub_staff import NewRequest

MOST = 40
LATEST = timedelta(days=4)


def recent_mails(now: datetime) -> int:
    """Write the mails of the latest steps as they were when they left; return how many."""
    rows = RequestEvent.objects.filter(request__is_demo=True, at__gte=now - LATEST, step__in=WRITERS)
    steps = rows.select_related("request__hub", "request__topic", "request__commune", "referral__organisation", "by")
    known = set(OutgoingMail.objects.values_list("pk", flat=True))
    for event in steps.order_by("-at", "-pk")[:MOST]:
        for mail in WRITERS[event.step](event):
            post(mail)
        fresh = OutgoingMail.objects.exclude(pk__in=known)
        fresh.update(status=MailStatus.SENT, attempts=1, created_at=event.at, sent_at=event.at + timedelta(seconds=2))
        for pk, key in list(fresh.values_list("pk", "dedupe_key")):
            OutgoingMail.objects.filter(pk=pk).update(dedupe_key=f"demonstration:{key}"[:300])
            known.add(pk)
    return OutgoingMail.objects.filter(dedupe_key__startswith="demonstration:").count()


Mails = list[RequestMail]


def _filed(event: RequestEvent) -> Mails:
    if event.request.is_suspect:
        return []
    service_request = event.request
    return [RequestReceived(service_request, event.pk), NewRequest(service_request, event.pk)]


def _routed(event: RequestEvent) -> Mails:
    service_request = event.request
    referrals = list(service_request.referrals.filter(sent_at=event.at).select_related("organisation").order_by("pk"))
    told = RequestRouted(service_request, event.pk, referrals=referrals, answer_by=referrals[0].expires_at)
    return [*(ReferralSent(service_request, event.pk, row) for row in referrals), told]


def _accepted(event: RequestEvent) -> Mails:
    return [RequestAccepted(event.request, event.pk, event.referral)]


def _declined(event: RequestEvent) -> Mails:
    return [ReferralRefused(event.request, event.pk, event.referral)]


def _asked(event: RequestEvent) -> Mails:
    message = event.request.messages.filter(is_question=True).order_by("-pk").first()
    return [QuestionAsked(event.request, event.pk, message=message)]


WRITERS: dict[str, Callable[[RequestEvent], Mails]] = {
    RequestStep.SUBMIT: _filed,
    RequestStep.ROUTE: _routed,
    ReferralStep.ACCEPT: _accepted,
    ReferralStep.DECLINE: _declined,
    RequestNote.ASK: _asked,
}
