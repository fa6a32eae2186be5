"""The directory: which organisations it shows, how they are searched, and what can be chosen among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import Case, Count, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from diginor.text.search import plain, query
from members.organisations.enums import OrganisationKind, Sector, Technology
from members.organisations.rules.directory_words import labelled
from members.territories.enums import TerritoryKind
from members.territories.models import Territory

LONGEST_TEXT, MOST_WORDS = 120, 8
MOST_CHOICES = 40


@dataclass(frozen=True)
class Wanted:
    """What a person looks for in the directory.

    `any_word` is content with one word of the text; `also` are the ids of organisations that serve the territory.
    """

    text: str = ""
    any_word: bool = False
    territory: Territory | None = None
    also: tuple[QuerySet[Any], ...] = ()


@dataclass(frozen=True)
class Choice:
    """A value that some organisations have, with its words and how many they are."""

    code: str
    label: str
    total: int


class ListedQuerySet(models.QuerySet[Any]):
    """How the organisations of the directory are found."""

    def in_directory_order(self) -> "ListedQuerySet":
        """Those of today by name, then those of the past."""
        return self.order_by("-is_active", "search_name", "pk")

    def bare(self) -> "ListedQuerySet":
        """Only what puts them in order: sorting whole rows takes three times as long."""
        return self.only("pk")

    def lines_of(self, rows: Iterable[Any]) -> list[Any]:
        """Rows known by their keys, in the same order, with what a line of the list tells."""
        told = self.select_related("commune", "succeeded_by").prefetch_related("succession_parts__succession")
        whole = told.in_bulk([row.pk for row in rows])
        return [whole[row.pk] for row in rows if row.pk in whole]

    def for_page(self) -> "ListedQuerySet":
        """With what a sheet tells first."""
        return self.select_related("commune", "succeeded_by", "network__territory")

    def wanted(self, wanted: Wanted) -> "ListedQuerySet":
        """Those that a search finds, the nearest first, those of the past last."""
        rows = self
        if wanted.territory:
            rows = rows.in_territory(wanted.territory, also=wanted.also)
        words = plain(wanted.text[:LONGEST_TEXT])
        return rows.matching(words, any_word=wanted.any_word) if words else rows.in_directory_order()

    def in_territory(self, territory: Territory, *, also: Iterable[QuerySet[Any]] = ()) -> "ListedQuerySet":
        """Those established in a territory, the networks that work in it, and others told by their ids."""
        inside = Territory.objects.within(territory).values("pk")
        around = Territory.objects.containing(territory).values("pk")
        here = Q(commune__in=inside) | Q(network__territory__in=inside) | Q(network__territory__in=around)
        for ids in also:
            here |= Q(pk__in=ids)
        return self.filter(here)

    def matching(self, words: str, *, any_word: bool = False) -> "ListedQuerySet":
        """Those that plain words name, with or without typing errors, or that say them; the nearest first.

        The words of a kind, a sector or an expertise find those that have it.
        """
        everybody = self.model.listed.order_by()
        each = words.split()[:MOST_WORDS] if any_word else [words]
        # Each way has its own index: an OR would walk every row.
        named = _together([everybody.filter(search_name__trigram_word_similar=one) for one in each])
        said = everybody.filter(search=query(" or ".join(each)))
        having = [everybody.filter(labels)] if (labels := _labelled(each)) else []
        rows = self.filter(pk__in=_together([said, *having, named])).annotate(nearness=_nearness(words, named))
        return rows.order_by("-is_active", "-nearness", "search_name", "pk")

    def in_use(self, slug: str) -> Any:
        """The organisation of today of that name, or none."""
        return self.filter(slug=slug, is_active=True).first() if slug else None

    def counted_by_department(self, codes: Iterable[str]) -> dict[str, int]:
        """How many of today are established in each département, by its INSEE code."""
        found = self.filter(
            is_active=True,
            commune__containers_links__container__kind=TerritoryKind.DEPARTMENT,
            commune__containers_links__container__code__in=list(codes),
        )
        code = "commune__containers_links__container__code"
        return dict(found.order_by().values_list(code).annotate(total=Count("pk", distinct=True)))

    def unplaced(self) -> "ListedQuerySet":
        """Those of today whose commune no source gives."""
        return self.filter(is_active=True, commune=None)

    def choices_of(self, facet: str) -> list[Choice]:
        """The values of a filter that these organisations have, by their words, with how many have each."""
        rows = self.order_by()
        if facet in _LABELS:
            return _told(rows, facet)
        slug, name, here = _LINKS[facet]
        counted = rows.filter(here).values_list(slug, name).annotate(total=Count("pk", distinct=True))
        most = counted.order_by("-total", slug)[:MOST_CHOICES]
        return sorted((Choice(*row) for row in most), key=lambda choice: plain(choice.label))

    def words_of(self, facet: str, code: str) -> str:
        """The words of a value of a filter, or nothing when no organisation has it."""
        if facet in _LABELS:
            return str(dict(_LABELS[facet][1]).get(code, ""))
        slug, name, here = _LINKS[facet]
        return self.order_by("pk").filter(here, **{slug: code}).values_list(name, flat=True).first() or ""


class ListedManager(models.Manager.from_queryset(ListedQuerySet)):  # type: ignore[misc]
    """Only what the directory shows."""

    def get_queryset(self) -> ListedQuerySet:
        rows: ListedQuerySet = super().get_queryset()
        return rows.filter(is_listed=True)


_LABELS: dict[str, tuple[str, list[tuple[str, Any]]]] = {
    "kind": ("kind", OrganisationKind.choices),
    "sector": ("sector", Sector.choices),
    "expertise": ("expertises", Technology.choices),
}

# A value of these filters is another row: its name in addresses, its words, and which ones may be chosen.
_LINKS = {
    "network": (
        "affiliations__network__organisation__slug",
        "affiliations__network__organisation__name",
        Q(affiliations__until="", affiliations__network__organisation__is_listed=True),
    ),
    "place": ("places__slug", "places__name", Q(places__is_listed=True)),
}


def _together(ways: Iterable[QuerySet[Any]]) -> QuerySet[Any]:
    first, *others = [way.values("pk") for way in ways]
    return first.union(*others) if others else first


def _nearness(words: str, named: QuerySet[Any]) -> Case:
    """How near a name is, in percent; words that follow one another make it nearer, the whole name or acronym most."""
    whole = Q(search_name=words) | Q(search_name__startswith=f"{words} ") | Q(search_name__endswith=f" {words}")
    bonus = Case(When(whole, then=Value(200)), When(search_name__contains=words, then=Value(100)), default=Value(0))
    percent = Cast(Value(100) * TrigramWordSimilarity(words, "search_name"), models.IntegerField())
    # Names are compared only where the index found them close: a wide word is said by thousands.
    return Case(When(pk__in=named, then=bonus + percent), default=Value(0), output_field=models.IntegerField())


def _labelled(each: Iterable[str]) -> Q:
    """Those whose kind, sector or expertise is said by some words; nothing when these say none."""
    found = Q()
    for field, choices in _LABELS.values():
        codes = {code for words in each for code in labelled(words, choices)}
        if codes:
            lookup = "expertises__overlap" if field == "expertises" else f"{field}__in"
            found |= Q(**{lookup: sorted(codes)})
    return found


def _told(rows: ListedQuerySet, facet: str) -> list[Choice]:
    """The choices of a closed list."""
    field, choices = _LABELS[facet]
    one = Func(F(field), function="unnest", output_field=models.CharField()) if facet == "expertise" else F(field)
    totals = dict(rows.annotate(one=one).values_list("one").annotate(total=Count("pk")).order_by("one"))
    told = [Choice(code, str(label), totals[code]) for code, label in choices if code in totals]
    return sorted(told, key=lambda choice: plain(choice.label))
