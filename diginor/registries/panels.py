"""The registry of dashboard panels: each part adds its own, in `ready()`, and the ground floor knows none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Panel:
    """A panel of the steering page: what it says, how it is defined and who computes it.

    `build(filters)` returns the template context of `template`; `rows(filters)` the header and the rows of its CSV.
    """

    code: str
    title: str | Promise
    definition: str | Promise
    template: str
    build: Callable[[Any], dict[str, Any]]
    rows: Callable[[Any], tuple[list[str], list[list[Any]]]]
    position: int = 100
    layout: str = "columns"  # above, in the columns, or below


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; a code is used once."""
    if panel.code in _panels and _panels[panel.code] != panel:
        raise ValueError(f"two panels are called {panel.code}")
    _panels[panel.code] = panel


def panels() -> list[Panel]:
    """Every panel, in the order of the page."""
    return sorted(_panels.values(), key=lambda panel: (panel.position, panel.code))


def panel(code: str) -> Panel | None:
    """One panel by its code, or nothing."""
    return _panels.get(code)
