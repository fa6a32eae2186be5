"""What the outbox holds of people: mails written to them or that quote them, and what failed to be written."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from diginor.attempts.retries import Setback
from diginor.outbox.models import OutgoingMail
from diginor.registries.personal_data import PersonalData, Piece, Target, in_batches, register

KEPT = timedelta(days=90)
MOST_SHOWN = 500


def _export(address: str) -> list[dict[str, Any]]:
    """Subjects and dates: the words are in the person's mailbox, and some open an account."""
    mails = OutgoingMail.objects.filter(recipient__iexact=address).recent()
    return [{"subject": mail.subject, "created_at": mail.created_at} for mail in mails[:MOST_SHOWN]]


def _found(target: Target) -> list[Piece]:
    if not target.person:
        return []
    rows = OutgoingMail.objects.of_person(target.person)
    count = rows.count()
    label = ngettext("%(count)s courriel", "%(count)s courriels", count) % {"count": count}
    setbacks = in_batches(Setback.objects.filter(key__iexact=target.person))
    return [*([Piece(label, rows.delete)] if count else []), *setbacks]


def _expired(now: datetime) -> Iterable[Piece]:
    """Whatever became of them: sent, refused, held, or still failing after three months."""
    yield from in_batches(OutgoingMail.objects.filter(created_at__lt=now - KEPT))
    # What nobody tries again: its work was done another way, or is over.
    yield from in_batches(Setback.objects.filter(next_attempt_at__lt=now - KEPT))


def register_all() -> None:
    """Tell the registry what the outbox holds."""
    register(
        PersonalData(
            code="mails",
            title=gettext_lazy("Courriels envoyés par le site"),
            holds=gettext_lazy("Les courriels que le site vous écrit, et ceux qui parlent de vous à qui vous aide"),
            purpose=gettext_lazy("Prouver qu’ils sont partis et corriger les erreurs"),
            legal_basis=gettext_lazy("Intérêt légitime"),
            kept=gettext_lazy("90 jours, partis ou non"),
            position=80,
            columns={
                "diginor.OutgoingMail": (
                    "dedupe_key",
                    "recipient",
                    "sender",
                    "subject",
                    "text",
                    "html",
                    "url",
                    "headers",
                    "last_error",
                ),
                "diginor.Setback": ("work", "key", "last_error"),
            },
            export=_export,
            found=_found,
            expired=_expired,
        )
    )
