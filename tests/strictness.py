"""What fails any test by itself: an undefined variable, an uncertain order, a mail outside a step."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.query import QuerySet
from django.template.base import Node
from django.template.defaulttags import ForNode

from tests.sources import APPS

# `get()` reads this many rows to see that there is one, without any order.
ROWS_READ_BY_GET = 21
CERTAIN = {"pk", "id"}


class UndefinedVariable(AssertionError):
    """A template of the portal shows a variable that its view does not give."""


class UncertainOrder(AssertionError):
    """A page or an export shows rows whose order may change from one reading to the next."""


def is_own_template(name: str) -> bool:
    """Tell the templates of the portal from those of libraries."""
    return Path(settings.BASE_DIR, "templates") in Path(name).parents


def frames(depth: int = 1) -> Any:
    """Yield the frames of the callers, the nearest first."""
    frame: FrameType | None = sys._getframe(depth)
    while frame:
        yield frame
        frame = frame.f_back


class InvalidString(str):
    """What Django prints for an undefined variable: an error in our templates, nothing in those of libraries."""

    def __new__(cls) -> "InvalidString":
        return super().__new__(cls, "%s")

    def __mod__(self, variable: Any) -> str:  # type: ignore[override]
        for frame in frames(2):
            node = frame.f_locals.get("self") if frame.f_code.co_name == "render_annotated" else None
            if isinstance(node, Node):
                origin = str(getattr(node, "origin", ""))
                if is_own_template(origin):
                    raise UndefinedVariable(f"{{{{ {variable} }}}} is undefined in {origin}, line {node.token.lineno}")
                return ""
        return ""


def has_certain_order(queryset: QuerySet) -> bool:
    """Tell whether the order of a queryset ends with something unique."""
    query = queryset.query
    if query.combinator or query.group_by or not query.order_by:
        return bool(query.order_by or query.extra_order_by or query.combinator)
    last = query.order_by[-1]
    while hasattr(last, "expression"):
        last = last.expression
    name = str(getattr(last, "name", last)).lstrip("-")
    if name in CERTAIN:
        return True
    field = next((field for field in queryset.model._meta.fields if field.name == name), None)
    return field is None or field.unique


def is_shown_by_template() -> bool:
    """Tell whether a `{% for %}` of one of our templates is reading."""
    for frame in frames(3):
        node = frame.f_locals.get("self")
        if frame.f_code.co_name == "render" and isinstance(node, ForNode):
            return is_own_template(str(node.origin))
    return False


def watch_orders(monkeypatch: Any) -> None:
    """Refuse slices and `{% for %}` over rows of ours whose order is not certain."""
    fetch_all = QuerySet._fetch_all

    def watched(queryset: QuerySet) -> None:
        is_new = queryset._result_cache is None
        fetch_all(queryset)
        if not is_new or len(queryset._result_cache) < 2 or queryset.model._meta.app_label not in APPS:
            return
        query = queryset.query
        size = (query.high_mark or sys.maxsize) - query.low_mark
        is_slice = query.is_sliced and size != ROWS_READ_BY_GET
        if (is_slice and not has_certain_order(queryset)) or (not queryset.ordered and is_shown_by_template()):
            raise UncertainOrder(f"{queryset.model.__name__} ordered by {query.order_by or 'nothing'}: {query}")

    monkeypatch.setattr(models.QuerySet, "_fetch_all", watched)


class HonestConnection:
    """The connection as the outbox sees it: the transaction in which pytest wraps a test does not count."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connection, name)

    @property
    def in_atomic_block(self) -> bool:
        """Whether the code under test opened a transaction itself."""
        return any(not block._from_testcase for block in connection.atomic_blocks)


def watch_mails(monkeypatch: Any) -> None:
    """Let the outbox refuse a mail posted outside a transaction, in every test."""
    monkeypatch.setattr("diginor.outbox.posting.connection", HonestConnection())
