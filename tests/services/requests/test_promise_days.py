"""A day announced to a company commands the clock; what people write moves the dates of the clock alone."""

from datetime import date

import pytest
from django.utils import timezone

from diginor.text import wording
from diginor.workflow.history import Party
from services.requests.actions import referral, thread
from services.requests.models import DelaySet, Promise
from services.triage import actions as triage
from tests.factories.services import TopicFactory
from tests.services.cast import Desk, fresh, mails_of, run_clock
from tests.services.promised import WORDS, page_of, shown_is_what_fires, taken, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock):
    """A desk on Tuesday 17 November 2026."""
    clock.set("2026-11-17 10:00")
    return Desk.open()


def test_what_is_announced_now_replaces_what_was_announced_before(desk):
    request, row = taken(desk)
    referral.note_call(
        row, note="Vu", by=desk.advisers[0], next_step="Un devis", due_on=date(2026, 12, 4), is_kept=False
    )
    assert [promise.text for promise in fresh(row).open_promises()] == ["Un devis"]
    assert not Promise.objects.get(text=WORDS).is_kept
    assert timezone.localdate(fresh(request).due_at) == date(2026, 12, 4)


def test_a_message_moves_the_date_of_the_clock_and_not_the_promise(desk, clock):
    for due_on in (date(2026, 11, 30), None):
        request, row = taken(desk, due_on=due_on)
        before = fresh(request).due_at
        clock.set("2026-11-19 10:00")
        thread.write(request, body="Bonjour", by=desk.advisers[0], referral=row)
        assert (fresh(request).due_at == before) == (due_on is not None)
        shown_is_what_fires(request)
        clock.set("2026-11-17 10:00")


def test_a_message_does_not_move_the_end_of_the_time_to_answer(desk, clock):
    request = desk.file()
    (row,) = triage.route(request, desk.places[:1], by=desk.staff)
    before = fresh(row).due_at
    clock.set("2026-11-19 10:00")
    thread.write(request, body="Une question", by=desk.advisers[0], referral=fresh(row))
    assert fresh(row).due_at == before == row.expires_at
    shown_is_what_fires(request)


def test_words_after_a_missed_day_do_not_move_it_nor_call_off_the_alert(desk, clock):
    request, row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-23 10:00")
    run_clock()
    thread.write(request, body="J’arrive", by=desk.advisers[0], referral=fresh(row))
    assert timezone.localdate(fresh(row).due_at) == timezone.localdate(fresh(request).due_at) == date(2026, 11, 20)
    clock.set("2026-11-24 18:00")
    run_clock()
    assert mails_of("ActivityAlert") == [desk.staff.email]


def test_once_the_desk_was_told_of_a_missed_day_the_clock_counts_from_the_last_words(desk, clock):
    request, row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-25 10:00")
    run_clock()
    thread.write(request, body="J’arrive", by=desk.advisers[0], referral=fresh(row))
    assert fresh(row).promise() is None
    assert timezone.localdate(fresh(row).due_at) == timezone.localdate(fresh(request).due_at) == date(2026, 12, 16)
    assert [promise.text for promise in fresh(row).open_promises()] == [WORDS]
    clock.set("2026-12-16 10:00")
    run_clock()
    assert mails_of("ActivityReminder") == [desk.advisers[0].email]
    assert mails_of("ActivityAlert") == [desk.staff.email]


def test_a_day_announced_in_its_evening_is_not_late_at_once(desk, clock):
    clock.set("2026-11-17 19:30")
    request, _row = taken(desk, due_on=date(2026, 11, 17))
    assert not fresh(request).is_late(timezone.now())
    assert timezone.localdate(fresh(request).due_at) == date(2026, 11, 17)
    shown_is_what_fires(request)


def test_the_company_is_told_the_morning_after_a_missed_day_and_again_of_the_next_date_only(desk, clock):
    request, _row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-23 07:59")
    run_clock()
    assert mails_of("NewDate") == []
    clock.set("2026-11-23 08:00")
    run_clock()
    assert mails_of("NewDate") == [request.contact_email]
    (mail,) = told("NewDate")
    assert f"{desk.places[0]} devait avancer" in mail
    assert wording.day(date(2026, 11, 24)) in mail
    clock.set("2026-11-24 18:00")
    run_clock()
    assert mails_of("NewDate") == [request.contact_email] * 2
    assert wording.day(fresh(request).due_at) in told("NewDate")[1]


