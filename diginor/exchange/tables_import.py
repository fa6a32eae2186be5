"""A file compared with the database row by row: what is new, what changes, what is wrong, what a person decides."""

import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.resources import Resource

from diginor.exchange.columns import Column, tidy
from diginor.exchange.decoding import FileRefused
from diginor.exchange.tables import Table

SUMMARY = 16  # signs of a summary: whoever confirms has made no other file for it
# No identifier has this sign.
NEW = "+"
ERROR, DOUBT, ADDED, CHANGED, SAME = "error", "doubt", "added", "changed", "same"
CHUNK = 500


class DataMoved(Exception):
    """What the file would change is not any more what the person saw."""


@dataclass(frozen=True)
class Change:
    """What a column of a row becomes."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row, and in which column."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        message = self.message[:1].lower() + self.message[1:] if self.message[1:2].islower() else self.message
        if not self.column:
            return _("Ligne %(line)s : %(message)s") % {"line": self.line, "message": message}
        facts = {"line": self.line, "column": self.column, "message": message}
        return _("Ligne %(line)s, colonne %(column)s : %(message)s") % facts


@dataclass
class Option:
    """One thing that a row may mean: this known row, or a new one."""

    key: str
    instance: Any
    is_new: bool
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return str(self.instance)


@dataclass
class Match:
    """What the identity of a row says: a known row, rows that look like it, or what contradicts itself."""

    known: Any = None
    candidates: list[Any] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Line:
    """A row of the file with what it may mean; one option only when there is no doubt."""

    number: int
    name: str
    options: dict[str, Option]
    chosen: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def option(self) -> Option | None:
        """What the row means, once that is certain or was said."""
        if len(self.options) == 1:
            return next(iter(self.options.values()))
        return self.options.get(self.chosen)

    @property
    def kind(self) -> str:
        """In which part of the difference the row is told."""
        option = self.option
        if self.faults or (option and option.faults):
            return ERROR
        if option is None:
            return DOUBT
        return ADDED if option.is_new else CHANGED if option.changes else SAME

    @property
    def is_open(self) -> bool:
        """Whether a person has to say, or has said, what the row means."""
        return len(self.options) > 1

    def summary(self) -> str:
        """A summary of what the row would change, whatever it is said to mean."""
        told = [(key, option.is_new, option.changes) for key, option in self.options.items()]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:SUMMARY]

    def all_faults(self) -> list[Fault]:
        """What is wrong with the row and with what it means."""
        return [*self.faults, *(self.option.faults if self.option else [])]


class Outcome:
    """What a file would change."""

    def __init__(self, lines: list[Line], remarks: Sequence[str] = ()) -> None:
        self.lines = lines
        self.remarks = remarks

    def of(self, *kinds: str) -> list[Line]:
        """The rows of some kinds."""
        return [line for line in self.lines if line.kind in kinds]

    @property
    def counts(self) -> Counter[str]:
        """How many rows there are of each kind."""
        return Counter(line.kind for line in self.lines)

    @property
    def faults(self) -> list[Fault]:
        """Everything that is wrong, in the order of the file."""
        return [fault for line in self.lines for fault in line.all_faults()]

    @property
    def doubts(self) -> list[Line]:
        """The rows about which a person decides, decided or not."""
        return [line for line in self.lines if line.is_open and not line.faults]

    @property
    def can_be_confirmed(self) -> bool:
        """Whether nothing is wrong, and something would change."""
        kinds = self.counts
        return not kinds[ERROR] and bool(kinds[ADDED] + kinds[CHANGED] + kinds[DOUBT])

    def summary(self) -> dict[str, str]:
        """What each line would change, by its number, decisions apart: equal ones change the same things."""
        return {str(line.number): line.summary() for line in self.lines}

    def moved_since(self, seen: Mapping[str, str]) -> list[Line]:
        """The lines that would not change any more what they would have changed when this summary was made."""
        return [line for line in self.lines if line.summary() != seen.get(str(line.number))]

    def decide(self, choices: Mapping[str, str]) -> None:
        """Take what the person says of each doubtful row; two rows cannot mean the same known row."""
        taken = {line.options[key].key: line.number for line in self.lines if not line.is_open for key in line.options}
        for line in self.lines:
            choice = choices.get(f"choix-{line.number}", "")
            if not line.is_open or choice not in line.options:
                continue
            line.chosen = choice
            if choice == NEW:
                continue
            if first := taken.get(choice):
                text = _("la ligne %(first)s parle déjà de cette fiche.") % {"first": first}
                line.faults.append(Fault(line.number, "", text))
            taken.setdefault(choice, line.number)


class TableImport(Resource):
    """The columns of a file about one kind of rows; each kind says how rows are found, checked and written."""

    # Rows are few enough to be read while a person waits.
    most_rows = 10_000
    required: tuple[str, ...] = ()
    added_title: Any = gettext_lazy("Ce qui est nouveau")

    def __init__(self, user: Any) -> None:
        super().__init__()
        self.user = user
        self.is_locking = False
        self.fields = {column.attribute: column for column in self.make_columns()}

    def make_columns(self) -> list[Column]:
        """The columns, in order."""
        raise NotImplementedError

    def prepare(self, table: Table) -> None:
        """Read at once everything that the rows speak of."""

    def loaded(self, rows: QuerySet) -> QuerySet:
        """The rows with what their cells need."""
        return rows

    def identify(self, row: dict[str, str]) -> Match:
        """Find which known row a row of the file is about."""
        raise NotImplementedError

    def blank(self, row: dict[str, str]) -> Model:
        """A new row before its cells are read."""
        raise NotImplementedError

    def key_of(self, instance: Any) -> str:
        """How a known row is named in a choice."""
        return str(instance.pk)

    def name_of(self, row: dict[str, str]) -> str:
        """How a row of the file is named in the difference."""
        return next(filter(None, row.values()), "")

    def check(self, option: Option) -> dict[str, str]:
        """What is wrong with a row beyond the types of its cells, by attribute."""
        return {}

    def rehearse(self, outcome: Outcome) -> None:
        """Find what only the writing would refuse; nothing by default."""

    def write(self, outcome: Outcome) -> None:
        """Write what is new and what changes, inside the transaction of the caller."""
        raise NotImplementedError

    @cached_property
    def columns(self) -> list[Column]:
        """The columns, made once."""
        return list(self.fields.values())

    @cached_property
    def headings(self) -> dict[str, str]:
        """The heading of each attribute."""
        return {column.attribute: column.column_name for column in self.columns}

    def cells(self, instance: Any) -> list[str]:
        """A row as it goes out."""
        return [column.text_of(instance) for column in self.columns]

    def exported(self, rows: QuerySet) -> Iterator[list[str]]:
        """The cells of every row, read by key some hundreds at a time."""
        last = 0
        while chunk := list(self.loaded(rows.order_by("pk").filter(pk__gt=last))[:CHUNK]):
            yield from map(self.cells, chunk)
            last = chunk[-1].pk

    @property
    def readers(self) -> dict[str, Callable[[str], str]]:
        """How the text of a cell is read, by each name of a column that a file may have."""
        return {column.column_name: column.read for column in self.columns}

    def compared(self, table: Table) -> Outcome:
        """What the file would change, without changing anything."""
        self._know_headings(table)
        self.prepare(table)
        lines: list[Line] = []
        met: dict[str, int] = {}
        for number, values in enumerate(table, start=table.first_line):
            row = dict(zip(table.headers, values, strict=True))
            if any(row.values()):
                line = self._line(number, row)
                self._refuse_twice(line, row, met)
                lines.append(line)
        outcome = Outcome(lines, table.remarks)
        if not outcome.faults:
            self.rehearse(outcome)
        return outcome

    def _know_headings(self, table: Table) -> None:
        headings = table.headers
        if unknown := [name for name in headings if name and name not in self.headings.values()]:
            facts = {"names": ", ".join(unknown[:10]), "known": ", ".join(self.headings.values())}
            text = _("Ces colonnes sont inconnues : %(names)s. Les colonnes sont : %(known)s.") % facts
            raise FileRefused(" ".join([text, *table.remarks]))
        if missing := [name for name in self.required if name not in headings]:
            raise FileRefused(_("Il manque ces colonnes : %(names)s.") % {"names": ", ".join(missing)})

    def _line(self, number: int, row: dict[str, str]) -> Line:
        match = self.identify(row)
        found = [match.known] if match.known else match.candidates
        options = {self.key_of(one): self._option(number, row, one) for one in found}
        if not match.known and not match.errors:
            options[NEW] = self._option(number, row, None)
        line = Line(number, self.name_of(row), options)
        line.faults = [self._fault(number, name, text) for name, text in match.errors.items()]
        if line.is_open:
            # What is wrong whatever the row means is said at once.
            common = [set(option.faults) for option in options.values()]
            line.faults += [fault for fault in options[NEW].faults if all(fault in faults for faults in common)]
        return line

    def _refuse_twice(self, line: Line, row: dict[str, str], met: dict[str, int]) -> None:
        """Refuse a row that speaks of the same thing as one above."""
        for attribute, mark in self.marks(line, row):
            first = met.setdefault(mark, line.number)
            if first != line.number:
                text = _("la ligne %(first)s parle déjà de la même fiche.") % {"first": first}
                line.faults.append(self._fault(line.number, attribute, text))
                return

    def marks(self, line: Line, row: dict[str, str]) -> list[tuple[str, str]]:
        """What only one row of the file may have, with the attribute that carries it."""
        option = None if line.is_open else line.option
        return [("", option.key)] if option and not option.is_new else []

    def _option(self, number: int, row: dict[str, str], known: Any) -> Option:
        instance = copy.copy(known) if known else self.blank(row)
        option = Option(self.key_of(known) if known else NEW, instance, is_new=not known)
        before = {} if option.is_new else {column.attribute: column.text_of(instance) for column in self.columns}
        errors: dict[str, Any] = {}
        try:
            self.import_instance(instance, row)
        except ValidationError as error:
            errors = error.message_dict
        for column in self.columns:
            after = column.text_of(instance) if not column.readonly and column.attribute not in errors else None
            if after is not None and after != before.get(column.attribute, ""):
                option.changes.append(Change(column.column_name, before.get(column.attribute, ""), after))
                option.attributes.append(column.attribute)
        errors = {**self.check(option), **errors}
        option.faults = [self._fault(number, name, text) for name, text in errors.items()]
        return option

    def _fault(self, line: int, attribute: str, message: Any) -> Fault:
        text = tidy(message[0] if isinstance(message, list) else message)
        return Fault(line, "" if attribute == NON_FIELD_ERRORS else self.headings.get(attribute, ""), text)

    def wrong_fields(self, instance: Model, names: list[str]) -> dict[str, str]:
        """What the model itself refuses in some of its fields, without asking the database."""
        checked = {f.name for f in instance._meta.concrete_fields if f.name in names and not f.is_relation}
        try:
            instance.clean_fields(exclude={f.name for f in instance._meta.fields} - checked)
        except ValidationError as error:
            return {name: texts[0] for name, texts in error.message_dict.items()}
        return {}
