"""The outbox: no mail lost, none seen twice, refusals kept."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections, transaction
from django.utils import timezone

from diginor.outbox import tasks
from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.posting import Mail, NotInTransaction, Recipient, post
from diginor.registries.tasks import expire_personal_data

pytestmark = pytest.mark.django_db


def posted(*people):
    """Post a greeting in a transaction, as a step does."""
    with transaction.atomic():
        post(Greeting(*people))


class Greeting(Mail):
    """A mail of these tests, with a template of the portal."""

    template = "services/requests/mail/tracking_link"
    can_wait_for_digest = True

    def __init__(self, *people, cause="1"):
        self.people = people
        self.cause = cause

    def recipients(self):
        return self.people

    def context(self):
        service_request = {"code": "ABC", "subject": "Tester un capteur"}
        return {
            "service_request": service_request,
            "action_url": "http://127.0.0.1/suivi/x/",
            "hub": None,
            "referral": None,
        }

    def key(self):
        return self.cause


def mail(number=1, **fields):
    """A row that is due."""
    return OutgoingMail.objects.create(
        dedupe_key=f"test:{number}", kind="Test", recipient=f"person{number}@a.example", subject=f"Objet {number}",
        text="Bonjour", **fields,
    )  # fmt: skip


def test_a_mail_leaves_with_text_html_and_a_lasting_message_id(smtp):
    posted(Recipient("anne@a.example", "Anne"))
    assert deliver_due() == 1
    (row,) = OutgoingMail.objects.all()
    (message,) = smtp.to("anne@a.example")
    assert message["Message-ID"] == row.message_id
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert (row.status, row.attempts) == (MailStatus.SENT, 1)


def test_the_same_cause_writes_once_to_each_person(smtp):
    for _time in range(3):
        posted(Recipient("anne@a.example"), Recipient("Anne@A.example"), Recipient("bob@a.example"))
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == ["anne@a.example", "bob@a.example"]


@pytest.mark.django_db(transaction=True)
def test_a_mail_cannot_be_posted_outside_the_transaction_of_its_cause():
    with pytest.raises(NotInTransaction):
        post(Greeting(Recipient("anne@a.example")))


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_leaves_no_mail():
    def step():
        with transaction.atomic():
            post(Greeting(Recipient("anne@a.example")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()
    assert not OutgoingMail.objects.exists()


def test_a_relay_that_is_down_loses_nothing_and_stops_the_batch(smtp):
    for number in range(5):
        mail(number)
    smtp.stop()
    assert deliver_due() == 0
    tried = OutgoingMail.objects.filter(attempts__gt=0)
    assert tried.count() == 1
    assert tried.get().last_error
    smtp.start()
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert deliver_due() == 5
    assert len(smtp.messages) == 5


def test_a_relay_that_refuses_for_an_hour_is_tried_again_with_growing_pauses(smtp, clock):
    row = mail()
    smtp.refuse("451 4.3.2 try again later")
    pauses = []
    for _try in range(8):
        assert deliver_due() == 0
        row.refresh_from_db()
        pauses.append((row.next_attempt_at - timezone.now()) / timedelta(minutes=1))
        clock.set(row.next_attempt_at)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    smtp.accept()
    assert deliver_due() == 1
    row.refresh_from_db()
    assert row.status == MailStatus.SENT


def test_one_refused_address_does_not_keep_the_others_waiting(smtp):
    mail(1)
    mail(2)
    smtp.refuse("550 5.1.1 no such mailbox", "person1@a.example")
    assert deliver_due() == 1
    refused = OutgoingMail.objects.refused_for("PERSON1@a.example").get()
    assert "550" in refused.last_error
    assert smtp.to("person2@a.example")
    assert deliver_due() == 0


def test_a_wrong_password_of_the_relay_refuses_no_recipient(smtp, settings):
    row = mail()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    assert deliver_due() == 0
    row.refresh_from_db()
    assert row.status == MailStatus.QUEUED


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(smtp):
    for number in range(30):
        mail(number)

    def work():
        deliver_due()
        connections.close_all()

    threads = [Thread(target=work) for _worker in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(smtp.messages) == 30
    assert len({message["Message-ID"] for message in smtp.messages}) == 30


def test_a_crash_between_sending_and_recording_shows_one_mail_in_a_mailbox(smtp, monkeypatch):
    mail()

    def crash(self, status, **rest):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(OutgoingMail, "mark", crash)
        with pytest.raises(SystemExit), transaction.atomic():
            deliver_due()
    assert OutgoingMail.objects.get().status == MailStatus.QUEUED
    deliver_due()
    assert len(smtp.messages) == 2
    assert len({message["Message-ID"] for message in smtp.messages}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_keeps_the_mail_for_the_sweep(smtp, broker):
    broker.stop()
    posted(Recipient("anne@a.example"))
    assert OutgoingMail.objects.get().status == MailStatus.QUEUED
    broker.start()
    tasks.deliver()
    assert smtp.to("anne@a.example")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_wakes_the_delivery_once(smtp, broker):
    with transaction.atomic():
        for number in range(4):
            post(Greeting(Recipient(f"anne{number}@a.example")))
    assert broker.waiting_tasks() == 1


def test_urgent_mails_leave_first(smtp):
    mail(1)
    mail(2, is_urgent=True)
    deliver_due()
    assert [message["Subject"] for message in smtp.messages] == ["Objet 2", "Objet 1"]


def test_a_held_mail_waits_for_the_digest(smtp):
    posted(Recipient("anne@a.example", wants_digest=True))
    assert deliver_due() == 0
    assert OutgoingMail.objects.get().status == MailStatus.HELD


@pytest.mark.parametrize("status", MailStatus.values)
def test_old_mails_are_forgotten_whatever_became_of_them(clock, status):
    mail(1, status=status, created_at=timezone.now() - timedelta(days=91))
    mail(2, status=status, created_at=timezone.now() - timedelta(days=89))
    expire_personal_data()
    assert list(OutgoingMail.objects.values_list("dedupe_key", flat=True)) == ["test:2"]
