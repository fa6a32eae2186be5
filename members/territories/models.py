"""Territories of France, from the country down to the commune, and which one lies whole inside which other."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import Case, Count, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.territories.enums import TerritoryKind
from members.territories.rules.place_names import department_code, name_variants, read_place

HAVE_NAMESAKES = {TerritoryKind.ADHOC, TerritoryKind.REGION, TerritoryKind.DEPARTMENT, TerritoryKind.EPCI}
# What may be chosen where a commune is asked.
COMMUNES = {"kind": TerritoryKind.COMMUNE.value}
EXACT, BEGINNING, WORD, SIMILAR = 0.0, 1.0, 2.0, 3.0  # and in SIMILAR, up to one more for the distance


class TerritoryQuerySet(models.QuerySet):
    def current(self, on: date | None = None) -> "TerritoryQuerySet":
        """Territories that exist on a day (today unless told), without the merged ones."""
        day = on or timezone.localdate()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until__gt=day) | Q(valid_until=None, successor=None),
        )

    def of_kind(self, *kinds: str) -> "TerritoryQuerySet":
        """Territories of some kinds."""
        return self.filter(kind__in=kinds)

    def communes(self) -> "TerritoryQuerySet":
        """Communes only, merged ones included."""
        return self.of_kind(TerritoryKind.COMMUNE)

    def coded(self, kind: str, *codes: str) -> "TerritoryQuerySet":
        """Territories of one kind by their official codes."""
        return self.filter(kind=kind, code__in=codes)

    def containing(self, territory: "Territory") -> "TerritoryQuerySet":
        """The territory itself and every one that contains it whole."""
        return self._among(territory, _links().filter(part=territory).values("container"))

    def within(self, territory: "Territory") -> "TerritoryQuerySet":
        """The territory itself and everything that lies whole inside it."""
        return self._among(territory, _links().filter(container=territory).values("part"))

    def touching(self, territory: "Territory") -> "TerritoryQuerySet":
        """Territories that share at least one commune with another: an EPCI astride a border touches both sides."""
        communes = Territory.objects.communes().within(territory).values("pk")
        return self.filter(Q(pk__in=communes) | Q(pk__in=_links().filter(part__in=communes).values("container")))

    def sharing_communes(self, ids: Collection[int]) -> "TerritoryQuerySet":
        """Territories that share at least one commune of today with some others."""
        communes = _links().of_communes().filter(container__in=ids).values("part")
        return self.filter(Q(pk__in=ids) | Q(pk__in=_links().filter(part__in=communes).values("container")))

    def merged_into(self, territory: "Territory") -> "TerritoryQuerySet":
        """What was merged into a territory, in no order."""
        return self.filter(successor=territory).order_by("pk")

    def communes_behind(self, ids: Collection[int]) -> "QuerySet":
        """Those of some territories that are communes, each with the commune of today that it has become."""
        return self.communes().filter(pk__in=ids).order_by("pk").values_list("pk", Coalesce("successor", "pk"))

    def _among(self, territory: "Territory", ids: QuerySet) -> "TerritoryQuerySet":
        # A union keeps the index of the links in use; an OR would walk every territory.
        return self.filter(pk__in=ids.union(Territory.objects.filter(pk=territory.pk).values("pk"), all=True))

    def by_name(self) -> "TerritoryQuerySet":
        """In alphabetical order."""
        return self.order_by("search_name", "pk")

    def named_or_numbered(self, names: Iterable[str], numbers: Iterable[str]) -> "TerritoryQuerySet":
        """Communes and what they have taken over, by exact plain names, postcodes or codes; each with its `today`."""
        near = Q(search_name__in=list(names)) | Q(code__in=list(numbers)) | Q(postcodes__overlap=list(numbers))
        kinds = (TerritoryKind.COMMUNE, TerritoryKind.DELEGATED, TerritoryKind.DISTRICT)
        return self.of_kind(*kinds).filter(near).select_related("successor").order_by("pk")

    def communes_like(self, text: str | None) -> "TerritoryQuerySet":
        """Communes of today that resemble what a person typed: proposals, for a person to choose from.

        `communes.communes_named` tells what is certain.
        """
        return self.of_kind(TerritoryKind.COMMUNE).current().like(text or "")

    def like(self, text: str) -> "TerritoryQuerySet":
        """Those that resemble what a person typed, by name, postcode or both; the best first.

        Exact names come first, then beginnings, words inside, and spelling errors; then the most populated. A commune
        is found by the names of those merged into it too: `found_as` then tells which.
        """
        place = read_place(text[:80])
        name, digits = place.name, place.digits
        if len(name) < 2 and len(digits) < 2:
            return self.filter(search_name=name).unnamed() if name else self.none()
        if not name:
            return self.with_digits(digits).unnamed()
        for fewer in (digits, digits[:2]):
            # Digits of nothing of that name: those of a CEDEX, or a slip.
            if fewer and (near := self.with_digits(fewer).named_like(name)).exists():
                return near
        return self.named_like(name)

    def with_digits(self, digits: str) -> "TerritoryQuerySet":
        """Territories whose postcode is these digits or starts with them, or that lie in that département."""
        if len(digits) == 5:
            return self.filter(postcodes__contains=[digits])
        listed = Func(F("postcodes"), Value(" "), function="array_to_string", output_field=models.CharField())
        return self.alias(listed=listed).filter(Q(listed__regex=rf"\y{digits}") | Q(code__startswith=digits))

    def unnamed(self) -> "TerritoryQuerySet":
        """The most populated first, in the same shape as a search by name."""
        return self.annotate(found_as=Value("")).order_by(*_MOST_POPULATED)

    def named_like(self, name: str) -> "TerritoryQuerySet":
        """Territories that a plain name, theirs or that of one merged into them, resembles; the best first."""
        resembling = Territory.objects.filter(_resembles(name))
        former = resembling.filter(successor=OuterRef("pk")).annotate(rank=_rank(name)).order_by("rank", "pk")
        return (
            self.filter(pk__in=resembling.values(today=Coalesce("successor", "pk")))
            .annotate(
                own=_rank(name),
                former=Subquery(former.values("rank")[:1]),
                former_name=Subquery(former.values("name")[:1]),
            )
            .annotate(found_as=Case(When(former__lt=F("own"), then="former_name"), default=Value("")))
            .order_by(Least("own", "former"), F("own"), *_MOST_POPULATED)
        )


def _resembles(name: str) -> Q:
    return Q(search_name__startswith=name) | Q(search_name__contains=f" {name}") | Q(search_name__trigram_similar=name)


def _rank(name: str) -> Case:
    return Case(
        When(search_name__in=name_variants(name), then=Value(EXACT)),
        When(search_name__startswith=name, then=Value(BEGINNING)),
        When(search_name__contains=f" {name}", then=Value(WORD)),
        default=Value(SIMILAR + 1) - TrigramSimilarity("search_name", name),
        output_field=FloatField(),
    )


_MOST_POPULATED = (F("population").desc(nulls_last=True), "pk")


def _links() -> "ContainmentQuerySet":
    return Containment.objects.all()


class Territory(models.Model):
    """A piece of land with an official code, or one that a project has drawn.

    A merged commune keeps its row: `valid_until` is its end and `successor` the commune of today. `successor` also
    ties a delegated commune or a municipal district to its commune. `search_name` is `plain_name(name)`: whoever writes
    a name writes it too.
    """

    kind = models.CharField(_("nature"), max_length=12, choices=TerritoryKind)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("nom"), max_length=120)
    search_name = models.CharField(_("nom simplifié"), max_length=120, editable=False)
    postcodes = ArrayField(models.CharField(max_length=5), default=list, blank=True, verbose_name=_("codes postaux"))
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    valid_from = models.DateField(_("existe depuis"), null=True, blank=True)
    valid_until = models.DateField(_("a existé jusqu’au"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("remplacé par"),
    )

    objects = TerritoryQuerySet.as_manager()
    # The former name that a search has found it by.
    found_as = ""

    class Meta:
        """Names, facts the database holds, and the indexes of the searches by name and by postcode."""

        verbose_name = _("territoire")
        verbose_name_plural = _("territoires")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="territory_code_once_per_kind"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gt=F("valid_from")),
                name="territory_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("id")), name="territory_not_its_own_successor"
            ),
        ]
        indexes = [
            GinIndex(fields=["postcodes"], name="territory_postcodes"),
            GinIndex(fields=["search_name"], opclasses=["gin_trgm_ops"], name="territory_search_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name that a person recognises in a list: « Caen (14) », « Calvados (département) »."""
        if self.kind == TerritoryKind.COMMUNE:
            return f"{self.name} ({department_code(self.code)})"
        return f"{self.name} ({self.get_kind_display().lower()})" if self.kind in HAVE_NAMESAKES else self.name

    @property
    def today(self) -> "Territory":
        """The commune that a merged commune, a delegated one or a district now belongs to; else itself."""
        if self.successor is None or (self.valid_until and self.valid_until > timezone.localdate()):
            return self
        return self.successor

    def as_today(self) -> "Territory":
        """The same, which remembers in `found_as` under which other name it was found."""
        today = self.today
        today.found_as = "" if today == self else self.name
        return today

    def ancestors(self) -> TerritoryQuerySet:
        """Every territory that contains this one whole, the widest first."""
        kinds = Case(*(When(kind=kind, then=Value(rank)) for rank, kind in enumerate(TerritoryKind.values)))
        return Territory.objects.filter(parts_links__part=self).alias(width=kinds).order_by("width", "code", "pk")


