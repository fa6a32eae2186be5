"""What a file is, and its letters: spreadsheets and their exports never say in which encoding they were written."""

import re
import zipfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from io import BytesIO

import filetype
from django.utils.translation import gettext as _

from diginor.text.wording import file_size

CSV, XLSX = "csv", "xlsx"
BOM = "\ufeff"
MOST_BYTES = 10 * 1024 * 1024
MOST_UNFOLDED = 100 * 1024 * 1024
TEXT_CONTROLS = "\t\n\v\f\r"
END_OF_FILE = "\x1a"  # left by DOS
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# The letters of French in the encodings of Windows, of old Macs and of DOS; an equal count is Windows'.
ONE_BYTE = ("cp1252", "mac_roman", "cp850")
# Letters of French where a word has them; in a wrong encoding capitals come in the middle of words.
_FRENCH = re.compile(r"[àâäçéèêëîïôöùûüÿœæ]|(?<!\w)[ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ]|(?<=[A-Z])[ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ](?![a-z])")
# UTF-8 read as Windows' letters, once, by some program before: « Ã© » for « é », « â€™ » for « ’ ».
_MISREAD = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|\ufffd")
_WORD = re.compile(r"[^\W\d_]+")
MOST_WORDS = 3


class FileRefused(Exception):
    """A file that cannot be read, with the sentence that says why."""


def kind_of(content: bytes) -> str:
    """What a file is by its content alone: CSV or XLSX; FileRefused for anything else.

    A text is what holds no control characters: short signatures such as « BM » or « ID3 » also begin sentences.
    """
    if not content.strip():
        raise FileRefused(_("Ce fichier est vide."))
    if len(content) > MOST_BYTES:
        sizes = {"size": file_size(len(content)), "limit": file_size(MOST_BYTES)}
        raise FileRefused(_("Ce fichier est trop lourd : %(size)s, pour %(limit)s au plus.") % sizes)
    if filetype.guess_extension(content) in ("xlsx", "zip") and _is_workbook(content):
        return XLSX
    if content.startswith(OLD_OFFICE):
        raise FileRefused(_("Ce classeur est d’un ancien format. Enregistrez-le au format XLSX, puis envoyez-le."))
    if content.startswith((b"%PDF", b"<")) or not _is_text(_decoded(content)[0]):
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


def _is_text(text: str) -> bool:
    return all(sign >= " " or sign in TEXT_CONTROLS for sign in text)


def decoded(content: bytes) -> tuple[str, list[str]]:
    """The text of a CSV, and a remark where its letters had to be guessed."""
    text, guessed = _decoded(content)
    if not guessed or not (words := _accented([text])):
        return text, []
    facts = {"words": words, "encoding": guessed}
    return text, [
        _(
            "Ce fichier ne dit pas comment ses lettres sont écrites : elles ont été lues comme sur un ancien "
            "ordinateur (%(encoding)s), par exemple %(words)s. Relisez les accents avant de confirmer."
        )
        % facts
    ]


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the encoding when it is neither Unicode nor what Windows spreadsheets write without asking."""
    unicode = _utf16(content) or "utf-8-sig"
    try:
        return content.decode(unicode).lstrip(BOM).rstrip(END_OF_FILE), ""
    except UnicodeDecodeError:
        best = max(ONE_BYTE, key=lambda name: len(_FRENCH.findall(content.decode(name, "replace"))))
        text = content.decode(best, "replace").rstrip(END_OF_FILE)
        return text, "" if best == ONE_BYTE[0] else best.replace("_", " ")


def _utf16(content: bytes) -> str:
    """The encoding of a file in UTF-16, told by its mark, or by the zero that is half of every ordinary letter."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    even, odd = content[:2000:2].count(0), content[1:2000:2].count(0)
    if not even + odd or len(content) % 2:
        return ""
    most = min(len(content), 2000) // 4
    return "utf-16-le" if odd > most > even else "utf-16-be" if even > most > odd else ""


def misread(texts: Iterable[str]) -> list[str]:
    """A remark when texts were already wrong before the file was written, with some of what shows it."""
    broken = [text for text in texts if _MISREAD.search(text)]
    if not broken:
        return []
    words = ", ".join(f"«\u202f{text[:40]}\u202f»" for text in dict.fromkeys(broken[:MOST_WORDS]))
    text = _(
        "Des lettres de ce fichier semblent abîmées : %(words)s. Repartez du fichier d’origine et enregistrez-le en "
        "« CSV UTF-8 », ou confirmez seulement si c’est bien ce qu’il faut écrire."
    )
    return [text % {"words": words}]


def _accented(texts: Iterable[str]) -> str:
    """Some words with letters that had to be guessed."""
    words = (word for text in texts for word in _WORD.findall(text) if not word.isascii())
    return ", ".join(f"«\u202f{word}\u202f»" for word in list(dict.fromkeys(words))[:MOST_WORDS])
