"""How a value is written in a cell and read back; a refusal is a ValueError with a sentence for whoever wrote it."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.fields import Field
from import_export.widgets import Widget

from diginor.text.clean_text import one_line, several_lines
from diginor.text.search import plain
from diginor.text.whole_numbers import whole_number

BETWEEN = " | "
MOST_NAMED = 8
YES, NO = "oui", "non"
MEANS = {"oui": True, "o": True, "vrai": True, "1": True, "x": True, "yes": True, "true": True}
MEANS |= {"non": False, "n": False, "faux": False, "0": False, "": False, "no": False, "false": False}


def tidy(value: Any) -> str:
    """The text of a cell with plain ends of lines, and nothing around it."""
    if value is None:
        return ""
    text = str(value)
    return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).strip()


class Unreadable(str):
    """The text of a cell that a spreadsheet has lost, with the sentence that says so: it is a fault, never a value."""

    why: str

    def __new__(cls, text: str, why: str) -> "Unreadable":
        """The text with its sentence."""
        cell = super().__new__(cls, text)
        cell.why = why
        return cell


class Column(Field):
    """A column of a file; what its cell says replaces the value only where it says something else."""

    def __init__(
        self,
        attribute: str,
        heading: str,
        cell: "Cell | None" = None,
        *,
        is_told: bool = False,
        keeps_when_empty: bool = False,
    ) -> None:
        """`is_told` columns go out for the reader and are not read back."""
        super().__init__(attribute=attribute, column_name=heading, widget=cell or Cell(), readonly=is_told)
        self.keeps_when_empty = keeps_when_empty

    def read(self, text: str) -> str:
        """The text of its cell as a form reads what is typed; what a form refuses is unreadable."""
        try:
            return several_lines(text).strip() if self.widget.is_long else one_line(text)
        except ValidationError as error:
            return Unreadable(text, error.messages[0])

    def clean(self, row: dict[str, Any], **kwargs: Any) -> Any:
        """What the cell says; ValueError where a spreadsheet has lost it."""
        written = row.get(self.column_name)
        if isinstance(written, Unreadable):
            raise ValueError(written.why)
        return super().clean(row, **kwargs)

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Put the value of the cell in its place, unless the row says the same already."""
        if self.readonly or (self.keeps_when_empty and not tidy(row[self.column_name])):
            return
        value = self.clean(row)
        if tidy(self.widget.render(value)) == self.text_of(instance):
            return
        *path, name = self.attribute.split("__")
        for step in path:
            instance = getattr(instance, step)
        setattr(instance, name, value)

    def text_of(self, instance: Any) -> str:
        """The cell that the row gives."""
        return tidy(self.export(instance))


class LinksColumn(Column):
    """A column about several other rows, written apart from the row itself."""

    def get_value(self, instance: Any) -> Any:
        """What the file says, else what the database holds."""
        linked: dict[str, Any] = instance.__dict__.get("linked_rows", {})
        if self.attribute in linked:
            return linked[self.attribute]
        return list(getattr(instance, self.attribute).all()) if instance.pk else []

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Keep the rows beside the instance until it is written."""
        value = self.clean(row)
        if tidy(self.widget.render(value)) != self.text_of(instance):
            instance.linked_rows = {**instance.__dict__.get("linked_rows", {}), self.attribute: value}


class Cell(Widget):
    """A text of one line."""

    is_long = False

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return tidy(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return tidy(value)


class LongCell(Cell):
    """A text of several lines."""

    is_long = True


class ChoiceCell(Cell):
    """One of a closed list, by its French label; its code is understood too."""

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        """Labels are French in files whatever the language of the page, so that a file reads the same everywhere."""
        super().__init__()
        with override("fr"):
            self.labels = {str(code): str(label) for code, label in choices}
        self.codes = {plain(label): code for code, label in self.labels.items()}
        self.codes |= {code.lower(): code for code in self.labels}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """The code, or nothing; ValueError for a word that is not of the list."""
        text = tidy(value)
        return self.code_of(text) if text else ""

    def code_of(self, text: str) -> str:
        """The code of a word of the list."""
        found = self.codes.get(text.lower()) or self.codes.get(plain(text))
        if found is None:
            known = ", ".join(list(self.labels.values())[:MOST_NAMED])
            known += "…" if len(self.labels) > MOST_NAMED else "."
            raise ValueError(_("« %(text)s » n’est pas dans la liste : %(known)s") % {"text": text, "known": known})
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.labels.get(str(value), tidy(value))


class SeveralCell(ChoiceCell):
    """Several of a closed list, with a bar between them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The codes in the order of the list."""
        codes = {self.code_of(text) for text in pieces(value)}
        return [code for code in self.labels if code in codes]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The labels in the order of the list; what is not of the list stays as it is."""
        given = [str(code) for code in value or ()]
        kept = [code for code in self.labels if code in given] + [code for code in given if code not in self.labels]
        return BETWEEN.join(self.labels.get(code, code) for code in kept)


class WordsCell(Cell):
    """Several free words, with a bar between them; each goes through `read`, which may refuse it."""

    def __init__(self, read: Callable[[str], str] = str) -> None:
        super().__init__()
        self.read = read

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return [self.read(text) for text in pieces(value)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The words with their bars."""
        return BETWEEN.join(value or ())


class YesNoCell(Cell):
    """« oui » or « non »."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = tidy(value)
        if text.lower() not in MEANS:
            raise ValueError(_("écrivez « oui » ou « non »."))
        return MEANS[text.lower()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return YES if value else NO


class NumberCell(Cell):
    """A whole number, or nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = "".join(tidy(value).split())
        if not text:
            return None
        if (number := whole_number(text, most=9)) is None:
            raise ValueError(_("« %(text)s » n’est pas un nombre entier.") % {"text": tidy(value)})
        return number


class DayCell(Cell):
    """A day, written 2015-03-12; 12/03/2015 is understood too."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = tidy(value)
        if not text:
            return None
        for shape in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(text, shape).date()  # noqa: DTZ007
            except ValueError:
                continue
        raise ValueError(_("cette date ne se lit pas. Écrivez 12/03/2015 ou 2015-03-12."))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The day in the order that sorts."""
        return value.isoformat() if isinstance(value, date) else tidy(value)


class LinkCell(Cell):
    """Another row, found by what `find` understands and shown by `name`."""

    def __init__(self, find: Callable[[str], Any], name: Callable[[Any], str]) -> None:
        super().__init__()
        self.find, self.name = find, name

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The row, or None."""
        text = tidy(value)
        return self.find(text) if text else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.name(value) if value else ""


class LinksCell(LinkCell):
    """Several other rows, with a bar between them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return list(dict.fromkeys(self.find(text) for text in pieces(value)))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Their names in alphabetical order: the order of rows means nothing."""
        return BETWEEN.join(sorted((self.name(one) for one in value or ()), key=plain))


def pieces(value: Any) -> list[str]:
    """What the bars of a cell separate."""
    return [text.strip() for text in tidy(value).split("|") if text.strip()]
