"""Places: what is known of them, their uses, their labels."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import ADD, ALL, CHANGE, VIEW, NamedDeletion, PortalInline, PortalModelAdmin
from members.places.actions import check_whole
from members.places.models import Place, PlaceLabel, PlaceShare

WHOLE = "placeshare_makes_a_whole"


class WholePlace(NamedDeletion):
    """Parts that make the whole place together."""

    def clean(self) -> None:
        """Refuse parts that do not make 100 %, saying what lacks."""
        super().clean()
        if any(form.errors for form in self.forms):
            return
        kept = [form for form in self.forms if form.cleaned_data and form not in self.deleted_forms]
        check_whole(form.cleaned_data["percent"] for form in kept if "percent" in form.cleaned_data)


class ShareInline(PortalInline):
    # Those of a sheet that the person may open.
    shows_every_row = True
    model = PlaceShare
    formset = WholePlace
    staff_may = ALL
    ordering = ["-percent", "pk"]
    verbose_name_plural = _("usages du lieu : les parts font 100 % ensemble")


class LabelInline(PortalInline):
    # Those of a sheet that the person may open.
    shows_every_row = True
    model = PlaceLabel
    staff_may = ALL
    fields = ["year", "name", "granted_on", "source", "stated_on"]
    ordering = ["-year", "pk"]


@admin.register(Place)
class PlaceAdmin(PortalModelAdmin):
    """Residences, campus, third places, living labs, data centres."""

    staff_may = frozenset({VIEW, ADD, CHANGE})
    list_display = ["name", "kind", "theme", "commune", "host", "welcomes", "is_listed"]
    list_select_related = ["commune", "host"]
    list_filter = ["kind"]
    ordering = ["search_name", "pk"]
    search_fields = ["name"]
    named_by = ("name",)
    search_help_text = _("Un nom ou un morceau de nom.")
    raw_id_fields = ["commune", "host"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ShareInline, LabelInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "theme", "theme_note", "commune", "host"]}),
        (_("Annuaire et demandes"), {"fields": ["is_listed", "welcomes", "website", "description"]}),
        (
            _("Faits et source"),
            {"fields": ["area_m2", "land_hectares", "cost", "note", "source", "stated_on", "is_demo"]},
        ),
    ]

    def view_on_site(self, obj: Place) -> str | None:
        """The public page of what the directory shows."""
        return super().view_on_site(obj) if obj.is_listed else None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say that somebody else shared the same place meanwhile, instead of failing: nothing is changed then."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            diagnosis = getattr(error.__cause__, "diag", None)
            if getattr(diagnosis, "constraint_name", "") != WHOLE:
                raise
        text = _("Quelqu’un vient de changer les parts de ce lieu : rien n’est enregistré. Voici la fiche à jour.")
        self.message_user(request, text, messages.ERROR)
        return redirect(request.get_full_path())