def test_a_requalified_request_keeps_the_date_that_was_told(desk, clock):
    other = TopicFactory()
    DelaySet.objects.create(hub=desk.hub, topic=other, triage_reminder=20, answer_expiry=2)
    request = desk.file()
    before = request.due_at
    triage.requalify(request, topic=other, by=desk.staff)
    assert fresh(request).due_at == before
    shown_is_what_fires(request)
    (row,) = triage.route(request, desk.places[:1], by=desk.staff)
    assert row.due_at == row.expires_at == fresh(request).due_at
    shown_is_what_fires(request)


def test_new_delays_do_not_move_a_date_that_was_told(desk, clock):
    request = desk.file()
    (row,) = triage.route(request, desk.places[:1], by=desk.staff)
    before = fresh(row).due_at
    DelaySet.objects.create(hub=desk.hub, answer_expiry=1, activity_reminder=3)
    clock.set("2026-11-18 10:00")
    thread.write(request, body="Bonjour", by=Party.COMPANY)
    assert fresh(request).due_at == fresh(row).due_at == before
    shown_is_what_fires(request)


def test_the_adviser_is_reminded_on_the_announced_day_and_staff_when_it_is_missed(desk, clock):
    request, _row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-20 07:59")
    run_clock()
    assert mails_of("PromiseReminder") == []
    clock.set("2026-11-20 08:00")
    run_clock()
    assert mails_of("PromiseReminder") == [desk.advisers[0].email]
    clock.set("2026-11-24 17:59")
    run_clock()
    assert mails_of("ActivityAlert") == []
    clock.set("2026-11-24 18:00")
    run_clock()
    assert mails_of("ActivityAlert") == [desk.staff.email]
    assert mails_of("TeamStalled") == [desk.managers[0].email]
    # The morning after the announced day, then with the date of the desk.
    assert mails_of("NewDate") == [request.contact_email] * 2
    assert str(desk.places[0]) in told("ActivityAlert")[0]
    assert str(desk.advisers[0]) in told("ActivityAlert")[0]


def test_the_delay_after_a_missed_day_is_that_of_the_topic(desk, clock):
    DelaySet.objects.create(hub=desk.hub, topic=desk.topic, promise_alert=5)
    taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-27 17:59")
    run_clock()
    assert mails_of("ActivityAlert") == []
    clock.set("2026-11-27 18:00")
    run_clock()
    assert mails_of("ActivityAlert") == [desk.staff.email]


def test_a_day_without_work_is_recalled_on_the_working_day_before(desk, clock):
    taken(desk, due_on=date(2026, 11, 22))
    clock.set("2026-11-20 08:00")
    run_clock()
    assert mails_of("PromiseReminder") == [desk.advisers[0].email]


def test_nothing_stands_still_while_the_date_is_ahead(desk, clock):
    request, row = taken(desk, due_on=date(2027, 1, 15))
    for day in ("2026-12-09", "2026-12-24", "2027-01-14"):
        clock.set(f"{day} 18:00")
        run_clock()
    assert not fresh(row).is_stalled
    assert mails_of("ActivityReminder") == mails_of("ActivityAlert") == mails_of("NewDate") == []
    assert "n’avance plus" not in page_of(request)


def test_a_stalled_request_goes_on_after_a_message_and_the_promise_stays(desk, clock):
    request, row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-25 10:00")
    run_clock()
    assert fresh(row).is_stalled
    thread.write(request, body="J’arrive", by=desk.advisers[0], referral=fresh(row))
    assert fresh(request).responsible == Party.ORGANISATION
    assert WORDS in page_of(request)
    shown_is_what_fires(request)


def test_a_message_of_the_company_reaches_staff_too_once_a_date_was_missed(desk, clock):
    request, _row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-20 17:59")
    thread.write(request, body="Vous venez ?", by=Party.COMPANY)
    assert mails_of("MessageToStaff") == []
    clock.set("2026-11-20 18:00")
    thread.write(fresh(request), body="Et alors ?", by=Party.COMPANY)
    assert mails_of("MessageToStaff") == [desk.staff.email]
    assert mails_of("MessageToAdvisers") == [desk.advisers[0].email] * 2


def test_words_between_an_adviser_and_the_company_do_not_bother_staff_for_a_date_missed(desk, clock):
    request, row = taken(desk, due_on=date(2026, 11, 20))
    clock.set("2026-11-20 19:00")
    thread.write(request, body="J’arrive", by=desk.advisers[0], referral=row)
    assert mails_of("MessageToStaff") == []
