"""Territories that projects draw: their recipe, the communes it gives, and what these add up to."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from members.territories.enums import TerritoryKind
from members.territories.models import Containment, Territory, TerritoryPart


def recipes() -> dict[int, set[int]]:
    """What each drawn territory is made of, whatever is taken in or left out; those without a recipe included."""
    found: dict[int, set[int]] = {
        pk: set() for (pk,) in Territory.objects.of_kind(TerritoryKind.ADHOC).values_list("pk")
    }
    for drawn, part in TerritoryPart.objects.order_by("pk").values_list("drawn", "part"):
        found.setdefault(drawn, set()).add(part)
    return found


def communes_by_part(parts: Iterable[int]) -> dict[int, set[int]]:
    """The communes of today of each territory; those of one that has ended are followed to what became of them."""
    ids = list(parts)
    found: dict[int, set[int]] = defaultdict(set)
    own = Territory.objects.communes().filter(pk__in=ids).values_list("pk", "successor")
    for pk, successor in own:
        found[pk].add(successor or pk)
    inside = Containment.objects.filter(container__in=ids, part__kind=TerritoryKind.COMMUNE)
    today = Q(part__successor=None, part__valid_until=None)
    gone = Q(container__valid_until__isnull=False) & ~Q(container__kind=TerritoryKind.COMMUNE)
    for container, part, successor in inside.filter(today | gone).values_list("container", "part", "part__successor"):
        found[container].add(successor or part)
    return found


def communes_held(drawn: int) -> set[int]:
    """The communes of today of a territory as it was last drawn."""
    inside = Containment.objects.filter(container=drawn, part__kind=TerritoryKind.COMMUNE)
    return {successor or pk for pk, successor in inside.values_list("part", "part__successor")}


@dataclass(frozen=True)
class Outline:
    """What a drawn territory adds up to; an intercommunalité is cut when only some of its communes are in."""

    communes: int
    population: int
    whole_epci: int
    cut_epci: int


def outline(communes: Collection[int]) -> Outline:
    """Count the people and the intercommunalités of some communes."""
    people = Territory.objects.filter(pk__in=communes).aggregate(sum=Sum("population"))["sum"] or 0
    groups = Containment.objects.counted(set(communes)).filter(container__kind=TerritoryKind.EPCI)
    sums = groups.aggregate(
        whole=Count("container", filter=Q(shared=F("total"))), touched=Count("container", filter=Q(shared__gt=0))
    )
    return Outline(len(communes), people, sums["whole"], sums["touched"] - sums["whole"])
