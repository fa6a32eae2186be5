"""Networks in the administration: their members, accreditations, partnerships, people in charge and figures."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from diginor.admin.base import ADD, ALL, CHANGE, MOST_FOUND, VIEW, PortalInline, PortalModelAdmin
from diginor.text.search import plain
from diginor.web.edits import SharedModelForm
from members.networks.models import (
    Accreditation,
    AccreditationRound,
    Affiliation,
    Endorsement,
    KeyFigure,
    Network,
    Office,
    Partnership,
)
from members.organisations.models import Organisation

SOURCE: Any = (gettext_lazy("Origine"), {"fields": ["note", "source", "stated_on"]})
NAME_HELP = gettext_lazy("Le nom ou le sigle d’une structure de l’annuaire.")


class Lines(forms.CharField):
    """A list of texts, one a line: they may hold commas."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, help_text=gettext_lazy("Un par ligne, 200 signes au plus."), **options)

    def prepare_value(self, value: Any) -> Any:
        """The texts under one another."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """One text a line, empty lines left out."""
        if isinstance(value, list):
            return value
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the texts."""
        return self.to_python(initial) != self.to_python(data)


class PeriodForm(SharedModelForm):
    """What starts before it ends."""

    periods: tuple[tuple[str, str], ...] = (("since", "until"),)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before its start, said beside the end."""
        cleaned = super().clean() or self.cleaned_data
        for first, last in self.periods:
            start, end = cleaned.get(first), cleaned.get(last)
            if start and end and end.last_day < start.first_day:
                self.add_error(last, _("La fin vient avant le début."))
        return cleaned


class OneOfTwo(SharedModelForm):
    """A row that is about one thing or about another, never about both."""

    pair: tuple[str, str] = ("organisation", "territory")
    refusal: Any = gettext_lazy("Choisissez une structure ou un territoire, pas les deux.")

    def clean(self) -> dict[str, Any]:
        """Refuse both, or none."""
        cleaned = super().clean() or self.cleaned_data
        first, second = self.pair
        if not self.errors and bool(cleaned.get(first)) == bool(cleaned.get(second)):
            self.add_error(first, str(self.refusal))
        return cleaned


class FactAdmin(PortalModelAdmin):
    """Facts with their source: the desk keeps those of the organisations of its hubs."""

    staff_may = ALL
    named_by: tuple[str, ...] = ("organisation__search_name",)
    ordering = ["-pk"]
    search_help_text = NAME_HELP


class NetworkForm(SharedModelForm):
    """A network with its axes one a line."""

    axes = Lines(label=gettext_lazy("Axes"))


@admin.register(Network)
class NetworkAdmin(FactAdmin):
    """Organisations that gather others."""

    hub_path = "organisation__hubs"
    staff_may = frozenset({VIEW, ADD, CHANGE})
    form = NetworkForm
    list_display = ["organisation", "kind", "territory", "code_name", "stated_on"]
    list_select_related = ["organisation", "territory"]
    list_filter = ["kind"]
    ordering = ["organisation__search_name", "pk"]
    search_fields = ["organisation__name"]
    raw_id_fields = ["organisation", "territory"]
    fieldsets = [
        (None, {"fields": ["organisation", "kind", "territory", "code_name"]}),
        (gettext_lazy("Ce qu’il veut"), {"fields": ["mission_statement", "is_mission_driven", "axes"]}),
        SOURCE,
    ]

    def view_on_site(self, obj: Network) -> str | None:
        """The public page of what the directory shows."""
        return super().view_on_site(obj) if obj.organisation.is_listed else None


@admin.register(Affiliation)
class AffiliationAdmin(FactAdmin):
    """Who belongs to which network, from when to when."""

    hub_path = "network__organisation__hubs"
    form = PeriodForm
    list_display = ["organisation", "network", "since", "until"]
    list_select_related = ["organisation", "network", "network__organisation"]
    search_fields = ["organisation__name"]
    raw_id_fields = ["organisation", "network"]
    fieldsets = [(None, {"fields": ["organisation", "network", "since", "until"]}), SOURCE]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """The networks of an organisation, or the members of a network, by a close spelling of either name."""
        listed = Organisation.objects.filter(is_listed=True, search_name__trigram_word_similar=plain(words))
        found = listed.order_by().values("pk")[:MOST_FOUND]
        member, gatherer = rows.filter(organisation__in=found), rows.filter(network__organisation__in=found)
        both = member.order_by().values("pk").union(gatherer.order_by().values("pk"))
        return rows.filter(pk__in=both)


class RoundForm(PeriodForm):
    """A round with its orientations one a line."""

    periods = (("opened_on", "decided_on"), ("starts_on", "ends_on"))
    orientations = Lines(label=pgettext_lazy("campagne", "Orientations"))


@admin.register(AccreditationRound)
class AccreditationRoundAdmin(FactAdmin):
    """Rounds of accreditation, common to every hub."""

    # Known to everybody.
    shows_every_row = True
    staff_may = frozenset({VIEW, ADD, CHANGE})
    form = RoundForm
    list_display = ["name", "opened_on", "decided_on", "starts_on", "ends_on", "accredited"]
    ordering = ["-starts_on", "pk"]
    named_by = ("name",)
    search_fields = ["name"]
    search_help_text = gettext_lazy("Le nom d’une campagne.")
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug"]}),
        (gettext_lazy("Dates"), {"fields": ["opened_on", "decided_on", "starts_on", "ends_on"]}),
        (gettext_lazy("Contenu"), {"fields": ["accredited", "orientations"]}),
        SOURCE,
    ]


class SupporterForm(OneOfTwo):
    """An organisation, or a group that nobody names."""

    pair = ("organisation", "group")
    refusal = gettext_lazy("Choisissez une structure ou nommez un groupe, pas les deux.")

    class Meta:
        # A supporter is one line of a table: its fields are short.
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.TextInput(attrs={"size": size})
            for name, size in (("group", 16), ("endorsed_on", 8), ("note", 14), ("source", 14), ("stated_on", 8))
        }


class EndorsementInline(PortalInline):
    """Who supported the application."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = Endorsement
    form = SupporterForm
    staff_may = ALL
    raw_id_fields = ["organisation"]
    fields = ["organisation", "group", "endorsed_on", "note", "source", "stated_on"]
    ordering = ["pk"]


