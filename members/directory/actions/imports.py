"""Writing what a file of the administration says, once its difference is confirmed."""

from collections.abc import Sequence

from django.db import transaction

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.actions.imports import BATCH
from members.people.models import User


@transaction.atomic
def save_organisations(
    *,
    added: Sequence[Organisation],
    changed: Sequence[tuple[Organisation, list[str]]],
    hubs: Sequence[tuple[Organisation, list[Hub]]],
    by: User,
) -> None:
    """Write new organisations, those fields of known ones that change, and the hubs they belong to."""
    for row, slug in zip(added, Organisation.objects.free_slugs((row.name, row.siret) for row in added), strict=True):
        row.slug = slug
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
