"""Reading and writing the files: CSV as spreadsheets make it, and XLSX.

A cell that a spreadsheet would run as a formula goes out behind an apostrophe, and loses it when it comes back.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import filetype
import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib import Dataset

from diginor.exchange.columns import tidy
from diginor.wording import file_size, number

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"
MOST_BYTES = 10 * 1024 * 1024
MOST_UNFOLDED = 100 * 1024 * 1024
MOST_COLUMNS = 100
# A sheet whose borders were drawn down to its end has a million empty lines.
MOST_EMPTY = 1000
DELIMITERS = ";,\t"
_ESCAPED = re.compile(r"^(?:[=+\-@\t\r]|'[=+\-@\t\r'])")
_ESCAPE = re.compile(r"^'(?=[=+\-@\t\r'])")


class FileRefused(Exception):
    """A file that cannot be read, with the sentence that says why."""


def neutralise(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _ESCAPED.match(text) else text


def restore(text: str) -> str:
    """The text before `neutralise`."""
    return _ESCAPE.sub("", text)


def kind_of(content: bytes) -> str:
    """What a file is by its content alone: CSV or XLSX; FileRefused for anything else."""
    if not content.strip():
        raise FileRefused(_("Ce fichier est vide."))
    if len(content) > MOST_BYTES:
        sizes = {"size": file_size(len(content)), "limit": file_size(MOST_BYTES)}
        raise FileRefused(_("Ce fichier est trop lourd : %(size)s, pour %(limit)s au plus.") % sizes)
    found = filetype.guess_extension(content)
    if found in ("xlsx", "zip") and _is_workbook(content):
        return XLSX
    if found or b"\x00" in content or content.startswith(b"%PDF"):
        raise FileRefused(_("Ce fichier n’est ni un CSV ni un classeur XLSX, quel que soit son nom."))
    return CSV


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            # A crafted archive could unfold without end.
            is_sane = sum(part.file_size for part in archive.infolist()) <= MOST_UNFOLDED
            return is_sane and "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def read_table(content: bytes, most_rows: int) -> Dataset:
    """The table that a file holds; the first line names the columns, and empty lines keep their place."""
    rows = _xlsx_rows(content) if kind_of(content) == XLSX else _csv_rows(content)
    headings = [tidy(value) for value in next(rows, [])]
    while headings and not headings[-1]:
        headings.pop()
    if not headings or len(headings) > MOST_COLUMNS:
        raise FileRefused(_("La première ligne ne nomme pas les colonnes."))
    twice = sorted({name for name in headings if name and headings.count(name) > 1})
    if twice:
        raise FileRefused(_("Plusieurs colonnes portent le même nom : %(names)s.") % {"names": ", ".join(twice)})
    table = Dataset(headers=headings)
    beyond = 0
    for values in rows:
        if len(table) >= most_rows and any(tidy(value) for value in values):
            raise FileRefused(
                _("Ce fichier compte plus de %(most)s lignes. Partagez-le.") % {"most": number(most_rows)}
            )
        if len(table) < most_rows:
            cells = [_text(value) for value in values[: len(headings)]]
            table.append(cells + [""] * (len(headings) - len(cells)))
        elif (beyond := beyond + 1) > MOST_EMPTY:
            break
    while len(table) and not any(table[-1]):
        table.pop()
    if not len(table):
        raise FileRefused(_("Ce fichier nomme des colonnes et n’a aucune ligne."))
    return table


def _text(value: Any) -> str:
    """A cell as text: days as 2015-03-12, whole numbers without a decimal part."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return restore(tidy(value))


def _csv_rows(content: bytes) -> Iterator[list[Any]]:
    text = _decoded(content).lstrip(BOM)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise FileRefused(_("Ce CSV est abîmé : ses guillemets ou ses séparateurs ne se suivent pas.")) from error


def _decoded(content: bytes) -> str:
    """UTF-8, or what Windows spreadsheets write without asking."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _xlsx_rows(content: bytes) -> Iterator[list[Any]]:
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            yield list(row)
        book.close()
    # openpyxl raises whatever its parsers meet in a broken file.
    except Exception as error:
        text = _("Ce classeur est abîmé : ouvrez-le dans un tableur et enregistrez-le à nouveau.")
        raise FileRefused(text) from error


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def csv_lines(headings: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """A CSV as French spreadsheets open it: UTF-8 with its mark, semicolons."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield BOM + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([neutralise(text) for text in row])


def xlsx_bytes(headings: list[str], rows: Iterable[list[str]]) -> bytes:
    """A workbook with one sheet, every cell a text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(headings)
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", neutralise(text)) for text in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()