class ContainmentQuerySet(models.QuerySet):
    """Reads of inclusions."""

    def between_official(self) -> "ContainmentQuerySet":
        """Without the territories that projects have drawn."""
        return self.exclude(container__kind=TerritoryKind.ADHOC).exclude(part__kind=TerritoryKind.ADHOC)

    def of_territory(self, pk: int) -> "ContainmentQuerySet":
        """What a territory holds, and what holds it."""
        return self.filter(Q(container=pk) | Q(part=pk))

    def of_communes(self) -> "ContainmentQuerySet":
        """Inclusions of communes of today."""
        return self.filter(part__kind=TerritoryKind.COMMUNE, part__successor=None, part__valid_until=None)

    def whole_inside(self, communes: set[int]) -> set[int]:
        """Ids of the official territories made only of some communes, these included."""
        parts = self.between_official().filter(container__in=communes).values_list("part", flat=True)
        groups = self.counted(communes).filter(shared=F("total")).values_list("container", flat=True)
        return {*communes, *parts, *groups}

    def whole_around(self, communes: set[int]) -> set[int]:
        """Ids of the official territories that hold every one of some communes."""
        return set(self.counted(communes).filter(shared=len(communes)).values_list("container", flat=True))

    def counted(self, communes: set[int]) -> QuerySet:
        """How many communes each official territory around some communes has, and how many of these: total, shared."""
        links = self.between_official().of_communes()
        touched = links.filter(part__in=communes).values("container")
        counts = links.filter(container__in=touched).order_by().values("container")
        return counts.annotate(total=Count("part"), shared=Count("part", filter=Q(part__in=communes)))


