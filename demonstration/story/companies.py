"""Making the invented companies: real communes, numbers that nobody bears, addresses that nobody owns."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from random import Random
from typing import Any

from stdnum import luhn

from demonstration.story import accounts
from demonstration.story.direction import Choice
from demonstration.story.texts import Need, read
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.places.models import Place
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.models import Topic
from services.requests.models import ServiceRequest
from services.requests.queries.routing import company_facts, organisation_facts
from services.requests.rules.routing import rank
from services.requests.rules.routing_facts import CompanyFacts, OrganisationFacts

PULL = {"76": 1.9, "14": 0.75, "27": 1.3, "50": 0.8, "61": 0.65}


@dataclass
class Asker:
    """Somebody who files requests: what the form says of them, and the facts that routing reads."""

    hub: Hub
    said: dict[str, Any]
    facts: CompanyFacts
    eagerness: float


def companies(hub: Hub, rng: Random) -> list[Asker]:
    """The invented companies of a hub, recorded as organisations."""
    rows = read("companies").get(hub.slug, [])
    places = _communes(row[1] for row in rows)
    start = {accounts.MAIN_HUB: 1}.get(hub.slug, 501)
    askers = []
    for number, row in enumerate(rows, start=start):
        name, commune, size, sector, naf, legal_form, year, *_contact = row
        facts = {
            "size": size,
            "sector": sector,
            "naf": naf,
            "legal_form": legal_form,
            "founded_on": date(year, rng.randrange(1, 13), rng.randrange(1, 29)),
            "commune": places[commune],
            "siret": siret(number),
        }
        record = Organisation.objects.create(
            name=name,
            slug=Organisation.objects.free_slugs([(name, facts["siret"])])[0],
            description="Entreprise inventée pour la démonstration.",
            is_demo=True,
            **facts,
        )
        record.known_by.add(hub)
        said = {"company_name": name, "organisation": record, **facts, **_contact_of(accounts.contact(row), rng)}
        askers.append(_asker(hub, said, rng))
    return askers


def without_siret(hub: Hub, rng: Random) -> list[Asker]:
    """Public bodies and project holders, who have no record."""
    rows = read("companies")["without_siret"]
    places = _communes(row[1] for row in rows)
    askers = []
    for name, commune, reason, sector, first, last, function in rows:
        who = accounts.Person(first, last, function, accounts.address(first, last, name))
        said = {
            "company_name": name,
            "no_siret_reason": reason,
            "sector": sector,
            "size": "50-249" if reason == "public_body" else "",
            "legal_form": "public" if reason == "public_body" else "",
            "commune": places[commune],
            **_contact_of(who, rng),
        }
        askers.append(_asker(hub, said, rng))
    return askers


def _contact_of(who: accounts.Person, rng: Random) -> dict[str, str]:
    number = f"{rng.randrange(100):02d} {rng.randrange(100):02d}"
    return {
        "contact_name": who.name,
        "contact_function": who.function,
        "contact_email": who.email,
        # 02 61 91 and 06 39 98 are kept for fiction by the numbering plan.
        "contact_phone": rng.choice((f"02 61 91 {number}", f"06 39 98 {number}")),
    }


def _asker(hub: Hub, said: dict[str, Any], rng: Random) -> Asker:
    fields = {name: value for name, value in said.items() if name != "organisation"}
    return Asker(hub, said, company_facts(ServiceRequest(hub=hub, **fields)), _eagerness(said["commune"].code, rng))


def _eagerness(commune: str, rng: Random) -> float:
    """How often it asks: some companies much more than others, and each département after its size."""
    return PULL.get(commune[:2], 1.0) * rng.choice((0.4, 0.7, 1, 1, 1.6, 2.4))


def _communes(codes: Any) -> dict[str, Territory]:
    rows = Territory.objects.coded(TerritoryKind.COMMUNE, *codes)
    return {place.code: place for place in rows.order_by("pk")}


def siret(number: int) -> str:
    """A number with the right checksums under a SIREN starting with 000, which INSEE gives to nobody."""
    siren = f"000{number:05d}"
    siren += luhn.calc_check_digit(siren)
    head = f"{siren}0001"
    return head + luhn.calc_check_digit(head)


class Routing:
    """What routing would propose, topic after topic, read once each."""

    def __init__(self, topics: dict[str, Topic]):
        self.topics = topics
        self._members: dict[int, dict[int, Organisation]] = {}
        self._facts: dict[tuple[int, str], list[OrganisationFacts]] = {}

    def choices(self, asker: Asker, need: Need) -> list[Choice]:
        """The organisations proposed for a need of a company, the best first, each with its reasons."""
        topic = self.topics[need.topic]
        place = self.hosting.get(need.place)
        host_id = place.host_id if place else None
        company = replace(
            asker.facts, topic_id=topic.pk, topic=str(topic), wanted_place=str(place or ""), host_id=host_id
        )
        verdicts = rank(company, self._organisations(asker.hub, need.topic))
        places = self._places(asker.hub)
        return [(places[row.organisation.id], [check.message for check in row.told]) for row in verdicts if row.is_in]

    @cached_property
    def hosting(self) -> dict[str, Place]:
        """The places where a company may ask to be hosted, by their names in addresses."""
        return {place.slug: place for place in Place.objects.listed() if place.can_be_asked}

    def _organisations(self, hub: Hub, slug: str) -> list[OrganisationFacts]:
        key = (hub.pk, slug)
        if key not in self._facts:
            # No request has the number 0: nobody has had it yet, as for a request just filed.
            sheet = ServiceRequest(pk=0, hub=hub, topic=self.topics[slug])
            self._facts[key] = list(organisation_facts(sheet))
        return self._facts[key]

    def _places(self, hub: Hub) -> dict[int, Organisation]:
        if hub.pk not in self._members:
            self._members[hub.pk] = {place.pk: place for place in hub.organisations.order_by("pk")}
        return self._members[hub.pk]
