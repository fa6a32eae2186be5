"""Which territory lies whole inside which other, from the communes of each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import permutations

from members.territories.enums import TerritoryKind

Key = tuple[str, str]
_WIDTH = {kind: rank for rank, kind in enumerate(TerritoryKind.values)}


def closure(groups_of: Mapping[Key, tuple[Key, ...]], parts_of: Mapping[Key, Key]) -> Iterator[tuple[Key, Key]]:
    """Every pair (container, part) such that each commune of the part is a commune of the container.

    `groups_of` gives the groups (EPCI, département, region…) of each commune, `parts_of` the commune that each former
    or delegated commune and each municipal district belongs to. Of two territories with the same communes (Paris, the
    commune and the département) only the wider kind contains the other, so that the graph has no cycle.
    """
    yield from _pairs_of_groups(groups_of)
    for commune, groups in groups_of.items():
        for group in groups:
            yield group, commune
    for part, commune in parts_of.items():
        yield commune, part
        for group in groups_of[commune]:
            yield group, part


def _pairs_of_groups(groups_of: Mapping[Key, tuple[Key, ...]]) -> Iterator[tuple[Key, Key]]:
    sizes: Counter[Key] = Counter()
    shared: Counter[tuple[Key, Key]] = Counter()
    for groups in groups_of.values():
        sizes.update(groups)
        shared.update(permutations(groups, 2))
    for (container, part), common in shared.items():
        if common == sizes[part] and (sizes[container] > common or _WIDTH[container[0]] < _WIDTH[part[0]]):
            yield container, part
