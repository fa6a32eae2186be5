"""Which fields of an organisation's sheet its manager changes at once, and which wait for the staff.

What says who an organisation is waits, because requests are routed and counted by it; what it says of its work does
not.
"""

from collections.abc import Mapping
from typing import Any

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
