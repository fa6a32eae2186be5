"""The outbox in the administration: what left, what waits, what was refused; administrators only."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from diginor.admin.retries import FailingFilter, RetriedAdmin
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.web.private_links import hide


class StatusFilter(admin.SimpleListFilter):
    """The states that an index finds; what left is nearly everything, and comes first without a filter."""

    title = _("état")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Waiting, refused, held."""
        return [(status.value, status.label) for status in (MailStatus.QUEUED, MailStatus.REFUSED, MailStatus.HELD)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(status=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(RetriedAdmin):
    """Mails, the newest first; a sign-in code is never shown."""

    list_display = ["created_at", "recipient", "subject", "status", "attempts", "sent_at"]
    list_display_links = ["subject"]
    list_filter = [StatusFilter, FailingFilter]
    ordering = ["-created_at", "-pk"]
    search_fields = ["recipient"]
    search_help_text = _("Une adresse électronique entière.")
    fields = [
        "status", "recipient", "sender", "subject", "body", "kind", "attempts", "last_error",
        "failing_since", "created_at", "next_attempt_at", "sent_at", "message_id",
    ]  # fmt: skip
    readonly_fields = ["body", "message_id"]
    actions = ["send_again"]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        return rows.filter(recipient__iexact=words)

    @admin.display(description=_("texte"))
    def body(self, mail: OutgoingMail) -> str:
        """The text without its private links, unless all of it opens an account."""
        return str(_("Ce courriel contient un code ou un lien personnel.")) if mail.is_urgent else hide(mail.text)

    @admin.action(description=_("Renvoyer les courriels refusés ou en panne"))
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Put refused or failing mails back in the queue, at once."""
        waiting = [MailStatus.REFUSED, MailStatus.QUEUED]
        count = queryset.filter(status__in=waiting).update(status=MailStatus.QUEUED, next_attempt_at=timezone.now())
        text = ngettext("%(count)s courriel va repartir.", "%(count)s courriels vont repartir.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
