"""The records of companies that only asked: they go when nothing in the portal needs them any more."""

from django.db import transaction

from members.organisations.models import Organisation


@transaction.atomic
def drop_unneeded(pk: int) -> None:
    """Delete the record of a company, and its logo, unless something is attached to it; a second call does nothing."""
    record = Organisation.objects.unneeded().select_for_update(of=("self",)).filter(pk=pk).first()
    if record is None:
        return
    storage, logo = record.logo.storage, record.logo.name
    record.delete()
    if logo:
        transaction.on_commit(lambda: storage.delete(logo))
