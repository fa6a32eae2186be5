"""The journal of the administration: who changed which column of a row, and when; written and read in one place."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from diginor.text.wording import moment

MOST_READ = 20


def column_label(row: Any, name: str) -> str:
    """The name of a column for people, empty when the row has none of that name."""
    try:
        return capfirst(force_str(row._meta.get_field(name).verbose_name))
    except FieldDoesNotExist:
        return ""


def noted_as(row: Any, name: str) -> set[str]:
    """How the journal calls a column, whatever the language of who reads."""
    with override(None):
        return {column_label(row, name).lower()} - {""}


def entries(row: Any, *flags: int, since: datetime | None = None) -> list[LogEntry]:
    """The latest entries of a row, the newest first; with flags, only of these kinds."""
    kind = ContentType.objects.get_for_model(row)
    found = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    if flags:
        found = found.filter(action_flag__in=flags)
    if since:
        found = found.filter(action_time__gte=since)
    return list(found.select_related("user").order_by("-action_time", "-pk")[:MOST_READ])


def naming(found: Iterable[LogEntry], names: set[str]) -> LogEntry | None:
    """The first of these entries that names one of these fields, written without capitals."""
    return next((entry for entry in found if names & _noted(entry.change_message)), None)


def author(row: Any, names: set[str]) -> str:
    """Who last changed one of these fields of a row, as the journal tells; empty when it does not know."""
    entry = naming(entries(row, CHANGE), names)
    return str(entry.user) if entry else ""


def signed(entry: LogEntry | None) -> str:
    """Who and when, between brackets; empty when the journal does not know."""
    return f" ({entry.user}, {moment(entry.action_time)})" if entry else ""


def says_now(label: str, value: str, entry: LogEntry | None) -> str:
    """What a field says since somebody changed it."""
    text = _("« %(field)s » dit maintenant « %(value)s »") if value else _("« %(field)s » est maintenant vide")
    return text % {"field": label, "value": value} + signed(entry)


def _noted(message: str) -> set[str]:
    try:
        changes = [line.get("changed", {}) for line in json.loads(message)]
        return {label.lower() for one in changes for label in one.get("columns", one.get("fields", ()))}
    except (ValueError, AttributeError, TypeError):
        return set()


def note(row: Any, columns: Iterable[str], *, by: Any) -> None:
    """Write in the journal who changed these columns of a row, as the administration does for its own forms."""
    with override(None):
        fields = [label for name in columns if (label := column_label(row, name))]
    if fields:
        LogEntry.objects.create(
            user=by,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row)[:200],
            action_flag=CHANGE,
            change_message=json.dumps([{"changed": {"fields": fields}}]),
        )
