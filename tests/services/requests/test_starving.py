"""However many rows fail, those behind them leave in their minute, and the state of the service says so."""

import builtins
import smtplib
import time
from datetime import timedelta

import pytest
from django import db
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from diginor.outbox import tasks as outbox_tasks
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.running import health
from services.requests import tasks
from services.requests.enums import FollowUpKind
from services.requests.models import FollowUp
from tests.factories.services import FollowUpFactory, RequestFactory, TopicFactory

pytestmark = pytest.mark.django_db
BAD, GOOD, FAILING = 200, 1000, 600


class Mute(Exception):
    """An exception that cannot even be read."""

    def __str__(self):
        raise RuntimeError("no words")


def faults():
    """As many exceptions as there are bad rows, no two of one kind."""
    known = [*vars(builtins).values(), *vars(smtplib).values(), *vars(db).values()]
    kinds = {kind for kind in known if isinstance(kind, type) and issubclass(kind, Exception)}
    kinds -= {kind for kind in kinds if issubclass(kind, smtplib.SMTPResponseException | Warning | ExceptionGroup)}
    answers = [
        smtplib.SMTPDataError(451, b"try again \xff"),
        smtplib.SMTPSenderRefused(452, "no \udcff", "bad"),
        smtplib.SMTPRecipientsRefused({"bad": (450, b"greylisted")}),
        UnicodeEncodeError("ascii", "\u202c", 0, 1, "\0"),
        Mute(),
        ExceptionGroup("several", [ValueError("one"), KeyError("two")]),
    ]
    made = [kind.__new__(kind) for kind in kinds if kind not in map(type, answers)]
    others = [type(f"Fault{number}", (Exception,), {})("x" * 10_000) for number in range(BAD)]
    return [*answers, *made, *others][:BAD]


class SickBackend(EmailBackend):
    """The ordinary relay, which raises what a mail to one of the bad addresses is to raise."""

    faults = {}

    def send_messages(self, email_messages):
        for message in email_messages:
            if fault := self.faults.get(message.to[0]):
                raise fault
        return super().send_messages(email_messages)


def asked(client):
    """What the page of the state of the service says of the rows that fail."""
    health.forget()
    try:
        return client.get("/sante/").json()["failing"]
    finally:
        health.forget()


def test_a_thousand_mails_leave_in_a_minute_behind_two_hundred_that_each_fail_in_their_own_way(
    clock, client, smtp, settings, monkeypatch
):
    settings.EMAIL_BACKEND = f"{__name__}.SickBackend"
    monkeypatch.setattr(SickBackend, "faults", {f"bad{rank}@a.example": one for rank, one in enumerate(faults())})
    names = [*SickBackend.faults, *(f"good{rank}@a.example" for rank in range(GOOD))]
    first = timezone.now() - timedelta(minutes=30)
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            dedupe_key=name, kind="Test", recipient=name, sender=f"Hub <{name}>" if "bad" in name else "",
            text="Bonjour", next_attempt_at=first + timedelta(seconds=rank),
        )
        for rank, name in enumerate(names)
    )  # fmt: skip
    begun = time.monotonic()
    # What beat does in a minute.
    outbox_tasks.deliver()
    clock.advance(seconds=30)
    outbox_tasks.deliver()
    assert time.monotonic() - begun < 60
    assert OutgoingMail.objects.filter(status=MailStatus.SENT).count() == GOOD == len(smtp.messages)
    failing = OutgoingMail.objects.failing()
    assert (failing.count(), len(set(failing.values_list("last_error", flat=True)))) == (BAD, BAD)
    assert asked(client)["outgoingmail"]["rows"] == BAD


@pytest.mark.django_db(transaction=True)
def test_six_hundred_follow_ups_that_fail_hold_no_other(clock, client):
    since = timezone.now()
    topic = TopicFactory()
    # A kind that nobody knows any more, and an answer awaited from nobody: each raises when its time comes.
    kinds = ["gone", FollowUpKind.ANSWER_EXPIRY]
    request = RequestFactory(topic=topic)
    late = since - timedelta(days=1)
    FollowUp.objects.bulk_create(
        FollowUp(
            request=request, kind=kinds[rank % 2], due_at=late, basis_at=late - timedelta(minutes=rank),
            next_attempt_at=late,
        )
        for rank in range(FAILING)
    )  # fmt: skip
    for _minute in range(3):
        due = [FollowUpFactory(request__topic=topic, due=True, due_at=timezone.now()) for _one in range(10)]
        begun = time.monotonic()
        tasks.follow_up()
        assert time.monotonic() - begun < 55
        assert FollowUp.objects.filter(pk__in=[row.pk for row in due], done_at=timezone.now()).count() == 10
        clock.advance(minutes=1)
    assert asked(client)["followup"] == {"rows": FAILING, "since": since.isoformat()}
