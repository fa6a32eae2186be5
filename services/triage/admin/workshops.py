"""Workshops in the administration: a hub opens a room before it fills, and closes it when it empties."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from diginor.admin.base import ALL, PortalModelAdmin
from diginor.attempts.throttle import network, source
from diginor.web.edits import SharedModelForm
from members.hubs.models import Hub
from services.requests.actions import workshops as actions
from services.requests.models import Workshop
from services.requests.models.workshop import MOST_HOURS

LATEST = timedelta(days=90)


class WorkshopForm(SharedModelForm):
    """Where and when many filings are expected, and how many."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "address" in self.fields and not self.is_shared:
            yours = _("Celle qui est déjà écrite est la vôtre : gardez-la si vous êtes sur le réseau de la salle.")
            self.fields["address"].help_text = f"{self.fields['address'].help_text} {yours}"

    def clean_address(self) -> str:
        """Keep the address as the limits count it."""
        return network(self.cleaned_data["address"])

    def clean_opens_at(self) -> Any:
        """Refuse a day so far away that the room will have another address."""
        opens_at = self.cleaned_data["opens_at"]
        if opens_at > timezone.now() + LATEST:
            raise ValidationError(_("Un atelier s’ouvre dans les 90 jours : d’ici là, la connexion peut changer."))
        return opens_at

    def clean(self) -> Any:
        """Refuse a workshop that would be over already."""
        cleaned = super().clean()
        opens_at, hours = cleaned.get("opens_at"), cleaned.get("hours")
        # What the table refuses is told by its own check, which comes after this one.
        is_known = opens_at and hours and hours <= MOST_HOURS
        if is_known and opens_at + timedelta(hours=hours) <= timezone.now():
            self.add_error("opens_at", _("Cet atelier serait déjà terminé : vérifiez son début et sa durée."))
        return cleaned


@admin.register(Workshop)
class WorkshopAdmin(PortalModelAdmin):
    """The workshops of a hub; one that is over is only read."""

    hub_path = "hub"
    staff_may = ALL
    form = WorkshopForm
    list_display = ["hub", "state", "opens_at", "ends_at", "filings", "expected"]
    list_select_related = ["hub"]
    ordering = ["-opens_at", "-pk"]
    search_fields = ["hub__name"]
    search_help_text = _("Le nom d’un guichet.")
    named_by = ("hub__search_name",)
    raw_id_fields = ["hub"]
    readonly_fields = ["ends_at", "filings"]
    actions = ["close_now"]
    fieldsets = [
        (
            None,
            {
                "fields": ["hub", "address", "opens_at", "hours", "expected"],
                "description": _(
                    "Pendant un atelier, les demandes qui viennent de la salle ne sont pas mises à part parce qu’elles"
                    " sont nombreuses ; tout autre doute compte. Celles qui l’ont été avant se remettent dans la file"
                    " une à une, par « C’est une vraie demande »."
                ),
            },
        ),
        (_("Où il en est"), {"fields": ["ends_at", "filings"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Workshop | None = None) -> Any:
        """What has come of it only once it exists."""
        sets = super().get_fieldsets(request, obj)
        return sets if obj else sets[:1]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with this hub, this connection and this minute: the room is where staff stand."""
        hubs = list(Hub.objects.visible_to(request.user).in_order()[:2])
        here = {"address": source(request), "opens_at": timezone.now().replace(second=0, microsecond=0)}
        return {
            **here,
            **({"hub": hubs[0].pk} if len(hubs) == 1 else {}),
            **super().get_changeform_initial_data(request),
        }

    def has_change_permission(self, request: HttpRequest, obj: Workshop | None = None) -> bool:
        """Whether it may be changed: what is over stays as it was."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_over)

    def save_model(self, request: HttpRequest, obj: Workshop, form: Any, change: bool) -> None:
        """Keep it through the action, which says when it ends."""
        actions.plan(obj)

    @admin.display(description=_("état"))
    def state(self, workshop: Workshop) -> Any:
        return _("ouvert") if workshop.is_open else _("terminé") if workshop.is_over else _("à venir")

    @admin.action(description=_("Fermer maintenant : la salle est vide"), permissions=["change"])
    def close_now(self, request: HttpRequest, queryset: QuerySet) -> None:
        """End those that are open."""
        user: Any = request.user
        closed = sum(actions.close(workshop, by=user) for workshop in queryset.order_by("pk"))
        text = ngettext("%(count)s atelier fermé.", "%(count)s ateliers fermés.", closed) % {"count": closed}
        self.message_user(request, text, messages.SUCCESS if closed else messages.WARNING)
