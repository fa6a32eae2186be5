"""Deleting from the administration: nothing goes that its person has not read.

The page that asks carries a seal of everything it would take away, column by column. Whoever confirms holds these rows;
what another person changed or added since is told, and the page asks again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as stock_action
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.admin.utils import NestedObjects
from django.core import signing
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Field, ForeignKey, Model
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diginor.web.edits import fingerprint, said
from diginor.web.journal import column_label, entries, naming, noted_as, says_now, signed

READ = "read"
SALT = "diginor.admin.deletions"
MOST_TOLD = 10


class Taken:
    """What deleting some rows takes away: these rows, and whatever goes with them."""

    def __init__(self, roots: Sequence[Any], *, is_held: bool) -> None:
        self.roots = roots
        self.rows = {_name_of(row): row for row in _with_all_that_goes(roots, is_held=is_held)}

    @cached_property
    def marks(self) -> dict[str, list[str]]:
        """A mark of every column of every row."""
        return {
            name: [fingerprint(getattr(row, column.attname)) for column in _columns(row)]
            for name, row in self.rows.items()
        }

    def seal(self) -> str:
        """What was read, and when."""
        return signing.dumps([timezone.now().isoformat(), self.marks], salt=SALT, compress=True)

    def is_read(self, seal: str) -> bool:
        """Whether the person has read everything that goes."""
        _since, seen = _opened(seal)
        return all(seen.get(name) == marks for name, marks in self.marks.items())

    def news(self, seal: str) -> list[str]:
        """What changed and came since a seal was given; nothing when it was not."""
        since, seen = _opened(seal)
        if not since:
            return []
        changed = [row for name, row in self.rows.items() if name in seen and seen[name] != self.marks[name]]
        texts = [self._changes(row, seen[_name_of(row)], since) for row in changed[:MOST_TOLD]]
        if rest := len(changed) - len(texts):
            text = ngettext("Et %(count)s autre fiche a changé.", "Et %(count)s autres fiches ont changé.", rest)
            texts.append(text % {"count": rest})
        if added := [row for name, row in self.rows.items() if name not in seen]:
            text = _("Nouveau depuis que vous avez ouvert cette page, et supprimé avec le reste : %(rows)s.")
            names = [_title(row) + signed(next(iter(entries(row, ADDITION)), None)) for row in added[:MOST_TOLD]]
            texts.append(text % {"rows": ", ".join([*names, *(["…"] if added[MOST_TOLD:] else [])])})
        return texts

    def _changes(self, row: Any, seen: list[str], since: datetime) -> str:
        """Which columns of a row changed, what they say now and who wrote that."""
        # The lines of a sheet are noted in the journal of that sheet.
        noted = [entry for one in (row, *self.roots) for entry in entries(one, CHANGE, since=since)]
        changes = [
            says_now(label, said(field, getattr(row, column.attname)), naming(noted, noted_as(row, column.name)))
            for column, before, now in zip(_columns(row), seen, self.marks[_name_of(row)], strict=False)
            if before != now and (field := column.formfield()) and (label := column_label(row, column.name))
        ]
        text = _("« %(row)s » a changé depuis que vous avez ouvert cette page : %(changes)s.")
        return text % {"row": _title(row), "changes": " ; ".join(changes)}


def ask_again_unless_read(request: HttpRequest, roots: Sequence[Any]) -> None:
    """Turn a confirmation into a question, with what is new, unless the person has read everything that goes."""
    confirms, seal = bool(request.POST.get("post")), request.POST.get(READ, "")
    taken = Taken(roots, is_held=confirms)
    request.taken = taken  # type: ignore[attr-defined]
    if confirms and taken.is_read(seal):
        return
    if confirms:
        request.asks_again = True  # type: ignore[attr-defined]
        for text in taken.news(seal):
            messages.warning(request, text)
        messages.warning(request, _("Rien n’est supprimé. Relisez ce qui va l’être, puis confirmez à nouveau."))
    # The stock pages delete only what is sent to them.
    request.POST = QueryDict()


def sealed(request: HttpRequest, answer: Any) -> Any:
    """The page that asks, with the seal of what it shows."""
    taken = getattr(request, "taken", None)
    if taken and isinstance(answer, TemplateResponse):
        answer.context_data = {**(answer.context_data or {}), "read": taken.seal()}
        answer.status_code = 409 if hasattr(request, "asks_again") else 200
    return answer


@admin.action(permissions=["delete"], description=gettext_lazy("Supprimer la sélection"))
def delete_selected(of: Any, request: HttpRequest, rows: Any) -> Any:
    """Delete several rows, once everything that goes was read."""
    with transaction.atomic():
        return sealed(request, stock_action(of, request, rows))


def _with_all_that_goes(roots: Sequence[Any], *, is_held: bool) -> Iterator[Any]:
    """The rows as they are now, kept from everybody else when they are about to go."""
    if is_held:
        _read(roots, is_held=True)
    found = NestedObjects(using=DEFAULT_DB_ALIAS, origin=roots)
    found.collect(roots)
    for rows in found.model_objs.values():
        yield from _read(list(rows), is_held=is_held)


def _read(rows: Sequence[Any], *, is_held: bool) -> list[Any]:
    if not rows:
        return []
    fresh = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return list(fresh.select_for_update(of=("self",)) if is_held else fresh)


def _opened(seal: str) -> tuple[datetime | None, dict[str, list[str]]]:
    try:
        since, seen = signing.loads(seal, salt=SALT)
        return datetime.fromisoformat(since), dict(seen)
    except (signing.BadSignature, ValueError, TypeError):
        return None, {}


def _name_of(row: Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def _columns(row: Model) -> list[Field]:
    """What people write; what the portal computes is no change of theirs."""
    return [column for column in row._meta.concrete_fields if column.editable and not column.primary_key]


def _title(row: Any) -> str:
    """The name of a row; a bare link between two rows has theirs."""
    if not row._meta.auto_created:
        return str(row)
    ends = [column.name for column in row._meta.concrete_fields if isinstance(column, ForeignKey)]
    return " – ".join(str(getattr(row, name)) for name in ends)
