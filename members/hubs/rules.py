"""The family of hubs: who stands above whom, whatever the depth."""

from collections.abc import Mapping

Parents = Mapping[int, int | None]


def above(hub_id: int | None, parents: Parents) -> list[int]:
    """A hub, then those that stand above it, the nearest first; a circle is walked once."""
    line: list[int] = []
    while hub_id is not None and hub_id not in line:
        line.append(hub_id)
        hub_id = parents.get(hub_id)
    return line


def under(hub_id: int, parents: Parents) -> set[int]:
    """A hub and all those that it gathers, directly or not."""
    return {one for one in {*parents, hub_id} if hub_id in above(one, parents)}


def closes_a_circle(hub_id: int | None, parent_id: int | None, parents: Parents) -> bool:
    """Whether a hub would stand above itself under that parent."""
    return hub_id is not None and hub_id in above(parent_id, parents)
