"""Requests and referrals in the administration: to be read; the desk is where they change."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from diginor.admin.base import ReadOnlyInline, ReadOnlyModelAdmin
from diginor.admin.retries import RetriedAdmin
from diginor.text.whole_numbers import whole_number
from members.hubs.models import Hub
from members.people.policies import may_erase
from services.requests.actions.links import replace_tracking_link
from services.requests.enums import RequestState
from services.requests.models import Attachment, FollowUp, Message, Referral, RequestEvent, Satisfaction, ServiceRequest
from services.requests.queries.queue import search_of


class ReferralInline(ReadOnlyInline):
    """Whom the request was given to."""

    model = Referral
    fields = ["organisation", "state", "adviser", "sent_at", "due_at", "outcome"]
    ordering = ["sent_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those of the request, whose own rights were checked."""
        return self.model._default_manager.select_related("organisation", "adviser").order_by("sent_at", "pk")


class EventInline(ReadOnlyInline):
    # Those of a request that the person may open.
    shows_every_row = True
    model = RequestEvent
    fields = ["at", "step", "by_name", "organisation", "from_state", "to_state", "why"]
    ordering = ["at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """In order, with what a line shows."""
        return super().get_queryset(request).select_related("organisation")


class MessageInline(ReadOnlyInline):
    """What people said."""

    # Those of a request that the person may open.
    shows_every_row = True
    model = Message
    fields = ["created_at", "thread", "author_name", "body"]
    ordering = ["created_at", "pk"]


class AttachmentInline(ReadOnlyInline):
    model = Attachment
    fields = ["name", "content_type", "size", "created_at"]
    ordering = ["created_at", "pk"]


class HubFilter(admin.SimpleListFilter):
    """The hubs whose desk the person keeps."""

    title = _("guichet")
    parameter_name = "hub"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        hubs = Hub.objects.visible_to(request.user)
        return [(str(hub.pk), str(hub)) for hub in hubs.in_order()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = whole_number(self.value() or "")
        return queryset if chosen is None else queryset.filter(hub_id=chosen)


class SentState(admin.ChoicesFieldListFilter):
    """The states of what was sent: a draft is shown to nobody."""

    def choices(self, changelist: Any) -> Any:
        return (one for one in super().choices(changelist) if one["display"] != RequestState.DRAFT.label)


@admin.register(ServiceRequest)
class ServiceRequestAdmin(ReadOnlyModelAdmin):
    """Every request, read; « Ouvrir dans le triage » is where something is done."""

    list_display = ["code", "company_name", "state", "topic", "hub", "due_at", "created_at"]
    list_select_related = ["topic", "hub"]
    list_filter = [("state", SentState), HubFilter]
    ordering = ["-created_at", "-pk"]
    search_fields = ["company_name"]
    search_help_text = _("Une entreprise, un numéro, un SIRET, une adresse, un mot du besoin.")
    inlines = [ReferralInline, EventInline, MessageInline, AttachmentInline]
    exclude = ["search", "link_version", "suspicions"]
    readonly_fields = ["in_triage"]
    actions = ["replace_link", "erase"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """What was sent, for administrators too."""
        return super().get_queryset(request).filed()  # type: ignore[attr-defined]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """By the stored full text; the matches are found before they are ordered."""
        return search_of(rows, words)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The way to the desk first."""
        return ["in_triage", *(name for name in super().get_fields(request, obj) if name != "in_triage")]

    @admin.action(description=_("Remplacer le lien privé de l’entreprise : l’ancien ne s’ouvrira plus"))
    def replace_link(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Mail a fresh private link, and close those made before."""
        rows = list(queryset.filter(erased_at=None).order_by("pk"))
        for row in rows:
            replace_tracking_link(row, by=request.user)  # type: ignore[arg-type]
        text = ngettext("%(count)s lien remplacé et envoyé.", "%(count)s liens remplacés et envoyés.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS if rows else messages.WARNING)

    def has_erase_permission(self, request: HttpRequest) -> bool:
        """Whether the person may open the page that erases."""
        return may_erase(request.user)

    @admin.action(description=_("Effacer la personne : voir d’abord ce qui partirait"), permissions=["erase"])
    def erase(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Lead to the page that shows what would go, one request at a time."""
        codes = list(queryset.order_by("pk").values_list("code", flat=True)[:2])
        if len(codes) == 1:
            return redirect(f"{reverse('admin:erase_person')}?demande={codes[0]}")
        self.message_user(request, _("Choisissez une seule demande : chaque effacement se relit."), messages.WARNING)
        return None

    @admin.display(description=_("au triage"))
    def in_triage(self, service_request: ServiceRequest) -> str:
        """A link to the desk."""
        return format_html(
            '<a href="{}">{}</a>', service_request.get_absolute_url(), _("Ouvrir cette demande dans le triage")
        )


@admin.register(Referral)
class ReferralAdmin(ReadOnlyModelAdmin):
    """Every referral, read."""

    hub_path = "request__hub"
    list_display = ["code", "request", "organisation", "state", "adviser", "due_at", "sent_at"]
    list_select_related = ["request", "organisation", "adviser"]
    list_filter = ["state"]
    ordering = ["-pk"]
    search_fields = ["code"]
    search_help_text = _("Le numéro d’une orientation ou d’une demande.")

    def view_on_site(self, obj: Referral) -> None:
        """None: the page of a referral is that of its advisers."""

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """By a whole number."""
        # Two searches by unique codes: one across the join would read both tables.
        requests = list(ServiceRequest.objects.filter(code=words.upper()).values_list("pk", flat=True))
        return rows.filter(Q(code=words.upper()) | Q(request_id__in=requests))


@admin.register(Satisfaction)
class SatisfactionAdmin(ReadOnlyModelAdmin):
    """What companies think."""

    hub_path = "request__hub"
    list_display = ["request", "score", "was_clear", "asked_at", "answered_at"]
    list_select_related = ["request"]
    ordering = ["-pk"]


@admin.register(FollowUp)
class FollowUpAdmin(RetriedAdmin):
    """What the clock will do, and did."""

    list_display = ["kind", "request", "due_at", "done_at", "attempts", "failing_since", "next_attempt_at"]
    list_select_related = ["request"]
    search_fields = ["request"]
    search_help_text = _("Le numéro d’une demande.")

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        return rows.filter(request__code=words.upper())
