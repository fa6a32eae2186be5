"""The mails about teams."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from diginor.outbox.posting import Mail, Recipient
from members.people.models import Invitation, Membership, User


def as_recipient(user: User) -> Recipient:
    """Write to a person at once, in their language."""
    return Recipient(user.email, str(user), user.language)


class InvitationMail(Mail):
    """Someone is invited to work for an organisation."""

    template = "members/people/mail/invitation"
    is_urgent = True

    def __init__(self, invitation: Invitation):
        self.invitation = invitation

    def recipients(self) -> Iterable[Recipient]:
        """The invited address."""
        return [Recipient(self.invitation.email)]

    def context(self) -> dict[str, Any]:
        address = reverse("invitation", args=[self.invitation.code])
        return {"invitation": self.invitation, "action_url": f"{settings.SITE_URL}{address}"}

    def key(self) -> str:
        """One mail for each invitation."""
        return str(self.invitation.code)


class JoinedMail(Mail):
    """The person who invited learns that the invitation was accepted."""

    template = "members/people/mail/joined"

    def __init__(self, invitation: Invitation, person: User):
        self.invitation = invitation
        self.person = person

    def recipients(self) -> Iterable[Recipient]:
        """Whoever invited, if still there."""
        host = self.invitation.invited_by
        return [as_recipient(host)] if host and host.is_active else []

    def context(self) -> dict[str, Any]:
        return {"invitation": self.invitation, "person": self.person, "action_url": settings.SITE_URL}

    def key(self) -> str:
        """One mail for each invitation."""
        return str(self.invitation.code)


class RemovalMail(Mail):
    """A person learns that they no longer work for an organisation on the portal."""

    template = "members/people/mail/removal"

    def __init__(self, membership: Membership, by: User):
        self.membership = membership
        self.by = by

    def recipients(self) -> Iterable[Recipient]:
        """The person who leaves."""
        return [as_recipient(self.membership.user)]

    def context(self) -> dict[str, Any]:
        """Which organisation, and who decided."""
        return {"membership": self.membership, "by": self.by, "action_url": settings.SITE_URL}

    def key(self) -> str:
        """One mail for each departure."""
        return str(self.membership.pk)
