"""Writing what a file of the administration says, once its difference is confirmed."""

from django.db import transaction

from members.organisations.models import Organisation
from members.people.actions.invitations import invite
from members.people.actions.teams import change_role, remove
from members.people.models import Membership, User

BATCH = 500


@transaction.atomic
def save_membership(membership: Membership, *, is_active: bool, role: str, person: dict[str, str], by: User) -> None:
    """Bring a team in line with a file: the role, the departure and what is known of the person; never the password."""
    known = Membership.objects.select_related("user", "organisation").get(pk=membership.pk)
    if known.role != role and is_active:
        change_role(known, role=role, by=by)
    if person:
        for name, value in person.items():
            setattr(known.user, name, value)
        known.user.save(update_fields=list(person))
    if not is_active:
        remove(known, by=by)


@transaction.atomic
def save_invitation(organisation: Organisation, *, email: str, role: str, by: User) -> None:
    """Invite whom a file names and nobody knows here; an account is opened by the person alone."""
    invite(organisation, email=email, role=role, by=by)
