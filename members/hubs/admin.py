"""Hubs and who keeps them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import CHANGE, VIEW, PortalInline, PortalModelAdmin
from members.hubs.models import Hub, HubRole, forget_hosts


class HubRoleInline(PortalInline):
    """Who keeps, leads or steers the hub."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = HubRole
    raw_id_fields = ["user"]
    ordering = ["kind", "pk"]


@admin.register(Hub)
class HubAdmin(PortalModelAdmin):
    """Hubs; the desk says which organisations it works with and presents itself, administrators do the rest."""

    staff_may = frozenset({VIEW, CHANGE})
    list_display = ["name", "territory", "parent", "phone", "is_open", "is_default"]
    list_select_related = ["territory", "parent"]
    ordering = ["search_name", "pk"]
    search_fields = ["name"]
    named_by = ("name",)
    raw_id_fields = ["territory", "organisations"]
    inlines = [HubRoleInline]
    settled: ClassVar[list[str]] = [
        "slug", "territory", "parent", "is_open", "is_default", "sender", "host", "source", "holiday_zone"
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["name", "slug", "territory", "parent", "is_open", "is_default"]}),
        (_("Ce que le public voit"), {"fields": ["presentation", "source", "accent", "host", "phone"]}),
        (_("Courriels"), {"fields": ["sender"]}),
        (_("Travail"), {"fields": ["holiday_zone", "organisations", "elsewhere"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Hub | None = None) -> list[str]:
        """What only administrators change."""
        return ["elsewhere"] if request.user.is_superuser else [*self.settled, "elsewhere"]

    @admin.display(description=_("voir aussi"))
    def elsewhere(self, hub: Hub) -> SafeString | str:
        """The pages that go with this one: its queue, its front door, its delays."""
        if hub._state.adding:
            return "–"
        wanted: tuple[tuple[Any, str, list[str], str], ...] = (
            (_("Sa file de demandes"), "admin:triage", [], f"?guichet={hub.slug}"),
            (_("Sa page publique"), "hub", [hub.slug], ""),
            (_("Ses délais"), "admin:services_delayset_changelist", [], f"?hub__id__exact={hub.pk}"),
        )
        links = [(f"{url}{query}", label) for label, name, args, query in wanted if (url := _address(name, args))]
        return format_html("<p>{}</p>", format_html_join(" · ", '<a href="{}">{}</a>', links))

    def save_model(self, request: HttpRequest, obj: Hub, form: Any, change: bool) -> None:
        """A new host name works at once."""
        super().save_model(request, obj, form, change)
        transaction.on_commit(forget_hosts)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """The same for several."""
        super().delete_queryset(request, queryset)
        transaction.on_commit(forget_hosts)

    def delete_model(self, request: HttpRequest, obj: Hub) -> None:
        """The host name of a hub that is gone opens nothing."""
        super().delete_model(request, obj)
        transaction.on_commit(forget_hosts)


def _address(name: str, args: list[str]) -> str:
    """An address of another part, empty where that part is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@admin.register(HubRole)
class HubRoleAdmin(PortalModelAdmin):
    """Who keeps which hub; administrators only change it."""

    hub_path = "hub"
    list_display = ["user", "hub", "kind"]
    list_select_related = ["user", "hub"]
    list_filter = ["kind"]
    ordering = ["hub", "kind", "pk"]
    raw_id_fields = ["user", "hub"]
