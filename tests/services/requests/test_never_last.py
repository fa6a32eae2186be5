"""The company is never the last to know: one mail at the first date missed, then one at most for each new date."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.text import wording
from services.requests.actions import referral
from services.requests.models import FollowUp
from services.triage import actions as triage
from tests.services.cast import Desk, fresh, run_clock

pytestmark = pytest.mark.django_db


def never_routed(desk):
    return desk.file()


def accepted_then_silent(desk):
    request = desk.file()
    (row,) = triage.route(request, desk.places[:1], by=desk.staff)
    referral.accept(row, by=desk.advisers[0])
    return request


def announced_then_silent(desk):
    request = desk.file()
    (row,) = triage.route(request, desk.places[:1], by=desk.staff)
    due_on = timezone.localdate() + timedelta(days=8)
    referral.accept(row, by=desk.advisers[0], next_step="Je vous appelle", due_on=due_on)
    return request


def question_unanswered(desk):
    request = desk.file()
    triage.ask_company(request, question="Combien de postes ?", by=desk.staff)
    return request


def forty_days(request, clock):
    """What the company was told of dates, by day: the mails, who is said to have it, and the date then shown."""
    told = []
    for _day in range(40):
        clock.advance(days=1)
        known = set(OutgoingMail.objects.values_list("pk", flat=True))
        run_clock()
        request = fresh(request)
        told += [
            (timezone.localdate(), row, request.due_at if not request.is_late(timezone.now()) else None)
            for row in OutgoingMail.objects.filter(kind="NewDate").exclude(pk__in=known)
        ]
    return told


@pytest.mark.parametrize("life", [never_routed, accepted_then_silent, announced_then_silent, question_unanswered])
def test_forty_days_of_silence_are_told_date_by_date(clock, life):
    clock.set("2026-11-02 19:30")
    desk = Desk.open()
    request = life(desk)
    first = fresh(request).due_at
    told = forty_days(request, clock)
    assert {row.recipient for _day, row, _date in told} == {request.contact_email}
    # Run in the evening: what was missed on a day is told that evening, or the next working one.
    assert told[0][0] - timezone.localdate(first) <= timedelta(days=3)
    dates = [row.subject for _day, row, _date in told]
    assert len(dates) == len(set(dates)) > 2
    days = [day for day, _row, _date in told]
    # The alerts, each with its new date, come back twice as late each time: 4, 8, then 16 working days.
    assert max(later - day for day, later in pairwise(days)) <= timedelta(days=23)
    for _day, row, shown in told:
        assert str(desk.places[0]) in row.text or "L’équipe du guichet" in row.text
        if shown:
            assert wording.day(shown) in row.text


def test_a_new_date_is_told_once_whatever_leads_to_it(clock):
    desk = Desk.open()
    request = never_routed(desk)
    FollowUp.objects.filter(request=request).update(due_at=timezone.now())
    run_clock()
    run_clock()
    assert OutgoingMail.objects.filter(kind="NewDate").count() == 1
