"""Organisations and absences."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import ADD, CHANGE, VIEW, PortalInline, PortalModelAdmin
from diginor.exchange.admin import ExchangeAdmin
from diginor.text.whole_numbers import is_whole_number
from diginor.web.edits import SharedModelForm
from diginor.web.widgets import SeveralChoices
from members.directory.admin.company_lookup import CompanyLookup
from members.directory.admin.organisation_file import OrganisationImport
from members.organisations.enums import Technology
from members.organisations.forms.fields import SiretField
from members.organisations.models import Organisation
from members.organisations.rules.siret import bare
from members.people.models import Absence, Membership


class TeamInline(PortalInline):
    # Those of a sheet that the person may open.
    shows_every_row = True
    model = Membership
    admin_may = staff_may = frozenset({VIEW})
    fields = ["user", "role", "is_active", "started_on", "ended_on"]
    ordering = ["-is_active", "pk"]


class AbsenceInline(PortalInline):
    """When the organisation, or one of its people, is away; noted in the list of absences."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = Absence
    fk_name = "organisation"
    admin_may = staff_may = frozenset({VIEW})
    fields = ["user", "starts_on", "ends_on", "backup", "backup_organisation"]
    ordering = ["-starts_on", "pk"]


class OrganisationForm(SharedModelForm):
    """An organisation with its expertises as boxes, and its SIRET with or without spaces."""

    expertises = SeveralChoices(Technology, _("Expertises"))
    siret = SiretField()


@admin.register(Organisation)
class OrganisationAdmin(ExchangeAdmin, CompanyLookup, PortalModelAdmin):
    """Members of the ecosystem and companies that ask."""

    form = OrganisationForm
    table_import = OrganisationImport
    exchange_note = _(
        "Une ligne est reconnue par son identifiant, puis par son SIRET. Quand seuls le nom et la commune se"
        " ressemblent, la page vous demande si c’est la même structure."
    )

    admin_may = staff_may = frozenset({VIEW, ADD, CHANGE})
    list_display = ["name", "acronym", "kind", "size", "commune", "capacity", "is_active"]
    list_select_related = ["commune"]
    list_filter = ["kind"]
    ordering = ["-created_at", "-pk"]
    search_fields = ["name"]
    search_help_text = _("Un nom, un sigle ou un SIRET.")
    close_to = ("search_name",)
    raw_id_fields = ["commune"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at", "succeeded_by"]
    inlines = [TeamInline, AbsenceInline]
    actions = ["complete_from_state"]
    fieldsets = [
        (None, {"fields": ["name", "acronym", "slug", "kind", "is_active", "capacity"]}),
        (_("Entreprise"), {"fields": ["siret", "size", "naf", "legal_form", "sector", "founded_on", "commune"]}),
        (_("Annuaire"), {"fields": ["is_listed", "description", "description_en", "expertises", "succeeded_by"]}),
        (_("La joindre"), {"fields": ["website", "public_email", "public_phone", "street", "postcode"]}),
        (_("Provenance"), {"fields": ["source", "stated_on", "is_demo", "created_at"]}),
    ]

    def view_on_site(self, obj: Organisation) -> str | None:
        """The public page of what the directory shows."""
        return super().view_on_site(obj) if obj.is_listed else None

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """A SIRET exactly, a name approximately."""
        digits = bare(words)
        return rows.filter(siret=digits).exclude(siret="") if is_whole_number(digits) else super().find(rows, words)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:  # type: ignore[no-untyped-def]
        """What the desk of a hub adds is known by that hub, so that the desk finds it again."""
        super().save_related(request, form, formsets, change)
        if not change and not request.user.is_superuser:
            user: Any = request.user
            form.instance.known_by.add(*user.staffed_hubs(is_own=True))
