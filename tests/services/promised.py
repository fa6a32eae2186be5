"""A request taken on with a promise, and what people read of it."""

from datetime import date

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from services.requests.actions import referral
from services.requests.links import tracking_token
from services.requests.models import FollowUp, Promise
from services.triage import actions as triage
from tests.services.cast import fresh

WORDS = "Je vous appelle pour comprendre votre projet"


def taken(desk, due_on=date(2026, 11, 30), text=WORDS, place=0):
    """A request taken on with a promise."""
    request = desk.file()
    (row,) = triage.route(request, [desk.places[place]], by=desk.staff)
    referral.accept(row, by=desk.advisers[place], next_step=text, due_on=due_on)
    return request, fresh(row)


def page_of(request):
    """The page of the company, as text."""
    return Client().get(reverse("tracking", args=[tracking_token(request)])).content.decode()


def told(kind):
    """The texts of the mails of a kind."""
    return [row.text for row in OutgoingMail.objects.filter(kind=kind).order_by("created_at", "pk")]


def shown_is_what_fires(request):
    """Every date shown of an open request is that of a follow-up to come, or of a promise; past ones were such."""
    request = fresh(request)
    fires = set(FollowUp.objects.filter(request=request).values_list("due_at", flat=True))
    promised = {row.due_at for row in Promise.objects.open().filter(referral__request=request)}
    shown = {request.due_at, *request.referrals.live().values_list("due_at", flat=True)}
    assert shown <= fires | promised
    assert all(at in promised or at <= timezone.now() or pending(request, at) for at in shown)


def pending(request, at):
    return FollowUp.objects.pending().filter(request=request, due_at=at).exists()
