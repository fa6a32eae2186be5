"""Places where the ecosystem works: residences, campus, third places, living labs, data centres."""

from collections.abc import Iterable
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diginor.text.search import PlainText
from members.facts.fields import PartialDateField
from members.facts.models import SourcedFact
from members.organisations.enums import Sector
from members.organisations.models import Organisation
from members.places.enums import PlaceKind
from members.territories.enums import TerritoryKind
from members.territories.models import COMMUNES, Containment, Territory


class PlaceQuerySet(models.QuerySet["Place"]):
    """How places are found."""

    def listed(self) -> "PlaceQuerySet":
        """Those of the directory, by name."""
        return self.filter(is_listed=True).select_related("commune", "host").order_by("search_name", "pk")

    def hosted_by(self, organisation: Organisation) -> "PlaceQuerySet":
        return self.listed().filter(host=organisation)

    def visible_to(self, user: Any) -> "PlaceQuerySet":
        """What the administration shows: for staff, the places of their territories, of their members, or of nobody."""
        if user.is_superuser:
            return self.all()
        hubs = list(user.staffed_hubs())
        around = Containment.objects.filter(container__in=[hub.territory_id for hub in hubs]).values("part")
        hosts = Organisation.objects.filter(hubs__in=hubs).values("pk")
        return self.filter(Q(commune__in=around) | Q(host__in=hosts) | Q(commune=None, host=None))

    def chosen(self, slug: str) -> "Place | None":
        """The place of that name in the directory, or none."""
        return self.listed().filter(slug=slug).first() if slug else None

    def areas(self, kind: str) -> models.QuerySet[Territory]:
        """The territories of a kind where there is one, by name."""
        communes = self.order_by().values("commune")
        around = Containment.objects.filter(part__in=communes).values("container")
        return Territory.objects.of_kind(kind).filter(pk__in=around).by_name()

    def counted_by_department(self, codes: Iterable[str]) -> dict[str, int]:
        """How many lie in each of these départements; one without any is left out."""
        inside = Containment.objects.filter(container__kind=TerritoryKind.DEPARTMENT, container__code__in=codes)
        rows = inside.order_by().values_list("container__code", "part")
        of_commune: dict[int, int] = dict(self.order_by().values_list("commune").annotate(models.Count("pk")))
        counted: dict[str, int] = {}
        for code, commune in rows.filter(part__in=of_commune):
            counted[code] = counted.get(code, 0) + of_commune[commune]
        return counted

    def values_of(self, name: str) -> set[str]:
        """The different values of a column, the empty one apart."""
        return set(self.order_by().values_list(name, flat=True).distinct()) - {""}


class Place(SourcedFact):
    """A place where companies can be welcomed, meet or test."""

    slug = models.SlugField(_("identifiant"), max_length=120, unique=True)
    name = models.CharField(_("nom"), max_length=160)
    kind = models.CharField(_("nature"), max_length=20, choices=PlaceKind.choices)
    theme = models.CharField(_("thème"), max_length=30, choices=Sector.choices, blank=True)
    theme_note = models.CharField(_("thème, en clair"), max_length=120, blank=True)
    commune = models.ForeignKey(
        Territory,
        verbose_name=_("commune"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to=COMMUNES,
    )
    host = models.ForeignKey(
        Organisation,
        verbose_name=_("structure qui accueille"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="places",
    )
    area_m2 = models.PositiveIntegerField(_("surface, en m²"), null=True, blank=True)
    land_hectares = models.DecimalField(
        _("terrain, en hectares"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    cost = models.DecimalField(_("coût, en euros"), max_digits=14, decimal_places=2, null=True, blank=True)
    description = models.TextField(_("présentation"), blank=True)
    website = models.URLField(_("site web"), blank=True)
    welcomes = models.BooleanField(_("une entreprise peut demander à y être accueillie"), default=False)
    is_listed = models.BooleanField(_("dans l’annuaire"), default=True)
    is_demo = models.BooleanField(_("lieu inventé"), default=False)

    search_name = models.GeneratedField(expression=PlainText("name"), output_field=models.TextField(), db_persist=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("lieu")
        verbose_name_plural = _("lieux")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page of the place."""
        return reverse("place", args=[self.slug])

    @property
    def theme_in_words(self) -> str:
        """The theme as it is told: in its own words where there are some."""
        return self.theme_note or str(self.get_theme_display())

    @property
    def can_be_asked(self) -> bool:
        """Whether a company may ask to be hosted there now."""
        return self.welcomes and self.is_listed


class PlaceShareQuerySet(models.QuerySet["PlaceShare"]):
    """How the parts of a place are read."""

    def in_order(self) -> "PlaceShareQuerySet":
        """The largest first."""
        return self.order_by("-percent", "use", "pk")


class PlaceShare(models.Model):
    """A part of a place given to a use, in percent; the parts of a place sum to 100 when there are any."""

    place = models.ForeignKey(Place, verbose_name=_("lieu"), on_delete=models.CASCADE, related_name="shares")
    use = models.CharField(_("usage"), max_length=160)
    percent = models.DecimalField(
        _("part, en %"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    objects = PlaceShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("usage du lieu")
        verbose_name_plural = _("usages du lieu")
        constraints = [
            models.UniqueConstraint(fields=["place", "use"], name="placeshare_once"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="placeshare_is_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.use} · {self.percent} %"


class PlaceLabelQuerySet(models.QuerySet["PlaceLabel"]):
    """How labels are read."""

    def by_year(self) -> "PlaceLabelQuerySet":
        """The latest first."""
        return self.order_by("-year", PlainText("name"), "pk")


class PlaceLabel(SourcedFact):
    """A label that a place holds for a year."""

    place = models.ForeignKey(Place, verbose_name=_("lieu"), on_delete=models.CASCADE, related_name="labels")
    year = models.PositiveSmallIntegerField(_("année"))
    name = models.CharField(_("label"), max_length=120)
    granted_on = PartialDateField(_("accordé le"))

    objects = PlaceLabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label d’un lieu")
        verbose_name_plural = _("labels d’un lieu")
        constraints = [models.UniqueConstraint(fields=["place", "year", "name"], name="placelabel_once_a_year")]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"
