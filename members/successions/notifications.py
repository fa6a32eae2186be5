"""The mail that tells a team what its structure became."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import Mail, Recipient
from members.people.models import Membership
from members.people.notifications import as_recipient
from members.successions.models import Succession


class StructureBecameMail(Mail):
    """A person learns, the day after, that the structure they work for became another."""

    template = "members/successions/mail/structure_became"
    action_label = _("Ouvrir mon espace")

    def __init__(self, succession: Succession, memberships: list[Membership]):
        self.succession = succession
        self.memberships = memberships

    def recipients(self) -> Iterable[Recipient]:
        """The person, who worked for one or several of the old structures."""
        return [as_recipient(self.memberships[0].user)]

    def context(self) -> dict[str, Any]:
        places = [row.organisation for row in self.memberships]
        address = f"{settings.SITE_URL}{reverse('inbox')}"
        return {"before": places, "after": places[0].succeeded_by, "action_url": address}

    def key(self) -> str:
        """One mail a person for each succession."""
        return self.succession.code
