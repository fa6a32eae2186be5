"""Which labels of a closed list the words of a search speak of."""

from collections.abc import Iterable
from typing import Any

from diginor.text.search import plain

SHORTEST = 3


def labelled(words: str, choices: Iterable[tuple[str, Any]]) -> list[str]:
    """The codes whose label has a word that starts with each of the plain words: « cyber » says « cybersécurité »."""
    asked = words.split()
    if not any(len(word) >= SHORTEST for word in asked):
        return []
    return [code for code, label in choices if _says(plain(str(label)).split(), asked)]


def _says(label: list[str], asked: list[str]) -> bool:
    return all(any(word.startswith(one) for word in label) for one in asked)
