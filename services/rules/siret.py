"""Reading a SIRET as people write it, and saying what is wrong with it.

A SIRET has 14 digits and a Luhn checksum; the establishments of La Poste follow another one (INSEE, Sirene).
"""

from dataclasses import dataclass

from stdnum.fr import siret


@dataclass(frozen=True)
class Reading:
    """The digits, and what is wrong: `letters`, `siren`, `length`, `checksum`, or nothing."""

    digits: str
    problem: str = ""


def read(text: str) -> Reading:
    """Read a SIRET with its spaces, dots or dashes."""
    digits = "".join(sign for sign in text if not sign.isspace() and sign not in ".-_/\u2010\u2011\u2013")
    if not (digits.isascii() and digits.isdigit()):
        return Reading(digits, "letters")
    if len(digits) == 9:
        return Reading(digits, "siren")
    if len(digits) != 14:
        return Reading(digits, "length")
    return Reading(digits, "" if siret.is_valid(digits) else "checksum")
