"""The mails about accounts and teams."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import Mail, Recipient
from members.enums import HubRoleKind, ProposalState
from members.models import Invitation, Membership, SheetProposal, Succession, User


def as_recipient(user: User) -> Recipient:
    """Write to a person at once, in their language."""
    return Recipient(user.email, str(user), user.language)


class InvitationMail(Mail):
    """Someone is invited to work for an organisation."""

    template = "members/mail/invitation"
    is_urgent = True

    def __init__(self, invitation: Invitation):
        self.invitation = invitation

    def recipients(self) -> Iterable[Recipient]:
        """The invited address."""
        return [Recipient(self.invitation.email)]

    def context(self) -> dict[str, Any]:
        """The invitation and its link."""
        address = reverse("invitation", args=[self.invitation.code])
        return {"invitation": self.invitation, "action_url": f"{settings.SITE_URL}{address}"}

    def key(self) -> str:
        """One mail for each invitation."""
        return str(self.invitation.code)


class JoinedMail(Mail):
    """The person who invited learns that the invitation was accepted."""

    template = "members/mail/joined"

    def __init__(self, invitation: Invitation, person: User):
        self.invitation = invitation
        self.person = person

    def recipients(self) -> Iterable[Recipient]:
        """Whoever invited, if still there."""
        host = self.invitation.invited_by
        return [as_recipient(host)] if host and host.is_active else []

    def context(self) -> dict[str, Any]:
        """Who joined, and where."""
        return {"invitation": self.invitation, "person": self.person, "action_url": settings.SITE_URL}

    def key(self) -> str:
        """One mail for each invitation."""
        return str(self.invitation.code)


class RemovalMail(Mail):
    """A person learns that they no longer work for an organisation on the portal."""

    template = "members/mail/removal"

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


class SheetToReadMail(Mail):
    """The desk has a sheet of the directory to read again."""

    template = "members/mail/sheet_to_read"
    action_label = _("Relire la fiche")
    can_wait_for_digest = True

    def __init__(self, proposal: SheetProposal):
        self.proposal = proposal
        self.sender = proposal.hub.sender

    def recipients(self) -> Iterable[Recipient]:
        """The people who keep the desk."""
        people = User.objects.with_hub_role(self.proposal.hub_id, HubRoleKind.STAFF, HubRoleKind.HEAD)
        return [as_recipient(person) for person in people]

    def context(self) -> dict[str, Any]:
        """What is proposed, by whom, and where to read it."""
        address = reverse("admin:sheet_review", args=[self.proposal.code])
        return {"proposal": self.proposal, "action_url": f"{settings.SITE_URL}{address}"}

    def key(self) -> str:
        """One mail for each set of values."""
        values = hashlib.sha256(repr(sorted(self.proposal.values.items())).encode()).hexdigest()[:16]
        return f"{self.proposal.pk}:{values}"


class SheetAnsweredMail(Mail):
    """Who proposed a change of the directory learns what became of it."""

    template = "members/mail/sheet_answered"

    def __init__(self, proposal: SheetProposal):
        self.proposal = proposal
        self.is_accepted = proposal.state == ProposalState.ACCEPTED
        self.sender = proposal.hub.sender
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
            address = reverse("sheet_edit" if organisation else "sheet_list")
        return {
            "proposal": self.proposal,
            "is_accepted": self.is_accepted,
            "action_url": f"{settings.SITE_URL}{address}",
        }

    def key(self) -> str:
        """One mail for each proposal."""
        return str(self.proposal.pk)


class StructureBecameMail(Mail):
    """A person learns, the day after, that the structure they work for became another."""

    template = "members/mail/structure_became"
    action_label = _("Ouvrir mon espace")

    def __init__(self, succession: Succession, memberships: list[Membership]):
        self.succession = succession
        self.memberships = memberships

    def recipients(self) -> Iterable[Recipient]:
        """The person, who worked for one or several of the old structures."""
        return [as_recipient(self.memberships[0].user)]

    def context(self) -> dict[str, Any]:
        """What became what."""
        places = [row.organisation for row in self.memberships]
        address = f"{settings.SITE_URL}{reverse('inbox')}"
        return {"before": places, "after": places[0].succeeded_by, "action_url": address}

    def key(self) -> str:
        """One mail a person for each succession."""
        return self.succession.code


# What allauth tells, by the name of its template, and the template of ours that says it.
ACCOUNT_TEMPLATES = {
    "account/email/login_code": "code",
    "account/email/email_confirmation": "address_code",
    "account/email/email_confirmation_signup": "address_code",
    "account/email/password_reset_key": "new_password",
    "account/email/unknown_account": "no_account",
    "account/email/account_already_exists": "account_exists",
}
SECURITY_NOTICES = {
    "account/email/email_changed": _("L’adresse électronique de votre compte a changé"),
    "account/email/email_deleted": _("Une adresse électronique a été retirée de votre compte"),
    "account/email/email_confirm": _("Une adresse électronique a été confirmée sur votre compte"),
    "account/email/password_changed": _("Votre mot de passe a changé"),
    "account/email/password_reset": _("Votre mot de passe a été remplacé"),
    "account/email/password_set": _("Un mot de passe a été choisi pour votre compte"),
    "mfa/email/recovery_codes_generated": _("De nouveaux codes de secours ont été créés"),
    "mfa/email/totp_activated": _("Une application de codes protège maintenant votre compte"),
    "mfa/email/totp_deactivated": _("L’application de codes ne protège plus votre compte"),
    "mfa/email/webauthn_added": _("Une clé d’accès a été ajoutée à votre compte"),
    "mfa/email/webauthn_removed": _("Une clé d’accès a été retirée de votre compte"),
    "socialaccount/email/account_connected": _("ProConnect a été relié à votre compte"),
    "socialaccount/email/account_disconnected": _("ProConnect n’est plus relié à votre compte"),
}


class AccountMail(Mail):
    """What the sign-in machinery has to say: a code, a link or a security notice."""

    is_urgent = True

    def __init__(self, kind: str, email: str, context: dict[str, Any]):
        self.kind = kind
        self.email = email
        self.details = context
        name = ACCOUNT_TEMPLATES.get(kind, "security")
        self.template = f"members/mail/{name}"  # type: ignore[misc]

    def recipients(self) -> Iterable[Recipient]:
        """The address typed or known, in the language of the page or of the person."""
        user = self.details.get("user")
        language = getattr(user, "language", "") or (get_language() or settings.LANGUAGE_CODE)[:2]
        return [Recipient(self.email, language=language)]

    def context(self) -> dict[str, Any]:
        """What allauth gives, and the sentence of a security notice."""
        sign_in = f"{settings.SITE_URL}{reverse('account_login')}"
        defaults = {"action_url": sign_in, "what": SECURITY_NOTICES.get(self.kind, ""), "code": "", "ip": ""}
        told = ("code", "ip", "timestamp")
        given: dict[str, Any] = {name: self.details[name] for name in told if name in self.details}
        if link := self.details.get("password_reset_url") if self.kind.endswith("reset_key") else None:
            given["action_url"] = link
        return {**defaults, **given}

    def key(self) -> str:
        """Each code and each notice is a cause of its own."""
        return uuid.uuid4().hex
