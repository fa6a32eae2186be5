"""The catalogue in the administration: topics with their questions, offers, delays."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import ALL, PortalInline, PortalModelAdmin
from diginor.exchange.admin import ExchangeAdmin
from diginor.web.edits import SharedModelForm
from diginor.web.widgets import SeveralChoices
from members.organisations.enums import LegalForm, SizeCategory
from services.catalogue.admin.offer_file import OfferImport
from services.catalogue.models import Offer, Question, Topic


class QuestionInline(PortalInline):
    """The questions, three at most, that the topic asks."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = Question
    max_num = 3
    ordering = ["position"]


@admin.register(Topic)
class TopicAdmin(PortalModelAdmin):
    """What can be asked for: read by the desk, changed by administrators."""

    # Known to everybody.
    shows_every_row = True
    list_display = ["name", "family", "level", "position", "is_active"]
    list_filter = ["family", "level", "is_active"]
    ordering = ["family", "position", "pk"]
    search_fields = ["name"]
    full_text = True
    prepopulated_fields = {"slug": ["name"]}
    inlines = [QuestionInline]


class OfferForm(SharedModelForm):
    """An offer with its closed lists as boxes."""

    sizes = SeveralChoices(SizeCategory, _("Tailles"), help_text=_("Rien de coché : toutes."))
    legal_in = SeveralChoices(LegalForm, _("Formes juridiques admises"), help_text=_("Rien de coché : toutes."))
    legal_out = SeveralChoices(LegalForm, _("Formes juridiques exclues"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "legal_out" in self.fields:
            self.fields["legal_out"].help_text = _("Rien de coché : aucune.")


@admin.register(Offer)
class OfferAdmin(ExchangeAdmin, PortalModelAdmin):
    """Who helps on what, where, and for which companies."""

    table_import = OfferImport
    exchange_note = _("Une offre est reconnue par sa structure (identifiant ou SIRET) et son sujet.")

    staff_may = ALL
    form = OfferForm
    list_display = ["organisation", "topic", "is_active", "is_assumption"]
    list_select_related = ["organisation", "topic"]
    list_filter = ["is_active", "is_assumption", "topic__family"]
    ordering = ["-pk"]
    search_fields = ["organisation__name"]
    search_help_text = _("Le nom d’une structure ou d’un sujet.")
    named_by = ("organisation__search_name", "topic__name")
    raw_id_fields = ["organisation", "topic", "territories"]
    fieldsets = [
        (None, {"fields": ["organisation", "topic", "is_active", "note"]}),
        (_("Où"), {"fields": ["territories"]}),
        (
            _("Pour quelles entreprises"),
            {"fields": ["sizes", "min_age", "max_age", "naf_in", "naf_out", "legal_in", "legal_out"]},
        ),
        (_("Origine"), {"fields": ["source", "is_assumption"]}),
    ]
