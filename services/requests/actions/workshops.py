"""Workshops: opening a room, closing it early, and giving its places to the filings that come from it."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from diginor.web.journal import note
from members.people.models import User
from services.requests.enums import Suspicion
from services.requests.models import Workshop


@transaction.atomic
def plan(workshop: Workshop) -> None:
    """Keep a workshop, new or changed, with the instant of its end."""
    workshop.ends_at = workshop.opens_at + timedelta(hours=workshop.hours)
    workshop.save()


@transaction.atomic
def close(workshop: Workshop, *, by: User) -> bool:
    """End now a workshop that is open, and say whether it was; a second click changes nothing."""
    was_open = bool(Workshop.objects.open_now().filter(pk=workshop.pk).update(ends_at=timezone.now()))
    if was_open:
        note(workshop, ["ends_at"], by=by)
    return was_open


def still_suspect(suspicions: Sequence[str], origin: str) -> list[str]:
    """What speaks against a filing once a workshop open on its network has given it a place, inside its transaction.

    A place excuses the number of those who file there, and nothing else.
    """
    excused = {Suspicion.MANY_FROM_ADDRESS} if Workshop.objects.take_place(origin) else set()
    return [code for code in suspicions if code not in excused]
