"""Rows to assert something of, when there are some."""

from collections.abc import Iterable
from typing import TypeVar

Row = TypeVar("Row")


def some(rows: Iterable[Row]) -> list[Row]:
    """The rows, of which there is at least one: a loop over nothing proves nothing."""
    found = list(rows)
    assert found, "nothing to look at"
    return found
