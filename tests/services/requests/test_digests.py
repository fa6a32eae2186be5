"""The digest: one mail a day, in office hours, for what could wait, once; and a way out in one click."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from diginor.attempts.retries import Setback
from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.pacing import by_the_clock
from diginor.outbox.posting import post
from diginor.workflow.working_days import PARIS
from members.people.enums import MailPreference
from services.requests.actions import clock as clock_actions
from services.requests.actions import departures as people
from services.requests.actions import referral
from services.requests.actions.digests import MOST_TOLD, DailyDigest, send_digests, stop_url
from services.requests.models import FollowUp, ServiceRequest
from services.requests.notifications.advisers import ActivityReminder, AnswerReminder, MessageToAdvisers
from services.requests.notifications.company import SatisfactionAsked, TrackingLink
from services.requests.tasks import send_digests as task
from services.triage import actions as triage
from tests.factories.members import OrganisationFactory, UserFactory
from tests.factories.services import MessageFactory, ReferralFactory
from tests.services.cast import Desk

pytestmark = pytest.mark.django_db

context = DailyDigest.context
MORNING = datetime(2026, 3, 11, 8, 0, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _tuesday(clock):
    """News of Tuesday 10 March 2026 at nine; `morning()` is the next one."""


def morning():
    """Gather what waits, on the next working morning."""
    return send_digests(MORNING)


@pytest.fixture
def reader():
    """An adviser who chose one mail a day."""
    return UserFactory(adviser_of=OrganisationFactory(), mail_preference=MailPreference.DAILY)


def news(reader, number=3):
    """Messages that wait for the digest of a reader."""
    (place,) = [row.organisation for row in reader.active_memberships]
    referral = ReferralFactory(accepted=True, organisation=place, adviser=reader)
    for _number in range(number):
        message = MessageFactory(request=referral.request)
        with transaction.atomic():
            post(MessageToAdvisers(referral.request, f"m{message.pk}", referral, message=message))
    return referral


def digests():
    return OutgoingMail.objects.filter(kind="DailyDigest").order_by("created_at", "pk")


def test_what_waits_becomes_one_mail(reader):
    referral = news(reader, 3)

    assert morning() == 1
    mail = digests().get()
    assert mail.recipient == reader.email
    assert mail.subject.startswith("Votre résumé du ")
    assert "3 sujets" in mail.subject
    assert f"(3) <http://127.0.0.1:8000{referral.get_absolute_url()}>" in mail.text
    assert mail.html.count(f'href="http://127.0.0.1:8000{referral.get_absolute_url()}"') == 1
    assert mail.url.endswith(reverse("inbox"))
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_sent_twice_it_leaves_once(reader, clock):
    news(reader)
    clock.set(MORNING)
    send_digests()
    send_digests()
    task()

    assert digests().count() == 1


def test_the_next_digest_tells_only_what_is_new(reader, clock):
    news(reader, 2)
    clock.set(MORNING)
    send_digests()
    news(reader, 3)
    clock.advance(days=1)
    send_digests()

    assert ["2 sujets" in digests()[0].subject, "3 sujets" in digests()[1].subject] == [True, True]


def test_a_long_digest_says_how_many_it_leaves_out(reader):
    for _number in range(MOST_TOLD + 2):
        news(reader, 1)
    morning()

    assert "Et 2 autres" in digests().get().text


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one(reader):
    news(reader)
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        morning()
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

    assert digests().count() == 1


def test_a_failure_leaves_everything_waiting_and_the_others_go_on(reader, monkeypatch):
    news(reader)
    other = UserFactory(adviser_of=OrganisationFactory(), mail_preference=MailPreference.DAILY)
    news(other)
    monkeypatch.setattr(DailyDigest, "context", lambda mail: 1 / 0 if mail.person == reader else context(mail))

    assert morning() == 1
    assert digests().get().recipient == other.email
    assert OutgoingMail.objects.held_for(reader.email).count() == 3
    setback = Setback.objects.failing().get()
    assert (setback.work, setback.key, setback.last_error) == (
        "digests",
        reader.email,
        "ZeroDivisionError: division by zero",
    )

    monkeypatch.undo()
    assert send_digests(MORNING + timedelta(seconds=30)) == 0
    assert send_digests(MORNING + timedelta(minutes=1)) == 1
    assert not Setback.objects.exists()


def test_who_left_receives_nothing_and_nothing_waits_for_ever(reader):
    news(reader)
    reader.is_active = False
    reader.save()

    assert morning() == 0
    assert not digests().exists()
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_the_mail_reader_may_unsubscribe_in_one_click(reader, client, smtp, clock):
    news(reader)
    morning()
    clock.set(MORNING + timedelta(minutes=1))
    deliver_due()
    letter = smtp.to(reader.email)[-1]
    mail = digests().get()
    assert mail.headers["List-Unsubscribe"] == f"<{stop_url(reader)}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    path = stop_url(reader).removeprefix("http://127.0.0.1:8000")
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.mail_preference == MailPreference.ESSENTIAL


def test_opening_the_page_changes_nothing(reader, client):
    path = stop_url(reader).removeprefix("http://127.0.0.1:8000")
    answer = client.get(path)

    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.mail_preference == MailPreference.DAILY


def test_an_altered_address_stops_nobody(reader, client):
    path = stop_url(reader).removeprefix("http://127.0.0.1:8000")

    assert client.post(f"{path[:-4]}abc/").status_code == 404


def test_after_leaving_nothing_held_is_sent(reader, client):
    news(reader)
    client.post(stop_url(reader).removeprefix("http://127.0.0.1:8000"))
    reader.refresh_from_db()

    assert morning() == 0
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_a_mail_at_once_has_no_unsubscription(reader):
    referral = news(reader, 0)
    with transaction.atomic():
        post(AnswerReminder(referral.request, "c", referral))

    assert "List-Unsubscribe" not in OutgoingMail.objects.get().headers


def left(address):
    """What left for an address, and what is ready to."""
    return list(
        OutgoingMail.objects.filter(recipient=address).exclude(status__in=WAITING).values_list("kind", flat=True)
    )


WAITING = [MailStatus.HELD, MailStatus.DIGESTED, MailStatus.MOOT]


def test_two_news_leave_at_once_and_what_comes_after_in_one_mail(reader, clock):
    reader.mail_preference = MailPreference.AT_ONCE
    reader.save()
    news(reader, 5)
    assert left(reader.email) == ["MessageToAdvisers"] * 2
    assert send_digests() == 0
    clock.advance(minutes=10)
    assert send_digests() == 1
    assert sorted(left(reader.email)) == ["DailyDigest", *["MessageToAdvisers"] * 2]
    news(reader, 3)
    clock.advance(hours=3)
    assert send_digests() == 0
    clock.set(MORNING)
    news(reader, 2)
    assert send_digests() == 1
    assert len(left(reader.email)) == 6


def test_an_adviser_with_ten_referrals_who_leaves_costs_each_colleague_one_mail(clock):
    place = OrganisationFactory()
    leaving, *others = [UserFactory(adviser_of=place) for _number in range(4)]
    for _number in range(10):
        ReferralFactory(accepted=True, organisation=place, adviser=leaving)
    assert people.hand_back(leaving, place) == 10
    clock.advance(minutes=10)
    assert send_digests() == len(others) + 1
    assert {tuple(left(person.email)) for person in others} == {("DailyDigest",)}
    told = digests().filter(recipient=others[0].email).get()
    assert "10 sujets" in told.subject
    assert told.text.count("<http") == 10


def test_what_waits_alone_leaves_as_it_was_written(clock):
    desk = Desk.open()
    triage.route(desk.file(), desk.places[:1], by=desk.staff)
    clock.set("2026-03-13 09:00")
    clock_actions.follow_up_due()
    reminder = OutgoingMail.objects.get(kind="AnswerReminder")
    assert reminder.status == MailStatus.HELD
    clock.advance(minutes=10)
    send_digests()
    reminder.refresh_from_db()
    assert (reminder.status, reminder.gathered_at) == (MailStatus.QUEUED, clock.now)


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2026-03-13 07:00", "2026-03-13 08:00"),
        ("2026-03-13 08:00", "2026-03-13 08:10"),
        ("2026-03-13 18:55", "2026-03-16 08:00"),
        ("2026-03-13 23:00", "2026-03-16 08:00"),
        ("2026-03-15 12:00", "2026-03-16 08:00"),
        ("2026-05-01 12:00", "2026-05-04 08:00"),
    ],
)
def test_what_the_clock_writes_leaves_between_eight_and_seven_on_a_working_day(clock, smtp, moment, leaves):
    clock.set(moment)
    desk = Desk.open()
    asked = desk.file()
    deliver_due()
    smtp.messages.clear()
    FollowUp.objects.filter(kind="triage_reminder").update(due_at=clock.now)
    clock_actions.follow_up_due()
    opening = datetime.fromisoformat(leaves).replace(tzinfo=PARIS)
    for instant in (clock.now, opening - timedelta(minutes=1)):
        clock.set(instant)
        send_digests()
        deliver_due()
        assert smtp.messages == []
    clock.set(opening)
    send_digests()
    deliver_due()
    told = sorted(str(message["X-RcptTo"]) for message in smtp.messages)
    assert told == sorted([desk.staff.email, asked.contact_email])


def test_who_must_know_the_same_day_is_told_in_office_hours_without_waiting_for_the_others(clock):
    desk = Desk.open()
    triage.route(desk.file(), desk.places[:1], by=desk.staff)
    FollowUp.objects.filter(kind="answer_expiry").update(due_at=clock.set("2026-03-24 23:00"))
    OutgoingMail.objects.all().delete()
    FollowUp.objects.exclude(kind="answer_expiry").delete()
    clock_actions.follow_up_due()
    rows = {row.kind: (row.status, row.next_attempt_at) for row in OutgoingMail.objects.all()}
    opening = datetime(2026, 3, 25, 8, 0, tzinfo=PARIS)
    assert rows["RequestToReroute"] == (MailStatus.QUEUED, opening)
    assert rows["ReferralRefused"] == (MailStatus.HELD, opening)


def test_a_reminder_whose_step_was_taken_meanwhile_does_not_leave(clock):
    desk = Desk.open()
    (first,) = triage.route(desk.file(), desk.places[:1], by=desk.staff)
    FollowUp.objects.filter(kind="answer_reminder").update(due_at=clock.set("2026-03-13 20:00"))
    clock_actions.follow_up_due()
    assert OutgoingMail.objects.get(kind="AnswerReminder").status == MailStatus.HELD
    referral.accept(first, by=desk.advisers[0])
    assert OutgoingMail.objects.get(kind="AnswerReminder").status == MailStatus.MOOT


def test_a_reminder_still_true_survives_another_step(clock):
    desk = Desk.open()
    asked = desk.file()
    first, _second = triage.route(asked, desk.places[:2], by=desk.staff)
    FollowUp.objects.filter(kind="answer_reminder").update(due_at=clock.set("2026-03-13 20:00"))
    clock_actions.follow_up_due()
    referral.accept(first, by=desk.advisers[0])
    held = OutgoingMail.objects.filter(kind="AnswerReminder", status=MailStatus.HELD)
    assert [row.recipient for row in held] == [desk.advisers[1].email]


def test_codes_and_links_asked_for_leave_whatever_the_hour_and_the_number(clock):
    clock.set("2026-03-15 23:30")
    desk = Desk.open()
    asked = desk.file()
    for number in range(5):
        with transaction.atomic():
            post(TrackingLink(asked, f"link {number}"))
    assert set(OutgoingMail.objects.filter(kind="TrackingLink").values_list("status", "next_attempt_at")) == {
        (MailStatus.QUEUED, clock.now)
    }


def test_what_waits_for_a_company_is_gathered_in_its_language_without_a_way_to_stop_it(clock):
    desk = Desk.open()
    rows = [desk.file() for _number in range(2)]
    ServiceRequest.objects.update(contact_email="ana@firm.example", language="en")
    with by_the_clock():
        for row in rows:
            row.refresh_from_db()
            with transaction.atomic():
                post(SatisfactionAsked(row, "x"))
    clock.advance(minutes=10)
    assert send_digests() == 1
    told = digests().get()
    assert told.recipient == "ana@firm.example"
    assert told.subject.startswith("Your summary")
    assert told.headers == {}


def test_who_left_the_news_still_receives_the_reminders_that_wait(reader, clock):
    referral = news(reader, 2)
    with by_the_clock(), transaction.atomic():
        post(AnswerReminder(referral.request, "a", referral))
        post(ActivityReminder(referral.request, "b", referral))
    reader.mail_preference = MailPreference.ESSENTIAL
    reader.save()
    clock.advance(minutes=10)
    send_digests()
    assert "2 sujets" in digests().get().subject


def test_the_mails_of_one_request_are_one_conversation_of_the_site(smtp):
    desk = Desk.open()
    asked = desk.file()
    deliver_due()
    assert len(smtp.messages) > 1
    assert {message["References"] for message in smtp.messages} == {f"<request-{asked.code}@127.0.0.1>"}
    assert all(message["Message-ID"].endswith("@127.0.0.1>") for message in smtp.messages)
