"""Delivery: one claimed row, one attempt, one transaction; what one mail raises stops no other."""

import contextlib
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from diginor.attempts.retries import StopRun, try_each
from diginor.outbox.models import MailStatus, OutgoingMail

SENDER_PAUSE = timedelta(minutes=10)


def deliver_due() -> int:
    """Send what is due, until nothing is left, the time of a run is over or the relay is down; return how many left."""
    relay = get_connection()
    try:
        return try_each(OutgoingMail.objects.due, lambda mail: _deliver(mail, relay))
    finally:
        _close(relay)


def _deliver(claimed: OutgoingMail, relay: Any) -> bool:
    """Attempt a mail; True when it left.

    The row stays locked while it is sent: no other worker claims it meanwhile, and a killed worker frees it.
    """
    # A claim that looked before this row was put off holds its lock for an instant: passing on would cost a minute.
    mail = OutgoingMail.objects.queued().select_for_update().filter(pk=claimed.pk).first()
    if mail is None:
        return False
    _reach(relay)
    try:
        send(mail, relay)
    except Exception as error:
        # After a failure the conversation may be anywhere: the next mail begins a new one.
        _close(relay)
        if not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
            raise
        _record_answer(mail, error)
        return False
    mail.mark(MailStatus.SENT, now=timezone.now())
    return True


def _reach(relay: Any) -> None:
    """Open the connection, again where the relay closed it meanwhile: what fails here would fail for every mail."""
    if link := getattr(relay, "connection", None):
        try:
            link.noop()
        except (OSError, smtplib.SMTPException):
            _close(relay)
    try:
        relay.open()
    except (OSError, smtplib.SMTPException) as error:
        raise StopRun(f"{type(error).__name__}: {error}") from error


def send(mail: OutgoingMail, relay: Any) -> None:
    """Hand a mail to the relay, without recording anything."""
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.sender or settings.DEFAULT_FROM_EMAIL,
        [mail.recipient],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers},
        connection=relay,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()


def _record_answer(mail: OutgoingMail, error: smtplib.SMTPException) -> None:
    """A refusal for good ends the mail; one for now, or one of its sender, puts it off."""
    now = timezone.now()
    code: int
    answer: bytes | str
    if isinstance(error, smtplib.SMTPSenderRefused):
        OutgoingMail.objects.put_sender_off(mail.sender, now + SENDER_PAUSE)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    else:
        assert isinstance(error, smtplib.SMTPResponseException)
        code, answer = error.smtp_code, error.smtp_error
    words = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if 500 <= code < 600 and not isinstance(error, smtplib.SMTPSenderRefused):
        mail.mark(MailStatus.REFUSED, now=now, error=words)
    else:
        mail.put_off(words, now)


def _close(relay: Any) -> None:
    # The relay may have closed first.
    with contextlib.suppress(OSError, smtplib.SMTPException):
        relay.close()
