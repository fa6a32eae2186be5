"""Forgetting people: identity and free text go, what is counted stays."""

from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from diginor.history import Party
from services.enums import RequestNote
from services.models import Satisfaction, ServiceRequest

ERASED = "[effacé]"


@transaction.atomic
def erase(request: ServiceRequest) -> None:
    """Erase who asked and what was written; topic, size, sector, commune, dates and outcome remain."""
    if request.erased_at is not None:
        return
    for field in ("contact_name", "contact_function", "contact_email", "contact_phone", "company_name", "siret"):
        setattr(request, field, "")
    request.need = ERASED
    request.answers = []
    request.organisation = None
    request.erased_at = timezone.now()
    request.save()
    # Files leave the disk only once the rows are gone for good.
    files = [(row.file.storage, row.file.name) for row in request.attachments.all()]
    transaction.on_commit(lambda: _remove_files(files))
    request.attachments.all().delete()
    request.messages.update(body=ERASED, author_name=ERASED, author=None)
    request.referrals.update(word="", decline_note="", outcome_note="", next_step="")
    request.events.update(why="", by_name="", by=None, data={})
    Satisfaction.objects.filter(request=request).update(comment="")
    request.log(RequestNote.ERASE, by=Party.CLOCK)


def _remove_files(files: list[tuple[Storage, str | None]]) -> None:
    for storage, name in files:
        if name:
            storage.delete(name)
