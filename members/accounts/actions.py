"""Erasing somebody at their request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from diginor.registries import personal_data
from diginor.registries.personal_data import Outcome, Target
from members.accounts.enums import ErasureScope
from members.accounts.models import Erasure
from members.hubs.enums import HubRoleKind


def target_of(words: str, *, by: Any) -> Target:
    """Whom words mean, an address or the number of a request, within what a person may erase."""
    words = words.strip()
    hubs = None if by is None or by.is_superuser else frozenset(by.hub_ids(HubRoleKind.HEAD))
    try:
        validate_email(words)
    except ValidationError:
        return Target(number=words, hubs=hubs, by=by)
    return Target(address=words, hubs=hubs, by=by)


def erase_on_request(target: Target) -> Outcome:
    """Erase somebody, and note that it was done without saying of whom; nothing to erase leaves no note."""
    outcome = personal_data.erase(target)
    if outcome.erased or outcome.failed:
        scope = ErasureScope.REQUEST if target.number else ErasureScope.PERSON if target.person else ErasureScope.HUBS
        Erasure.objects.create(by=target.by, scope=scope, erased=dict(outcome.erased), failed=len(outcome.failed))
    return outcome
