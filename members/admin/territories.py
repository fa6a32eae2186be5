"""Territories: official, hence only read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from diginor.admin_base import ReadOnlyModelAdmin
from members.models import Territory
from members.rules.place_names import plain_name


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

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """Communes as the public field finds them; everything else by its name."""
        if words.isdigit():
            return rows.with_digits(words).unnamed()  # type: ignore[attr-defined]
        return rows.named_like(plain_name(words))  # type: ignore[attr-defined]
