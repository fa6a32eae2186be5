"""What a file is, read from its content; the name alone is never believed.

Accepted: PDF, PNG, JPEG, WebP, DOCX, XLSX, ODT, ODS, plain text and CSV.
"""

import zipfile
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
PICTURES = {"application/pdf", "image/png", "image/jpeg", "image/webp"}
SAMPLE_BYTES = 8192


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
    if expected in PICTURES:
        return _has_signature
    return _is_text if expected.startswith("text/") else _is_document


def _has_signature(content: IO[bytes], expected: str) -> bool:
    return filetype.guess_mime(content.read(SAMPLE_BYTES)) == expected


def _is_text(content: IO[bytes], expected: str) -> bool:
    """Text has no control characters and no signature of another type."""
    sample = content.read(SAMPLE_BYTES)
    printable = all(byte >= 32 or byte in b"\t\n\r\f" for byte in sample)
    return printable and filetype.guess(sample) is None and not sample.startswith(b"%PDF")


def _is_document(content: IO[bytes], expected: str) -> bool:
    """Office documents are archives with known parts; one that carries macros is not what it says."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") for name in names):
                return False
            if expected == EXTENSIONS["docx"]:
                return {"[Content_Types].xml", "word/document.xml"} <= names
            if expected == EXTENSIONS["xlsx"]:
                return {"[Content_Types].xml", "xl/workbook.xml"} <= names
            # The size is checked first: a crafted archive could unfold without end.
            is_short = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
            return is_short and archive.read("mimetype").decode("ascii", "replace").strip() == expected
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
