"""How a place that a person typed is compared with the official names."""

import re

from diginor.text_search import plain

ARTICLES = ("le", "la", "les", "l")
_SHORT_FORMS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def plain_name(name: str) -> str:
    """A place name in the form in which names are compared: « St-Lô » and « Saint-Lô » both give « saint lo »."""
    return " ".join(_SHORT_FORMS.get(word, word) for word in plain(name.lower()).split())


def split_place(text: str) -> tuple[str, str]:
    """The name and the digits of what a person typed: « 14000 Caen » and « Caen (14000) » both give (caen, 14000)."""
    digits = re.search(r"(?<!\w)\d[\dAB]\d{0,3}(?!\w)", text, re.ASCII | re.IGNORECASE)
    if not digits:
        return plain_name(text), ""
    return plain_name(text[: digits.start()] + " " + text[digits.end() :]), digits.group().upper()


def name_variants(name: str) -> list[str]:
    """The plain name alone and behind each article: « havre » hits « Le Havre » and « laigle » hits « L'Aigle »."""
    elided = [f"l {name[1:]}"] if name.startswith("l") else []
    return [name, *(f"{article} {name}" for article in ARTICLES), *elided]


def department_code(commune_code: str) -> str:
    """The département of a commune by its official code; overseas codes take three figures (INSEE)."""
    return commune_code[:3] if commune_code.startswith(("97", "98")) else commune_code[:2]
