"""Inviting a person to work for an organisation, and joining it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import post
from diginor.text.email_addresses import clean_address
from members.organisations.models import Organisation
from members.people.actions.refusals import PeopleRefusal
from members.people.enums import MembershipRole
from members.people.models import Invitation, Membership, User
from members.people.notifications import InvitationMail, JoinedMail

VALID_FOR = timedelta(days=14)


class AlreadyInTeam(PeopleRefusal):
    """The person works there already."""

    message = _("Cette personne fait déjà partie de l’équipe.")


class InvitationExpired(PeopleRefusal):
    """The invitation is too old."""

    message = _("Cette invitation n’est plus valable.")


class InvitationUsed(PeopleRefusal):
    """The invitation has served."""

    message = _("Cette invitation a déjà servi.")


class InvitationForAnother(PeopleRefusal):
    """The invitation was sent to another address."""

    message = _("Cette invitation a été envoyée à une autre adresse.")


@transaction.atomic
def invite(organisation: Organisation, *, email: str, by: User, role: str = MembershipRole.ADVISER) -> Invitation:
    """Invite a person by e-mail; a new invitation replaces the one that still waits."""
    email = clean_address(email).lower()
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if User.objects.advisers_of(organisation.pk).filter(email__iexact=email).exists():
        raise AlreadyInTeam
    organisation.invitations.filter(email__iexact=email, accepted_at=None).delete()
    invitation = Invitation.objects.create(
        email=email, organisation=organisation, role=role, invited_by=by, expires_at=timezone.now() + VALID_FOR
    )
    post(InvitationMail(invitation))
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User) -> Membership:
    """Join the organisation that invited this person."""
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update(of=("self",)))
    if invitation.accepted_at:
        raise InvitationUsed
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired
    if user.email.lower() != invitation.email.lower():
        raise InvitationForAnother
    membership, _created = Membership.objects.get_or_create(
        user=user, organisation_id=invitation.organisation_id, is_active=True, defaults={"role": invitation.role}
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    for name in ("active_memberships", "all_hub_roles"):
        user.__dict__.pop(name, None)
    post(JoinedMail(invitation, user))
    return membership


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Take back an invitation that still waits."""
    if not invitation.accepted_at:
        invitation.delete()