class Containment(models.Model):
    """One territory lies whole inside another: every commune of the part is a commune of the container."""

    container = models.ForeignKey(
        Territory, models.CASCADE, related_name="parts_links", db_index=False, verbose_name=_("contenant")
    )
    part = models.ForeignKey(
        Territory, models.CASCADE, related_name="containers_links", db_index=False, verbose_name=_("contenu")
    )

    objects = ContainmentQuerySet.as_manager()

    class Meta:
        """Each pair once, readable quickly in both directions."""

        verbose_name = _("inclusion de territoires")
        verbose_name_plural = _("inclusions de territoires")
        constraints = [
            models.UniqueConstraint(fields=["container", "part"], name="containment_once"),
            models.CheckConstraint(condition=~Q(container=F("part")), name="containment_between_two"),
        ]
        indexes = [models.Index(fields=["part", "container"], name="containment_upwards")]

    def __str__(self) -> str:
        return f"{self.container_id} ⊇ {self.part_id}"


class TerritoryPartQuerySet(models.QuerySet):
    """Reads of recipes."""

    def of_drawn(self, drawn: Territory) -> "TerritoryPartQuerySet":
        """The recipe of one drawn territory, with its parts: what is taken in, then what is left out, by name."""
        rows = self.filter(drawn=drawn).select_related("part")
        return rows.order_by("is_left_out", "part__search_name", "pk")


class TerritoryPart(models.Model):
    """A territory that a drawn one takes in, or leaves out of what it took in."""

    drawn = models.ForeignKey(Territory, models.CASCADE, related_name="recipe", verbose_name=_("territoire de projet"))
    part = models.ForeignKey(Territory, models.PROTECT, related_name="+", verbose_name=_("territoire"))
    is_left_out = models.BooleanField(_("retiré de l’ensemble"), default=False)

    objects = TerritoryPartQuerySet.as_manager()

    class Meta:
        """Each part once."""

        verbose_name = _("partie d’un territoire de projet")
        verbose_name_plural = _("parties d’un territoire de projet")
        constraints = [
            models.UniqueConstraint(fields=["drawn", "part"], name="territorypart_once"),
            models.CheckConstraint(condition=~Q(drawn=F("part")), name="territorypart_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.part} ({_('retiré')})" if self.is_left_out else str(self.part)


# A delegated commune or a municipal district is less than a commune: no request can be told to come from it.
DRAWABLE = [kind for kind in TerritoryKind if kind not in (TerritoryKind.DELEGATED, TerritoryKind.DISTRICT)]


class DrawnTerritoryQuerySet(TerritoryQuerySet):
    def drawn(self) -> "DrawnTerritoryQuerySet":
        """Those alone."""
        return self.filter(kind=TerritoryKind.ADHOC)

    def locked(self) -> list[int]:
        """Take them all: whoever else draws waits, so that two recipes never make a circle together."""
        return list(self.drawn().select_for_update().order_by("pk").values_list("pk", flat=True))


class DrawnTerritory(Territory):
    """A territory of a project, as the administration draws it."""

    objects: ClassVar[Any] = DrawnTerritoryQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = _("territoire de projet")
        verbose_name_plural = _("territoires de projet")
