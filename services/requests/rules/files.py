"""What a file is, read from its content; the name alone is never believed.

Accepted: PDF, PNG, JPEG, WebP, DOCX, XLSX, ODT, ODS, plain text and CSV.
"""

import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import PurePath
from typing import IO

import filetype

EXTENSIONS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
    "csv": "text/csv",
}
ACCEPT = ",".join(f".{extension}" for extension in EXTENSIONS)
SAMPLE_BYTES = 8192
PDF_MARK = b"%PDF-"
# Scanners and mail gateways write before the mark, and every reader looks for it this far.
PDF_MARK_WITHIN = 1024
TEXT_CONTROLS = "\t\n\v\f\r"
# What the table of contents of an Office document says of its main part, whatever that part is called; a document
# with macros says another word.
MAIN_PARTS = {
    EXTENSIONS["docx"]: b"wordprocessingml.document.main+xml",
    EXTENSIONS["xlsx"]: b"spreadsheetml.sheet.main+xml",
}
# Checked before a part is unfolded: a crafted archive could unfold without end.
MOST_CONTENTS, MOST_MIMETYPE = 1_000_000, 200


def extension_of(name: str) -> str:
    """The extension of a name, in lower case, without its dot."""
    return PurePath(name).suffix.lower().lstrip(".")


def type_of(name: str, content: IO[bytes]) -> str:
    """The type of an accepted file whose name and content agree, else nothing; the reading place is restored."""
    expected = EXTENSIONS.get(extension_of(name), "")
    if not expected:
        return ""
    content.seek(0)
    agrees = _reader_of(expected)(content, expected)
    content.seek(0)
    return expected if agrees else ""


def _reader_of(expected: str) -> Callable[[IO[bytes], str], bool]:
    if expected == EXTENSIONS["pdf"]:
        return _is_pdf
    if expected.startswith("image/"):
        return _is_image
    return _is_text if expected.startswith("text/") else _is_document


def _is_pdf(content: IO[bytes], expected: str) -> bool:
    """The mark comes early, and what comes before it is neither a page nor a file of another type."""
    start = content.read(PDF_MARK_WITHIN)
    before = start.partition(PDF_MARK)[0]
    is_other = before.lstrip().startswith(b"<") or filetype.guess_mime(start) not in (None, expected)
    return PDF_MARK in start and not is_other


def _is_image(content: IO[bytes], expected: str) -> bool:
    return filetype.guess_mime(content.read(SAMPLE_BYTES)) == expected


def _is_text(content: IO[bytes], expected: str) -> bool:
    """Text is what holds no control characters: short signatures such as « BM » or « ID3 » also begin sentences."""
    sample = content.read(SAMPLE_BYTES)
    if sample.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = sample.decode("utf-16", "replace")
    else:
        # Every byte above 127 is a letter in one encoding or another.
        text = sample.decode("latin-1")
    # The sample may end in the middle of a letter.
    is_readable = all(char >= " " or char in TEXT_CONTROLS for char in text)
    return is_readable and "\ufffd" not in text[:-1] and not sample.startswith(PDF_MARK)


def _is_document(content: IO[bytes], expected: str) -> bool:
    """Office documents are archives that say what they hold; one that carries macros is not what it says."""
    try:
        with zipfile.ZipFile(content) as archive:
            if any(name.endswith("vbaProject.bin") for name in archive.namelist()):
                return False
            if main_part := MAIN_PARTS.get(expected):
                return main_part in _read_part(archive, "[Content_Types].xml", MOST_CONTENTS)
            return _read_part(archive, "mimetype", MOST_MIMETYPE).strip() == expected.encode()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        return False


def _read_part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A part of an archive, empty where it is missing or larger than expected; UTF-16 reads as plain letters."""
    is_there = name in archive.namelist() and archive.getinfo(name).file_size <= most
    return archive.read(name).replace(b"\0", b"") if is_there else b""
