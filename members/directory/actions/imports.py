"""Writing what a file of the administration says, once its difference is confirmed."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify

from diginor.text.codes import public_code
from members.hubs.models import Hub
from members.organisations.models import RESERVED_SLUGS, Organisation
from members.people.actions.imports import BATCH
from members.people.models import User

LONGEST_SLUG = 200


@transaction.atomic
def save_organisations(
    *,
    added: Sequence[Organisation],
    changed: Sequence[tuple[Organisation, list[str]]],
    hubs: Sequence[tuple[Organisation, list[Hub]]],
    by: User,
) -> None:
    """Write new organisations, those fields of known ones that change, and the hubs they belong to."""
    _name_slugs(added)
    Organisation.objects.bulk_create(added, batch_size=BATCH)
    desks = [] if by.is_superuser else by.staffed_hubs()
    known_by = Organisation.known_by.through
    known_by.objects.bulk_create(
        [known_by(organisation=row, hub=hub) for row in added for hub in desks], batch_size=BATCH
    )
    for row, names in changed:
        row.save(update_fields=names)
    for row, its_hubs in hubs:
        row.hubs.set(its_hubs)


def _name_slugs(rows: Sequence[Organisation]) -> None:
    """Give each new organisation an identifier that no other has."""
    for row in rows:
        row.slug = "-".join(filter(None, [slugify(row.name)[:LONGEST_SLUG] or "structure", row.siret]))
    taken = set(Organisation.objects.filter(slug__in=[row.slug for row in rows]).values_list("slug", flat=True))
    taken |= RESERVED_SLUGS
    for row in rows:
        while row.slug in taken:
            row.slug = f"{slugify(row.name)[: LONGEST_SLUG - 20] or 'structure'}-{public_code().lower()}"
        taken.add(row.slug)
