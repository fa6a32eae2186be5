"""Posting a mail: rendering it and writing its row in the transaction of its cause.

A mail is written once, as `<template>.subject` and `<template>.txt`; its text and HTML versions are both made of that
one text, so they cannot say different things. Paragraphs are plain, « > » quotes somebody, « - » lists, and what comes
after a line « --- » (the deadline, who is who) follows the action. A mail with a `<template>.html` draws both itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, transaction
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise

from diginor.outbox.colours import colours_with
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.pacing import AT_ONCE_A_DAY, Pace, gathered_from, leaving_at, next_morning, pace_of
from diginor.outbox.tasks import wake_delivery
from diginor.workflow.working_days import start_of_day

NOTES = "\n---\n"


class NotInTransaction(RuntimeError):
    """A mail was posted outside the transaction of its cause."""


@dataclass(frozen=True)
class Recipient:
    """Who receives, in which language, and what may wait: for the digest of the day, or for ever."""

    email: str
    name: str = ""
    language: str = "fr"
    wants_digest: bool = False
    wants_fewer_mails: bool = False


class Mail:
    """One kind of mail; each part writes its own in `notifications.py`."""

    template: ClassVar[str]
    action_label: ClassVar[str | Promise] = ""
    # News that a person may choose to receive once a day, or not at all.
    can_wait_for_digest: ClassVar[bool] = False
    is_urgent: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace.AT_ONCE
    # What the clock writes is gathered, unless it must be known the same day.
    is_same_day: ClassVar[bool] = False
    sender: str = ""
    # The colour of the hub that it comes from.
    accent: str = ""

    def recipients(self) -> Iterable[Recipient]:
        """Say who receives it."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Give what the templates show."""
        raise NotImplementedError

    def key(self) -> str:
        """Name the cause: the same cause never writes twice to the same person."""
        raise NotImplementedError

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """Give the headers that this kind of mail needs."""
        return {}


def post(mail: Mail) -> int:
    """Write one row per recipient and wake the delivery at commit; return how many rows were asked for."""
    if not connection.in_atomic_block:
        raise NotInTransaction(type(mail).__name__)
    wanted = [
        one for one in mail.recipients() if one.email and not (one.wants_fewer_mails and mail.can_wait_for_digest)
    ]
    now = timezone.now()
    pace = pace_of(mail.pace, is_urgent=mail.is_urgent, is_same_day=mail.is_same_day)
    addresses = [one.email for one in wanted] if pace == Pace.FEW else []
    counts = OutgoingMail.objects.few_since(addresses, start_of_day(now)) if addresses else {}
    full = {address for address, count in counts.items() if count >= AT_ONCE_A_DAY}
    rows = [_paced(mail, one, Pace.GATHERED if one.email in full else pace, now) for one in wanted]
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    # One wake-up per transaction is enough, and with the broker down each would cost a time-out.
    leave = any(row.status == MailStatus.QUEUED for row in rows)
    if leave and not any(entry[1] is wake_delivery for entry in connection.run_on_commit):
        transaction.on_commit(wake_delivery)
    return len(rows)


def _paced(mail: Mail, recipient: Recipient, pace: Pace, now: datetime) -> OutgoingMail:
    """The row of a mail, and when it leaves."""
    row = written(mail, recipient)
    row.pace, row.next_attempt_at = pace, leaving_at(now, is_urgent=mail.is_urgent)
    if recipient.wants_digest and mail.can_wait_for_digest:
        row.status, row.next_attempt_at = MailStatus.HELD, next_morning(now)
    elif pace == Pace.GATHERED:
        row.status, row.next_attempt_at = MailStatus.HELD, gathered_from(now)
    return row


def written(mail: Mail, recipient: Recipient) -> OutgoingMail:
    """The row of a mail to one of its recipients, rendered in their language, to leave at once, and not saved."""
    kind = type(mail).__name__
    with translation.override(recipient.language):
        context = {"action_label": mail.action_label, "action_url": "", "site_url": settings.SITE_URL} | mail.context()
        context |= {"recipient": recipient, "colours": colours_with(mail.accent)}
        subject, text, html = _versions(mail.template, context)
    return OutgoingMail(
        dedupe_key=f"{kind}:{mail.key()}:{recipient.email.lower()}",
        kind=kind,
        recipient=recipient.email,
        sender=mail.sender,
        subject=" ".join(subject.split())[:250],
        text=text + "\n",
        html=html,
        url=context["action_url"],
        headers=mail.headers(recipient),
        language=recipient.language,
        is_urgent=mail.is_urgent,
        is_news=mail.can_wait_for_digest,
    )


def _versions(template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """The subject, the text and the HTML; a mail that has a page of its own (`<template>.html`) draws both itself."""
    subject = _plain(f"{template}.subject", context)
    words = _plain(f"{template}.txt", context)
    context |= {"subject": subject}
    try:
        return subject, words, render_to_string(f"{template}.html", context).strip()
    except TemplateDoesNotExist:
        context["body"], _line, context["notes"] = words.partition(NOTES)
        return subject, _plain("mail/message.txt", context), render_to_string("mail/message.html", context).strip()


def _plain(name: str, context: dict[str, Any]) -> str:
    """Render a plain text, where nothing is escaped and blank lines left by conditions are folded."""
    text = get_template(name).template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()
