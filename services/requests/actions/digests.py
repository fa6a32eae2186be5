"""The digest: what waits for a person becomes one mail a day, in office hours; and the way out of the news in it.

Leaving the digest must not bring more mail: it keeps only reminders and what is entrusted to the person.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from diginor.attempts.retries import try_keys
from diginor.outbox.models import OutgoingMail
from diginor.outbox.pacing import next_morning
from diginor.outbox.posting import Mail, Recipient, post
from diginor.workflow.working_days import office_hours, start_of_day
from members.people.enums import MailPreference
from members.people.models import User

MOST_TOLD = 40
_signer = Signer(sep="~", salt="services.digests")


class DailyDigest(Mail):
    """Everything that waits for a person, one line each."""

    template = "services/requests/mail/daily_digest"
    action_label = _("Ouvrir mon espace")

    def __init__(self, address: str, person: User | None, day: datetime, news: list[OutgoingMail]):
        self.address = address
        self.person = person
        self.day = day
        self.news = news
        senders = {row.sender for row in news}
        self.sender = senders.pop() if len(senders) == 1 else ""

    def recipients(self) -> Iterable[Recipient]:
        """Whoever it waits for, with an account or without."""
        name, language = (str(self.person), self.person.language) if self.person else ("", self.news[-1].language)
        return [Recipient(self.address, name, language)]

    def context(self) -> dict[str, Any]:
        """The lines, the newest last: what happened several times is told once, with how often."""
        lines = Counter((row.subject, row.url) for row in self.news)
        told = [(subject, url, times) for (subject, url), times in lines.items()]
        return {
            "news": told[-MOST_TOLD:],
            "total": len(self.news),
            "untold": max(0, len(told) - MOST_TOLD),
            "day": self.day,
            "may_choose": any(row.is_news for row in self.news),
            "action_url": f"{settings.SITE_URL}{_home(self.person)}",
        }

    def key(self) -> str:
        """The last mail it gathers: each is gathered once."""
        return str(self.news[-1].pk)

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """One click leaves the news of the digest, as RFC 8058 says; reminders are no news."""
        if self.person is None or not any(row.is_news for row in self.news):
            return {}
        return {
            "List-Unsubscribe": f"<{stop_url(self.person)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def send_digests(now: datetime | None = None) -> int:
    """In office hours, send each person what waits for them, in one mail a day; return how many mails leave so."""
    moment = now or timezone.now()
    if office_hours(moment) != moment:
        return 0
    addresses = OutgoingMail.objects.addresses_waiting(moment)
    return try_keys("digests", addresses, partial(_send_one, moment=moment), now=moment)


def _send_one(address: str, moment: datetime) -> bool:
    """Gather what waits for one address; a second worker waits here, then finds nothing."""
    waiting = OutgoingMail.objects.held_for(address)
    rows = list(waiting.select_for_update())
    if not rows:
        return False
    if OutgoingMail.objects.was_gathered(address, start_of_day(moment)):
        waiting.update(next_attempt_at=next_morning(moment))
        return False
    person = User.objects.with_email(address).first()
    wanted = [row for row in rows if _is_wanted(row, person)]
    # What is alone needs no digest: it leaves as it was written.
    alone = [wanted[0].pk] if len(wanted) == 1 else []
    if len(wanted) > 1:
        post(DailyDigest(address, person, moment, wanted))
    OutgoingMail.objects.gather([row.pk for row in rows if row.pk not in alone], moment)
    OutgoingMail.objects.release(alone, moment)
    return bool(wanted)


def _is_wanted(row: OutgoingMail, person: User | None) -> bool:
    """Whether a person still receives this: not once the account is closed, nor news that are not wanted any more."""
    return person is None or (person.is_active and not (row.is_news and person.wants_fewer_mails))


@transaction.atomic
def stop_digests(person: User) -> None:
    """Keep only reminders and what is entrusted to the person."""
    person.mail_preference = MailPreference.ESSENTIAL
    person.save(update_fields=["mail_preference"])


def stop_url(person: User) -> str:
    """The address that leaves the digest, without signing in."""
    token = _signer.sign_object(person.pk)
    with translation.override(person.language):
        return f"{settings.SITE_URL}{reverse('digest_stop', args=[token])}"


def read_stop_token(token: str) -> User | None:
    """The person who may leave the digest with this token, or nobody."""
    try:
        number = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return User.objects.filter(pk=number).first()


def _home(person: User | None) -> str:
    if person is None:
        return reverse("my_requests")
    return reverse("inbox" if person.active_memberships else "after_sign_in")
