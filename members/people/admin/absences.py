"""Absences in the administration."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from diginor.admin.base import ADD, DELETE, VIEW, PortalModelAdmin
from diginor.web.edits import SharedModelForm
from members.people.actions.absences import cancel_absence, set_absence
from members.people.forms import show_refusal
from members.people.models import Absence

ABSENCE_FIELDS = ("organisation", "user", "starts_on", "ends_on", "backup", "backup_organisation")


class AbsenceAdminForm(SharedModelForm):
    """Who is away, when, and who stands in."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse what the action would refuse, beside its field."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            show_refusal(self, Absence(**{name: cleaned.get(name) for name in ABSENCE_FIELDS}))
        return cleaned


@admin.register(Absence)
class AbsenceAdmin(PortalModelAdmin):
    """Absences and who stands in; one that has begun is ended, not rewritten."""

    hub_path = "organisation__hubs"
    admin_may = staff_may = frozenset({VIEW, ADD, DELETE})
    list_display = ["organisation", "user", "starts_on", "ends_on", "backup", "backup_organisation"]
    list_select_related = ["organisation", "user", "backup", "backup_organisation"]
    ordering = ["-ends_on", "-pk"]
    raw_id_fields = ["organisation", "user", "backup", "backup_organisation"]
    form = AbsenceAdminForm

    def save_model(self, request: HttpRequest, obj: Absence, form: ModelForm, change: bool) -> None:
        """Note the absence through the action, so that who stands in gets what waits."""
        noted = set_absence(**{name: getattr(obj, name) for name in ABSENCE_FIELDS}, by=request.user)  # type: ignore[arg-type]
        obj.__dict__.update({name: value for name, value in noted.__dict__.items() if name != "_state"})

    def delete_model(self, request: HttpRequest, obj: Absence) -> None:
        """Forget an absence to come, end today one that has begun."""
        cancel_absence(obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """The same for several."""
        for absence in queryset.order_by("pk"):
            self.delete_model(request, absence)
