"""Teams: who works for an organisation, who leaves it and how much it can take; accounts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import post
from diginor.running.traces import forget_in_log, forget_sessions
from diginor.web.journal import note
from members.organisations.models import Organisation
from members.people.actions.refusals import PeopleRefusal
from members.people.enums import MembershipRole
from members.people.models import CLOSED_DOMAIN, Membership, User
from members.people.notifications import RemovalMail

# Sent inside the transaction, with `user`, `organisation` and `by`, so that open referrals can be handed back.
person_left = Signal()
# Sent inside the transaction, with `user` and the `name` that is being forgotten, so that histories forget it too.
account_closed = Signal()


class LastManagerStays(PeopleRefusal):
    """An organisation keeps at least one manager."""

    message = _("Cette personne est la dernière responsable de l’équipe : nommez quelqu’un d’autre avant.")


@transaction.atomic
def open_account(email: str, password: str | None = None, **fields: object) -> User:
    """Create a person whose address is known to be theirs."""
    user: User = User.objects.create_user(email.lower(), password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def remove(membership: Membership, *, by: User) -> None:
    """End what a person does in an organisation; a second call changes nothing."""
    organisation = _locked(membership.organisation)
    membership.refresh_from_db()
    if not membership.is_active:
        return
    if membership.role == MembershipRole.MANAGER:
        _keep_a_manager(organisation, without=membership.user)
    membership.is_active = False
    membership.ended_on = timezone.localdate()
    membership.save(update_fields=["is_active", "ended_on"])
    # Before the absences go: who stands in for the person takes the referrals over.
    person_left.send(Membership, user=membership.user, organisation=organisation, by=by)
    organisation.absences.filter(user=membership.user, ends_on__gte=timezone.localdate()).delete()
    organisation.absences.filter(backup=membership.user).update(backup=None)
    if by != membership.user:
        post(RemovalMail(membership, by))


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: User) -> None:
    """Make an adviser a manager, or the other way round."""
    organisation = _locked(membership.organisation)
    membership.refresh_from_db()
    if membership.role == MembershipRole.MANAGER and role != MembershipRole.MANAGER:
        _keep_a_manager(organisation, without=membership.user)
    if membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
        note(membership, ["role"], by=by)


@transaction.atomic
def set_capacity(organisation: Organisation, *, capacity: int | None, by: User) -> None:
    """Say how many open referrals an organisation takes at most; None for no limit."""
    organisation = _locked(organisation)
    organisation.capacity = capacity
    organisation.save(update_fields=["capacity"])
    note(organisation, ["capacity"], by=by)


@transaction.atomic
def suspend_account(user: User, *, by: User) -> None:
    """Shut an account, leaving every team first; what the person did stays signed."""
    _leave_every_team(user, by=by)
    user.is_active = False
    user.save(update_fields=["is_active"])


@transaction.atomic
def close_account(user: User) -> None:
    """Close the account of a person who asks for it, leaving every team first; their name goes wherever it was kept."""
    name = str(user)
    _leave_every_team(user, by=user)
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    forget_sessions(user)
    forget_in_log(user)
    user.is_active = False
    user.set_unusable_password()
    user.first_name = user.last_name = user.phone = user.function = ""
    user.email = f"compte-ferme-{user.pk}@{CLOSED_DOMAIN}"
    user.save()
    account_closed.send(User, user=user, name=name)


def _leave_every_team(user: User, *, by: User) -> None:
    # The person first, as the pages that change one do before they reach a team.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    memberships = list(user.memberships.filter(is_active=True).order_by("organisation_id", "pk"))
    # All of them before any request: the order of locks is people, organisations, requests, referrals, by key.
    places = Organisation.objects.filter(pk__in=[row.organisation_id for row in memberships])
    list(places.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    for membership in memberships:
        remove(membership, by=by)
    user.hub_roles.all().delete()


def _locked(organisation: Organisation) -> Organisation:
    # Without its key: a step that holds a request writes rows which name the organisation, and must not wait for us.
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _keep_a_manager(organisation: Organisation, *, without: User) -> None:
    if not User.objects.managers_of(organisation.pk).exclude(pk=without.pk).exists():
        raise LastManagerStays


@transaction.atomic
def end_sessions(user: User) -> None:
    """End every session of the person; whoever stays signed in renews the hash of that session."""
    fresh = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.session_generation = fresh.session_generation + 1
    user.save(update_fields=["session_generation"])
