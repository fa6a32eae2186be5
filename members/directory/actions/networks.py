"""Loading what the sources say of the networks from members/data/networks.toml."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from members.facts.rules.citations import BETWEEN
from members.facts.rules.partial_dates import PartialDate
from members.networks.models import (
    Accreditation,
    AccreditationRound,
    Affiliation,
    Endorsement,
    KeyFigure,
    Network,
    Office,
    Partnership,
)
from members.organisations.models import Organisation
from members.successions.enums import SuccessionRole
from members.successions.models import Succession, SuccessionPart
from members.territories.models import Territory

NETWORKS = Path(__file__).resolve().parents[2] / "data" / "networks.toml"
ROLES = {
    "predecessors": SuccessionRole.PREDECESSOR,
    "contributors": SuccessionRole.CONTRIBUTOR,
    "successors": SuccessionRole.SUCCESSOR,
}
Row = dict[str, Any]


@cache
def read_networks(path: Path = NETWORKS) -> dict[str, list[Row]]:
    """The content of the file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def named_territory(kind: str, code: str) -> Territory:
    """The territory that a data file names by its kind and code."""
    return Territory.objects.get(kind=kind, code=code)


def are_loaded(keys: Iterable[Iterable[str]]) -> bool:
    """Whether all these territories are there: one hub alone is installed without those of the others."""
    return all(Territory.objects.coded(*key).exists() for key in keys)


def sourced(row: Row, content: Row) -> Row:
    """Where a row is known from, in words, and the date of the newest of its sources."""
    letters = row.get("source", "")
    dates = [PartialDate.parse(content["source_dates"][letter]) for letter in letters]
    return {
        "source": BETWEEN.join(content["sources"][letter] for letter in letters),
        "stated_on": row.get("stated_on") or max(dates, default=None),
    }


def named_with(slugs: set[str]) -> set[str]:
    """These organisations, and those that the file names with them: heirs, partners, supporters, and so on."""
    groups, found = [set(_names(row)) for rows in read_networks().values() for row in rows], set(slugs)
    while more := {name for group in groups if group & found for name in group} - found:
        found |= more
    return found


def _names(row: Row) -> list[str]:
    alone = [row[key] for key in ("organisation", "network", "partner", "successor") if key in row]
    return [*alone, *(name for key in ("predecessors", "contributors", "endorsed_by") for name in row.get(key, ()))]


def load_networks(organisations: dict[str, Organisation], content: Row, path: Path = NETWORKS) -> None:
    """Make or bring up to date what is said of these organisations; a second load changes nothing."""
    Loader(organisations, content, read_networks(path)).load()


class Loader:
    """Writes the rows whose organisations are all loaded."""

    def __init__(self, organisations: dict[str, Organisation], content: Row, rows: dict[str, list[Row]]) -> None:
        self.organisations, self.content = organisations, content
        self.rows = {name: [row for row in those if self._knows(row)] for name, those in rows.items()}
        self.networks: dict[str, Network] = {}
        self.rounds: dict[str, AccreditationRound] = {}

    def load(self) -> None:
        """Write everything, what is pointed at first."""
        for name in (
            *("network", "round", "affiliation", "office", "succession"),
            *("accreditation", "partnership", "figure"),
        ):
            for row in self.rows[name]:
                getattr(self, f"_{name}")(row)

    def _knows(self, row: Row) -> bool:
        return self.organisations.keys() >= set(_names(row))

    def _fact(self, row: Row) -> Row:
        return {**sourced(row, self.content), "note": row.get("note", "")}

    def _territory(self, row: Row) -> Territory | None:
        return Territory.objects.coded(*row["territory"]).first() if "territory" in row else None

    def _network(self, row: Row) -> None:
        texts = {name: row.get(name, "") for name in ("code_name", "mission_statement")}
        self.networks[row["organisation"]], _created = Network.objects.update_or_create(
            organisation=self.organisations[row["organisation"]],
            defaults={
                "kind": row["kind"],
                "territory": self._territory(row),
                "is_mission_driven": row.get("is_mission_driven", False),
                "axes": row.get("axes", []),
                **texts,
                **self._fact(row),
            },
        )

    def _affiliation(self, row: Row) -> None:
        Affiliation.objects.update_or_create(
            organisation=self.organisations[row["organisation"]],
            network=self.networks[row["network"]],
            since=row.get("since", ""),
            defaults=self._fact(row),
        )

    def _office(self, row: Row) -> None:
        Office.objects.update_or_create(
            organisation=self.organisations[row["organisation"]],
            function=row["function"],
            person=row["person"],
            defaults={**_dates(row, "since", "until"), **self._fact(row)},
        )

    def _succession(self, row: Row) -> None:
        heir = self.organisations[row["successor"]]
        rows = Succession.objects.filter(kind=row["kind"], parts__organisation=heir, parts__role=ROLES["successors"])
        succession = rows.order_by("pk").first() or Succession(kind=row["kind"])
        dates = _dates(row, "announced_on", "filed_on", "effective_on")
        said = {**dates, **self._fact(row), "is_effective_planned": row.get("is_effective_planned", False)}
        for name, value in said.items():
            setattr(succession, name, value)
        succession.save()
        for key, role in ROLES.items():
            for slug in [row["successor"]] if key == "successors" else row.get(key, ()):
                SuccessionPart.objects.update_or_create(
                    succession=succession, organisation=self.organisations[slug], defaults={"role": role}
                )

    def _round(self, row: Row) -> None:
        self.rounds[row["slug"]], _created = AccreditationRound.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "accredited": row.get("accredited"),
                "orientations": row.get("orientations", []),
                **_dates(row, "opened_on", "decided_on", "starts_on", "ends_on"),
                **self._fact(row),
            },
        )

    def _accreditation(self, row: Row) -> None:
        dates = _dates(row, *(f"{name}_on" for name in ("filed", "granted")), "valid_from", "valid_until")
        until = _dates(row, "conditional_until", "extended_until")
        accreditation, _created = Accreditation.objects.update_or_create(
            round=self.rounds[row["round"]],
            network=self.networks[row["network"]],
            defaults={"state": row["state"], "is_new": row.get("is_new", False), **dates, **until, **self._fact(row)},
        )
        known = {**sourced(row, self.content), "note": row.get("endorsement_note", "")}
        named: list[Row] = [{"organisation": self.organisations[slug]} for slug in row.get("endorsed_by", ())]
        groups: list[Row] = [{"organisation": None, "group": name} for name in row.get("endorsed_by_groups", ())]
        for one in [*named, *groups]:
            Endorsement.objects.update_or_create(accreditation=accreditation, **one, defaults=known)

    def _partnership(self, row: Row) -> None:
        Partnership.objects.update_or_create(
            kind=row["kind"],
            organisation=self.organisations[row["organisation"]],
            partner=self.organisations.get(row.get("partner", "")),
            territory=self._territory(row),
            defaults={"subject": row["subject"], **_dates(row, "since", "until"), **self._fact(row)},
        )

    def _figure(self, row: Row) -> None:
        territory = self._territory(row)
        if "territory" in row and territory is None:
            return
        KeyFigure.objects.update_or_create(
            organisation=self.organisations.get(row.get("organisation", "")),
            territory=territory,
            label=row["label"],
            known_on=row.get("known_on", ""),
            defaults={
                "value": row.get("value"),
                "unit": row.get("unit", ""),
                "position": self.rows["figure"].index(row),
                **({"qualifier": row["qualifier"]} if "qualifier" in row else {}),
                **self._fact(row),
            },
        )


def _dates(row: Row, *names: str) -> dict[str, str]:
    return {name: row.get(name, "") for name in names}
