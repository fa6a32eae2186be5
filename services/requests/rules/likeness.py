"""Whether two requests come from the same company, and what says so: a person decides, nothing is joined by itself."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

PHONE_DIGITS = 9  # Without the prefix of a country: +33 (0)2 31 00 00 01 and 02 31 00 00 01 end alike.


@dataclass(frozen=True)
class Identity:
    """By what a company is recognised: name in plain letters, last digits of the telephone; empty when not known."""

    siret: str = ""
    name: str = ""
    commune_id: int | None = None
    email: str = ""
    phone: str = ""


def last_digits(phone: str) -> str:
    """The digits that stay the same however a telephone is written; empty when there are too few to tell."""
    digits = "".join(char for char in phone if char in "0123456789")[-PHONE_DIGITS:]
    return digits if len(digits) == PHONE_DIGITS else ""


def is_same_company(one: Identity, other: Identity) -> bool:
    """Whether it is the same company for sure: the other signs may be those of an adviser or of a building."""
    same_place = one.commune_id is not None and one.commune_id == other.commune_id
    return bool(one.siret and one.siret == other.siret) or bool(one.name and one.name == other.name and same_place)


def signs(one: Identity, other: Identity) -> list[str]:
    """What two requests share, in words, the surest first."""
    return [
        label
        for label, mine, theirs in (
            (_("même SIRET"), one.siret, other.siret),
            (
                _("même nom et même commune"),
                one.commune_id and one.name,
                one.commune_id == other.commune_id and other.name,
            ),
            (_("même adresse électronique"), one.email.lower(), other.email.lower()),
            (_("même téléphone"), one.phone, other.phone),
        )
        if mine and mine == theirs
    ]
