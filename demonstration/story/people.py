"""Making the invented people: their accounts, their roles, their teams."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from demonstration.story import accounts
from demonstration.story.direction import Cast
from demonstration.story.hours import STORY_DAYS
from diginor.workflow.working_days import is_working_day
from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub, HubRole
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Absence, Invitation, Membership, User

LAST_RESORT = ("tes", "nwx", "cci-normandie", "cma-normandie", "images-et-reseaux")
CAPACITIES = {"laboratoire-de-demonstration-procedes-de-fabrication": 6, "cma-normandie": 40, "cci-normandie": 45}


class Casting:
    """Makes the people once; the one password is hashed once for all, as hashing is slow on purpose."""

    def __init__(self, today: date):
        self.today = today
        self.joined_at = timezone.now() - timedelta(days=STORY_DAYS + 30)
        self.password = make_password(accounts.PASSWORD)
        self.known = {user.email: user for user in User.objects.filter(is_demo=True).order_by("pk")}

    def everyone(self, organisations: dict[str, Organisation]) -> Cast:
        """The administrator, the desks and the teams."""
        self.person(accounts.administrator(), is_superuser=True)
        for name in accounts.SHOWN_COMPANIES:
            row = next(row for row in accounts.read("companies")[accounts.MAIN_HUB] if row[0] == name)
            self.person(accounts.contact(row), has_password=False)
        hubs = {hub.slug: hub for hub in Hub.objects.in_order()}
        desks = {hub.pk: self._desk(hub) for hub in hubs.values()}
        # Those that are only announced, or known as supporters, have nobody who answers.
        helping = [place for place in organisations.values() if place.is_listed and place.is_active]
        advisers = {place.pk: self._team(place) for place in helping}
        usual = [organisations[slug] for slug in LAST_RESORT]
        resorts = {
            hub.pk: [place for place in usual if hub in place.hubs.all()] or list(hub.organisations.order_by("pk"))
            for hub in hubs.values()
        }
        return Cast({pk: desk for pk, desk in desks.items() if desk}, advisers, resorts, hubs)

    def person(self, who: accounts.Person, *, has_password: bool = True, is_superuser: bool = False) -> User:
        """One account, made or brought back to what it should be."""
        user = self.known.get(who.email) or User(email=who.email, is_demo=True, joined_at=self.joined_at)
        user.first_name, user.last_name, user.function = who.first_name, who.last_name, who.function
        user.is_superuser, user.is_active = is_superuser, True
        user.password = self.password if has_password else make_password(None)
        user.save()
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        self.known[who.email] = user
        return user

    def _desk(self, hub: Hub) -> list[User]:
        kept: list[User] = []
        for role, people in accounts.desk(hub.slug).items():
            for who in people:
                user = self.person(who)
                HubRole.objects.get_or_create(user=user, hub=hub, kind=role)
                if role == HubRoleKind.STAFF:
                    kept.append(user)
        return kept

    def _team(self, place: Organisation) -> list[User]:
        advisers: list[User] = []
        managers: list[User] = []
        for who, role in accounts.team(place.slug):
            user = self.person(who)
            started_on = self.today - timedelta(days=STORY_DAYS + 20)
            Membership.objects.get_or_create(
                user=user, organisation=place, is_active=True, defaults={"role": role, "started_on": started_on}
            )
            (managers if role == MembershipRole.MANAGER else advisers).append(user)
        return advisers or managers


def furnish(organisations: dict[str, Organisation], today: date) -> None:
    """What teams set for themselves: capacities, an absence with its stand-in, an invitation that waits."""
    for slug, capacity in CAPACITIES.items():
        Organisation.objects.filter(slug=slug).update(capacity=capacity)
    place = organisations["cci-normandie"]
    away, backup = (_member(place, "adviser", rank) for rank in (1, 0))
    ends_on = next(day for day in (today + timedelta(days=n) for n in range(5, 12)) if is_working_day(day))
    Absence.objects.filter(organisation__in=organisations.values(), user__is_demo=True).delete()
    Absence.objects.create(
        organisation=place, user=away, backup=backup, starts_on=today - timedelta(days=3), ends_on=ends_on
    )
    Invitation.objects.update_or_create(
        email="camille.bertrand@nwx.example",
        organisation=organisations["nwx"],
        defaults={
            "invited_by": _member(organisations["nwx"], "manager", 0),
            "expires_at": timezone.now() + timedelta(days=9),
        },
    )


def _member(place: Organisation, role: str, rank: int) -> User:
    rows = place.memberships.filter(role=role, is_active=True).select_related("user").order_by("pk")
    return rows[rank].user
