"""The digest of the day: mails that could wait become one, each once; and the way out of it.

Leaving the digest must not bring more mail: it keeps only reminders and what is entrusted to the person.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from diginor.outbox.model import MailStatus, OutgoingMail
from diginor.outbox.posting import Mail, Recipient, post
from members.enums import MailPreference
from members.models import User

MOST_TOLD = 40
_signer = Signer(sep="~", salt="services.digests")


class DailyDigest(Mail):
    """Everything new since the last digest, one line each."""

    template = "services/mail/daily_digest"
    action_label = _("Ouvrir mon espace")

    def __init__(self, person: User, day: datetime, news: list[OutgoingMail]):
        self.person = person
        self.day = day
        self.news = news

    def recipients(self) -> Iterable[Recipient]:
        """The person who chose one mail a day."""
        return [Recipient(self.person.email, str(self.person), self.person.language)]

    def context(self) -> dict[str, Any]:
        """The lines, the newest last: what happened several times is told once, with how often."""
        lines = Counter((row.subject, row.url) for row in self.news)
        told = [(subject, url, times) for (subject, url), times in lines.items()]
        return {
            "news": told[-MOST_TOLD:],
            "total": len(self.news),
            "untold": max(0, len(told) - MOST_TOLD),
            "day": self.day,
            "action_url": f"{settings.SITE_URL}{_home(self.person)}",
        }

    def key(self) -> str:
        """The last mail it gathers: each is gathered once."""
        return str(self.news[-1].pk)

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """One click leaves the digest, as RFC 8058 says."""
        return {
            "List-Unsubscribe": f"<{stop_url(self.person)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def send_digests(now: datetime | None = None) -> int:
    """Send each person what was held for them, in one mail; return how many digests were written."""
    day = now or timezone.now()
    return sum(_send_one(address, day) for address in OutgoingMail.objects.addresses_waiting())


@transaction.atomic
def _send_one(address: str, day: datetime) -> bool:
    """Gather what waits for one address; a second worker waits here, then finds nothing."""
    news = list(OutgoingMail.objects.held_for(address).select_for_update())
    if not news:
        return False
    person = User.objects.with_email(address).first()
    is_wanted = person is not None and person.is_active and not person.wants_little
    if person is not None and is_wanted:
        post(DailyDigest(person, day, news))
    OutgoingMail.objects.filter(pk__in=[row.pk for row in news]).update(status=MailStatus.DIGESTED)
    return is_wanted


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


def _home(person: User) -> str:
    return reverse("inbox" if person.active_memberships else "after_sign_in")
