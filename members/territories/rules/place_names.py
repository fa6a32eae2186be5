"""How a place that a person typed is read, and compared with the official names."""

import re
import unicodedata
from dataclasses import dataclass

from diginor.text.search import plain

ARTICLES = ("le", "la", "les", "l")
_SHORT_FORMS = {
    "st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "mt": "mont", "s": "sur", "ss": "sous",
}  # fmt: skip
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# What the Post adds to a town is no part of its name; nor is the country at its end.
_ADDED = re.compile(r"\b(?:bp|cs|tsa)\s*\d+\b|,\s*france\s*$", re.IGNORECASE)
_CEDEX = re.compile(r"\bc[eé]dex\b(?:\s*\d{1,2}(?!\d))?", re.IGNORECASE)
_CODE = re.compile(r"(?<!\w)\d[\dAB]\d{2,3}(?!\w)", re.ASCII | re.IGNORECASE)
_DEPARTMENT = re.compile(r"(?<!\w)\d[\dAB]\d?(?!\w)", re.ASCII | re.IGNORECASE)
_DISTRICT = re.compile(
    r"(?P<town>.*?\w)[\s(,-]+0?(?P<rank>[1-9]\d?)"
    r"\s*(?P<ordinal>(?:ère|ème|eme|er|re|nde|nd|e|è|°)?(?:\s*arr[a-z]*\.?)?)[\s),]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PlaceText:
    """A place as it was typed: its plain name, and digits that are a postcode, an official code or their beginning.

    Each of `ways` is a plain name with digits, or one of both, that the text may mean exactly: « Marseille 12 » is the
    12th district, or a Marseille in the département 12. Digits before a name can only be a postcode; those of a CEDEX
    are in no table, and tell no more than a département.
    """

    name: str
    digits: str
    ways: tuple[tuple[str, str], ...]
    is_postal: bool = False
    is_cedex: bool = False


def plain_name(name: str) -> str:
    """A place name in the form in which names are compared: « St-Lô » and « Saint-Lô » both give « saint lo »."""
    words = plain(_BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", name).lower())).split()
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


def read_place(text: str) -> PlaceText:
    """What a person typed: « 14000 Caen », « Caen (14000) » and « 14000 Caen CEDEX 4 » all give caen and 14000."""
    written = unicodedata.normalize("NFKC", text)
    bare = _CEDEX.sub(" ", _ADDED.sub(" ", written))
    code, rest = _taken_out(_CODE, bare)
    kind = {"is_postal": bool(code) and bare.strip(" ,").startswith(code), "is_cedex": bool(_CEDEX.search(written))}
    district = _DISTRICT.fullmatch(rest.strip())
    digits, rest = (code, rest) if code else _taken_out(_DEPARTMENT, rest)
    if district is None:
        name = plain_name(rest)
        return PlaceText(name, digits, ((name, digits),), **kind)
    town, rank = plain_name(district["town"]), int(district["rank"])
    ways = [(f"{town} {rank}{'er' if rank == 1 else 'e'} arrondissement", code)]
    if not district["ordinal"]:
        # A number alone may also be a département, or the end of a name.
        town = town if digits else plain_name(rest)
        ways.append((town, digits))
    return PlaceText(town, digits, tuple(ways), **kind)


def _taken_out(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The first digits of that shape, in capitals, and the text without them."""
    found = pattern.search(text)
    return (found.group().upper(), f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def full_number(digits: str) -> str:
    """The five figures that digits stand for, where a spreadsheet has eaten a zero at the head; else nothing."""
    return digits.zfill(5) if len(digits) in (4, 5) else ""


def name_variants(name: str) -> list[str]:
    """The plain name alone and behind each article: « havre » hits « Le Havre » and « laigle » hits « L'Aigle »."""
    elided = [f"l {name[1:]}"] if name.startswith("l") else []
    return [name, *(f"{article} {name}" for article in ARTICLES), *elided]


def department_code(commune_code: str) -> str:
    """The département of a commune by its official code; overseas codes take three figures (INSEE)."""
    return commune_code[:3] if commune_code.startswith(("97", "98")) else commune_code[:2]


def is_of_department(commune_code: str, postcode: str) -> bool:
    """Whether a postcode is of the département of a commune; overseas, the Post mixes the third figure."""
    department = commune_code[:2]
    return postcode[:2] == ("20" if department in ("2A", "2B") else department)
