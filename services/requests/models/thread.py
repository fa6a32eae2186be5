"""What people say to each other about a request, and the files they join."""

import re
import uuid
from collections.abc import Collection
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.workflow.history import SAME_CLICK, Party
from members.organisations.models import Organisation
from services.requests.enums import LIVE_REFERRAL_STATES, ReferralState, ThreadKind
from services.requests.models.referral import Referral

if TYPE_CHECKING:
    from members.people.models import User

FOLDER = "attachments"


def attachment_path(attachment: "Attachment", name: str) -> str:
    """Where a file is kept: an address that cannot be guessed, with the extension of its checked type."""
    return f"{FOLDER}/{attachment.uid.hex[:2]}/{attachment.uid.hex}{PurePath(name).suffix.lower()}"


def is_uid(text: str) -> bool:
    """Whether a name is one that `attachment_path` gives."""
    return re.fullmatch("[0-9a-f]{32}", text) is not None


class MessageQuerySet(models.QuerySet):
    """How messages are read."""

    def of_thread(self, kind: str) -> "MessageQuerySet":
        """One thread, the oldest first, with authors and files."""
        return self.filter(thread=kind).in_order()

    def in_order(self) -> "MessageQuerySet":
        """The oldest first, with authors and files."""
        rows = self.select_related("author", "organisation")
        return rows.prefetch_related("attachments").order_by("created_at", "pk")

    def said_again(
        self, kind: str, party: str, author: "User | None", body: str, files: set[str | None]
    ) -> "Message | None":
        """The last message of a thread when somebody sends it again at once: a double click, not a new message."""
        last = self.of_thread(kind).filter(created_at__gte=timezone.now() - SAME_CLICK).last()
        said = last and (last.party, last.author, last.body, {row.name for row in last.attachments.all()})
        return last if said == (party, author, body, files) else None


class Message(models.Model):
    """A message of the shared thread, or of the one the company never sees."""

    request = models.ForeignKey("services.ServiceRequest", on_delete=models.CASCADE, related_name="messages")
    thread = models.CharField(_("fil"), max_length=10, choices=ThreadKind.choices, default=ThreadKind.SHARED)
    party = models.CharField(_("côté"), max_length=20, choices=Party.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(_("de la part de"), max_length=200)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    body = models.TextField(_("message"))
    is_question = models.BooleanField(_("question qui attend une réponse"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["request", "thread", "created_at", "id"], name="message_of_thread")]

    def __str__(self) -> str:
        return f"{self.author_name} · {self.created_at:%Y-%m-%d %H:%M}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """How files are found."""

    def shared(self) -> "AttachmentQuerySet":
        """What the company may open: its own files and those of the shared thread."""
        return self.filter(Q(message=None) | Q(message__thread=ThreadKind.SHARED)).order_by("created_at", "pk")

    def visible_to(self, user: "User") -> "AttachmentQuerySet":
        """What was sent for staff, what referrals disclose to organisations, what is shared with who asked."""
        sent = Q(request__submitted_at__isnull=False)
        staff = sent if user.is_superuser else sent & Q(request__hub__in=user.staffed_hub_ids())
        own = Q(request__contact_email__iexact=user.email) & (Q(message=None) | Q(message__thread=ThreadKind.SHARED))
        return self.filter(staff | Q(through(user)) | own).order_by("pk")

    def numbered(self, uid: str) -> "Attachment | None":
        """The file of that public number, or none."""
        try:
            return self.filter(uid=uuid.UUID(uid)).order_by("pk").first()
        except ValueError:
            return None

    def lost(self, names: Collection[str]) -> list[str]:
        """Among names of files, those that no row knows: a transaction that failed left them on the disk."""
        uids = {stem: name for name in names if is_uid(stem := PurePath(name).stem)}
        known = {uid.hex for uid in self.filter(uid__in=uids).values_list("uid", flat=True)}
        return [name for stem, name in uids.items() if stem not in known]

    def with_filing(self) -> "AttachmentQuerySet":
        """The files joined when the request was filed."""
        return self.filter(message=None).order_by("created_at", "pk")


class Attachment(models.Model):
    """A private file, checked by content, joined to the filing or to a message."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey("services.ServiceRequest", on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(_("fichier"), upload_to=attachment_path)
    name = models.CharField(_("nom"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("taille en octets"))
    created_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("pièce jointe")
        verbose_name_plural = _("pièces jointes")
        indexes = [models.Index(fields=["request", "created_at", "id"], name="attachment_of_request")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address for the people of the desk and of the organisations."""
        return reverse("attachment", args=[self.uid])


def through(user: "User") -> Exists:
    """Whether a file is read through a referral of the person's organisations: the rule of `Disclosure`, in SQL."""
    rows = Referral.objects.visible_to(user).filter(request=OuterRef("request"))
    in_time = Q(ended_at__gte=OuterRef("created_at"))
    closed = Q(state=ReferralState.CLOSED, request__erased_at=None)
    own = Q(organisation=OuterRef("message__organisation"))
    return Exists(rows.filter(Q(state__in=LIVE_REFERRAL_STATES) | (in_time & (closed | own))))
