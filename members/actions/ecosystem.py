"""Loading the real ecosystem (hubs, drawn territories, member organisations) from members/data/organisations.toml."""

import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from members.actions.places import load_places
from members.actions.territories import draw_territory
from members.enums import TerritoryKind
from members.models import Hub, Organisation, Territory

ECOSYSTEM = Path(__file__).resolve().parent.parent / "data" / "organisations.toml"


@transaction.atomic
def load_ecosystem(
    path: Path = ECOSYSTEM, *, only: Collection[str] = (), with_invented: bool = True
) -> dict[str, Organisation]:
    """Make or bring up to date the hubs, all or only some, and their organisations; territories are loaded before."""
    content = read_ecosystem(path)
    hub_rows = [row for row in content["hub"] if not only or row["slug"] in only]
    used = {tuple(row["territory"]) for row in hub_rows}
    for row in content["territory"]:
        if not only or (TerritoryKind.ADHOC, row["code"]) in used:
            draw_territory(row["code"], row["name"], [named_territory(*part) for part in row["parts"]])
    hubs = {row["slug"]: _hub(row) for row in hub_rows}
    organisations = {}
    for row in content["organisation"]:
        its_hubs = [hubs[slug] for slug in row.get("hubs", ()) if slug in hubs]
        if (its_hubs or not only) and (with_invented or not row.get("is_demo")):
            organisation = _organisation(row, content["sources"])
            organisation.hubs.add(*its_hubs)
            organisations[row["slug"]] = organisation
    load_places(content["sources"], with_invented=with_invented)
    return organisations


@cache
def read_ecosystem(path: Path = ECOSYSTEM) -> dict[str, Any]:
    """The content of the file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def named_territory(kind: str, code: str) -> Territory:
    """The territory that a data file names by its kind and code."""
    return Territory.objects.get(kind=kind, code=code)


def _hub(row: dict[str, Any]) -> Hub:
    hub, _created = Hub.objects.update_or_create(
        slug=row["slug"],
        defaults={
            "name": row["name"],
            "territory": named_territory(*row["territory"]),
            "is_default": row.get("is_default", False),
        },
    )
    return hub


def _organisation(row: dict[str, Any], sources: dict[str, str]) -> Organisation:
    commune = named_territory(TerritoryKind.COMMUNE, row["commune"]) if "commune" in row else None
    organisation, _created = Organisation.objects.update_or_create(
        slug=row["slug"],
        defaults={
            "name": row["name"],
            "acronym": row.get("acronym", ""),
            "kind": row["kind"],
            "commune": commune,
            "description": row["description"],
            "source": sources.get(row.get("source", ""), ""),
            "is_demo": row.get("is_demo", False),
        },
    )
    return organisation
