"""Reading and writing the files: CSV as spreadsheets make it, and XLSX.

In a CSV, a cell that a spreadsheet would run as a formula goes out behind an apostrophe, and loses it when it comes
back. In a workbook a cell says that it is a text, and needs none.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib import Dataset

from diginor.exchange.columns import Unreadable, tidy
from diginor.exchange.decoding import BOM, CSV, MOST_BYTES, XLSX, FileRefused, decoded, kind_of, misread
from diginor.text.clean_text import without_unseen
from diginor.text.wording import number

CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_COLUMNS = 100
# A sheet whose borders were drawn down to its end has a million empty lines.
MOST_EMPTY = 1000
# How many lines may stand above the names of the columns: a title, a date, an empty line.
MOST_ABOVE = 10
DELIMITERS = ";,\t|"
_ESCAPED = re.compile(r"^(?:[=+\-@\t\r]|'[=+\-@\t\r'])")
_ESCAPE = re.compile(r"^'(?=[=+\-@\t\r'])")
_SEPARATOR = re.compile(r'"?sep=(.)"?[;,\t]*\r?\n', re.IGNORECASE)
_SHEET_ERROR = re.compile(r"#[A-Z][A-Z0-9/]*[!?]|#(?:N/A|NV|SPILL|CALC)", re.IGNORECASE)
_ROUNDED = re.compile(r"\d+(?:[.,]\d+E\+?|E\+)\d+", re.IGNORECASE)


class Table(Dataset):
    """The rows of a file under the names of its columns.

    `first_line` is where the first row stands in the file, `remarks` what a person must hear before confirming.
    """

    def __init__(self, headings: list[str], first_line: int, remarks: list[str]) -> None:
        super().__init__(headers=headings)
        self.first_line = first_line
        self.remarks = remarks


def neutralise(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _ESCAPED.match(text) else text


def restore(text: str) -> str:
    """The text before `neutralise`."""
    return _ESCAPE.sub("", text)


def read_table(content: bytes, most_rows: int, known: Mapping[str, Callable[[str], str]]) -> Table:
    """The table that a file holds, its columns named by the first line that has some of the names that are known.

    `known` says by the name of its column how the text of a cell is read. Empty lines keep their place; what stands
    above the names of the columns is skipped, and that is remarked.
    """
    remarks: list[str] = []
    if kind_of(content) == XLSX:
        lines, above = _xlsx_rows(content), 0
    else:
        lines, above, remarks = _csv_rows(content, known)
    start = list(islice(lines, MOST_ABOVE))
    place = _place_of_headings(start, known)
    table = Table(_headings(start[place] if start else []), above + place + 2, remarks)
    if any(tidy(value) for line in start[:place] for value in line):
        text = _("Les lignes au-dessus des noms de colonnes ont été passées : ces noms sont à la ligne %(line)s.")
        remarks.append(text % {"line": above + place + 1})
    readers = [known.get(name, str) for name in table.headers]
    _fill(table, readers, chain(start[place + 1 :], lines), most_rows)
    remarks += misread([*table.headers, *(cell for row in table for cell in row)])
    return table


def _headings(values: list[Any]) -> list[str]:
    headings = [_heading(value) for value in values]
    while headings and not headings[-1]:
        headings.pop()
    if not headings or len(headings) > MOST_COLUMNS:
        raise FileRefused(_("La première ligne ne nomme pas les colonnes."))
    twice = sorted({name for name in headings if name and headings.count(name) > 1})
    if twice:
        raise FileRefused(_("Plusieurs colonnes portent le même nom : %(names)s.") % {"names": ", ".join(twice)})
    return headings


def _heading(value: Any) -> str:
    """The name of a column, with plain spaces and without what nobody sees."""
    return " ".join(without_unseen(tidy(value)).split())


def _place_of_headings(lines: list[list[Any]], known: Collection[str]) -> int:
    """Which of the first lines has the most names that are known; the first one where none has any."""
    scores = [len({_heading(value) for value in line} & set(known)) for line in lines]
    return scores.index(max(scores)) if scores else 0


def _fill(table: Table, readers: list[Callable[[str], str]], lines: Iterable[list[Any]], most_rows: int) -> None:
    width, beyond = len(readers), 0
    for values in lines:
        if len(table) >= most_rows and any(tidy(value) for value in values):
            raise FileRefused(
                _("Ce fichier compte plus de %(most)s lignes. Partagez-le.") % {"most": number(most_rows)}
            )
        if len(table) < most_rows:
            cells = [_cell(read, _text(value)) for read, value in zip(readers, values, strict=False)]
            table.append(cells + [""] * (width - len(cells)))
        elif (beyond := beyond + 1) > MOST_EMPTY:
            break
    while len(table) and not any(table[-1]):
        table.pop()
    if not len(table):
        raise FileRefused(_("Ce fichier nomme des colonnes et n’a aucune ligne."))


def _cell(read: Callable[[str], str], text: str) -> str:
    """A cell as its column reads it; what a spreadsheet has lost stays lost."""
    return text if isinstance(text, Unreadable) else read(text)


def _text(value: Any) -> str:
    """A cell as text: days as 2015-03-12, whole numbers without a decimal part; what a spreadsheet has lost says so."""
    if isinstance(value, Unreadable):
        return value
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = tidy(value)
    seen = without_unseen(text).strip()
    if _SHEET_ERROR.fullmatch(seen):
        why = _("« %(text)s » est une erreur du tableur. Corrigez la formule, ou écrivez la valeur.")
        return Unreadable(text, why % {"text": seen})
    if _ROUNDED.fullmatch(seen):
        return Unreadable(text, _("le tableur a arrondi ce numéro. Mettez la colonne au format « Texte »."))
    return text


def _csv_rows(content: bytes, known: Collection[str]) -> tuple[Iterator[list[Any]], int, list[str]]:
    """The rows, how many lines stand before them, and what is to be said of their letters."""
    text, remarks = decoded(content)
    if told := _SEPARATOR.match(text):
        return _csv_cells(text[told.end() :], told.group(1)), 1, remarks
    return _csv_cells(text, _delimiter(text, known)), 0, remarks


def _delimiter(text: str, known: Collection[str]) -> str:
    """What separates the names of the columns; without known names, what the first line has most of."""
    head = "\n".join(text.splitlines()[:MOST_ABOVE])

    def score(delimiter: str) -> tuple[int, int]:
        lines = list(csv.reader(StringIO(head, newline=""), delimiter=delimiter))
        best = max((len({_heading(cell) for cell in line} & set(known)) for line in lines), default=0)
        return best, head.split("\n", 1)[0].count(delimiter)

    return max(DELIMITERS, key=score)


def _csv_cells(text: str, delimiter: str) -> Iterator[list[Any]]:
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            yield [restore(tidy(cell)) for cell in row]
    except csv.Error as error:
        raise FileRefused(_("Ce CSV est abîmé : ses guillemets ou ses séparateurs ne se suivent pas.")) from error


def _xlsx_rows(content: bytes) -> Iterator[list[Any]]:
    try:
        values = _first_sheet(content, data_only=True)
        if not _has_formulas(content):
            yield from (list(row) for row in values.iter_rows(values_only=True, max_col=MOST_COLUMNS))
            return
        formulas = _first_sheet(content, data_only=False)
        pairs = zip(values.iter_rows(max_col=MOST_COLUMNS), formulas.iter_rows(max_col=MOST_COLUMNS), strict=True)
        for row, written in pairs:
            yield [_value(*cells) for cells in zip(row, written, strict=True)]
    # openpyxl raises whatever its parsers meet in a broken file.
    except Exception as error:
        text = _("Ce classeur est abîmé : ouvrez-le dans un tableur et enregistrez-le à nouveau.")
        raise FileRefused(text) from error


def _first_sheet(content: bytes, *, data_only: bool) -> Any:
    sheet: Any = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=data_only).worksheets[0]
    sheet.reset_dimensions()
    return sheet


def _has_formulas(content: bytes) -> bool:
    """Whether some sheet holds a formula; reading them costs a second pass."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(re.search(rb"<f[ >/]", archive.read(name)) for name in sheets)


