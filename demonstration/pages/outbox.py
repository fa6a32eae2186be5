"""The mails of the demonstration as its page reads them: the newest first, with the sign-in codes that some hold."""

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db.models import Q

from diginor.outbox.models import MailStatus, OutgoingMail, OutgoingMailQuerySet

PAGE, LATEST = 25, 6
CODE = re.compile(r"^\s{2,}(\d{4}-?\d{4})\s*$", re.MULTILINE)
TONES = {MailStatus.SENT: "ok", MailStatus.REFUSED: "late", MailStatus.QUEUED: "wait"}


@dataclass(frozen=True)
class Line:
    """A mail in a list."""

    mail: OutgoingMail
    code: str
    tone: str

    @property
    def path(self) -> str:
        """Where the mail leads, on the portal as it is reached now: mails may be older than its address."""
        return urlunsplit(("", "", *urlsplit(self.mail.url)[2:])) if self.mail.url else ""

    @property
    def text(self) -> str:
        """What the mail says, its links brought to the present address of the portal."""
        parts = urlsplit(self.mail.url)
        then = f"{parts.scheme}://{parts.netloc}" if parts.netloc else settings.SITE_URL
        return self.mail.text.replace(then, settings.SITE_URL)


@dataclass(frozen=True)
class Page:
    """Some mails, and the keys of the pages around them."""

    lines: list[Line]
    before: str = ""
    after: str = ""


def line(mail: OutgoingMail) -> Line:
    """What a list shows of a mail."""
    found = CODE.search(mail.text)
    return Line(mail, found.group(1) if found else "", TONES.get(MailStatus(mail.status), ""))


def latest() -> list[Line]:
    """The last mails, whoever received them."""
    return [line(mail) for mail in OutgoingMail.objects.recent()[:LATEST]]


def page(address: str = "", *, after: str = "", before: str = "") -> Page:
    """One page of mails, those older or newer than a mail when one is given; a key that means nothing is left aside."""
    rows = OutgoingMail.objects.filter(recipient__iexact=address) if address else OutgoingMail.objects.all()
    is_backwards = (mark := _mail(before)) is not None
    mark = mark or _mail(after)
    rows = rows.order_by("created_at", "pk") if is_backwards else rows.recent()
    found = list(_beyond(rows, mark, is_newer=is_backwards)[: PAGE + 1])
    has_more, shown = len(found) > PAGE, found[:PAGE]
    if is_backwards:
        shown.reverse()
    has_newer = has_more if is_backwards else mark is not None
    has_older = True if is_backwards else has_more
    return Page(
        [line(mail) for mail in shown],
        before=str(shown[0].pk) if shown and has_newer else "",
        after=str(shown[-1].pk) if shown and has_older else "",
    )


def _mail(key: str) -> OutgoingMail | None:
    try:
        return OutgoingMail.objects.filter(pk=uuid.UUID(key)).first()
    except ValueError:
        return None


def _beyond(rows: OutgoingMailQuerySet, mark: OutgoingMail | None, *, is_newer: bool) -> OutgoingMailQuerySet:
    if mark is None:
        return rows
    way = "gt" if is_newer else "lt"
    same = Q(created_at=mark.created_at) & Q(**{f"pk__{way}": mark.pk})
    return rows.filter(Q(**{f"created_at__{way}": mark.created_at}) | same)
