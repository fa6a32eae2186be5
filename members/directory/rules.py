"""What is proposed for the directory: which fields wait for the staff, and their values in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.organisations.enums import LegalForm, OrganisationKind, Sector, SizeCategory, Technology

CHOICES: dict[str, Any] = {
    "kind": OrganisationKind,
    "legal_form": LegalForm,
    "sector": Sector,
    "size": SizeCategory,
}


@dataclass(frozen=True)
class Line:
    """One field of a proposal, as it is and as it would be."""

    label: str
    before: str
    after: str


def lines(
    labels: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any], place: Callable[[str], str]
) -> list[Line]:
    """What a proposal changes, field by field; `place` names a commune by its code."""
    words = [
        (name, in_words(name, before.get(name), place), in_words(name, value, place)) for name, value in after.items()
    ]
    return [Line(labels[name], old, new) for name, old, new in words if old or new]


def in_words(name: str, value: Any, place: Callable[[str], str]) -> str:
    """One value as a person reads it; nothing for an empty one."""
    if not value:
        return ""
    if name == "commune":
        return place(value)
    if name == "expertises":
        return ", ".join(str(Technology(code).label) for code in value if code in Technology.values)
    if name in CHOICES and value in CHOICES[name].values:
        return capfirst(str(CHOICES[name](value).label))
    return _("oui") if value is True else str(value)


AT_ONCE = (
    "description",
    "description_en",
    "website",
    "public_email",
    "public_phone",
    "street",
    "postcode",
    "sector",
    "size",
    "expertises",
)
WAITING = ("name", "acronym", "kind", "siret", "legal_form", "commune")


def changed(before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields among `names` that are given and differ, with their new value."""
    return {name: after[name] for name in names if name in after and after[name] != before.get(name)}
