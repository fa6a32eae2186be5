"""What other parts add to the directory: sections of a sheet, who serves a territory, and figures of the map.

The ground floors know nothing of the parts above them: each part registers what it has to say in `ready()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from members.organisations.models import Organisation
from members.territories.models import Territory


@dataclass(frozen=True)
class Section:
    """A part of a sheet: its title, the template that draws what is under it, and the context of that template.

    The first section with an action gives the sheet its main button.
    """

    title: str | Promise
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    action_label: str | Promise = ""
    action_url: str = ""


@dataclass(frozen=True)
class MapFigure:
    """A figure of the map: `count(codes)` gives its value for départements by INSEE code; an absent one is zero.

    `query` is what follows « ? » in the address of the list that shows what was counted, with `{code}` for the
    département; it is empty when no list does.
    """

    code: str
    label: str | Promise
    definition: str | Promise
    count: Callable[[list[str]], Mapping[str, int]]
    query: str = ""
    list_name: str = "directory"


Build = Callable[[Organisation], Section | None]
Reach = Callable[[Territory], QuerySet[Any]]
_sections: list[tuple[int, Build]] = []
_reaches: list[Reach] = []
_figures: dict[str, tuple[int, MapFigure]] = {}


def register(position: int, build: Build) -> None:
    """Add a section to every sheet where `build(organisation)` does not answer None; a builder is added once."""
    if (position, build) not in _sections:
        _sections.append((position, build))


def sections(organisation: Organisation) -> list[Section]:
    """The sections that the other parts add to a sheet, in order."""
    builders = [build for _position, build in sorted(_sections, key=lambda pair: pair[0])]
    return [section for section in (build(organisation) for build in builders) if section]


def register_reach(reach: Reach) -> None:
    """Add organisations to those of a territory: `reach(territory)` gives the ids of those that serve it."""
    if reach not in _reaches:
        _reaches.append(reach)


def reaching(territory: Territory) -> tuple[QuerySet[Any], ...]:
    """The ids of the organisations that serve a territory, as each part knows them."""
    return tuple(reach(territory) for reach in _reaches)


def register_figure(position: int, figure: MapFigure) -> None:
    """Add a figure to the map; a code is used once."""
    if _figures.get(figure.code, (position, figure))[1] != figure:
        raise ValueError(f"two figures are called {figure.code}")
    _figures[figure.code] = (position, figure)


def figures() -> list[MapFigure]:
    """Every figure of the map, in order."""
    return [figure for _position, figure in sorted(_figures.values(), key=lambda pair: pair[0])]
