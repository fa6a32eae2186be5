"""Networks: who gathers whom, since when, and who speaks for an organisation."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.facts.enums import Qualifier
from members.facts.fields import PartialDateField
from members.facts.models import SourcedFact
from members.networks.enums import NetworkKind, PartnershipKind
from members.organisations.models import Organisation
from members.territories.models import Containment, Territory


class NetworkQuerySet(models.QuerySet["Network"]):
    """How networks are found."""

    def in_order(self) -> "NetworkQuerySet":
        """By the name of who leads them."""
        return self.select_related("organisation").order_by("organisation__search_name", "pk")

    def listed(self) -> "NetworkQuerySet":
        """Those of the directory, those of today first."""
        return (
            self.filter(organisation__is_listed=True)
            .select_related("organisation", "organisation__succeeded_by", "territory")
            .order_by("-organisation__is_active", "organisation__search_name", "pk")
        )

    def of_territory(self, territory: Territory) -> "NetworkQuerySet":
        """Those that work in a territory: theirs is that one, holds it whole, or lies whole inside it."""
        return self.filter(
            Q(territory=territory)
            | Q(territory__in=Territory.objects.containing(territory).values("pk"))
            | Q(territory__in=Territory.objects.within(territory).values("pk"))
        )

    def territories(self) -> QuerySet[Territory]:
        """Where these networks work, where most of them do first."""
        rows = Territory.objects.filter(pk__in=self.order_by().values("territory"))
        return rows.alias(total=Count("networks")).order_by("-total", "search_name", "pk")

    def with_member_counts(self) -> "NetworkQuerySet":
        """With how many organisations of the portal belong to each today, as `members_now`."""
        here = Affiliation.objects.current().of_listed().filter(network=OuterRef("pk"))
        members = here.order_by().values("network")
        return self.annotate(members_now=Coalesce(Subquery(members.values(total=Count("pk"))), 0))

    def for_list(self) -> "NetworkQuerySet":
        """With their members counted, their accreditations and the successions of their organisations."""
        rows = self.with_member_counts()
        return rows.prefetch_related("accreditations__round", "organisation__succession_parts__succession")


class Network(SourcedFact):
    """An organisation that gathers others: pole, cluster, association, chamber network or label."""

    organisation = models.OneToOneField(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="network"
    )
    kind = models.CharField(_("nature"), max_length=20, choices=NetworkKind.choices)
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territoire"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="networks",
    )
    code_name = models.CharField(_("nom de code"), max_length=40, blank=True)
    mission_statement = models.TextField(_("raison d’être"), blank=True)
    is_mission_driven = models.BooleanField(_("veut être un pôle à mission"), default=False)
    axes = ArrayField(models.CharField(max_length=200), verbose_name=_("axes"), default=list, blank=True)

    objects = NetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("réseau")
        verbose_name_plural = _("réseaux")

    def __str__(self) -> str:
        return str(self.organisation)

    def get_absolute_url(self) -> str:
        """The public page of the network."""
        return reverse("network", args=[self.organisation.slug])


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    """How affiliations are found."""

    def current(self) -> "AffiliationQuerySet":
        """Not ended."""
        return self.filter(until="")

    def of_listed(self) -> "AffiliationQuerySet":
        """Of organisations that the directory shows."""
        return self.filter(organisation__is_listed=True)

    def of_network(self, network: Network) -> "AffiliationQuerySet":
        """The members of a network, those of today first, by name."""
        rows = self.filter(network=network).select_related("organisation", "succession")
        is_past = ExpressionWrapper(~Q(until=""), output_field=models.BooleanField())
        return rows.annotate(is_past=is_past).order_by("is_past", "organisation__search_name", "pk")

    def of_organisation(self, organisation: Organisation) -> "AffiliationQuerySet":
        """The networks that an organisation belongs or belonged to."""
        rows = self.filter(organisation=organisation).select_related("network__organisation", "succession")
        return rows.order_by("until", "network__organisation__search_name", "pk")


class Affiliation(SourcedFact):
    """An organisation belonging to a network, from a date to another."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="affiliations"
    )
    network = models.ForeignKey(
        Network, verbose_name=_("réseau"), on_delete=models.CASCADE, related_name="affiliations"
    )
    since = PartialDateField(_("depuis"))
    until = PartialDateField(_("jusqu’à"))
    succession = models.ForeignKey(
        "members.Succession",
        verbose_name=_("venue de la succession"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("adhésion")
        verbose_name_plural = _("adhésions")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network"], condition=Q(until=""), name="affiliation_current_once"
            )
        ]
        indexes = [models.Index(fields=["network", "until"], name="affiliation_of_network")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.network}"


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    """How partnerships are found."""

    def about(self, organisation: Organisation) -> "PartnershipQuerySet":
        """Those of an organisation, whichever side it is on, those that last first."""
        rows = self.filter(Q(organisation=organisation) | Q(partner=organisation))
        rows = rows.select_related("organisation__network", "partner__network", "territory")
        return rows.order_by("until", "kind", "subject", "pk")


