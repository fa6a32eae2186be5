"""Files of organisations as people send them, each with what must be said of it and what must be read.

They are made here rather than kept: a spreadsheet's fault is clearer in the code that repeats it than in its bytes.
"""

import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell

# A number that begins with a zero: an engineer's office that exists in tests only.
ZERO_SIRET, SIRET = "05580412400018", "73282932000074"
HEAD = "Nom;SIRET;Code postal;Commune;Téléphone public;Présentation"


@dataclass(frozen=True)
class Sample:
    """A file; what the page must say (`said`, all of it; nothing else when `is_clean`); what its first row must be."""

    name: str
    content: bytes
    said: tuple[str, ...] = ()
    read: dict[str, Any] = field(default_factory=dict)
    refused: bool = False

    def __str__(self) -> str:
        return self.name


def lines(*rows: str, head: str = HEAD, end: str = "\r\n") -> str:
    """A text with its headings."""
    return end.join([head, *rows, ""])


def row(**cells: str) -> str:
    """A good row but for some cells."""
    good = {"name": "Écume", "siret": SIRET, "postcode": "14000", "commune": "Caen", "phone": "", "text": ""}
    return ";".join({**good, **cells}.values())


def csv_of(*rows: str, **kind: Any) -> bytes:
    """A CSV as French spreadsheets write it."""
    return lines(*rows, **kind).encode("utf-8-sig")


def workbook(*rows: list[Any], head: str = HEAD) -> bytes:
    """A workbook with its headings."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for values in (head.split(";"), *rows):
        sheet.append(values)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def with_error(value: str) -> bytes:
    """A workbook whose cell of the presentation holds an error of the spreadsheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(HEAD.split(";"))
    sheet.append(["Écume", SIRET, "14000", "Caen", "", ""])
    cell: Cell = sheet["F2"]
    cell.value, cell.data_type = value, "e"
    return saved(book)


