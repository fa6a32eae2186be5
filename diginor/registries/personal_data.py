"""The registry of personal data: each part of the portal says once what it holds, how one takes it away, how it goes.

The processing register, « Mes données », erasing on request and the retention of every day all read this registry, so
that none of them can forget what another knows. The ground floor names no part: each registers its own in `ready()`.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.functional import Promise

logger = logging.getLogger(__name__)
ERASED = "[effacé]"


@dataclass(frozen=True)
class Target:
    """Whom to erase: everything of an address, or one numbered request; `hubs` limits it, None is everywhere."""

    address: str = ""
    number: str = ""
    hubs: frozenset[int] | None = None
    by: Any = None

    @property
    def person(self) -> str:
        """The address when the whole person is meant: what belongs to no hub only goes then."""
        return self.address if self.hubs is None else ""


@dataclass(frozen=True)
class Piece:
    """What goes in one transaction: `label` says it, `note` what happens first; a second `erase` is harmless."""

    label: str | Promise
    erase: Callable[[], Any]
    note: str | Promise = ""


def _nothing(_asked: Any) -> list[Any]:
    return []


def in_batches(rows: QuerySet, size: int = 500) -> Iterator[Piece]:
    """Rows that go without more ado, some hundreds in one transaction."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        batch = keys[start : start + size]
        yield Piece(f"{rows.model._meta.label} {start}", rows.filter(pk__in=batch).delete)


@dataclass(frozen=True)
class PersonalData:
    """What one part of the portal holds of people.

    `columns` names the text columns by model; `stays` says what erasing leaves, and why. `export(address)` gives what
    is the person's own, never what others wrote among themselves, and `files(address)` its files with their names.
    """

    code: str
    title: str | Promise
    holds: str | Promise
    purpose: str | Promise
    legal_basis: str | Promise
    kept: str | Promise
    position: int
    stays: str | Promise = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    export: Callable[[str], Any] = _nothing
    files: Callable[[str], Iterable[tuple[str, FieldFile]]] = _nothing
    found: Callable[[Target], Iterable[Piece]] = _nothing
    expired: Callable[[datetime], Iterable[Piece]] = _nothing

    @property
    def is_exported(self) -> bool:
        """Whether something of it is the person's to take away."""
        return self.export is not _nothing


_parts: dict[str, PersonalData] = {}


def register(part: PersonalData) -> None:
    """Add a part; a code is used once."""
    if part.code in _parts and _parts[part.code] != part:
        raise ValueError(f"two parts of the personal data are called {part.code}")
    _parts[part.code] = part


def parts() -> list[PersonalData]:
    """Every part, in the order of the register and of erasing: what names the person goes before the account."""
    return sorted(_parts.values(), key=lambda part: (part.position, part.code))


@dataclass(frozen=True)
class Found:
    """What erasing would do in one part, for the page that shows it before."""

    part: PersonalData
    pieces: list[Piece]


def found(target: Target) -> list[Found]:
    """What is held of somebody, part by part; parts that hold nothing are left out."""
    lines = [Found(part, list(part.found(target))) for part in parts()]
    return [line for line in lines if line.pieces]


@dataclass
class Outcome:
    """What was erased, how many pieces by part, and what could not be, with the reason where there is one to tell."""

    erased: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def run(self, part: PersonalData, piece: Piece) -> None:
        """Erase one piece in its own transaction; a failure is kept and stops nothing else."""
        try:
            with transaction.atomic():
                piece.erase()
        except Exception as error:  # noqa: BLE001 - whatever one piece raises, the others go on
            # The words of an error may quote the person: only its kind is logged.
            logger.error("erasing a piece of %s failed: %s", part.code, type(error).__name__)
            self.failed.append((str(piece.label), str(getattr(error, "message", ""))))
        else:
            self.erased[part.code] += 1


def erase(target: Target) -> Outcome:
    """Erase somebody, each piece in its own transaction; run again, it only finishes what failed."""
    outcome = Outcome()
    for part in parts():
        for piece in part.found(target):
            outcome.run(part, piece)
    return outcome


def expire(now: datetime) -> Outcome:
    """Erase what was kept long enough, part by part; one that cannot even be read stops no other."""
    outcome = Outcome()
    for part in parts():
        try:
            for piece in part.expired(now):
                outcome.run(part, piece)
        except Exception as error:  # noqa: BLE001 - whatever one part raises, the others go on
            logger.error("reading what %s kept long enough failed: %s", part.code, type(error).__name__)
            outcome.failed.append((str(part.title), ""))
    return outcome
