"""The outgoing mail."""

import uuid
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.attempts.retries import Retried, RetriedQuerySet
from diginor.outbox.pacing import Pace
from diginor.text.email_addresses import EmailField


class MailStatus(models.TextChoices):
    """Where a mail is on its way."""

    QUEUED = "queued", _("à envoyer")
    SENT = "sent", _("envoyé")
    REFUSED = "refused", _("refusé définitivement")
    HELD = "held", _("gardé pour le résumé du jour")
    DIGESTED = "digested", _("repris dans un résumé")
    MOOT = "moot", _("devenu sans objet")


class OutgoingMailQuerySet(RetriedQuerySet):
    """How mails are found."""

    def queued(self) -> "OutgoingMailQuerySet":
        """What should leave, now or later."""
        return self.filter(status=MailStatus.QUEUED)

    def due(self, now: datetime) -> "OutgoingMailQuerySet":
        """What should leave now, urgent first."""
        return self.queued().ready(now).order_by("-is_urgent", "next_attempt_at", "pk")

    def of_cause(self, start: str) -> "OutgoingMailQuerySet":
        """Those whose key begins so: the kind of the mail, then its cause."""
        return self.filter(dedupe_key__startswith=start)

    def held(self) -> "OutgoingMailQuerySet":
        """What waits to be gathered."""
        return self.filter(status=MailStatus.HELD)

    def held_for(self, recipient: str) -> "OutgoingMailQuerySet":
        """What waits to be gathered for one person, oldest first."""
        return self.held().filter(recipient=recipient).order_by("created_at", "pk")

    def put_sender_off(self, sender: str, until: datetime) -> None:
        """Let the mails of a sender that the relay refuses wait, and those only."""
        rows = self.queued().filter(sender=sender, next_attempt_at__lt=until).select_for_update(skip_locked=True)
        self.filter(pk__in=rows.values("pk")).update(next_attempt_at=until)

    def addresses_waiting(self, now: datetime) -> list[str]:
        """The addresses for which something held may leave."""
        return list(self.held().ready(now).order_by("recipient").values_list("recipient", flat=True).distinct())

    def gather(self, keys: list[uuid.UUID], now: datetime) -> None:
        """Note that mails which waited are told by a digest, or wanted no more."""
        self.held().filter(pk__in=keys).update(status=MailStatus.DIGESTED, gathered_at=now)

    def release(self, keys: list[uuid.UUID], now: datetime) -> None:
        """Let mails that waited leave as they are."""
        self.held().filter(pk__in=keys).update(status=MailStatus.QUEUED, next_attempt_at=now, gathered_at=now)

    def was_gathered(self, recipient: str, since: datetime) -> bool:
        """Whether what waited for a person was gathered since an instant."""
        return self.filter(recipient=recipient, gathered_at__gte=since).exists()

    def few_since(self, recipients: list[str], since: datetime) -> dict[str, int]:
        """How many mails that leave at once, but few of them, each person was written since an instant."""
        rows = self.filter(recipient__in=recipients, created_at__gte=since, pace=Pace.FEW, gathered_at=None)
        counted = rows.exclude(status=MailStatus.HELD).order_by().values_list("recipient").annotate(Count("pk"))
        return dict(counted)

    def held_about(self, key: int) -> "list[OutgoingMail]":
        """What waits to be gathered and whose cause begins with a key, whatever its kind."""
        return list(self.held().filter(dedupe_key__regex=rf"^[A-Za-z]+:{key}:").order_by("created_at", "pk"))

    def forget(self, keys: list[uuid.UUID]) -> None:
        """Let mails that still wait, and are true no more, not leave."""
        if keys:
            self.held().filter(pk__in=keys).update(status=MailStatus.MOOT)

    def recent(self) -> "OutgoingMailQuerySet":
        """The newest first."""
        return self.order_by("-created_at", "-pk")

    def of_person(self, address: str) -> "OutgoingMailQuerySet":
        """Those to an address, or that quote it to others; the second part reads the whole table, for rare acts."""
        return self.filter(Q(recipient__iexact=address) | Q(text__icontains=address))

    def telling(self, numbers: Collection[str], *, since: datetime) -> "OutgoingMailQuerySet":
        """Those written since an instant that name one of these public numbers, in their words or in their link."""
        named = Q(pk=None)
        for number in numbers:
            named |= Q(text__contains=number) | Q(url__contains=number)
        return self.filter(named, created_at__gte=since)

    def dead_among(self, addresses: Collection[str]) -> set[str]:
        """Those of some addresses that refused a mail for good, and took none since."""
        taken = OutgoingMail.objects.filter(
            status=MailStatus.SENT, recipient__iexact=OuterRef("recipient"), sent_at__gt=OuterRef("created_at")
        )
        refused = self.filter(status=MailStatus.REFUSED, recipient__in={*addresses} - {""})
        return set(refused.exclude(Exists(taken)).values_list("recipient", flat=True))

    def refused_for(self, recipient: str) -> "OutgoingMailQuerySet":
        """The permanent refusals of one address, newest first."""
        return self.filter(status=MailStatus.REFUSED, recipient__iexact=recipient).order_by("-created_at", "-pk")


class OutgoingMail(Retried):
    """A mail to one person, rendered when its cause happened."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(_("clé d’unicité"), max_length=300, unique=True)
    kind = models.CharField(_("nature"), max_length=80)
    recipient = EmailField(_("destinataire"))
    sender = models.CharField(_("expéditeur"), max_length=200, blank=True)
    subject = models.CharField(_("objet"), max_length=250)
    text = models.TextField(_("texte"))
    html = models.TextField(_("version HTML"), blank=True)
    url = models.TextField(_("lien"), blank=True)
    headers = models.JSONField(_("en-têtes"), default=dict, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    is_urgent = models.BooleanField(_("urgent"), default=False)
    is_news = models.BooleanField(_("nouvelle dont on peut se passer"), default=False)
    pace = models.CharField(_("rythme"), max_length=10, choices=Pace.choices, default=Pace.AT_ONCE)
    status = models.CharField(_("état"), max_length=20, choices=MailStatus.choices, default=MailStatus.QUEUED)
    created_at = models.DateTimeField(_("écrit le"), default=timezone.now)
    gathered_at = models.DateTimeField(_("repris ou libéré le"), null=True, blank=True)
    sent_at = models.DateTimeField(_("envoyé le"), null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("courriel sortant")
        verbose_name_plural = _("courriels sortants")
        indexes = [
            models.Index(
                fields=["-is_urgent", "next_attempt_at", "id"], condition=Q(status="queued"), name="outgoingmail_due"
            ),
            models.Index(fields=["next_attempt_at"], condition=Q(status="held"), name="outgoingmail_waiting"),
            models.Index(fields=["recipient", "created_at"], name="outgoingmail_of_day"),
            models.Index(fields=["recipient"], condition=Q(status="refused"), name="outgoingmail_refused"),
            models.Index(Upper("recipient"), name="outgoingmail_recipient"),
            models.Index(fields=["-created_at", "-id"], name="outgoingmail_recent"),
            *Retried.Meta.indexes,
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    @property
    def message_id(self) -> str:
        """The Message-ID, the same at every attempt, so that a second copy is recognised by the mailbox."""
        return f"<{self.id}@{urlsplit(settings.SITE_URL).hostname}>"

    def mark(self, status: MailStatus, *, now: datetime, error: str = "") -> None:
        """Record how the attempt ended."""
        self.status = status
        self.last_error = error[:2000]
        self.failing_since = None
        self.sent_at = now if status == MailStatus.SENT else None
        self.save(update_fields=["status", "last_error", "failing_since", "sent_at"])
