"""Reading the official geographic code from members/data/territories."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from members.territories.enums import TerritoryKind as Kind
from members.territories.rules.containment import Key

Row = dict[str, str]
FOLDER = Path(__file__).resolve().parents[2] / "data" / "territories"
UNION, FRANCE, MAINLAND = (Kind.UNION, "EU"), (Kind.COUNTRY, "FR"), (Kind.MAINLAND, "METRO")
NAMES = {UNION: "Union européenne", FRANCE: "France", MAINLAND: "France métropolitaine"}
# Article 349 of the treaty on the functioning of the European Union: the outermost regions; the other overseas
# territories are associated (article 198) and outside.
UNION_OUTSIDE_DEPARTMENTS = {"978"}


@dataclass(frozen=True)
class Place:
    """One territory as the files give it."""

    kind: str
    code: str
    name: str
    postcodes: tuple[str, ...] = ()
    population: int | None = None

    @property
    def key(self) -> Key:
        """What identifies a territory in all editions."""
        return (self.kind, self.code)


@dataclass
class Geography:
    """A year's edition of the official geographic code."""

    edition: date
    places: dict[Key, Place] = field(default_factory=dict)
    groups_of: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    parts_of: dict[Key, Key] = field(default_factory=dict)
    former_codes: dict[str, Key] = field(default_factory=dict)

    def around(self, regions: Iterable[str]) -> "Geography":
        """These regions, with the EPCI that touch them and whatever holds the communes of these."""
        wanted = {(Kind.REGION, code) for code in regions}
        touching = {g for groups in self.groups_of.values() if wanted.intersection(groups) for g in groups}
        touching = {group for group in touching if group[0] == Kind.EPCI} | wanted
        communes = {commune for commune, groups in self.groups_of.items() if touching.intersection(groups)}
        parts = {part for part, commune in self.parts_of.items() if commune in communes}
        keys = communes | parts | {group for commune in communes for group in self.groups_of[commune]}
        return Geography(
            self.edition,
            {key: place for key, place in self.places.items() if key in keys},
            {commune: self.groups_of[commune] for commune in communes},
            {part: self.parts_of[part] for part in parts},
            {code: key for code, key in self.former_codes.items() if key in communes},
        )


def edition_of(folder: Path = FOLDER) -> date:
    """The first day of the edition kept in a folder."""
    return date.fromisoformat((folder / "edition.txt").read_text().strip())


@cache
def read_geography(folder: Path = FOLDER) -> Geography:
    """The edition kept in a folder."""
    geography = Geography(edition_of(folder))
    regions = {row["code"]: row for row in _rows(folder / "regions.csv")}
    departments = {row["code"]: row for row in _rows(folder / "departments.csv")}
    people: dict[Key, int] = defaultdict(int)
    for row in _rows(folder / "communes.csv.gz"):
        _add_commune(geography, row, departments, regions, people)
    for kind, rows in (
        (Kind.REGION, regions.values()),
        (Kind.DEPARTMENT, departments.values()),
        (Kind.EPCI, _rows(folder / "epci.csv")),
    ):
        for row in rows:
            _add(geography, Place(kind, row["code"], row["name"], population=people.get((kind, row["code"]))))
    for key, name in NAMES.items():
        _add(geography, Place(*key, name, population=people.get(key)))
    for row in _rows(folder / "parts.csv.gz"):
        _add(geography, Place(row["kind"], row["code"], row["name"]))
        geography.parts_of[(row["kind"], row["code"])] = (Kind.COMMUNE, row["commune"])
    return geography


def _add_commune(
    geography: Geography, row: Row, departments: dict[str, Row], regions: dict[str, Row], people: dict[Key, int]
) -> None:
    population = int(row["population"]) if row["population"] else None
    place = Place(Kind.COMMUNE, row["code"], row["name"], tuple(row["postcodes"].split()), population)
    _add(geography, place)
    groups = _groups(row, departments, regions)
    geography.groups_of[place.key] = groups
    geography.former_codes.update(dict.fromkeys(row["former_codes"].split(), place.key))
    for group in groups:
        people[group] += population or 0


def _add(geography: Geography, place: Place) -> None:
    geography.places[place.key] = place


def _groups(row: Row, departments: dict[str, Row], regions: dict[str, Row]) -> tuple[Key, ...]:
    region = departments[row["department"]]["region"]
    zone = regions[region]["zone"]
    groups: list[Key] = [FRANCE, (Kind.REGION, region), (Kind.DEPARTMENT, row["department"])]
    if zone == "metro":
        groups.append(MAINLAND)
    if zone in ("metro", "drom") or row["department"] in UNION_OUTSIDE_DEPARTMENTS:
        groups.append(UNION)
    if row["epci"]:
        groups.append((Kind.EPCI, row["epci"]))
    return tuple(groups)


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