def archive(**parts: str) -> bytes:
    """An archive that is no workbook."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return content.getvalue()


GOOD = {"name": "Écume", "siret": SIRET, "postcode": "14000", "commune": "Caen"}
ROUNDED = "le tableur a arrondi ce numéro"
NO_VALUE = "cette formule n’a pas de valeur"
GUESSED = "ont été lues comme sur un ancien ordinateur"
DAMAGED = "semblent abîmées"
NOT_A_TABLE = "n’est ni un CSV ni un classeur XLSX"
SKIPPED = "ont été passées"

SAMPLES = [
    # Encodings and separators.
    Sample("utf8_with_mark", csv_of(row()), read=GOOD),
    Sample("utf8_without_mark", lines(row()).encode(), read=GOOD),
    Sample("windows", lines(row()).encode("cp1252"), read=GOOD),
    Sample("mac_roman", lines(row(text="Société créée à Évreux")).encode("mac_roman"), (GUESSED, "« Écume »"), GOOD),
    Sample("dos", lines(row(text="Société créée à Évreux")).encode("cp850"), (GUESSED, "cp850"), GOOD),
    Sample("utf16_with_mark", lines(row()).encode("utf-16"), read=GOOD),
    Sample("utf16_little_endian_without_mark", lines(row()).encode("utf-16-le"), read=GOOD),
    Sample("utf16_big_endian_without_mark", lines(row()).encode("utf-16-be"), read=GOOD),
    Sample("utf16_with_tabs", lines(row()).replace(";", "\t").encode("utf-16"), read=GOOD),
    Sample(
        "wrongly_decoded_before",
        ("\ufeff" + HEAD + "\r\n" + row(text="Société créée").encode().decode("cp1252")).encode(),
        (DAMAGED, "« Ã‰cume »"),
        {"siret": SIRET},
    ),
    Sample(
        "wrongly_decoded_headings",
        lines(row()).encode().decode("cp1252").encode(),
        (DAMAGED, "inconnues"),
        refused=True,
    ),
    Sample("letters_replaced_before", csv_of(row(name="\ufffdcume")), (DAMAGED, "« \ufffdcume »"), {"siret": SIRET}),
    Sample("commas", csv_of(row()).replace(b";", b","), read=GOOD),
    Sample("tabs", csv_of(row()).replace(b";", b"\t"), read=GOOD),
    Sample("bars", csv_of(row()).replace(b";", b"|"), read=GOOD),
    Sample("separator_told", b"sep=;\r\n" + lines(row()).encode(), read=GOOD),
    Sample(
        "separator_told_after_the_mark", b"\xef\xbb\xbfsep=,\n" + lines(row()).replace(";", ",").encode(), read=GOOD
    ),
    Sample("separator_told_in_quotes", '"sep=;"\r\n'.encode("utf-16") + lines(row()).encode("utf-16-le"), read=GOOD),
    Sample("separator_told_and_a_fault", b"sep=;\r\n" + lines(row(siret="1")).encode(), ("Ligne 3, colonne SIRET",)),
    Sample("old_mac_ends_of_lines", lines(row(), end="\r").encode(), read=GOOD),
    Sample("dos_end_of_file", lines(row()).encode("cp1252") + b"\x1a", read=GOOD),
    # Beginnings that are also those of other files, and lines above the names of the columns.
    *(
        Sample(f"begins_with_{word}", f"{word} Conseil, 2026\r\n{lines(row())}".encode(), (SKIPPED, "ligne 2"), GOOD)
        for word in ("BM", "MZ", "ID3")
    ),
    Sample("a_title_above", csv_of(row(), head="Adhérents;;;;;\r\n" + HEAD), (SKIPPED, "ligne 2"), GOOD),
    Sample(
        "three_lines_above",
        csv_of(row(siret="1"), head="Adhérents\r\n\r\nExtrait du 3 mars\r\n" + HEAD),
        (SKIPPED, "ligne 4", "Ligne 5, colonne SIRET"),
    ),
    Sample("empty_lines_above", csv_of(row(), head=";;;;;\r\n;;;;;\r\n" + HEAD), read=GOOD),
    Sample(
        "three_lines_above_in_a_workbook",
        workbook([], ["Le 3 mars"], HEAD.split(";"), ["Écume", SIRET, "14000", "Caen"], head="Adhérents"),
        (SKIPPED, "ligne 4"),
        GOOD,
    ),
    # Zeros that a spreadsheet ate.
    Sample("siret_without_its_zero", csv_of(row(siret=ZERO_SIRET[1:])), read={"siret": ZERO_SIRET}),
    Sample(
        "siret_without_its_zero_as_a_number",
        workbook(["Écume", int(ZERO_SIRET), 14000, "Caen"]),
        read={**GOOD, "siret": ZERO_SIRET},
    ),
    Sample(
        "siret_too_short_that_no_zero_mends",
        csv_of(row(siret=SIRET[1:])),
        ("n’est pas un SIRET valable", "en avez écrit 13"),
    ),
    Sample("siret_of_zeros", csv_of(row(siret="0" * 14)), ("ne compte que des zéros",)),
    Sample("siret_of_zeros_eaten", csv_of(row(siret="0")), ("n’est pas un SIRET valable",)),
    Sample(
        "postcode_without_its_zero",
        csv_of(row(postcode="1000", commune="Bourg-en-Bresse")),
        read={"postcode": "01000", "commune": "Bourg-en-Bresse"},
    ),
    Sample(
        "postcode_without_its_zero_as_a_number",
        workbook(["Écume", SIRET, 1000, "Bourg-en-Bresse"]),
        read={"postcode": "01000"},
    ),
    Sample(
        "cedex_without_its_zero", csv_of(row(postcode="1012", commune="Bourg-en-Bresse")), read={"postcode": "01012"}
    ),
    Sample("postcode_without_its_zero_nor_a_commune", csv_of(row(postcode="1000", commune="")), ("est-ce 01000",)),
    Sample("postcode_of_elsewhere", csv_of(row(postcode="1000")), ("est-ce 01000",)),
    Sample("postcode_that_is_none", csv_of(row(postcode="CH-1200")), ("n’est pas un code postal",)),
    Sample(
        "commune_with_an_eaten_zero",
        csv_of(row(postcode="", commune="1000 Bourg-en-Bresse")),
        read={"commune": "Bourg-en-Bresse"},
    ),
    Sample("commune_that_only_resembles", csv_of(row(commune="Caenn")), ("aucune commune ne s’appelle", "Est-ce Caen")),
    Sample("commune_with_a_cedex", csv_of(row(commune="14050 CAEN CEDEX 4")), read=GOOD),
    Sample("telephone_without_its_zero", csv_of(row(phone="233000000")), read={"public_phone": "02 33 00 00 00"}),
    Sample(
        "telephone_without_its_zero_as_a_number",
        workbook(["Écume", SIRET, "14000", "Caen", 233000000]),
        read={"public_phone": "02 33 00 00 00"},
    ),
    Sample(
        "telephone_without_its_zero_nor_a_commune",
        csv_of(row(phone="233000000", commune="")),
        ("est-ce 02 33 00 00 00",),
    ),
    Sample(
        "telephone_of_another_country", csv_of(row(phone="+44 1534 000000")), read={"public_phone": "+44 1534 000000"}
    ),
    # Numbers that a spreadsheet rounded.
    Sample("siret_rounded", csv_of(row(siret="7,32829E+13")), (ROUNDED, "colonne SIRET")),
    Sample("siret_rounded_with_a_point", csv_of(row(siret="7.32829320E+13")), (ROUNDED, "colonne SIRET")),
    Sample("siret_rounded_in_a_workbook", workbook(["Écume", "7.3282932E+13"]), (ROUNDED, "colonne SIRET")),
    Sample("siret_whole_in_a_workbook", workbook(["Écume", float(SIRET), 14000.0, "Caen"]), read=GOOD),
    Sample("telephone_rounded", csv_of(row(phone="2,33E+08")), (ROUNDED, "colonne Téléphone public")),
    # Formulas.
    Sample(
        "formula_without_value",
        workbook(["Écume", SIRET, "14000", "Caen", "", "=A2&B2"]),
        (NO_VALUE, "colonne Présentation"),
    ),
    Sample("formula_without_value_for_a_name", workbook(["=B2", SIRET]), (NO_VALUE, "colonne Nom")),
    *(
        Sample(
            f"error_{word.strip('#!?').replace('/', '_')}",
            with_error(word),
            (f"« {word} » est une erreur du tableur", "colonne Présentation"),
        )
        for word in ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!")
    ),
    *(
        Sample(
            f"error_in_a_csv_{word.strip('#!?')}", csv_of(row(text=word)), (f"« {word} » est une erreur du tableur",)
        )
        for word in ("#REF!", "#NOM?", "#VALEUR!")
    ),
    Sample(
        "a_number_sign_that_is_no_error", csv_of(row(text="#1 en Normandie")), read={"description": "#1 en Normandie"}
    ),
    # What was pasted from pages and cards, and is not seen.
    Sample(
        "signs_of_no_width",
        csv_of(row(name="\u200bÉc\u2060ume\ufeff", siret=f"\u202a{SIRET}\u202c", commune="Ca\u200ben")),
        read=GOOD,
    ),
    Sample(
        "separators_of_lines",
        csv_of(row(name="Écume\u2028", commune="14000\u2029Caen", text="a\u2028b")),
        read={**GOOD, "description": "a\nb"},
    ),
    Sample(
        "hard_spaces",
        csv_of(
            row(name="\u00a0Écume\u202f", postcode="14\u00a0000", phone="2\u00a033\u00a000\u00a000\u00a000"),
            head=HEAD.replace(" ", "\u00a0"),
        ),
        read={**GOOD, "public_phone": "02 33 00 00 00"},
    ),
    Sample(
        "signs_of_no_width_in_a_workbook",
        workbook(["É\u200bcume", f"{SIRET}\u202c", "14000\u2028", "\u200eCaen", "\u200b"], ["\u200b", "\u00a0"]),
        read={**GOOD, "public_phone": ""},
    ),
    Sample("a_name_with_nothing_to_see", csv_of(row(name="\u200b\u00a0")), ("colonne Nom",)),
    Sample("a_lost_cell_with_a_sign_of_no_width", csv_of(row(text="#REF!\u200b")), ("« #REF! » est une erreur",)),
    Sample(
        "two_lines_in_a_cell_of_one",
        workbook(["Écume\nConseil", SIRET]),
        ("colonne Nom", "tient sur une ligne"),
    ),
    Sample(
        "two_lines_in_a_presentation",
        workbook(["Écume", SIRET, "14000", "Caen", "", "a\r\nb"]),
        read={**GOOD, "description": "a\nb"},
    ),
    # What is no table.
    Sample("nothing", b" \r\n", ("est vide",), refused=True),
    Sample("a_page", b"<html><table><tr><td>Nom</td></tr></table></html>", (NOT_A_TABLE,), refused=True),
    Sample("an_old_workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ("ancien format",), refused=True),
    Sample(
        "an_open_document",
        archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        (NOT_A_TABLE,),
        refused=True,
    ),
    Sample("a_program", b"MZ\x90\x00\x03\x00" + bytes(600), (NOT_A_TABLE,), refused=True),
    Sample(
        "a_picture", b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00" + bytes(range(256)), (NOT_A_TABLE,), refused=True
    ),
    Sample("a_document", b"%PDF-1.7 Nom;SIRET", (NOT_A_TABLE,), refused=True),
    Sample("no_name_of_a_column", csv_of("Écume;1", head="Raison;Numéro"), ("inconnues",), refused=True),
    Sample("columns_and_no_row", csv_of(), ("aucune ligne",), refused=True),
]
