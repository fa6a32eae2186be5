"""Pages by key: each page starts where an index can start, whatever came before it, and nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from diginor.text.whole_numbers import is_whole_number, whole_number

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Key = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """Some rows, and the keys of the pages before and after, empty where there is none."""

    rows: list[Any]
    before: str = ""
    after: str = ""


def page_by_key(
    rows: QuerySet, name: str, *, size: int, after: str = "", before: str = "", parts: Sequence[QuerySet] = ()
) -> Page:
    """Read the rows after a key, or just before it, of a queryset ordered by the instant `name`, then by pk.

    Where no index holds the order of all the rows, `parts` of the same model and order that each have one are read as
    far as the page needs, and put together.
    """
    is_descending = rows.query.order_by[0] == f"-{name}"
    before_key = read_key(before)
    is_backwards = before_key is not None
    key = before_key if is_backwards else read_key(after)
    beyond = Q() if key is None else _beyond(key, name, is_descending=is_descending != is_backwards)
    heads = [_head(part.filter(beyond), size + 1, is_backwards=is_backwards) for part in parts]
    rows = rows.filter(pk__in=together([head.values("pk") for head in heads])) if heads else rows.filter(beyond)
    found = list(_head(rows, size + 1, is_backwards=is_backwards))
    has_more, shown = len(found) > size, found[:size]
    if is_backwards:
        shown.reverse()
    has_before, has_after = (has_more, bool(shown)) if is_backwards else (key is not None and bool(shown), has_more)
    return Page(
        shown,
        before=key_of(shown[0], name) if has_before else "",
        after=key_of(shown[-1], name) if has_after else "",
    )


def page_by_row(rows: QuerySet, *, size: int, after: str = "", before: str = "") -> Page:
    """Read the rows after one, or just before it, told by its primary key; any order that ends with `pk` will do."""
    order = [str(name) for name in rows.query.order_by]
    mark, is_backwards = _place_of(rows, before, order), True
    if mark is None:
        mark, is_backwards = _place_of(rows, after, order), False
    if is_backwards:
        rows = rows.reverse()
    if mark is not None:
        rows = rows.filter(_past(mark, order, is_backwards=is_backwards))
    found = list(rows[: size + 1])
    has_more, shown = len(found) > size, found[:size]
    if is_backwards:
        shown.reverse()
    has_before, has_after = (has_more, bool(shown)) if is_backwards else (bool(mark and shown), has_more)
    return Page(
        shown,
        before=str(shown[0].pk) if has_before else "",
        after=str(shown[-1].pk) if has_after else "",
    )


def _place_of(rows: QuerySet, pk: str, order: list[str]) -> tuple[Any, ...] | None:
    """The values by which a row takes its place, or None when there is no such row."""
    if not is_whole_number(pk):
        return None
    return rows.filter(pk=pk).order_by().values_list(*(name.lstrip("-") for name in order)).first()


def _past(mark: tuple[Any, ...], order: list[str], *, is_backwards: bool) -> Q:
    """Rows beyond a place: the first value that differs decides."""
    beyond, same = Q(pk__in=()), Q()
    for name, value in zip(order, mark, strict=True):
        field = name.lstrip("-")
        way = "lt" if name.startswith("-") != is_backwards else "gt"
        beyond |= same & Q(**{f"{field}__{way}": value})
        same &= Q(**{field: value})
    return beyond


def _head(rows: QuerySet, size: int, *, is_backwards: bool) -> QuerySet:
    return (rows.reverse() if is_backwards else rows)[:size]


def together(parts: Sequence[QuerySet]) -> QuerySet:
    """The rows of several querysets, each read through its own index."""
    first, *others = parts
    return first.union(*others, all=True) if others else first


def key_of(row: Any, name: str) -> str:
    """The key of a row, for an address: microseconds since 1970, then its primary key."""
    return f"{(getattr(row, name) - EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def read_key(text: str) -> Key | None:
    """The key written in an address, or None for what is not one."""
    at, _dash, pk = text.partition("-")
    # Seventeen figures of microseconds end in the year 5138, which a date still holds.
    microseconds, key = whole_number(at, 17), whole_number(pk)
    return None if microseconds is None or key is None else (EPOCH + timedelta(microseconds=microseconds), key)


def _beyond(key: Key, name: str, *, is_descending: bool) -> Q:
    """Rows past a key; the first condition alone lets the index start there."""
    way = "lt" if is_descending else "gt"
    at, pk = key
    return Q(**{f"{name}__{way}e": at}) & (Q(**{f"{name}__{way}": at}) | Q(**{f"pk__{way}": pk}))
