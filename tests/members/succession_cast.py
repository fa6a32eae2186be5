"""Two networks that merge: their members, people, offers, places and open referrals, some of which they share."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from diginor.workflow.history import Party
from diginor.workflow.working_days import add_working_days
from members.hubs.models import Hub
from members.networks.models import Affiliation, Network
from members.organisations.models import Organisation
from members.people.models import Absence, Invitation, Membership, User
from members.places.models import Place
from members.successions.actions.movers import movers
from members.successions.models import Succession, SuccessionPart
from services.catalogue.models import Offer, Topic
from services.requests.enums import FollowUpKind, ReferralState, RequestState
from services.requests.models import FollowUp, Referral, ServiceRequest
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, department, region
from tests.factories.services import TopicFactory

APART = {"members_succession", "members_movedrow", "services_staleday"}


@dataclass
class Merger:
    """Two networks, the new structure, and who decides."""

    hub: Hub
    staff: User
    old: list[Organisation]
    new: Organisation
    succession: Succession

    @classmethod
    def of(cls, *, members: int, referrals: int, shared: int, kind: str = "merger") -> "Merger":
        """Two networks with so many members and open referrals each, of which `shared` are those of both."""
        hub = HubFactory()
        old = [
            OrganisationFactory(member=True, of_hub=hub, name=f"Pôle {name}", acronym=name) for name in ("TES", "I&R")
        ]
        new = OrganisationFactory(member=True, name="Pôle réuni", acronym="PR", is_listed=True)
        merger = cls(hub, UserFactory(staff_of=hub), old, new, succession(old, new, kind=kind))
        merger.add_members(members, shared)
        merger.add_people(shared=min(shared, 2))
        merger.add_offers()
        merger.add_relations()
        merger.add_referrals(referrals, shared)
        return merger

    def add_members(self, number: int, shared: int) -> None:
        """Members of both networks, one of which left long ago, and a network that both belong to."""
        names = [f"Adhérent {rank}" for rank in range(2 * number - shared)]
        rows = Organisation.objects.bulk_create(
            [Organisation(name=name, slug=f"adherent-{rank}") for rank, name in enumerate(names)]
        )
        networks = [Network.objects.create(organisation=place, kind="pole") for place in self.old]
        parts = [rows[:number], rows[number - shared :]]
        Affiliation.objects.bulk_create(
            [
                Affiliation(organisation=row, network=network, since=f"201{rank % 9}" if rank else "")
                for network, part in zip(networks, parts, strict=True)
                for rank, row in enumerate(part)
            ]
        )
        left = OrganisationFactory(name="Ancien adhérent")
        Affiliation.objects.create(organisation=left, network=networks[0], since="2010", until="2012")
        around = Network.objects.create(organisation=OrganisationFactory(name="Grande fédération"), kind="association")
        Affiliation.objects.bulk_create([Affiliation(organisation=row, network=around) for row in self.old])

    def add_people(self, *, shared: int) -> None:
        """A manager and three advisers in each, and people of both."""
        for place in self.old:
            UserFactory(manager_of=place)
            for _number in range(3):
                UserFactory(adviser_of=place)
        for _number in range(shared):
            both = UserFactory(adviser_of=self.old[0])
            Membership.objects.create(user=both, organisation=self.old[1], role="manager")

    def add_offers(self) -> None:
        """An offer of each, and one topic on which both help, in two départements."""
        common: Topic = TopicFactory()
        for place, code in zip(self.old, ("14", "50"), strict=True):
            Offer.objects.create(organisation=place, topic=TopicFactory())
            Offer.objects.create(organisation=place, topic=common).territories.set([department(code)])

    def add_relations(self) -> None:
        """Invitations, absences and places."""
        today = timezone.localdate()
        for place in self.old:
            Invitation.objects.create(
                email=f"{place.slug}@exemple.example",
                organisation=place,
                invited_by=self.staff,
                expires_at=timezone.now() + timedelta(days=9),
            )
            person = place.memberships.order_by("pk").first().user
            Absence.objects.create(organisation=place, user=person, starts_on=today, ends_on=today + timedelta(days=3))
            Place.objects.create(slug=f"lieu-{place.slug}", name=f"Résidence {place}", kind="residence", host=place)

    def add_referrals(self, number: int, shared: int) -> None:
        """Open referrals, half of them accepted; the last ones of the first are requests of the second too."""
        now, topic, commune = timezone.now(), TopicFactory(), region()
        requests = [
            ServiceRequest(
                hub=self.hub,
                topic=topic,
                state=RequestState.IN_PROGRESS if rank % 2 else RequestState.ROUTED,
                company_name=f"Entreprise {rank}",
                contact_email=f"contact{rank // 2}@entreprise.example",
                language="en" if rank % 5 == 0 else "fr",
                commune=commune,
                submitted_at=now - timedelta(days=5, minutes=rank),
                routed_at=now - timedelta(days=4, minutes=rank),
                responsible=Party.ORGANISATION,
                responsible_organisation=self.old[0] if rank < number else self.old[1],
                due_at=add_working_days(now - timedelta(days=4, minutes=rank), 15 if rank % 2 else 9),
            )
            for rank in range(2 * number - shared)
        ]
        ServiceRequest.objects.bulk_create(requests)
        parts = [requests[:number], requests[number - shared :]]
        for place, part in zip(self.old, parts, strict=True):
            adviser = place.memberships.order_by("pk").first().user
            rows = [_referral(request, place, adviser) for request in part]
            Referral.objects.bulk_create(rows)
            FollowUp.objects.bulk_create([follow_up for row in rows for follow_up in _follow_ups(row)])


def succession(old: list[Organisation], new: Organisation, *, kind: str = "merger", **facts: Any) -> Succession:
    """A succession of structures by another, in effect at the end of 2019 unless told."""
    row = Succession.objects.create(kind=kind, **({"effective_on": "2019-Q4", "source": "La presse"} | facts))
    for place in old:
        SuccessionPart.objects.create(succession=row, organisation=place, role="predecessor")
    SuccessionPart.objects.create(succession=row, organisation=new, role="successor")
    return row


def _referral(request: ServiceRequest, place: Organisation, adviser: User) -> Referral:
    at = request.routed_at
    is_accepted = request.state == RequestState.IN_PROGRESS
    return Referral(
        request=request,
        organisation=place,
        adviser=adviser if is_accepted else None,
        state=ReferralState.ACCEPTED if is_accepted else ReferralState.SENT,
        sent_at=at,
        active_at=at,
        answer_in_time_until=add_working_days(at, 5),
        expires_at=add_working_days(at, 9),
        due_at=request.due_at,
    )


def _follow_ups(row: Referral) -> list[FollowUp]:
    is_sent = row.state == ReferralState.SENT
    kinds = (
        {FollowUpKind.ANSWER_REMINDER: 3, FollowUpKind.TEAM_REMINDER: 6, FollowUpKind.ANSWER_EXPIRY: 9}
        if is_sent
        else {FollowUpKind.ACTIVITY_REMINDER: 15, FollowUpKind.ACTIVITY_ALERT: 25}
    )
    facts = {"request": row.request, "referral": row, "basis_at": row.sent_at}
    return [
        FollowUp(**facts, kind=kind, due_at=add_working_days(row.sent_at, days), created_at=row.sent_at)
        for kind, days in kinds.items()
    ]


def everything() -> dict[str, Counter[str]]:
    """Every row of every table of the members and services parts, as text; the aggregates are counted apart."""
    rows = {}
    for model in [*apps.get_app_config("members").get_models(include_auto_created=True),
                  *apps.get_app_config("services").get_models(include_auto_created=True)]:  # fmt: skip
        table = model._meta.db_table
        if table in APART or table.startswith("services_figure"):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows[table] = Counter(text for (text,) in cursor.fetchall())
    return rows


def counts(merger: Merger) -> dict[str, dict[int, int]]:
    """How many live relations of each kind each structure has in the database."""
    keys = [place.pk for place in (*merger.old, merger.new)]
    return {mover.name: mover.count(keys) for mover in movers()}
