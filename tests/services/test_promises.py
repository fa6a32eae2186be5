"""What was announced to a company stays announced, whoever has its request, and commands the clock."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor import wording
from diginor.history import Party
from diginor.outbox.model import OutgoingMail
from diginor.workflow import StepRefused
from members.actions import people as team
from members.models import Membership
from services.actions import people, referral, thread, triage
from services.links import tracking_token
from services.models import DelaySet, FollowUp, Promise, RequestEvent
from tests.factories.members import UserFactory
from tests.factories.services import TopicFactory
from tests.services.cast import Desk, fresh, mails_of, run_clock

pytestmark = pytest.mark.django_db

WORDS = "Je vous appelle pour comprendre votre projet"


@pytest.fixture
def desk(clock):
    """A desk on Tuesday 17 November 2026."""
    clock.set("2026-11-17 10:00")
    return Desk.open()


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


@pytest.mark.parametrize("to", ["colleague", "organisation"])
def test_a_promise_survives_a_transfer_and_the_new_holder_is_told(desk, to):
    request, row = taken(desk)
    colleague = UserFactory(adviser_of=desk.places[0])
    target = {"adviser": colleague} if to == "colleague" else {"organisation": desk.places[1]}
    referral.transfer(row, by=desk.advisers[0], **target)
    page = page_of(request)
    assert WORDS in page
    assert "30 novembre 2026" in page
    for kind in ("ReferralHandedToYou", "ReferralTransferred"):
        (mail,) = told(kind)
        assert WORDS in mail
        assert "30 novembre 2026" in mail
    reader = Client()
    reader.force_login(colleague if to == "colleague" else desk.advisers[1])
    assert WORDS in reader.get(fresh(row).get_absolute_url()).content.decode()


def test_a_promise_survives_a_departure_and_who_goes_on_is_told(desk):
    request, _row = taken(desk)
    Membership.objects.filter(user=desk.advisers[0]).update(is_active=False)
    people.hand_back(desk.advisers[0], desk.places[0])
    assert WORDS in page_of(request)
    assert all(WORDS in mail for mail in told("ReferralWithoutAdviser"))


def test_a_promise_survives_an_absence_and_the_stand_in_is_told(desk):
    request, row = taken(desk)
    today = timezone.localdate()
    stand_in = UserFactory(adviser_of=desk.places[0])
    days = {"starts_on": today, "ends_on": today + timedelta(days=5)}
    team.set_absence(desk.places[0], **days, by=desk.managers[0], user=desk.advisers[0], backup=stand_in)
    assert fresh(row).adviser == stand_in
    assert WORDS in page_of(request)
    (mail,) = told("ReferralHandedToYou")
    assert WORDS in mail


def test_a_call_keeps_the_promise_only_where_that_is_said(desk):
    _request, row = taken(desk)
    referral.note_call(row, note="Pas joint", by=desk.advisers[0])
    assert [promise.text for promise in fresh(row).open_promises()] == [WORDS]
    referral.note_call(row, note="Joint", by=desk.advisers[0], is_kept=True)
    assert fresh(row).open_promises() == []
    assert Promise.objects.get().is_kept


def press(row, person, promise):
    """Say on the page of the referral that a promise is kept."""
    reader = Client()
    reader.force_login(person)
    return reader.post(reverse("referral_keep", args=[row.code]), {"promise": promise.pk}, follow=True)


def test_who_has_the_referral_says_that_it_is_done_and_the_company_reads_it(desk, clock):
    request, row = taken(desk)
    promise = Promise.objects.get()
    clock.set("2026-11-19 11:00")
    page = press(row, desk.managers[0], promise).content.decode()
    assert "C’est noté" in page
    promise.refresh_from_db()
    assert (promise.is_kept, promise.ended_at) == (True, timezone.now())
    said = RequestEvent.objects.get(step="keep")
    assert (said.by, said.why, said.referral) == (desk.managers[0], WORDS, row)
    assert fresh(row).active_at == timezone.now()
    assert timezone.localdate(fresh(request).due_at) == date(2026, 12, 10)
    tracking = page_of(request)
    assert 'id="promised"' not in tracking
    assert f"{desk.places[0]} a fait ce qui vous était annoncé." in tracking
    assert WORDS in tracking


def test_saying_twice_that_it_is_done_says_it_once(desk, clock):
    _request, row = taken(desk)
    promise = Promise.objects.get()
    press(row, desk.advisers[0], promise)
    clock.set("2026-11-19 11:00")
    press(row, desk.advisers[0], promise)
    assert RequestEvent.objects.filter(step="keep").count() == 1
    assert fresh(row).active_at < timezone.now()


def test_the_promise_of_another_request_and_of_a_step_that_is_over_are_refused(desk):
    _request, row = taken(desk)
    _other, elsewhere = taken(desk, place=1)
    foreign, own = (Promise.objects.get(referral=each) for each in (elsewhere, row))
    assert press(row, desk.advisers[0], foreign).status_code == 404
    with pytest.raises(StepRefused):
        referral.keep(fresh(row), promise=foreign, by=desk.advisers[0])
    referral.close(row, outcome="helped", by=desk.advisers[0])
    with pytest.raises(StepRefused):
        referral.keep(fresh(row), promise=own, by=desk.advisers[0])
    assert not Promise.objects.filter(is_kept=True).exists()


def test_after_a_transfer_only_the_new_organisation_says_that_it_is_done(desk):
    _request, row = taken(desk)
    referral.transfer(row, by=desk.advisers[0], organisation=desk.places[1])
    assert press(row, desk.advisers[0], Promise.objects.get()).status_code == 404
    press(row, desk.advisers[1], Promise.objects.get())
    assert Promise.objects.get().is_kept


def test_a_closed_account_leaves_no_name_on_what_it_announced(desk):
    _request, row = taken(desk)
    UserFactory(manager_of=desk.places[0])
    referral.transfer(row, by=desk.advisers[0], adviser=desk.managers[0])
    team.close_account(desk.advisers[0])
    assert Promise.objects.get().made_by_name == ""
    reader = Client()
    reader.force_login(desk.managers[0])
    assert f"Annoncé par {desk.places[0]}" in reader.get(row.get_absolute_url()).content.decode()


def test_what_is_announced_now_replaces_what_was_announced_before(desk):
    request, row = taken(desk)
    referral.note_call(
        row, note="Vu", by=desk.advisers[0], next_step="Un devis", due_on=date(2026, 12, 4), is_kept=False
    )
    assert [promise.text for promise in fresh(row).open_promises()] == ["Un devis"]
    assert not Promise.objects.get(text=WORDS).is_kept
    assert timezone.localdate(fresh(request).due_at) == date(2026, 12, 4)


def test_several_promises_stand_side_by_side_the_earliest_first(desk):
    request = desk.file()
    rows = triage.route(request, desk.places[:2], by=desk.staff)
    referral.accept(rows[0], by=desk.advisers[0], next_step="Le devis", due_on=date(2026, 12, 4))
    referral.accept(rows[1], by=desk.advisers[1], next_step="La visite", due_on=date(2026, 11, 24))
    page = page_of(request)
    section = page[page.index('id="promised"') :]
    assert section.index("La visite") < section.index("Le devis")
    assert section.index(wording.day(date(2026, 11, 24))) < section.index(wording.day(date(2026, 12, 4)))


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


def shown_is_what_fires(request):
    """Every date shown of an open request is that of a follow-up to come, or of a promise; past ones were such."""
    request = fresh(request)
    fires = set(FollowUp.objects.filter(request=request).values_list("due_at", flat=True))
    promised = {row.due_at for row in Promise.objects.open().filter(referral__request=request)}
    shown = {request.due_at, *request.referrals.live().values_list("due_at", flat=True)}
    assert shown <= fires | promised
    assert all(at in promised or at <= timezone.now() or _pending(request, at) for at in shown)


def _pending(request, at):
    return FollowUp.objects.pending().filter(request=request, due_at=at).exists()


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
