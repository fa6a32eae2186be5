"""The card of an organisation, as address books read it."""

from hypothesis import given
from hypothesis import strategies as st

from members.directory.vcard import Card, vcard


def unfolded(text: str) -> list[str]:
    """The lines of a card, put back together as RFC 6350 says."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_card_tells_what_is_known_and_nothing_else() -> None:
    card = Card(
        "Normandy Web Expert",
        acronym="NWX",
        email="bonjour@nwx.example",
        phone="02 31 00 00 00",
        street="1, rue des Ports ; bâtiment B",
        postcode="14000",
        commune="Caen",
        website="https://nwx.example/",
        categories=("Association", "intelligence artificielle, données"),
        note="Première ligne\nseconde",
        source="https://portail.example/annuaire/nwx/",
    )
    assert unfolded(vcard(card)) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:org",
        "FN:Normandy Web Expert",
        "ORG:Normandy Web Expert",
        "NICKNAME:NWX",
        "ADR:;;1\\, rue des Ports \\; bâtiment B;Caen;;14000;France",
        "EMAIL:bonjour@nwx.example",
        "TEL;VALUE=text:02 31 00 00 00",
        "URL:https://nwx.example/",
        "CATEGORIES:Association,intelligence artificielle\\, données",
        "NOTE:Première ligne\\nseconde",
        "SOURCE:https://portail.example/annuaire/nwx/",
        "END:VCARD",
    ]
    assert unfolded(vcard(Card("TES"))) == ["BEGIN:VCARD", "VERSION:4.0", "KIND:org", "FN:TES", "ORG:TES", "END:VCARD"]


@given(st.text(), st.text())
def test_no_text_breaks_a_card(name: str, note: str) -> None:
    text = vcard(Card(name, note=note))
    assert all(len(line.encode("utf-8", "surrogatepass")) <= 75 for line in text.split("\r\n"))
    lines = unfolded(text)
    assert [line.partition(":")[0] for line in lines[:5]] == ["BEGIN", "VERSION", "KIND", "FN", "ORG"]
    assert len(lines) == (7 if note else 6)


def test_a_long_line_is_cut_between_characters() -> None:
    note = "é" * 200
    pieces = vcard(Card("TES", note=note)).split("\r\n")
    assert max(len(piece.encode()) for piece in pieces) == 75
    assert f"NOTE:{note}" in unfolded(vcard(Card("TES", note=note)))
