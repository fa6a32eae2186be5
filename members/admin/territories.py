"""Territories: official, hence only read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from diginor.admin_base import ReadOnlyModelAdmin
from members.models import Territory


@admin.register(Territory)
class TerritoryAdmin(ReadOnlyModelAdmin):
    """Communes, intercommunalités, départements, regions and what lies around."""

    list_display = ["name", "kind", "code", "population", "valid_until"]
    list_filter = ["kind"]
    ordering = ["search_name", "pk"]
    search_fields = ["search_name"]
    search_help_text = _("Un nom ou un code postal.")
    fields = [
        "kind", "code", "name", "postcodes", "population", "valid_from", "valid_until", "successor"
    ]  # fmt: skip

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Communes as the public field finds them; everything else by its name."""
        words = search_term.strip()
        if words.isdigit():
            return queryset.with_digits(words).unnamed(), False  # type: ignore[attr-defined]
        return queryset.named_like(words.lower()), False  # type: ignore[attr-defined]
