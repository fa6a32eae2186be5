"""Each row is written once a step, and a step asks no more of the database than it did when it was measured."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diginor.workflow.history import Party
from services.filing import actions as filing
from services.requests.actions import company, referral, thread
from services.requests.models import ServiceRequest
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import ReferralFactory, RequestFactory, TopicFactory

pytestmark = pytest.mark.django_db
UPDATE = re.compile(r'UPDATE "(services_(?:servicerequest|referral))" .*WHERE "\1"."id" = (\d+)', re.DOTALL)


class Desk:
    """A hub with its staff, three organisations and an adviser in the first."""

    def __init__(self) -> None:
        self.hub = HubFactory(is_default=True)
        self.staff = UserFactory(staff_of=self.hub)
        self.places = [OrganisationFactory(of_hub=self.hub, name=f"Structure {number}") for number in range(3)]
        self.adviser = UserFactory(adviser_of=self.places[0])
        for person in (self.staff, self.adviser):
            # As the page that asks has read them.
            assert person.active_memberships or person.all_hub_roles

    def request(self, **facts: Any) -> ServiceRequest:
        asked: ServiceRequest = RequestFactory(hub=self.hub, **facts)
        return asked

    def given(self, **facts: Any) -> Any:
        """A referral to the first organisation."""
        return ReferralFactory(request=self.request(routed=True), organisation=self.places[0], **facts)


def file_it(desk: Desk) -> Callable[[], object]:
    draft = RequestFactory(draft=True, hub=desk.hub)
    contact = {"contact_name": "Anne Morel", "contact_email": "anne@atelier.example"}
    return lambda: filing.finish(draft, contact=contact, origin="192.0.2.1")


def route(desk: Desk) -> Callable[[], object]:
    asked = desk.request()
    return lambda: triage.route(asked, desk.places, by=desk.staff)


def accept(desk: Desk) -> Callable[[], object]:
    given, soon = desk.given(), timezone.localdate() + timedelta(days=3)
    return lambda: referral.accept(given, by=desk.adviser, next_step="Je vous appelle", due_on=soon)


def decline(desk: Desk) -> Callable[[], object]:
    given = desk.given()
    return lambda: referral.decline(given, reason="no_capacity", by=desk.adviser)


def close(desk: Desk) -> Callable[[], object]:
    given = desk.given(accepted=True, adviser=desk.adviser)
    return lambda: referral.close(given, outcome="helped", by=desk.adviser)


def take_back(desk: Desk) -> Callable[[], object]:
    given = desk.given()
    return lambda: referral.take_back(given, by=desk.staff, why="Erreur")


def withdraw(desk: Desk) -> Callable[[], object]:
    given = desk.given()
    return lambda: company.withdraw(given.request, by=Party.COMPANY)


def reject(desk: Desk) -> Callable[[], object]:
    asked = desk.request()
    return lambda: triage.reject(asked, reason="out_of_scope", answer="Non.", by=desk.staff)


def requalify(desk: Desk) -> Callable[[], object]:
    asked, topic = desk.request(), TopicFactory()
    return lambda: triage.requalify(asked, topic=topic, by=desk.staff)


def answer(desk: Desk) -> Callable[[], object]:
    asked = desk.request()
    triage.ask_company(asked, question="Quoi ?", by=desk.staff)
    return lambda: thread.write(asked, body="Ceci.", by=Party.COMPANY)


# What each asks of the database, its transaction apart.
STEPS = {
    file_it: 14, route: 21, accept: 19, decline: 14, close: 11, take_back: 20, withdraw: 25, reject: 10, requalify: 8,
    answer: 16,
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_writes_each_row_once_and_asks_no_more_than_it_did(step):
    act = step(Desk())
    with CaptureQueriesContext(connection) as captured:
        act()
    statements = [query["sql"] for query in captured]
    asked = [sql for sql in statements if not re.match("(RELEASE )?SAVEPOINT", sql)]
    written = Counter(match.groups() for sql in statements if (match := UPDATE.match(sql)))
    assert "services_servicerequest" in {table for table, _key in written}
    assert set(written.values()) == {1}, "\n".join(sql[:200] for sql in statements if UPDATE.match(sql))
    assert len(asked) <= STEPS[step]
