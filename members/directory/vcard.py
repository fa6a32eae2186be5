"""The card of an organisation that an address book reads: vCard 4.0 (RFC 6350)."""

from collections.abc import Iterable
from dataclasses import dataclass

MEDIA_TYPE = "text/vcard; charset=utf-8"
LONGEST_LINE = 75
_ESCAPES = {"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"}


@dataclass(frozen=True)
class Card:
    """What a card tells; whatever is empty is left out."""

    name: str
    acronym: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    website: str = ""
    categories: tuple[str, ...] = ()
    note: str = ""
    logo: str = ""
    source: str = ""


def vcard(card: Card) -> str:
    """The text of the card, its lines folded at 75 octets and ended as the standard asks."""
    address = ["", "", card.street, card.commune, "", card.postcode, "France"]
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:org",
        f"FN:{escaped(card.name)}",
        f"ORG:{escaped(card.name)}",
        _line("NICKNAME", card.acronym),
        f"ADR:{';'.join(map(escaped, address))}" if card.commune or card.street else "",
        _line("EMAIL", card.email),
        _line("TEL;VALUE=text", card.phone),
        f"URL:{card.website}" if card.website else "",
        f"CATEGORIES:{','.join(map(escaped, card.categories))}" if card.categories else "",
        _line("NOTE", card.note),
        f"LOGO:{card.logo}" if card.logo else "",
        f"SOURCE:{card.source}" if card.source else "",
        "END:VCARD",
    ]
    return "".join(f"{piece}\r\n" for line in lines if line for piece in folded(line))


def escaped(text: str) -> str:
    """A text value: what separates values is escaped (section 3.4), control characters become spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_ESCAPES.get(char, char if char >= " " and char != "\x7f" else " ") for char in text)


def folded(line: str) -> Iterable[str]:
    """A line in pieces of at most 75 octets, each but the first led by a space; no character is cut (section 3.2)."""
    piece, room = "", LONGEST_LINE
    for char in line:
        size = len(char.encode())
        if size > room:
            yield piece
            piece, room = " ", LONGEST_LINE - 1
        piece, room = piece + char, room - size
    yield piece


def _line(name: str, text: str) -> str:
    return f"{name}:{escaped(text)}" if text else ""
