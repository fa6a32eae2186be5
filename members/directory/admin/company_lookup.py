"""The act « Compléter d’après l’État » of the list of organisations, where the company search is switched on."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.directory.actions.company_completion import complete
from members.organisations import company_search
from members.organisations.company_search import Answer

# Each may take two seconds while a person waits.
MOST_AT_ONCE = 10


class CompanyLookup:
    """Adds the act to a list of organisations."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the act where no search is named."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if not company_search.is_on():
            actions.pop("complete_from_state", None)
        return actions

    @admin.action(description=_("Compléter d’après l’annuaire des entreprises de l’État"), permissions=["change"])
    def complete_from_state(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Fill what is empty from the SIRET; what is written stays; a closed establishment is told."""
        user: Any = request.user
        rows = list(queryset.exclude(siret="").order_by("pk")[:MOST_AT_ONCE])
        count = 0
        for row in rows:
            found = company_search.look_up(row.siret)
            if found.answer == Answer.FAILED:
                messages.error(request, _("L’annuaire de l’État ne répond pas : essayez plus tard."))
                break
            if found.record is None:
                messages.warning(request, _("L’annuaire de l’État ne connaît pas le SIRET de %(row)s.") % {"row": row})
                continue
            count += bool(complete(row, found.record, by=user))
            if found.record.is_closed:
                messages.warning(request, _("Selon l’État, l’établissement de %(row)s est fermé.") % {"row": row})
        text = ngettext("%(count)s structure complétée.", "%(count)s structures complétées.", count)
        messages.success(request, text % {"count": count})
        if len(rows) == MOST_AT_ONCE:
            messages.info(request, _("Dix structures au plus à la fois."))
