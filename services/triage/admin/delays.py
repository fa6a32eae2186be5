"""The delays of the clock in the administration."""

from django.contrib import admin

from diginor.admin.base import ALL, PortalModelAdmin
from services.requests.models import DelaySet


@admin.register(DelaySet)
class DelaySetAdmin(PortalModelAdmin):
    """The delays of a hub, or of one topic of it."""

    hub_path = "hub"
    staff_may = ALL
    list_display = ["hub", "topic"]
    list_select_related = ["hub", "topic"]
    ordering = ["hub", "topic", "pk"]
    raw_id_fields = ["hub", "topic"]
