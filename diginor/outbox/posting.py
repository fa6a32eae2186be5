"""Posting a mail: rendering it and writing its row in the transaction of its cause.

A mail is written once, as `<template>.subject` and `<template>.txt` (plain paragraphs); its text and HTML versions
are both made of that one text, so they cannot say different things.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.functional import Promise

from diginor.outbox.model import MailStatus, OutgoingMail
from diginor.outbox.tasks import wake_delivery


class NotInTransaction(RuntimeError):
    """A mail was posted outside the transaction of its cause."""


@dataclass(frozen=True)
class Recipient:
    """Who receives, in which language, and whether at once or in the digest of the day."""

    email: str
    name: str = ""
    language: str = "fr"
    wants_digest: bool = False


class Mail:
    """One kind of mail; each part writes its own in `notifications.py`."""

    template: ClassVar[str]
    action_label: ClassVar[str | Promise] = ""
    can_wait_for_digest: ClassVar[bool] = False
    is_urgent: ClassVar[bool] = False
    sender: str = ""

    def recipients(self) -> Iterable[Recipient]:
        """Say who receives it."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Give what the templates show."""
        raise NotImplementedError

    def key(self) -> str:
        """Name the cause: the same cause never writes twice to the same person."""
        raise NotImplementedError


def post(mail: Mail) -> int:
    """Write one row per recipient and wake the delivery at commit; return how many rows were asked for."""
    if not connection.in_atomic_block:
        raise NotInTransaction(type(mail).__name__)
    rows = [_row(mail, recipient) for recipient in mail.recipients() if recipient.email]
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    # One wake-up per transaction is enough, and with the broker down each would cost a time-out.
    if rows and not any(entry[1] is wake_delivery for entry in connection.run_on_commit):
        transaction.on_commit(wake_delivery)
    return len(rows)


def _row(mail: Mail, recipient: Recipient) -> OutgoingMail:
    kind = type(mail).__name__
    held = recipient.wants_digest and mail.can_wait_for_digest
    with translation.override(recipient.language):
        context = {"action_label": mail.action_label, "site_url": settings.SITE_URL} | mail.context()
        context["recipient"] = recipient
        subject, body = (_plain(f"{mail.template}.{part}", context) for part in ("subject", "txt"))
        context |= {"subject": subject, "body": body}
        text = render_to_string("mail/message.txt", context).strip()
        html = render_to_string("mail/message.html", context).strip()
    return OutgoingMail(
        dedupe_key=f"{kind}:{mail.key()}:{recipient.email.lower()}",
        kind=kind,
        recipient=recipient.email,
        sender=mail.sender,
        subject=" ".join(subject.split())[:250],
        text=text + "\n",
        html=html,
        is_urgent=mail.is_urgent,
        status=MailStatus.HELD if held else MailStatus.QUEUED,
    )


def _plain(name: str, context: dict[str, Any]) -> str:
    """Render a plain text, where nothing is escaped and blank lines left by conditions are folded."""
    text = get_template(name).template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]
    return re.sub(r"\n{3,}", "\n\n", text).strip()
