"""The few rows that every stage of the benchmark shares: territories, one hub, organisations, topics and people."""

from dataclasses import dataclass

from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub, HubRole
from members.organisations.enums import OrganisationKind
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Membership, User
from members.territories.actions.loading import load_territories
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.enums import Family
from services.catalogue.models import Offer, Topic

ORGANISATIONS, TOPICS, ADVISERS = 40, 24, 80
NORMANDY = "28"


@dataclass(frozen=True)
class People:
    """Who opens the pages: by primary key."""

    staff: int
    adviser: int
    officer: int


def build() -> None:
    """Create what must exist before requests do; done once."""
    if Hub.objects.exists():
        return
    load_territories(regions=[NORMANDY])
    region = Territory.objects.coded(TerritoryKind.REGION, NORMANDY).get()
    hub = Hub.objects.create(slug="normandie", name="Guichet de Normandie", territory=region, is_default=True)
    places = [
        Organisation(name=f"Structure {number:02}", slug=f"structure-{number:02}", kind=OrganisationKind.CLUSTER)
        for number in range(ORGANISATIONS)
    ]
    hub.organisations.set(Organisation.objects.bulk_create(places))
    families = Family.values
    topics = [
        Topic(slug=f"sujet-{number:02}", name=f"Sujet {number:02}", summary="Un sujet.", family=families[number % 4])
        for number in range(TOPICS)
    ]
    for topic in topics:
        topic.save()
    Offer.objects.bulk_create([Offer(organisation=place, topic=topic) for place in places for topic in topics])
    _people(hub, places)


def _people(hub: Hub, places: list[Organisation]) -> None:
    """Advisers for every organisation, then the staff and the officer of the hub."""
    for number in range(ADVISERS):
        user = User.objects.create_user(f"conseil{number}@bench.example", first_name="Camille", last_name=f"N{number}")
        role = MembershipRole.MANAGER if number < len(places) else MembershipRole.ADVISER
        Membership.objects.create(user=user, organisation=places[number % len(places)], role=role)
    for kind in (HubRoleKind.HEAD, HubRoleKind.OFFICER):
        user = User.objects.create_user(f"{kind}@bench.example", first_name="Dominique", last_name=str(kind))
        HubRole.objects.create(user=user, hub=hub, kind=kind)


def people() -> People:
    """The head of the hub, an adviser of the busiest organisation, the officer."""
    keys = dict(User.objects.values_list("email", "pk"))
    return People(
        staff=keys["head@bench.example"], adviser=keys["conseil0@bench.example"], officer=keys["officer@bench.example"]
    )
