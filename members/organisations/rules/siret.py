"""Reading a SIRET as people write it, and saying what is wrong with it.

A SIRET has 14 digits and a Luhn checksum; the establishments of La Poste follow another one (INSEE, Sirene). Numbers
made of zeros pass the checksum, and are no company's.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from stdnum.fr import siret

NOTHING = "000000000"
PROBLEMS = {
    "letters": _("Un SIRET ne contient que des chiffres. Vérifiez ce que vous avez écrit."),
    "siren": _("Ces 9 chiffres sont un SIREN. Ajoutez les 5 chiffres de votre établissement : un SIRET en compte 14."),
    "length": _("Un SIRET compte 14 chiffres. Vous en avez écrit %(count)d."),
    "checksum": _("Ce SIRET n’existe pas : un chiffre est faux. Vérifiez-le sur une facture."),
    "zeros": _("Ce SIRET n’existe pas : il ne compte que des zéros. Sans SIRET, laissez le champ vide."),
}


@dataclass(frozen=True)
class Reading:
    """The digits, and what is wrong: a code of `PROBLEMS`, or nothing."""

    digits: str
    problem: str = ""

    @property
    def words(self) -> str:
        """What is wrong, in a sentence."""
        return str(PROBLEMS[self.problem] % {"count": len(self.digits)}) if self.problem else ""


def bare(text: str) -> str:
    """A number without its spaces, dots and dashes, nor the signs that a copy carries unseen."""
    return "".join(sign for sign in text if sign.isprintable() and sign not in " .-_/\u2010\u2011\u2013")


# A file asks about each of its numbers several times.
@lru_cache(maxsize=20_000)
def read(text: str) -> Reading:
    """Read a SIRET with its spaces, dots or dashes; the empty text is read as nothing, and is no problem."""
    digits = bare(text)
    if not digits:
        return Reading("")
    if not (digits.isascii() and digits.isdigit()):
        return Reading(digits, "letters")
    if digits.startswith(NOTHING):
        return Reading(digits, "zeros")
    if len(digits) == 9:
        return Reading(digits, "siren")
    if len(digits) != 14:
        return Reading(digits, "length")
    return Reading(digits, "" if siret.is_valid(digits) else "checksum")
