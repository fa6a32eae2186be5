"""The mails about what is proposed for the directory."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import Mail, Recipient
from members.directory.enums import ProposalState
from members.directory.models import SheetProposal
from members.hubs.enums import HubRoleKind
from members.people.models import User
from members.people.notifications import as_recipient


class ProposalToReadMail(Mail):
    """The desk has a sheet of the directory to read again."""

    template = "members/directory/mail/proposal_to_read"
    action_label = _("Relire la fiche")
    can_wait_for_digest = True

    def __init__(self, proposal: SheetProposal):
        self.proposal = proposal
        self.sender, self.accent = proposal.hub.sender, proposal.hub.accent

    def recipients(self) -> Iterable[Recipient]:
        """The people who keep the desk."""
        people = User.objects.with_hub_role(self.proposal.hub_id, HubRoleKind.STAFF, HubRoleKind.HEAD)
        return [as_recipient(person) for person in people]

    def context(self) -> dict[str, Any]:
        """What is proposed, by whom, and where to read it."""
        address = reverse("admin:proposal_review", args=[self.proposal.code])
        return {"proposal": self.proposal, "action_url": f"{settings.SITE_URL}{address}"}

    def key(self) -> str:
        """One mail for each set of values."""
        values = hashlib.sha256(repr(sorted(self.proposal.values.items())).encode()).hexdigest()[:16]
        return f"{self.proposal.pk}:{values}"


class ProposalAnsweredMail(Mail):
    """Who proposed a change of the directory learns what became of it."""

    template = "members/directory/mail/proposal_answered"

    def __init__(self, proposal: SheetProposal):
        self.proposal = proposal
        self.is_accepted = proposal.state == ProposalState.ACCEPTED
        self.sender, self.accent = proposal.hub.sender, proposal.hub.accent
        self.action_label = _("Voir la fiche") if self.is_accepted else _("Reprendre ma proposition")  # type: ignore[misc]

    def recipients(self) -> Iterable[Recipient]:
        """The person who proposed, if still there."""
        person = self.proposal.proposed_by
        return [as_recipient(person)] if person and person.is_active else []

    def context(self) -> dict[str, Any]:
        """The answer, and the page that it leads to."""
        organisation = self.proposal.organisation
        if self.is_accepted and organisation:
            address = organisation.get_absolute_url()
        else:
            address = reverse("organisation_edit" if organisation else "organisation_register")
        return {
            "proposal": self.proposal,
            "is_accepted": self.is_accepted,
            "action_url": f"{settings.SITE_URL}{address}",
        }

    def key(self) -> str:
        """One mail for each proposal."""
        return str(self.proposal.pk)
