"""The digest of the day: one mail for what could wait, once, and a way out in one click."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.delivery import deliver_due
from diginor.outbox.model import MailStatus, OutgoingMail
from diginor.outbox.posting import post
from members.enums import MailPreference
from services import notifications
from services.actions.digests import MOST_TOLD, send_digests, stop_url
from services.tasks import send_digests as task
from tests.factories.members import OrganisationFactory, UserFactory
from tests.factories.services import MessageFactory, ReferralFactory

pytestmark = pytest.mark.django_db


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
            post(notifications.MessageToAdvisers(referral.request, f"m{message.pk}", referral, message=message))
    return referral


def digests():
    return OutgoingMail.objects.filter(kind="DailyDigest").order_by("created_at", "pk")


def test_what_waits_becomes_one_mail(reader):
    referral = news(reader, 3)

    assert send_digests() == 1
    mail = digests().get()
    assert mail.recipient == reader.email
    assert mail.subject.startswith("Votre résumé du ")
    assert "3 nouveautés" in mail.subject
    assert f"(3) <http://127.0.0.1:8000{referral.get_absolute_url()}>" in mail.text
    assert mail.html.count(f'href="http://127.0.0.1:8000{referral.get_absolute_url()}"') == 1
    assert mail.url.endswith(reverse("inbox"))
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_sent_twice_it_leaves_once(reader):
    news(reader)
    send_digests()
    send_digests()
    task()

    assert digests().count() == 1


def test_the_next_digest_tells_only_what_is_new(reader):
    news(reader, 2)
    send_digests()
    news(reader, 1)
    send_digests(timezone.now() + timedelta(days=1))

    assert ["2 nouv" in digests()[0].subject, "1 nouv" in digests()[1].subject] == [True, True]


def test_a_long_digest_says_how_many_it_leaves_out(reader):
    for _number in range(MOST_TOLD + 2):
        news(reader, 1)
    send_digests()

    assert "Et 2 autres" in digests().get().text


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one(reader):
    news(reader)
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        send_digests()
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]

    assert digests().count() == 1


def test_a_failure_leaves_everything_waiting(reader, monkeypatch):
    news(reader)
    monkeypatch.setattr("services.actions.digests.post", lambda mail: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send_digests()

    assert OutgoingMail.objects.filter(status=MailStatus.HELD).count() == 3


def test_who_left_receives_nothing_and_nothing_waits_for_ever(reader):
    news(reader)
    reader.is_active = False
    reader.save()

    assert send_digests() == 0
    assert not digests().exists()
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_the_mail_reader_may_unsubscribe_in_one_click(reader, client, smtp):
    news(reader)
    send_digests()
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

    assert send_digests() == 0
    assert not OutgoingMail.objects.filter(status=MailStatus.HELD).exists()


def test_a_mail_at_once_has_no_unsubscription(reader):
    referral = news(reader, 0)
    with transaction.atomic():
        post(notifications.AnswerReminder(referral.request, "c", referral))

    assert OutgoingMail.objects.get().headers == {}
