"""A desk for tests: a hub with its people, three organisations with theirs, a topic, and a way to file a request."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from services.catalogue.models import Topic
from services.filing import actions as filing
from services.requests.actions import clock
from services.requests.models import Referral, ServiceRequest
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import TopicFactory


@dataclass
class Desk:
    """Everybody that a request meets."""

    hub: Hub
    topic: Topic
    staff: User
    head: User
    places: list[Organisation]
    advisers: list[User]
    managers: list[User]
    filed: int = field(default=0)

    @classmethod
    def open(cls) -> "Desk":
        """Make one, in Normandie, with three organisations that each have a manager and an adviser."""
        hub = HubFactory()
        places = [OrganisationFactory(member=True, of_hub=hub) for _number in range(3)]
        return cls(
            hub=hub,
            topic=TopicFactory(),
            staff=UserFactory(staff_of=hub),
            head=UserFactory(head_of=hub),
            places=places,
            advisers=[UserFactory(adviser_of=place) for place in places],
            managers=[UserFactory(manager_of=place) for place in places],
        )

    def file(self, **fields: Any) -> ServiceRequest:
        """File a request as a company of Caen does."""
        self.filed += 1
        draft = filing.start_draft()
        filing.save_need(draft, topic=self.topic, need="Tester un capteur sur notre ligne", answers=[])
        company = {"company_name": f"Atelier {self.filed}", "siret": ""} | fields
        filing.save_company(draft, commune=commune(), **company)
        filing.save_contact(draft, contact_name="Anne Morel", contact_email=f"anne{self.filed}@atelier.example")
        return filing.submit(draft)


def run_clock() -> int:
    """Let the clock fire what is due now."""
    return clock.follow_up_due(timezone.now())


def mails_of(kind: str = "") -> list[str]:
    """Who was written to, in the order of writing, by one kind of mail or by any."""
    rows = OutgoingMail.objects.order_by("created_at", "pk")
    return [row.recipient for row in rows if not kind or row.kind == kind]


def fresh(row: Any) -> Any:
    """The row as the database has it now."""
    model: type[ServiceRequest | Referral] = type(row)
    return model.objects.get(pk=row.pk)
