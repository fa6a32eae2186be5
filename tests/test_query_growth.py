"""Lists cost the same number of queries with one row and with thirty."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.hubs.enums import HubRoleKind
from services.figures.actions.refresh import refresh_figures
from services.requests.enums import ThreadKind
from services.requests.links import tracking_token
from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    HubRoleFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SuccessionFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.factories.networks import (
    AccreditationFactory,
    AffiliationFactory,
    EndorsementFactory,
    KeyFigureFactory,
    NetworkFactory,
    OfficeFactory,
    PartnershipFactory,
    RoundFactory,
)
from tests.factories.places import PlaceFactory, PlaceLabelFactory
from tests.factories.services import (
    AttachmentFactory,
    DelaySetFactory,
    EventFactory,
    MessageFactory,
    OfferFactory,
    QuestionFactory,
    ReferralFactory,
    RequestFactory,
    SatisfactionFactory,
    TopicFactory,
)
from tests.factories.workshops import WorkshopFactory
from tests.sessions import sign_in
from tests.world import Side, World, make_world

pytestmark = pytest.mark.django_db
Grow = Callable[[Side, int], object]


def _requests(side: Side, number: int) -> object:
    return side.file(f"n° {number}")


def _referrals(side: Side, number: int) -> object:
    mine = {"referral": None, "responsible_organisation": side.place}
    return side.refer(f"n° {number}", side.file(f"n° {number}", routed=True, **mine))


def _said(side: Side, number: int) -> object:
    asked = side.requests["en cours"]
    for kind in ThreadKind:
        message = MessageFactory(request=asked, thread=kind, author=UserFactory(), organisation=OrganisationFactory())
        AttachmentFactory(request=asked, message=message)
    EventFactory(request=asked, organisation=OrganisationFactory())
    return ReferralFactory(request=asked, declined=True)


def _places(side: Side, number: int) -> object:
    place = OrganisationFactory(member=True, of_hub=side.hub)
    UserFactory(adviser_of=place)
    AbsenceFactory(organisation=place)
    return OfferFactory(organisation=place, topic=side.topic)


def _team(side: Side, number: int) -> object:
    InvitationFactory(organisation=side.place)
    AbsenceFactory(organisation=side.place, user=UserFactory(adviser_of=side.place))
    return ReferralFactory(organisation=side.place, accepted=True, adviser=UserFactory(adviser_of=side.place))


def _relations_of_colleague(side: Side, number: int) -> object:
    place = side.rows["colleague"]
    person = UserFactory(adviser_of=place)
    AbsenceFactory(organisation=place, user=person)
    InvitationFactory(organisation=place)
    OfferFactory(organisation=place, topic=TopicFactory())
    return ReferralFactory(organisation=place, adviser=person)


def _topics(side: Side, number: int) -> object:
    return QuestionFactory(topic=TopicFactory(keywords="robot"))


def _places_to_visit(side: Side, number: int) -> object:
    return PlaceFactory(host=OrganisationFactory(), shared=True)


def _network(side: Side, number: int) -> object:
    network, place = side.rows["network"], side.place
    AffiliationFactory(network=network)
    PartnershipFactory(organisation=place)
    OfficeFactory(organisation=place)
    KeyFigureFactory(organisation=place)
    SuccessionFactory(old=[OrganisationFactory()], new=place)
    EndorsementFactory(accreditation=side.rows["accreditation"])
    return AccreditationFactory(network=network)


def _networks(side: Side, number: int) -> object:
    network = NetworkFactory(organisation=OrganisationFactory(listed=True, of_hub=side.hub))
    AffiliationFactory(network=network)
    RoundFactory()
    PartnershipFactory(organisation=network.organisation)
    KeyFigureFactory(organisation=network.organisation)
    OfficeFactory(organisation=network.organisation)
    SuccessionFactory(old=[OrganisationFactory()], new=network.organisation)
    return AccreditationFactory(network=network, round=side.rows["accreditationround"])


def _listed(side: Side, number: int) -> object:
    past = OrganisationFactory(listed=True, is_active=False)
    SuccessionFactory(old=[past], new=side.place)
    return NetworkFactory(organisation=OrganisationFactory(listed=True, succeeded_by=past))


def _facts(side: Side, number: int) -> object:
    AffiliationFactory(organisation=side.place, network=NetworkFactory())
    OfferFactory(organisation=side.place, topic=TopicFactory())
    PlaceFactory(host=side.place)
    return _network(side, number)


def _labels(side: Side, number: int) -> object:
    return PlaceLabelFactory(place=side.rows["place"], year=2000 + number)


def _hubs(side: Side, number: int) -> object:
    hub = HubFactory(name=f"Guichet n° {number}", parent=side.hub)
    HubRoleFactory(hub=hub)
    return RequestFactory(hub=hub, company_name=f"Atelier n° {number}")


LISTS: list[tuple[str, str, Callable[[Side], str], Grow]] = [
    ("hubs", "visitor", lambda side: reverse("hubs"), _hubs),
    ("hub", "visitor", lambda side: reverse("hub", args=[side.hub.slug]), _places),
    ("head hub", "visitor", lambda side: reverse("hub", args=[side.hub.slug]), _hubs),
    ("queue of a head hub", "staff", lambda side: f"/gestion/triage/?guichet={side.hub.slug}", _hubs),
    ("figures of a head hub", "officer", lambda side: reverse("steering"), _hubs),
    ("topics", "visitor", lambda side: reverse("services"), _topics),
    ("search", "visitor", lambda side: "/services/?q=robot", _topics),
    ("suggestions", "visitor", lambda side: "/services/suggestions/?q=robot", _topics),
    ("family", "visitor", lambda side: reverse("family", args=["demonstration"]), _topics),
    ("filing", "visitor", lambda side: reverse("filing_start"), _topics),
    ("topic", "visitor", lambda side: reverse("topic", args=["demonstration", side.topic.slug]), _places),
    ("home", "visitor", lambda side: reverse("home"), _places),
    ("networks", "visitor", lambda side: reverse("networks"), _networks),
    ("networks here", "visitor", lambda side: "/reseaux/?territoire=region-28", _networks),
    ("network", "visitor", lambda side: side.rows["network"].get_absolute_url(), _network),
    ("round", "visitor", lambda side: side.rows["accreditationround"].get_absolute_url(), _networks),
    ("directory", "visitor", lambda side: reverse("directory"), _listed),
    ("directory search", "visitor", lambda side: "/annuaire/?q=structure&territoire=calvados", _listed),
    ("directory filter", "visitor", lambda side: "/annuaire/?filtres=reseau", _networks),
    ("directory map", "visitor", lambda side: reverse("directory_map"), _listed),
    ("organisation", "visitor", lambda side: side.place.get_absolute_url(), _facts),
    ("places", "visitor", lambda side: reverse("places"), _places_to_visit),
    ("place", "visitor", lambda side: reverse("place", args=[side.rows["place"].slug]), _labels),
    (
        "tracking",
        "visitor",
        lambda side: reverse("tracking", args=[tracking_token(side.requests["en cours"])]),
        _said,
    ),
    ("my requests", "company", lambda side: reverse("my_requests"), _referrals),
    ("inbox", "adviser", lambda side: reverse("inbox"), _referrals),
    ("inbox in progress", "adviser", lambda side: "/espace/?vue=en-cours", _team),
    ("referral", "adviser", lambda side: reverse("referral", args=[side.referrals["accepted"].code]), _said),
    ("team", "manager", lambda side: reverse("team"), _team),
    ("queue", "staff", lambda side: reverse("admin:triage"), _requests),
    ("queue routed", "staff", lambda side: "/gestion/triage/?vue=orientees", _referrals),
    ("queue search", "staff", lambda side: "/gestion/triage/?q=Atelier", _requests),
    ("request", "staff", lambda side: reverse("admin:triage_request", args=[side.requests["en cours"].code]), _said),
    ("proposals", "staff", lambda side: reverse("admin:triage_request", args=[side.requests["déposé"].code]), _places),
    (
        "succession",
        "staff",
        lambda side: reverse("admin:succession", args=[side.rows["succession"].code]),
        _relations_of_colleague,
    ),
    ("steering", "officer", lambda side: reverse("steering"), _referrals),
    ("coverage", "officer", lambda side: reverse("coverage"), _places),
    ("coverage file", "officer", lambda side: reverse("coverage_csv"), _places),
    ("coverage topic", "staff", lambda side: reverse("coverage_topic", args=[side.topic.slug]), _places),
    ("coverage cell", "staff", lambda side: reverse("coverage_cell", args=[side.topic.slug, "dep-14"]), _places),
    ("coverage findings", "staff", lambda side: reverse("coverage_findings"), _places),
    ("steering requests", "officer", lambda side: reverse("steering_requests"), _referrals),
    (
        "steering request",
        "officer",
        lambda side: reverse("steering_request", args=[side.requests["en cours"].code]),
        _said,
    ),
]
ADMIN_LISTS: dict[str, Grow] = {
    "members_organisation": _places,
    "members_absence": _places,
    "members_drawnterritory": lambda side, number: TerritoryFactory(kind="adhoc", code=f"axe-{number}"),
    "members_place": _places_to_visit,
    "members_network": _networks,
    "members_affiliation": _network,
    "members_accreditationround": _networks,
    "members_accreditation": _networks,
    "members_partnership": _networks,
    "members_office": _networks,
    "members_keyfigure": _networks,
    "members_user": _team,
    "members_membership": lambda side, number: MembershipFactory(organisation=side.place),
    "members_invitation": _team,
    "members_succession": lambda side, number: SuccessionFactory(old=[side.place], new=side.rows["colleague"]),
    "members_hubrole": lambda side, number: HubRoleFactory(hub=side.hub, kind=HubRoleKind.STAFF),
    "services_topic": _topics,
    "services_offer": _places,
    "services_delayset": lambda side, number: DelaySetFactory(hub=side.hub, topic=TopicFactory()),
    "services_workshop": lambda side, number: WorkshopFactory(hub=side.hub),
    "services_servicerequest": _requests,
    "services_referral": _referrals,
    "services_satisfaction": lambda side, number: SatisfactionFactory(request=side.file(f"n° {number}", closed=True)),
}
LISTS += [
    (name, "staff", lambda side, name=name: reverse(f"admin:{name}_changelist"), grow)  # type: ignore[misc]
    for name, grow in ADMIN_LISTS.items()
]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize(("name", "role", "where", "grow"), LISTS, ids=[row[0] for row in LISTS])
def test_a_list_asks_as_much_for_thirty_rows_as_for_one(
    name: str, role: str, where: Callable[[Side], str], grow: Grow, world: World, client: Client
) -> None:
    if person := world.person(role):
        sign_in(client, person)
    grow(world.own, 0)
    few = _asked(client, where(world.own))
    for number in range(1, 30):
        grow(world.own, number)
    many = _asked(client, where(world.own))
    assert len(many) <= len(few), "\n".join(query for query in many if query not in few)


def _asked(client: Client, url: str) -> list[str]:
    """The queries of a page opened for the second time."""
    refresh_figures(is_full=True)
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    return [query["sql"] for query in queries]
