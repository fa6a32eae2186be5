"""Accreditations: the rounds in which the State and the Regions recognise networks, and who supported whom."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from diginor.text.search import PlainText
from members.facts.fields import PartialDateField
from members.facts.models import SourcedFact
from members.networks.enums import AccreditationState
from members.networks.models.network import Network
from members.networks.rules import Terms
from members.organisations.models import Organisation


class AccreditationRoundQuerySet(models.QuerySet["AccreditationRound"]):
    """How rounds are found."""

    def newest_first(self) -> "AccreditationRoundQuerySet":
        """By period."""
        return self.order_by("-starts_on", PlainText("name"), "pk")


class AccreditationRound(SourcedFact):
    """A call after which networks are accredited for a period (« Phase IV »)."""

    slug = models.SlugField(_("identifiant"), unique=True)
    name = models.CharField(_("nom"), max_length=120)
    opened_on = PartialDateField(_("appel ouvert le"))
    decided_on = PartialDateField(_("décision le"))
    starts_on = PartialDateField(_("période : de"))
    ends_on = PartialDateField(_("période : à"))
    accredited = models.PositiveSmallIntegerField(_("réseaux labellisés"), null=True, blank=True)
    orientations = ArrayField(
        models.CharField(max_length=200),
        verbose_name=pgettext_lazy("campagne", "orientations"),
        default=list,
        blank=True,
    )

    objects = AccreditationRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("campagne de labellisation")
        verbose_name_plural = _("campagnes de labellisation")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page of the round."""
        return reverse("accreditation_round", args=[self.slug])


class AccreditationQuerySet(models.QuerySet["Accreditation"]):
    """How accreditations are found."""

    def of_network(self, network: Network) -> "AccreditationQuerySet":
        """Those of a network, the newest first, with their round and who supported them."""
        rows = (
            self.filter(network=network).select_related("round").prefetch_related("endorsements__organisation__network")
        )
        return rows.order_by("-round__starts_on", "pk")

    def of_round(self, one: AccreditationRound) -> "AccreditationQuerySet":
        """Those of a round whose network the directory shows, by the name of the network."""
        rows = self.filter(round=one, network__organisation__is_listed=True)
        rows = rows.select_related("round", "network__organisation", "network__territory")
        return rows.order_by("network__organisation__search_name", "pk")


class Accreditation(SourcedFact):
    """A network recognised in a round; under condition until a date, then perhaps extended."""

    round = models.ForeignKey(
        AccreditationRound, verbose_name=_("campagne"), on_delete=models.PROTECT, related_name="accreditations"
    )
    network = models.ForeignKey(
        Network, verbose_name=_("réseau"), on_delete=models.CASCADE, related_name="accreditations"
    )
    state = models.CharField(_("état"), max_length=12, choices=AccreditationState.choices)
    filed_on = PartialDateField(_("dossier déposé le"))
    granted_on = PartialDateField(_("accordée le"))
    valid_from = PartialDateField(_("valable de"))
    valid_until = PartialDateField(_("valable jusqu’à"))
    conditional_until = PartialDateField(_("sous condition jusqu’à"))
    extended_until = PartialDateField(_("prolongée ou prolongeable jusqu’à"))
    is_new = models.BooleanField(_("nouveau réseau de la campagne"), default=False)

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("labellisation d’un réseau")
        verbose_name_plural = _("labellisations de réseaux")
        constraints = [models.UniqueConstraint(fields=["round", "network"], name="accreditation_once_per_round")]

    def __str__(self) -> str:
        return f"{self.network} · {self.round}"

    @property
    def terms(self) -> Terms:
        """What its rules need to tell where it stands."""
        return Terms(
            self.state,
            filed_on=self.filed_on,
            granted_on=self.granted_on,
            valid_until=self.valid_until,
            conditional_until=self.conditional_until,
            extended_until=self.extended_until,
            period_end=self.round.ends_on,
        )


class Endorsement(SourcedFact):
    """An organisation, or a group that the source names together, supporting an application."""

    accreditation = models.ForeignKey(
        Accreditation, verbose_name=_("labellisation"), on_delete=models.CASCADE, related_name="endorsements"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("structure"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="endorsements",
    )
    group = models.CharField(_("groupe"), max_length=160, blank=True, help_text=_("Quand la source ne nomme personne."))
    endorsed_on = PartialDateField(_("date"))

    class Meta:
        verbose_name = _("soutien")
        verbose_name_plural = _("soutiens")
        constraints = [
            models.UniqueConstraint(
                fields=["accreditation", "organisation"],
                condition=Q(organisation__isnull=False),
                name="endorsement_once",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, group="") | (Q(organisation__isnull=True) & ~Q(group="")),
                name="endorsement_by_one_or_group",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.group)
