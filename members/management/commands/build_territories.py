"""Make members/data/territories from a year's edition of the official geographic code."""

import csv
import gzip
import io
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.territories.actions.official_files import FOLDER

Source = dict[str, list[dict[str, Any]]]
Rows = list[tuple[str, ...]]
SOURCES = ("regions", "departements", "epci", "communes")
SETTLEMENT = "commune-actuelle"
PARTS = {
    "commune-deleguee": "delegated",
    "commune-associee": "delegated",
    "arrondissement-municipal": "district",
}


class Command(BaseCommand):
    """`manage.py build_territories FOLDER EDITION`: FOLDER is `data/` of the package, EDITION its 1 January."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the source files are, and their edition."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("edition", type=date.fromisoformat)

    def handle(self, *args: object, **options: Any) -> None:
        """Read the source, write the four files and the edition."""
        missing = [name for name in SOURCES if not (options["folder"] / f"{name}.json").exists()]
        if missing:
            raise CommandError(f"Missing in {options['folder']}: {', '.join(missing)}")
        source = {name: json.loads((options["folder"] / f"{name}.json").read_text()) for name in SOURCES}
        tables = {
            "regions.csv": _regions(source),
            "departments.csv": _departments(source),
            "epci.csv": _epci(source),
            "parts.csv.gz": _parts(source),
            "communes.csv.gz": _communes(source),
        }
        for name, rows in tables.items():
            _write(FOLDER / name, rows)
            self.stdout.write(f"{name}: {len(rows) - 1} rows, {(FOLDER / name).stat().st_size // 1024} KB")
        (FOLDER / "edition.txt").write_text(f"{options['edition']}\n")


def _regions(source: Source) -> Rows:
    return [("code", "name", "zone"), *sorted((r["code"], r["nom"], r["zone"]) for r in source["regions"])]


def _departments(source: Source) -> Rows:
    rows = sorted((d["code"], d["nom"], d["region"]) for d in source["departements"])
    return [("code", "name", "region"), *rows]


def _epci(source: Source) -> Rows:
    return [("code", "name"), *sorted((e["code"], e["nom"]) for e in source["epci"])]


def _communes(source: Source) -> Rows:
    epci = {member["code"]: group["code"] for group in source["epci"] for member in group["membres"]}
    rows = [
        (
            place["code"],
            place["nom"],
            place["departement"],
            epci.get(place["code"], ""),
            " ".join(place.get("codesPostaux", ())),
            place.get("population", ""),
            " ".join(place.get("anciensCodes", ())),
        )
        for place in source["communes"]
        if place["type"] == SETTLEMENT
    ]
    return [("code", "name", "department", "epci", "postcodes", "population", "former_codes"), *sorted(rows)]


def _parts(source: Source) -> Rows:
    rows = [
        (PARTS[place["type"]], place["code"], place["nom"], place.get("chefLieu") or place["commune"])
        for place in source["communes"]
        if place["type"] in PARTS
    ]
    names: dict[str, set[str]] = defaultdict(set)
    for place in source["communes"]:
        if place["type"] == SETTLEMENT:
            names[place["code"]].add(place["nom"])
    return [("kind", "code", "name", "commune"), *sorted(row for row in rows if row[2] not in names[row[3]])]


def _write(path: Path, rows: Rows) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
