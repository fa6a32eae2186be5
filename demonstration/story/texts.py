"""The texts of the demonstration, read from services/data/demonstration."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.catalogue.enums import Family

DATA = Path(__file__).resolve().parent.parent / "data"
BEFORE_HIGH_SIGN = re.compile(r" ([;:!?»])")
AFTER_GUILLEMET = re.compile(r"« ")


@dataclass(frozen=True)
class Need:
    """A need as a company tells it, the sectors it suits (any when empty), its answers to the topic’s questions."""

    topic: str
    sectors: tuple[str, ...]
    answers: tuple[Any, ...]
    text: str
    place: str = ""

    def suits(self, sector: str) -> bool:
        """Whether a company of that sector could write it."""
        return not self.sectors or sector in self.sectors


def typographic(value: Any) -> Any:
    """Put the narrow spaces of French typography into texts, however deep they lie."""
    if isinstance(value, str):
        return AFTER_GUILLEMET.sub("«\u202f", BEFORE_HIGH_SIGN.sub("\u202f\\1", value))
    if isinstance(value, list):
        return [typographic(each) for each in value]
    if isinstance(value, dict):
        return {key: typographic(each) for key, each in value.items()}
    return value


@cache
def read(name: str) -> dict[str, Any]:
    """The content of one file of texts."""
    content: dict[str, Any] = typographic(tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")))
    return content


@cache
def needs() -> tuple[Need, ...]:
    """Every need, family after family."""
    rows = [row for family in Family.values for row in read(f"needs_{family}")["need"]]
    return tuple(_need(row) for row in rows)


def _need(row: dict[str, Any]) -> Need:
    return Need(row["topic"], tuple(row["sectors"]), tuple(row["answers"]), row["text"], row.get("place", ""))


def words(*path: str) -> list[Any]:
    """Some of the words that people say while a request lives."""
    found: Any = read("words")
    for key in path:
        found = found[key]
    return list(found)
