"""Writing the offers that a file of the administration says, once its difference is confirmed."""

from collections.abc import Sequence

from django.db import transaction

from members.models import Territory, User
from services.models import Offer

BATCH = 500


@transaction.atomic
def save_offers(
    *,
    added: Sequence[Offer],
    changed: Sequence[tuple[Offer, list[str]]],
    territories: Sequence[tuple[Offer, list[Territory]]],
    by: User,
) -> None:
    """Write new offers, those fields of known ones that change, and where they hold."""
    Offer.objects.bulk_create(added, batch_size=BATCH)
    for offer, names in changed:
        offer.save(update_fields=names)
    for offer, places in territories:
        offer.territories.set(places)