class AccreditationForm(PeriodForm):
    """An accreditation whose dates follow one another."""

    periods = (("filed_on", "granted_on"), ("valid_from", "valid_until"), ("conditional_until", "extended_until"))


@admin.register(Accreditation)
class AccreditationAdmin(FactAdmin):
    """Networks recognised in a round, with who supported them."""

    hub_path = "network__organisation__hubs"
    named_by = ("network__organisation__search_name",)
    form = AccreditationForm
    list_display = ["network", "round", "state", "granted_on", "valid_until", "conditional_until"]
    list_select_related = ["network", "network__organisation", "round"]
    list_filter = ["state"]
    search_fields = ["network__organisation__name"]
    raw_id_fields = ["network", "round"]
    inlines = [EndorsementInline]
    fieldsets = [
        (None, {"fields": ["round", "network", "state", "is_new"]}),
        (gettext_lazy("Dossier"), {"fields": ["filed_on", "granted_on"]}),
        (gettext_lazy("Durée"), {"fields": ["valid_from", "valid_until", "conditional_until", "extended_until"]}),
        SOURCE,
    ]


class PartnershipForm(PeriodForm):
    """A partnership between two."""

    def clean(self) -> dict[str, Any]:
        """Refuse a partnership of an organisation with itself, or with nobody."""
        cleaned = super().clean()
        partner, organisation = cleaned.get("partner"), cleaned.get("organisation")
        if partner and partner == organisation:
            self.add_error("partner", _("Une structure n’est pas sa propre partenaire."))
        if not self.errors and not partner and not cleaned.get("territory"):
            self.add_error("partner", _("Choisissez un partenaire, un territoire, ou les deux."))
        return cleaned


@admin.register(Partnership)
class PartnershipAdmin(FactAdmin):
    """What organisations do together, or for a territory."""

    hub_path = "organisation__hubs"
    form = PartnershipForm
    list_display = ["organisation", "kind", "partner", "territory", "subject"]
    list_select_related = ["organisation", "partner", "territory"]
    list_filter = ["kind"]
    search_fields = ["organisation__name"]
    raw_id_fields = ["organisation", "partner", "territory"]
    fieldsets = [
        (None, {"fields": ["organisation", "kind", "partner", "territory", "subject", "since", "until"]}),
        SOURCE,
    ]


@admin.register(Office)
class OfficeAdmin(FactAdmin):
    """People in charge, as public sources name them; those who answer requests are in the teams."""

    hub_path = "organisation__hubs"
    form = PeriodForm
    list_display = ["person", "function", "organisation", "since", "until", "stated_on"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]
    raw_id_fields = ["organisation"]
    fieldsets = [(None, {"fields": ["organisation", "function", "person", "since", "until"]}), SOURCE]


@admin.register(KeyFigure)
class KeyFigureAdmin(FactAdmin):
    """Figures that sources publish, of an organisation or of a territory."""

    form = OneOfTwo
    list_display = ["label", "value", "unit", "organisation", "territory", "known_on"]
    list_select_related = ["organisation", "territory"]
    # What the figure is about, or its own words.
    named_by = ("organisation__search_name", "territory__search_name", "label")
    search_fields = ["organisation__name"]
    raw_id_fields = ["organisation", "territory"]
    fieldsets = [
        (
            None,
            {"fields": ["organisation", "territory", "label", "qualifier", "value", "unit", "known_on", "position"]},
        ),
        SOURCE,
    ]
