"""The journal of a succession: each change of a row is written down as it is made, by sets, and can be taken back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from members.successions.models import MovedRow, Succession

Values = dict[str, Any]
BATCH = 1000


@dataclass(frozen=True)
class Change:
    """A row to make (`before` is None), to remove (`after` is None), or to change; values as JSON holds them."""

    row: models.Model
    before: Values | None
    after: Values | None

    @property
    def model(self) -> type[models.Model]:
        """What kind of row it is."""
        return type(self.row)

    @property
    def group(self) -> tuple[Any, ...]:
        """Changes of one group are made by one statement."""
        if self.before is None or self.after is None:
            return (self.model, self.before is None)
        return (self.model, tuple(sorted((name, repr(value)) for name, value in self.after.items())))


def made(row: models.Model) -> Change:
    """A new row, not saved yet."""
    return Change(row, None, {})


def removed(row: models.Model) -> Change:
    """A row that goes."""
    return Change(row, values_of(row), None)


def changed(row: models.Model, **after: Any) -> Change:
    """A row whose fields take other values."""
    values = {name: _encoded(type(row), name, value) for name, value in after.items()}
    return Change(row, values_of(row, tuple(after)), values)


def is_change(change: Change) -> bool:
    """Whether anything differs; a change of nothing is not written."""
    return change.before != change.after


def values_of(row: models.Model, names: Iterable[str] | None = None) -> Values:
    """Some fields of a row as JSON holds them; all but the key and what the database computes unless named."""
    wanted = names if names is not None else _stored_names(type(row))
    return {name: _encoded(type(row), name, getattr(row, name)) for name in wanted}


def _stored_names(model: type[models.Model]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if not field.primary_key and not field.generated]


@cache
def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _encoded(model: type[models.Model], name: str, value: Any) -> Any:
    return _as_json(_field(model, name).get_prep_value(value))


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _decoded(model: type[models.Model], values: Values) -> Values:
    return {name: _field(model, name).to_python(value) for name, value in values.items()}


def write(succession: Succession, changes: Iterable[Change]) -> int:
    """Make the changes, in the order in which their groups first come, and write each down; return how many."""
    groups: dict[Any, list[Change]] = {}
    for change in filter(is_change, changes):
        groups.setdefault(change.group, []).append(change)
    written = [row for group in groups.values() for row in _do(succession, group)]
    MovedRow.objects.bulk_create(written, batch_size=BATCH)
    return len(written)


def _do(succession: Succession, group: list[Change]) -> list[MovedRow]:
    """Make the changes of one group, by one statement for a thousand rows."""
    model, first = group[0].model, group[0]
    rows = [change.row for change in group]
    if first.before is None:
        model._base_manager.bulk_create(rows, batch_size=BATCH)
    elif first.after is None:
        _of(model, [row.pk for row in rows])._raw_delete(connection.alias)
    else:
        _of(model, [row.pk for row in rows]).update(**_decoded(model, first.after))
    return [
        MovedRow(
            succession=succession,
            model=model._meta.label,
            row=change.row.pk,
            before=change.before,
            after=values_of(change.row) if change.before is None else change.after,
        )
        for change in group
    ]


def _of(model: type[models.Model], keys: list[int]) -> Any:
    return model._base_manager.filter(pk__in=keys)


class StillUsed(Exception):
    """Something was attached since to a row that would go."""


def changed_since(succession: Succession) -> Counter[type[models.Model]]:
    """Lock the moved rows, and count by kind those that are no longer as the succession left them."""
    found: Counter[type[models.Model]] = Counter()
    for model, moved in _by_model(succession).items():
        left = {row.row: row.after for row in moved if row.after is not None}
        gone = [row.row for row in moved if row.after is None]
        names = {name for after in left.values() for name in after}
        locked = model._base_manager.select_for_update(of=("self",)).filter(pk__in=left).order_by("pk")
        now = {row.pop("pk"): row for row in locked.values("pk", *sorted(names))}
        for key, after in left.items():
            row = now.get(key)
            found[model] += row is None or any(_encoded(model, name, row[name]) != after[name] for name in after)
        found[model] += len(_of(model, gone)) if gone else 0
    return +found


def take_back(succession: Succession) -> int:
    """Give every row back the values that it had, the last change first, and forget the journal."""
    moved = list(succession.moved_rows.order_by("-pk"))
    groups: dict[Any, list[MovedRow]] = {}
    for row in moved:
        groups.setdefault((row.model, *_kind_of(row)), []).append(row)
    try:
        with transaction.atomic():
            for (label, *_values), group in groups.items():
                _undo(apps.get_model(label), group)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise StillUsed from error
    succession.moved_rows.all()._raw_delete(connection.alias)
    return len(moved)


def _kind_of(row: MovedRow) -> tuple[Any, ...]:
    """Rows that one statement takes back together."""
    if row.before is None or row.after is None:
        return (row.before is None,)
    return repr(sorted(row.before.items())), repr(sorted(row.after.items()))


def _undo(model: type[models.Model], group: list[MovedRow]) -> None:
    keys, first = [row.row for row in group], group[0]
    if first.before is None:
        _of(model, keys)._raw_delete(connection.alias)
    elif first.after is None:
        rows = [model(pk=row.row, **_decoded(model, row.before or {})) for row in group]
        model._base_manager.bulk_create(rows, batch_size=BATCH)
    else:
        _of(model, keys).update(**_decoded(model, first.before))


def _by_model(succession: Succession) -> dict[type[models.Model], list[MovedRow]]:
    """The moved rows in the order in which their kinds were written, which is the order of locks everywhere."""
    rows: dict[type[models.Model], list[MovedRow]] = {}
    for row in succession.moved_rows.order_by("pk"):
        rows.setdefault(apps.get_model(row.model), []).append(row)
    return rows
