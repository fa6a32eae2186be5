"""The whole portal in miniature: two hubs of two regions with everybody in them, and requests in every state."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from diginor.attempts.retries import Setback
from diginor.outbox.models import OutgoingMail
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from members.territories.models import Territory
from services.catalogue.models import Topic
from services.requests.models import FollowUp, Message, Referral, ServiceRequest
from tests.factories.members import (
    AbsenceFactory,
    ErasureFactory,
    HubFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SheetProposalFactory,
    SuccessionFactory,
    TerritoryFactory,
    UserFactory,
    commune,
    region,
)
from tests.factories.networks import (
    AccreditationFactory,
    AffiliationFactory,
    EndorsementFactory,
    KeyFigureFactory,
    NetworkFactory,
    OfficeFactory,
    PartnershipFactory,
)
from tests.factories.places import PlaceFactory
from tests.factories.services import (
    AttachmentFactory,
    DelaySetFactory,
    EventFactory,
    FollowUpFactory,
    MessageFactory,
    OfferFactory,
    QuestionFactory,
    ReferralFactory,
    RequestFactory,
    SatisfactionFactory,
    TopicFactory,
)
from tests.factories.workshops import WorkshopFactory

ROLES = ("visitor", "company", "adviser", "manager", "staff", "head", "officer", "administrator")


@dataclass
class Side:
    """One hub: its people, one of its organisations with all that it was given, and what one company asked it."""

    name: str
    hub: Hub
    place: Organisation
    people: dict[str, User]
    topic: Topic
    requests: dict[str, ServiceRequest] = field(default_factory=dict)
    referrals: dict[str, Referral] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def file(self, name: str, **traits: Any) -> ServiceRequest:
        """Have the company file a request of this hub."""
        common = {
            "hub": self.hub,
            "topic": self.topic,
            "commune": _town(self.hub),
            "contact_email": self.people["company"].email,
        }
        asked: ServiceRequest = RequestFactory(**common, **traits, company_name=f"Atelier {name} {self.name}")
        EventFactory(request=asked)
        self.requests[name] = asked
        return asked

    def refer(self, name: str, request: ServiceRequest, **traits: Any) -> Referral:
        """Give a request to the organisation."""
        row: Referral = ReferralFactory(request=request, organisation=self.place, **traits)
        self.referrals[name] = row
        return row


@dataclass
class World:
    """Two hubs that must not see each other's work, and the administrator of both."""

    own: Side
    other: Side
    administrator: User

    def person(self, role: str) -> User | None:
        """Whoever plays a role on the first side."""
        if role == "visitor":
            return None
        return self.administrator if role == "administrator" else self.own.people[role]


def make_world() -> World:
    """Make it."""
    topic = TopicFactory(name="Essayer un robot collaboratif", slug="robot", keywords="robot tester cobot")
    QuestionFactory(topic=topic, choice=True)
    for family in ("funding", "training", "networking"):
        TopicFactory(**{family: True})
    world = World(
        own=_side("du Bocage", HubFactory(name="Guichet de Normandie", slug="normandie", is_default=True), topic),
        other=_side("d’Armor", HubFactory(name="Guichet de Bretagne", slug="bretagne", territory=region("53")), topic),
        administrator=UserFactory(administrator=True),
    )
    for side, neighbour in ((world.own, world.other), (world.other, world.own)):
        side.rows["neighbour"] = neighbour.hub
    return world


def _town(hub: Hub) -> Territory:
    return commune() if hub.territory == region() else commune("35238", "Rennes")


def _side(name: str, hub: Hub, topic: Topic) -> Side:
    place = OrganisationFactory(member=True, listed=True, of_hub=hub, name=f"Pôle {name}")
    people = {
        "company": UserFactory(),
        "adviser": UserFactory(adviser_of=place),
        "manager": UserFactory(manager_of=place),
        "staff": UserFactory(staff_of=hub),
        "head": UserFactory(head_of=hub),
        "officer": UserFactory(officer_of=hub),
    }
    side = Side(name, hub, place, people, topic)
    colleague = OrganisationFactory(member=True, of_hub=hub, name=f"Chambre {name}")
    side.rows = {
        "drawnterritory": TerritoryFactory(kind="adhoc", code=f"axe-{hub.slug}", name=f"Axe {name}"),
        "offer": OfferFactory(organisation=place, topic=topic),
        "membership": MembershipFactory(organisation=place),
        "absence": AbsenceFactory(organisation=place),
        "invitation": InvitationFactory(organisation=place, invited_by=people["manager"]),
        "delays": DelaySetFactory(hub=hub),
        "workshop": WorkshopFactory(hub=hub),
        "erasure": ErasureFactory(by=people["head"]),
        "sheetproposal": SheetProposalFactory(organisation=place, hub=hub, proposed_by=people["manager"]),
        "topic": TopicFactory(training=True),
        "mail": OutgoingMail.objects.create(
            dedupe_key=name, kind="Test", recipient="x@exemple.example", subject=f"Bonjour {name}", status="sent"
        ),
        "setback": Setback.objects.create(
            work="digests", key=f"{name}@exemple.example", attempts=1, last_error="Panne", failing_since=timezone.now()
        ),
        "colleague": colleague,
        "place": PlaceFactory(name=f"Lieu {name}", host=place, commune=_town(hub), shared=True),
    }
    side.rows["succession"] = SuccessionFactory(old=[colleague], new=place)
    side.rows |= _network(place)
    _file_everything(side)
    return side


def _network(place: Organisation) -> dict[str, Any]:
    """What makes the organisation a network, and what is said of it."""
    network = NetworkFactory(organisation=place)
    accreditation = AccreditationFactory(network=network, conditional=True)
    EndorsementFactory(accreditation=accreditation)
    return {
        "network": network,
        "affiliation": AffiliationFactory(network=network),
        "accreditation": accreditation,
        "accreditationround": accreditation.round,
        "partnership": PartnershipFactory(organisation=place),
        "office": OfficeFactory(organisation=place),
        "keyfigure": KeyFigureFactory(organisation=place),
    }


def _file_everything(side: Side) -> None:
    side.file("brouillon", draft=True)
    side.file("déposé")
    side.file("douteux", suspect=True)
    side.file("refusé", rejected=True)
    side.file("retiré", withdrawn=True)
    side.file("à réorienter", to_reroute=True)
    side.rows["question"] = MessageFactory(request=side.file("interrogé", asked=True), question=True)
    mine = {"referral": None, "responsible_organisation": side.place}
    routed = side.file("orienté", routed=True, **mine)
    side.refer("sent", routed)
    side.rows["file"] = AttachmentFactory(request=routed)
    side.refer("late", side.file("en retard", routed=True, late=True, **mine), late=True)
    follows = {"adviser": side.people["adviser"]}
    progress = side.file("en cours", in_progress=True, **mine)
    side.refer("accepted", progress, accepted=True, **follows, next_step="Je vous appelle")
    _talk(progress, side.people["adviser"], side.place)
    closed = side.file("terminé", closed=True, referral=None)
    side.refer("closed", closed, closed=True, **follows)
    side.rows["opinion"] = SatisfactionFactory(request=closed)
    side.rows["followup"] = _follow_up(progress)


def _talk(request: ServiceRequest, adviser: User, place: Organisation) -> list[Message]:
    return [
        MessageFactory(request=request),
        MessageFactory(request=request, party="organisation", author=adviser, organisation=place, author_name="Paul"),
        MessageFactory(request=request, internal=True),
    ]


def _follow_up(request: ServiceRequest) -> FollowUp:
    row: FollowUp = FollowUpFactory(request=request)
    return row