def _value(cell: Any, written: Any) -> Any:
    """The value of a cell; a formula that was never computed has none, and must not pass for an emptied cell."""
    if written.data_type == "f" and cell.value in (None, ""):
        why = _("cette formule n’a pas de valeur. Ouvrez le fichier dans un tableur et enregistrez-le, ou écrivez-la.")
        return Unreadable("=", why)
    return cell.value


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV as French spreadsheets open it: UTF-8 with its mark, semicolons, decimal commas."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield BOM + writer.writerow([_csv_cell(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: object) -> str:
    """A number is no formula, even below zero; a text is told from one."""
    return str(value).replace(".", ",") if isinstance(value, int | float) else neutralise(str(value))


def xlsx_bytes(headings: list[str], rows: Iterable[list[str]]) -> bytes:
    """A workbook with one sheet, every cell a text."""
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    for row in (headings, *rows):
        sheet.append([_text_cell(sheet, text) for text in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell that is a text whatever it begins with."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    if cell.data_type == "f":
        cell.data_type = "s"
    return cell


__all__ = [
    "CONTENT_TYPES", "CSV", "MOST_BYTES", "XLSX", "FileRefused", "Table", "csv_lines", "neutralise", "read_table",
    "restore", "xlsx_bytes",
]  # fmt: skip
