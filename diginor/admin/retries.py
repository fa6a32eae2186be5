"""What is tried again, in the administration: the rows that fail, their errors, and another attempt at once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from diginor.admin.base import ReadOnlyModelAdmin
from diginor.attempts.retries import Setback, failures

FAILING = "en_echec"


class FailingFilter(admin.SimpleListFilter):
    """The rows whose last attempt failed."""

    title = _("essai")
    parameter_name = FAILING

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Those that fail; without a filter, all."""
        return [("1", _("en échec"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(failing_since__isnull=False) if self.value() == "1" else queryset


class RetriedAdmin(ReadOnlyModelAdmin):
    """Rows that are tried again; only administrators can mend what makes them fail."""

    shows_every_row = True
    staff_may = frozenset()
    list_filter = [FailingFilter]
    ordering = ["-pk"]
    actions = ["try_now"]

    @admin.action(description=_("Réessayer tout de suite"))
    def try_now(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Let rows that fail wait no longer."""
        count = queryset.filter(failing_since__isnull=False).update(next_attempt_at=timezone.now())
        text = ngettext("%(count)s ligne sera réessayée.", "%(count)s lignes seront réessayées.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)


@admin.register(Setback)
class SetbackAdmin(RetriedAdmin):
    """Pieces of periodic work that fail."""

    list_display = ["work", "key", "attempts", "failing_since", "next_attempt_at"]
    list_display_links = ["work", "key"]


def alerts(site: admin.AdminSite) -> list[dict[str, Any]]:
    """What fails: how many rows of each kind, since when, and where they show."""
    return [
        {
            "count": count,
            "label": model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural,
            "since": since,
            "url": f"{reverse(f'{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{FAILING}=1",
        }
        for model, (count, since) in failures().items()
    ]