class Partnership(SourcedFact):
    """An organisation working with another, or with a territory, on something lasting."""

    kind = models.CharField(_("nature"), max_length=20, choices=PartnershipKind.choices)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="partnerships"
    )
    partner = models.ForeignKey(
        Organisation,
        verbose_name=_("partenaire"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="partnerships_with",
    )
    territory = models.ForeignKey(
        "members.Territory",
        verbose_name=_("territoire"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    subject = models.CharField(_("objet"), max_length=200)
    since = PartialDateField(_("depuis"))
    until = PartialDateField(_("jusqu’à"))

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partenariat")
        verbose_name_plural = _("partenariats")
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=True) | ~Q(partner=F("organisation")), name="partnership_between_two"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.subject}"


class OfficeQuerySet(models.QuerySet["Office"]):
    """How the people in charge are found."""

    def about(self, organisation: Organisation) -> "OfficeQuerySet":
        """Those of an organisation, those of today first, then the newest."""
        return self.filter(organisation=organisation).order_by("until", "-since", "-stated_on", "function", "pk")


class Office(SourcedFact):
    """A person in charge of something in an organisation, named by a public source."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="offices"
    )
    function = models.CharField(_("fonction"), max_length=120)
    person = models.CharField(_("personne"), max_length=160)
    since = PartialDateField(_("depuis"))
    until = PartialDateField(_("jusqu’à"))

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsable")
        verbose_name_plural = _("responsables")

    def __str__(self) -> str:
        return f"{self.person} · {self.function} · {self.organisation}"


class KeyFigureQuerySet(models.QuerySet["KeyFigure"]):
    """How key figures are found."""

    def about(self, organisation: Organisation) -> "KeyFigureQuerySet":
        """The figures of an organisation, the newest first."""
        return self.filter(organisation=organisation).order_by("-known_on", "position", "pk")

    def visible_to(self, user: Any) -> "KeyFigureQuerySet":
        """What the administration shows: for staff, the figures of the organisations and territories of their hubs."""
        if user.is_superuser:
            return self
        hubs = user.staffed_hubs()
        wide = [hub.territory_id for hub in hubs]
        members = Organisation.hubs.through.objects.filter(hub__in=hubs).values("organisation")
        inside = Containment.objects.filter(container__in=wide).values("part")
        return self.filter(Q(organisation__in=members) | Q(territory__in=wide) | Q(territory__in=inside))

    def of_territories(self, ids: Any) -> "KeyFigureQuerySet":
        """The figures of some territories, the newest first."""
        return self.filter(territory__in=ids).select_related("territory").order_by("-known_on", "position", "pk")


class KeyFigure(SourcedFact):
    """A figure that a source publishes about an organisation or a territory; a dated event has no value."""

    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("structure"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="key_figures",
    )
    territory = models.ForeignKey(
        "members.Territory",
        verbose_name=_("territoire"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="key_figures",
    )
    label = models.CharField(_("intitulé"), max_length=160)
    value = models.DecimalField(_("valeur"), max_digits=16, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unité"), max_length=40, blank=True)
    qualifier = models.CharField(_("exactitude"), max_length=12, choices=Qualifier.choices, default=Qualifier.EXACT)
    known_on = PartialDateField(_("date du chiffre"))
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    objects = KeyFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("chiffre clé")
        verbose_name_plural = _("chiffres clés")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) ^ Q(territory__isnull=False), name="keyfigure_about_one"
            )
        ]

    def __str__(self) -> str:
        return self.label
