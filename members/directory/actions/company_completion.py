"""Bringing what the State knows of an establishment into a record: only where nothing is written."""

from django.db import transaction

from members.organisations.models import Organisation
from members.organisations.rules.company_record import CompanyRecord
from members.people.models import User
from members.territories.enums import TerritoryKind
from members.territories.models import Territory


@transaction.atomic
def complete(organisation: Organisation, record: CompanyRecord, *, by: User) -> list[str]:
    """Fill the empty facts of an organisation; the answer names the fields that were filled."""
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    filled = [name for name in record.facts() if not getattr(row, name)]
    for name in filled:
        setattr(row, name, record.facts()[name])
    if row.commune_id is None and (commune := commune_of(record)):
        row.commune = commune
        filled.append("commune")
    if filled:
        row.save(update_fields=filled)
    return filled


def commune_of(record: CompanyRecord) -> Territory | None:
    """The commune of today; the record may name a district of a city, or a commune merged since."""
    for kind in (TerritoryKind.COMMUNE, TerritoryKind.DISTRICT, TerritoryKind.DELEGATED):
        rows = Territory.objects.coded(kind, record.commune_code).select_related("successor").order_by("pk")
        if found := rows.first():
            return found.successor or found
    return None
