"""Teams: who works for an organisation, who leaves it, when it is away and how much it can take."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.edits import note
from diginor.outbox.pacing import by_the_clock
from diginor.outbox.posting import post
from diginor.retries import try_keys
from diginor.traces import forget_in_log, forget_sessions
from members.actions.invitations import accept_invitation, invite, revoke_invitation
from members.actions.refusals import PeopleRefusal
from members.enums import MembershipRole
from members.models import Absence, Membership, Organisation, SheetEvent, User
from members.models.user import CLOSED_DOMAIN
from members.notifications import RemovalMail

__all__ = [
    "LastManagerStays",
    "accept_invitation",
    "account_closed",
    "begin_absences",
    "cancel_absence",
    "change_role",
    "close_account",
    "end_sessions",
    "invite",
    "open_account",
    "person_away",
    "person_left",
    "remove",
    "revoke_invitation",
    "set_absence",
    "set_capacity",
    "suspend_account",
]

# Sent inside the transaction, with `user`, `organisation` and `by`, so that open referrals can be handed back.
person_left = Signal()
# Sent inside the transaction, with `user` and the `name` that is being forgotten, so that histories forget it too.
account_closed = Signal()
# Sent inside the transaction of its first day, with `absence`, so that what the person follows goes to who stands in.
person_away = Signal()


class LastManagerStays(PeopleRefusal):
    """An organisation keeps at least one manager."""

    message = _("Cette personne est la dernière responsable de l’équipe : nommez quelqu’un d’autre avant.")


class AbsenceOverlaps(PeopleRefusal):
    """The same person or organisation is already away on these days."""

    message = _("Une autre absence couvre déjà une partie de ces jours.")


class NobodyPresent(PeopleRefusal):
    """Somebody of the organisation is there on every day, or it is away as a whole."""

    message = _(
        "Personne d’autre n’est présent ces jours-là : choisissez un relais, ou notez l’absence de toute la structure."
    )


class StandInAway(PeopleRefusal):
    """Who stands in is there on every day: absences that cross would leave everything to nobody."""

    message = _(
        "La personne qui prend le relais est elle-même absente une partie de ces jours : choisissez quelqu’un d’autre."
    )


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
def set_absence(
    organisation: Organisation,
    *,
    starts_on: date,
    ends_on: date,
    by: User,
    user: User | None = None,
    backup: User | None = None,
    backup_organisation: Organisation | None = None,
) -> Absence:
    """Note that an organisation, or one of its people, is away."""
    _locked(organisation)
    check_absence(organisation, user, backup, starts_on, ends_on)
    absence = Absence.objects.create(
        organisation=organisation,
        user=user,
        starts_on=starts_on,
        ends_on=ends_on,
        backup=backup,
        backup_organisation=backup_organisation,
    )
    _begin(absence)
    return absence


def check_absence(
    organisation: Organisation, user: User | None, backup: User | None, starts_on: date, ends_on: date
) -> None:
    """Raise the refusal that an absence would meet, if any."""
    if organisation.absences.filter(user=user, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise AbsenceOverlaps
    others = User.objects.present(organisation.pk, starts_on, ends_on)
    if user and not backup and not others.exclude(pk=user.pk).exists():
        raise NobodyPresent
    if backup and not others.filter(pk=backup.pk).exists():
        raise StandInAway


@by_the_clock()
def begin_absences() -> int:
    """Give to who stands in what the people away from today on follow; a second call the same day changes nothing."""
    due = Absence.objects.on(timezone.localdate()).filter(taken_over_at=None, user__isnull=False)
    return try_keys("begin_absences", due.order_by("pk").values_list("pk", flat=True), _begin_once)


def _begin_once(pk: int) -> bool:
    absence = Absence.objects.select_for_update(of=("self",)).with_people().filter(pk=pk).first()
    return _begin(absence) if absence else False


def _begin(absence: Absence) -> bool:
    """Tell the other parts, once, that a person is away; the organisation as a whole keeps its referrals."""
    today = timezone.localdate()
    if absence.user is None or absence.taken_over_at or not absence.starts_on <= today <= absence.ends_on:
        return False
    absence.taken_over_at = timezone.now()
    absence.save(update_fields=["taken_over_at"])
    person_away.send(Absence, absence=absence)
    return True


@transaction.atomic
def cancel_absence(absence: Absence, *, by: User) -> None:
    """Forget an absence to come, or end today one that has begun."""
    today = timezone.localdate()
    if absence.starts_on >= today:
        absence.delete()
    elif absence.ends_on >= today:
        absence.ends_on = today - timedelta(days=1)
        absence.save(update_fields=["ends_on"])


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
    SheetEvent.objects.filter(by=user).update(by_name="")
    forget_sessions(user)
    forget_in_log(user)
    user.is_active = False
    user.set_unusable_password()
    user.first_name = user.last_name = user.phone = user.function = ""
    user.email = f"compte-ferme-{user.pk}@{CLOSED_DOMAIN}"
    user.save()
    account_closed.send(User, user=user, name=name)


def _leave_every_team(user: User, *, by: User) -> None:
    memberships = list(user.memberships.filter(is_active=True).order_by("organisation_id", "pk"))
    # All the organisations before any request: the order of locks is organisations, requests, referrals, by key.
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
