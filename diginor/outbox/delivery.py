"""Delivery: one claimed row, one attempt, one transaction."""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from diginor.outbox.model import MailStatus, OutgoingMail

logger = logging.getLogger(__name__)
# These say nothing of the recipient: the relay refuses us, not the mail.
RELAY_FAULTS = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPServerDisconnected,
    ConnectionError,
)


class RelayDown(Exception):
    """The mail server cannot be reached: later mails would fail the same way."""


def deliver_due(limit: int = 500) -> int:
    """Send what is due, until nothing is left, the limit is met or the relay is down; return how many left."""
    connection = get_connection()
    sent = 0
    try:
        for _attempt in range(limit):
            outcome = _deliver_one(connection)
            if outcome is None:
                break
            sent += outcome
    except RelayDown as error:
        logger.warning("mail relay unreachable: %s", error)
    finally:
        _close(connection)
    return sent


def _deliver_one(connection: Any) -> bool | None:
    """Attempt the next due mail; True when it left, False when it stays, None when nothing is due.

    The row stays locked while it is sent: another worker skips it, and a killed worker frees it.
    """
    down: RelayDown | None = None
    with transaction.atomic():
        mail = OutgoingMail.objects.due(timezone.now()).select_for_update(skip_locked=True).first()
        if mail is None:
            return None
        try:
            _send(mail, connection)
        except RELAY_FAULTS as error:
            mail.put_off(str(error), timezone.now())
            down = RelayDown(str(error))
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            _record_refusal(mail, code, answer)
        except smtplib.SMTPResponseException as error:
            _record_refusal(mail, error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            mail.put_off(str(error), timezone.now())
            down = RelayDown(str(error))
        else:
            mail.mark(MailStatus.SENT, now=timezone.now())
    if down:
        raise down
    return mail.status == MailStatus.SENT


def _send(mail: OutgoingMail, connection: Any) -> None:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.sender or settings.DEFAULT_FROM_EMAIL,
        [mail.recipient],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers},
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()


def _record_refusal(mail: OutgoingMail, code: int, answer: bytes | str) -> None:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if 500 <= code < 600:
        mail.mark(MailStatus.REFUSED, now=timezone.now(), error=f"{code} {text}")
    else:
        mail.put_off(f"{code} {text}", timezone.now())


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        logger.info("mail relay closed the connection first")
