"""What the State's company record says, in the closed lists of the portal.

Staff classes: INSEE, Sirene, variable « trancheEffectifsUniteLegale ». Legal forms: INSEE, « catégories juridiques »,
September 2022, by the first digits of their four. What is not known there stays empty here.
"""

from dataclasses import dataclass
from datetime import date

from diginor.text.whole_numbers import is_whole_number
from members.organisations.enums import LegalForm, SizeCategory

_SIZES = {
    SizeCategory.MICRO: ("01", "02", "03"),  # 1 or 2, 3 to 5, 6 to 9 people
    SizeCategory.SMALL: ("11", "12"),  # 10 to 19, 20 to 49
    SizeCategory.MEDIUM: ("21", "22", "31"),  # 50 to 99, 100 to 199, 200 to 249
    SizeCategory.LARGE: ("32", "41", "42", "51", "52", "53"),  # 250 to 499, and so on to 10 000 and more
}
# The longest start that fits decides.
_FORMS = {
    "1": LegalForm.SOLE_TRADER,  # entrepreneur individuel
    "51": LegalForm.COOPERATIVE,  # société coopérative commerciale particulière
    "53": LegalForm.OTHER,  # société en commandite
    "54": LegalForm.SARL,
    "5458": LegalForm.COOPERATIVE,  # SARL coopérative ouvrière de production
    "5460": LegalForm.COOPERATIVE,
    "55": LegalForm.SA,
    "5552": LegalForm.COOPERATIVE,  # SA à participation ouvrière, coopératives de consommation, artisanales…
    "5558": LegalForm.COOPERATIVE,
    "5559": LegalForm.COOPERATIVE,
    "5560": LegalForm.COOPERATIVE,
    "56": LegalForm.SA,  # à directoire
    "5651": LegalForm.COOPERATIVE,
    "5658": LegalForm.COOPERATIVE,
    "5659": LegalForm.COOPERATIVE,
    "5660": LegalForm.COOPERATIVE,
    "57": LegalForm.SAS,
    "58": LegalForm.OTHER,  # société européenne
    "63": LegalForm.COOPERATIVE,  # société coopérative agricole
    "6": LegalForm.OTHER,  # groupement d’intérêt économique, société civile, autre personne morale du registre
    "3": LegalForm.OTHER,  # personne morale de droit étranger
    "4": LegalForm.PUBLIC,  # personne morale de droit public soumise au droit commercial
    "7": LegalForm.PUBLIC,  # personne morale et organisme soumis au droit administratif
    "8": LegalForm.OTHER,  # organisme privé spécialisé
    "92": LegalForm.ASSOCIATION,
    "9": LegalForm.OTHER,  # fondation, syndicat de propriétaires…
}
_SIZE_OF = {code: size for size, codes in _SIZES.items() for code in codes}


@dataclass(frozen=True)
class CompanyRecord:
    """An establishment as the State knows it; an unknown fact is empty."""

    siret: str
    name: str = ""
    naf: str = ""
    legal_form: str = ""
    size: str = ""
    founded_on: date | None = None
    commune_code: str = ""
    is_closed: bool = False

    def facts(self) -> dict[str, object]:
        """The facts that are known, the commune apart, by the names that organisations give them."""
        names = ("name", "naf", "legal_form", "size", "founded_on")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def size_of(code: str) -> str:
    """The size category of a staff class (« 11 » is 10 to 19 people); « NN » and « 00 » tell nothing, hence empty."""
    return str(_SIZE_OF.get(code, ""))


def legal_form_of(code: str) -> str:
    """The legal form of a category of the national nomenclature (« 5499 » is a SARL); empty when it is none."""
    if not (len(code) == 4 and is_whole_number(code)):
        return ""
    return str(next((_FORMS[code[:end]] for end in (4, 3, 2, 1) if code[:end] in _FORMS), ""))
