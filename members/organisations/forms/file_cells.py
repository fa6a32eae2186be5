"""Cells that the files of the members part read: SIRET, communes, territories, organisations."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from diginor.exchange.columns import Cell, LinkCell, tidy
from diginor.text.search import plain
from diginor.text.whole_numbers import is_whole_number
from members.facts.fields import parse_partial_date
from members.organisations.rules import siret as siret_rules
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from members.territories.queries.communes import commune_proposals, communes_named
from members.territories.rules.place_names import is_of_department, plain_name

MOST_SUGGESTIONS, MOST_NAMED = 50, 6
EATEN_SIRET, EATEN_POSTCODE, EATEN_PHONE = (12, 13), 4, 9
_SEPARATORS = re.compile(r"[\s.-]")
_KEY = re.compile(r"\(?\b([a-z]+):([\w-]+)\)?\s*$")


class SiretCell(Cell):
    """A SIRET with or without spaces; the zeros that a spreadsheet ate at its head come back where it is valid then."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """The digits alone; ValueError says what is wrong with them."""
        text = tidy(value)
        reading = siret_rules.read(text)
        if reading.problem == "length" and len(reading.digits) in EATEN_SIRET:
            whole = siret_rules.read(reading.digits.zfill(14))
            reading = reading if whole.problem else whole
        if not reading.problem:
            return reading.digits
        facts = {"text": text[:40], "why": reading.words}
        raise ValueError(_("« %(text)s » n’est pas un SIRET valable. %(why)s") % facts)


class NafCell(Cell):
    """A NAF code with its dot and its capital letter."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """62.01Z, also from 6201z."""
        return naf_of(tidy(value))


def naf_of(text: str) -> str:
    """A NAF code as the nomenclature writes it; what is no code stays as it is."""
    code = "".join(text.upper().split())
    return f"{code[:2]}.{code[2:]}" if re.fullmatch(r"\d{4}[A-Z]", code) else code


class AddressCell(Cell):
    """An address of the web, whose start may be left out."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """With its start."""
        text = tidy(value)
        return f"https://{text}" if text and "://" not in text else text


class PartialDateCell(Cell):
    """A date as precisely as it is known."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The date, or None."""
        try:
            return parse_partial_date(tidy(value))
        except ValidationError as error:
            raise ValueError(error.messages[0]) from error


class CommuneReader:
    """Finds the communes that the cells of one file name, read all at once."""

    def __init__(self) -> None:
        self.known: dict[str, Territory | str] = {}
        self.suggestions = 0

    def cell(self) -> LinkCell:
        """The cell of a commune: « Caen (14118) », « 14000 Caen » or « Caen »."""
        return LinkCell(self.find, lambda row: f"{row.name} ({row.code})")

    def prepare(self, texts: Iterable[str]) -> None:
        """Read the communes that these texts may name."""
        new = {text for text in map(tidy, texts) if text and text not in self.known}
        for text, rows in communes_named(new).items():
            self.known[text] = self._one_of(text, rows)

    def find(self, text: str) -> Territory:
        """The one commune of that name; ValueError when there is none, or when there are several."""
        if text not in self.known:
            self.prepare([text])
        found = self.known[text]
        if isinstance(found, str):
            raise ValueError(found)
        return found

    def of_row(self, row: dict[str, Any], heading: str) -> Territory | None:
        """The commune of a row, or None where it names none for certain."""
        try:
            return self.find(tidy(row.get(heading))) if tidy(row.get(heading)) else None
        except ValueError:
            return None

    def _one_of(self, text: str, rows: list[Territory]) -> Territory | str:
        if len(rows) != 1:
            return self._several(text, rows) if rows else self._none(text)
        # A file brings back as it left what still points to a commune merged since.
        is_itself = rows[0].kind == TerritoryKind.COMMUNE and rows[0].code in text
        return rows[0] if is_itself else rows[0].today

    def _several(self, text: str, rows: list[Territory]) -> str:
        known = {f"{row.today.name} ({row.today.code})" for row in rows}
        facts = {"text": text, "named": ", ".join(sorted(known, key=plain)[:MOST_NAMED])}
        return _("plusieurs communes répondent à « %(text)s » : %(named)s. Écrivez aussi le code.") % facts

    def _none(self, text: str) -> str:
        self.suggestions += 1
        close = commune_proposals(text, 1) if self.suggestions <= MOST_SUGGESTIONS else []
        if not close:
            return _("aucune commune ne s’appelle « %(text)s ».") % {"text": text}
        facts = {"text": text, "close": f"{close[0].name} ({close[0].code})"}
        return _("aucune commune ne s’appelle « %(text)s ». Est-ce %(close)s ?") % facts


class PostcodeCell(Cell):
    """A postcode; the zero that a spreadsheet ate at its head comes back where the commune of the row proves it."""

    def __init__(self, commune_of: Callable[[Any], Territory | None]) -> None:
        super().__init__()
        self.commune_of = commune_of

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Five digits, or nothing; ValueError where a zero may be missing, or for anything else."""
        text = _SEPARATORS.sub("", tidy(value))
        if not text or (len(text) == 5 and is_whole_number(text)):
            return text
        if not (len(text) == EATEN_POSTCODE and is_whole_number(text)):
            raise ValueError(_("« %(text)s » n’est pas un code postal : il compte cinq chiffres.") % {"text": text})
        whole, commune = text.zfill(5), self.commune_of(row)
        if commune is not None and (whole in commune.today.postcodes or is_of_department(commune.code, whole)):
            return whole
        raise ValueError(_("ce code postal a sans doute perdu son zéro : est-ce %(whole)s ?") % {"whole": whole})


class PhoneCell(Cell):
    """A telephone number; the zero that a spreadsheet ate at its head comes back where the row is of France."""

    def __init__(self, is_french: Callable[[Any], bool]) -> None:
        super().__init__()
        self.is_french = is_french

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """The number as it was written, or whole again; ValueError where a zero may be missing."""
        text = tidy(value)
        digits = _SEPARATORS.sub("", text)
        if not (len(digits) == EATEN_PHONE and is_whole_number(digits) and digits[0] != "0"):
            return text
        whole = " ".join(re.findall("..", f"0{digits}"))
        if self.is_french(row):
            return whole
        raise ValueError(_("ce téléphone a sans doute perdu son zéro : est-ce %(whole)s ?") % {"whole": whole})


class TerritoryReader:
    """Finds the territories of any kind that the cells of one file name."""

    def __init__(self) -> None:
        self.known: dict[str, Territory] = {}

    def name(self, row: Territory) -> str:
        """« Normandie (region:28) »: the name for people, the code for the way back."""
        return f"{row.name} ({row.kind}:{row.code})"

    def find(self, text: str) -> Territory:
        """The territory of that code, or the only one of that name; ValueError otherwise."""
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> Territory:
        key = _KEY.search(text)
        if key and key.group(1) in TerritoryKind.values:
            found = list(Territory.objects.coded(key.group(1), key.group(2)).order_by("pk")[:1])
        else:
            found = list(
                Territory.objects.current()
                .filter(search_name=plain_name(text))
                .order_by("kind", "pk")[: MOST_NAMED + 1]
            )
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValueError(_("aucun territoire ne s’appelle « %(text)s ».") % {"text": text})
        facts = {"text": text, "named": ", ".join(self.name(row) for row in found[:MOST_NAMED])}
        raise ValueError(_("plusieurs territoires s’appellent « %(text)s » : %(named)s.") % facts)
