"""The people of the forty days, by names that stay the same, and what they do."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from diginor.workflow.history import Party
from diginor.workflow.working_days import PARIS, is_working_day
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from services.catalogue.models import Topic
from services.filing import actions as filing
from services.requests.actions import referral, thread
from services.requests.models import Referral, ServiceRequest
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import TopicFactory

FIRST, DAYS = date(2026, 11, 2), 40
TEAMS = {
    "NWX": ["Ana Blin", "Bruno Coste"],
    "TES": ["Chloé Denis", "David Eude"],
    "CCI": ["Élise Fleury"],
    "CMA": ["Farid Gosset"],
    "ADN": ["Gaëlle Huet", "Hugo Ingouf"],
    "I&R": ["Inès Jouan"],
    "PR": ["Jules Kerbrat"],
}


def working_days() -> list[date]:
    """The forty working days."""
    days = (FIRST + timedelta(days=number) for number in range(2 * DAYS))
    return [day for day in days if is_working_day(day)][:DAYS]


def on(day: int, hour: str) -> datetime:
    """An hour of a working day, the first being 1."""
    return datetime.combine(working_days()[day - 1], time.fromisoformat(hour), tzinfo=PARIS)


@dataclass
class Town:
    """A hub with its people, seven organisations with theirs, and the requests by the number of their fate."""

    hub: Hub
    other_hub: Hub
    topic: Topic
    staff: User
    head: User
    places: dict[str, Organisation]
    people: dict[str, User]
    requests: dict[int, ServiceRequest]

    @classmethod
    def open(cls) -> "Town":
        """Make it, in Normandie."""
        hub = HubFactory(name="Guichet de Normandie", slug="forty")
        town = cls(
            hub=hub,
            other_hub=HubFactory(name="Guichet de Bretagne", slug="forty-other", territory=None),
            topic=TopicFactory(name="Essayer un robot", slug="forty-robot"),
            staff=person("Léa Martin", staff_of=hub),
            head=person("Marc Noël", head_of=hub),
            places={},
            people={},
            requests={},
        )
        person("Yann Le Goff", staff_of=town.other_hub)
        for name, team in TEAMS.items():
            place = OrganisationFactory(member=True, of_hub=hub, name=name, acronym=name, slug=f"forty-{name.lower()}")
            town.places[name] = place
            town.people[f"head of {name}"] = person(f"Responsable {name.replace('&', '')}", manager_of=place)
            town.people |= {one: person(one, adviser_of=place) for one in team}
        return town

    def names(self) -> dict[str, str]:
        """Who is behind each address, as the table says it."""
        known = {row.contact_email: row.company_name for row in self.requests.values()}
        return known | {row.email: f"{row} ({_hat(row)})" for row in User.objects.order_by("pk")}

    def draft(self, number: int) -> ServiceRequest:
        """A request that is begun, with a number that stays the same."""
        draft = filing.start_draft(hub=self.hub)
        draft.code = f"{number:02}"
        draft.save(update_fields=["code"])
        filing.save_need(draft, topic=self.topic, need="Essayer un robot sur notre ligne", answers=[])
        company = {"company_name": f"Atelier {number:02}", "siret": ""}
        filing.save_company(draft, commune=commune(), asked_hub=self.hub, **company)
        filing.save_contact(draft, contact_name="Anne Morel", contact_email=f"atelier-{number:02}@entreprise.example")
        self.requests[number] = draft
        return draft

    def file(self, number: int, **how: Any) -> ServiceRequest:
        """A request that is filed."""
        return filing.submit(self.draft(number), **how)

    def route(self, request: ServiceRequest, *names: str) -> list[Referral]:
        """The staff route it."""
        return triage.route(fresh(request), [self.places[name] for name in names], by=self.staff)

    def accept(self, row: Referral, who: str, promise: str = "", day: date | None = None) -> None:
        """Somebody of an organisation takes it on, perhaps with a promise."""
        referral.accept(fresh(row), by=self.people[who], next_step=promise, due_on=day)

    def decline(self, row: Referral, who: str, reason: str = "no_capacity") -> None:
        """Somebody of an organisation declines."""
        referral.decline(fresh(row), reason=reason, by=self.people[who])

    def close(self, row: Referral, who: str, outcome: str = "helped") -> None:
        """Somebody of an organisation ends it."""
        referral.close(fresh(row), outcome=outcome, note="", by=self.people[who])

    def call(self, row: Referral, who: str, **said: Any) -> None:
        """Somebody of an organisation notes a call."""
        referral.note_call(fresh(row), note="Échange au téléphone", by=self.people[who], is_kept=True, **said)

    def say(self, request: ServiceRequest, words: str) -> None:
        """The company writes."""
        thread.write(fresh(request), body=words, by=Party.COMPANY)


def _hat(person: User) -> str:
    """Where somebody works, or worked."""
    place = person.memberships.order_by("pk").first()
    role = person.hub_roles.order_by("pk").first()
    return str(place.organisation if place else role.hub if role else "")


def person(name: str, **hats: Any) -> User:
    """Somebody, with an address made of the name."""
    first, last = name.split(" ", 1)
    address = name.lower().translate(str.maketrans("éëè ", "eee."))
    return UserFactory(first_name=first, last_name=last, email=f"{address}@normandie.example", **hats)


def fresh(row: Any) -> Any:
    """The row as the database has it now, with what actions read beside it."""
    rows: Any = type(row).objects
    rows = rows.with_details() if isinstance(row, ServiceRequest) else rows.select_related("organisation")
    return rows.get(pk=row.pk)
