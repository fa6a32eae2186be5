"""Loading the real ecosystem from members/data: hubs, drawn territories, organisations, their networks and places."""

import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from members.directory.actions.networks import are_loaded, load_networks, named_territory, named_with, sourced
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.places.actions import load_places
from members.territories.actions.drawing import draw_territory
from members.territories.enums import TerritoryKind

ECOSYSTEM = Path(__file__).resolve().parents[2] / "data" / "organisations.toml"


@transaction.atomic
def load_ecosystem(
    path: Path = ECOSYSTEM, *, only: Collection[str] = (), with_invented: bool = True
) -> dict[str, Organisation]:
    """Make or bring up to date the hubs, all or only some, and their organisations; territories are loaded before.

    The organisations of hubs that are left out come too when what is known of the others names them.
    """
    content = read_ecosystem(path)
    hub_rows = [row for row in content["hub"] if not only or row["slug"] in only]
    used = {tuple(row["territory"]) for row in hub_rows}
    for row in content["territory"]:
        if not only or (TerritoryKind.ADHOC, row["code"]) in used or are_loaded(row["parts"]):
            recipe = [[named_territory(*part) for part in row.get(name, ())] for name in ("parts", "without")]
            draw_territory(row["code"], row["name"], *recipe)
    hubs = {row["slug"]: _hub(row, content["sources"]) for row in hub_rows}
    _tie_family(hub_rows, hubs)
    rows = [row for row in content["organisation"] if with_invented or not row.get("is_demo")]
    wanted = {row["slug"] for row in rows if not only or hubs.keys() & set(row.get("hubs", ()))}
    wanted = named_with(wanted) if only else wanted
    organisations = {row["slug"]: _organisation(row, content) for row in rows if row["slug"] in wanted}
    for row in rows:
        if row["slug"] in organisations:
            organisations[row["slug"]].hubs.add(*(hubs[slug] for slug in row.get("hubs", ()) if slug in hubs))
    load_networks(organisations, content)
    load_places(content["sources"], with_invented=with_invented)
    return organisations


@cache
def read_ecosystem(path: Path = ECOSYSTEM) -> dict[str, Any]:
    """The content of the file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _hub(row: dict[str, Any], sources: dict[str, str]) -> Hub:
    said: dict[str, Any] = {
        name: row[name] for name in ("accent", "presentation", "is_open", "host", "sender", "phone") if name in row
    }
    hub, _created = Hub.objects.update_or_create(
        slug=row["slug"],
        defaults={
            "name": row["name"],
            "territory": named_territory(*row["territory"]),
            "is_default": row.get("is_default", False),
            "source": sources.get(row.get("source", ""), ""),
            **said,
        },
    )
    return hub


def _tie_family(rows: list[dict[str, Any]], hubs: dict[str, Hub]) -> None:
    """Put each hub under the one that gathers it, when that one is loaded too."""
    for row in rows:
        hub, parent = hubs[row["slug"]], hubs.get(row.get("parent", ""))
        if parent and hub.parent_id != parent.pk:
            hub.parent = parent
            hub.save(update_fields=["parent"])


def _organisation(row: dict[str, Any], content: dict[str, Any]) -> Organisation:
    commune = named_territory(TerritoryKind.COMMUNE, row["commune"]) if "commune" in row else None
    organisation, _created = Organisation.objects.update_or_create(
        slug=row["slug"],
        defaults={
            "name": row["name"],
            "acronym": row.get("acronym", ""),
            "kind": row["kind"],
            "commune": commune,
            "description": row["description"],
            "description_en": row.get("description_en", ""),
            "is_listed": row.get("is_listed", True),
            "is_demo": row.get("is_demo", False),
            **sourced(row, content),
            # What a merger made of an organisation since is not undone by loading again.
            **({"is_active": row["is_active"]} if "is_active" in row else {}),
        },
    )
    return organisation
