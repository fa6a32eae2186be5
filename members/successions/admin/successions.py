"""Successions in the administration: their parts, what each would move, doing it, taking it back the same day."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from diginor.admin.base import ADD, ALL, CHANGE, VIEW, PortalInline, PortalModelAdmin
from diginor.web.access import access
from members.people import policies
from members.successions.actions import successions
from members.successions.admin.page import asked_successor, context_of
from members.successions.models import Succession, SuccessionPart


class PartInline(PortalInline):
    """The structures that take part, and as what; what is done is not written again."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = SuccessionPart
    staff_may = ALL
    raw_id_fields = ["organisation"]
    ordering = ["pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those of the succession, whose own rights were checked."""
        return self.model._default_manager.select_related("organisation").order_by("pk")

    def allows(self, request: HttpRequest, what: str, obj: Any = None) -> bool:
        """What is applied stays as it is."""
        return super().allows(request, what) and (what == VIEW or obj is None or obj.applied_at is None)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether structures may be added."""
        return self.allows(request, ADD, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether structures may be changed."""
        return self.allows(request, CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether structures may be left out."""
        return self.allows(request, CHANGE, obj)


@admin.register(Succession)
class SuccessionAdmin(PortalModelAdmin):
    """Mergers, creations, splits and renamings; applying one is done from its preview."""

    staff_may = frozenset({VIEW, ADD, CHANGE})
    list_display = ["what", "kind", "effect", "applied_at"]
    list_filter = ["kind"]
    ordering = ["-pk"]
    search_fields = ["parts__organisation__name"]
    search_help_text = gettext_lazy("Le nom ou le sigle d’une structure.")
    named_by = ("parts__organisation__search_name",)
    inlines = [PartInline]
    readonly_fields = ["preview", "applied_at", "who"]
    fieldsets = [
        (None, {"fields": ["kind", "announced_on", "filed_on", "effective_on", "is_effective_planned"]}),
        (gettext_lazy("Origine"), {"fields": ["note", "source", "stated_on"]}),
        (gettext_lazy("Dans le portail"), {"fields": ["preview", "applied_at", "who"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With the structures that each line names."""
        return super().get_queryset(request).prefetch_related("parts__organisation")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is applied is not written again."""
        return super().has_change_permission(request, obj) and (obj is None or obj.applied_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is applied keeps its history."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.applied_at is None)

    @admin.display(description=gettext_lazy("opération"))
    def what(self, row: Succession) -> str:
        """Who becomes whom."""
        return row.in_words

    @admin.display(description=gettext_lazy("effet"))
    def effect(self, row: Succession) -> str:
        """When, as a person says it."""
        day: Any = row.effective_on
        return day.in_words() if day else "–"

    @admin.display(description=gettext_lazy("appliquée par"))
    def who(self, row: Succession) -> str:
        return str(row.applied_by or "–")

    @admin.display(description=gettext_lazy("aperçu"))
    def preview(self, row: Succession) -> str:
        """The way to the page where it is looked at and done."""
        if not row.pk:
            return str(_("Enregistrez d’abord : l’aperçu dira ce qui change."))
        text = _("Voir l’opération") if row.applied_at else _("Voir ce qui changerait")
        return format_html('<a href="{}">{}</a>', reverse("admin:succession", args=[row.code]), text)

    def response_add(self, request: HttpRequest, obj: Succession, post_url_continue: Any = None) -> HttpResponse:
        """Go to the preview, unless the person stays in the lists."""
        return self._to_preview(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Succession) -> HttpResponse:
        """Go to the preview, unless the person stays in the lists."""
        return self._to_preview(request, obj) or super().response_change(request, obj)

    def _to_preview(self, request: HttpRequest, obj: Succession) -> HttpResponse | None:
        return redirect("admin:succession", code=obj.code) if "_save" in request.POST else None


@require_safe
@access(policies.staff)
def succession(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the succession would move, or what it moved."""
    row = _find(request, code)
    return render(request, "admin/members/succession.html", context_of(request, row))


@require_POST
@access(policies.staff)
def succession_apply(request: HttpRequest, code: str) -> HttpResponse:
    """Move the relations, exactly as they were shown."""
    row, user = _decided(request, code), request.user
    chosen = asked_successor(row, request.POST.get("suite", ""))
    try:
        done = successions.apply(row, by=user, successor=chosen, digest=request.POST.get("apercu", ""))  # type: ignore[arg-type]
    except successions.SuccessionRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("C’est fait : %(name)s prend la suite. Vous pouvez annuler jusqu’à minuit.")
        messages.success(request, text % {"name": done.takeover.successor})
    return redirect("admin:succession", code=row.code)


@require_POST
@access(policies.staff)
def succession_undo(request: HttpRequest, code: str) -> HttpResponse:
    """Give everything back, the same day."""
    row = _decided(request, code)
    try:
        count = successions.undo(row, by=request.user)  # type: ignore[arg-type]
    except successions.SuccessionRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext(
            "L’opération est annulée : %(count)s ligne est revenue comme avant.",
            "L’opération est annulée : %(count)s lignes sont revenues comme avant.",
            count,
        )
        messages.success(request, text % {"count": count})
    return redirect("admin:succession", code=row.code)


def _find(request: HttpRequest, code: str) -> Succession:
    rows = Succession.objects.visible_to(request.user).with_parts()
    return get_object_or_404(rows.select_related("applied_by"), code=code)


def _decided(request: HttpRequest, code: str) -> Succession:
    """A succession that the person may decide; who only sees it is told so by the page, which has no button."""
    return get_object_or_404(Succession.objects.decided_by(request.user).with_parts(), code=code)


admin.site.add_pages(  # type: ignore[attr-defined]
    [
        path("successions/<str:code>/", succession, name="succession"),
        path("successions/<str:code>/appliquer/", succession_apply, name="succession_apply"),
        path("successions/<str:code>/annuler/", succession_undo, name="succession_undo"),
    ]
)
