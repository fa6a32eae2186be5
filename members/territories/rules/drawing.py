"""Territories drawn from others: which communes a recipe gives, and in which order recipes are followed."""

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

Communes = frozenset[int]


def communes_drawn(taken: Iterable[Collection[int]], left_out: Iterable[Collection[int]] = ()) -> Communes:
    """Every commune of what is taken in, without those of what is left out: the order of the parts changes nothing."""
    return frozenset().union(*taken).difference(*left_out)


def drawing_order(parts_of: Mapping[int, Collection[int]]) -> list[int]:
    """The territories, each after those it is made of; ValueError when one is made of itself through others."""
    try:
        return list(TopologicalSorter(parts_of).static_order())
    except CycleError as error:
        raise ValueError("a territory is made of itself") from error


def made_of(start: int, parts_of: Mapping[int, Collection[int]]) -> set[int]:
    """Every territory that one is made of, directly or through others; itself too when it goes round in a circle."""
    found: set[int] = set()
    ahead = list(parts_of.get(start, ()))
    while ahead:
        part = ahead.pop()
        if part not in found:
            found.add(part)
            ahead += parts_of.get(part, ())
    return found
