"""Whatever two structures share when they merge, the preview holds, the turns are right, and all comes back."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.networks.models import Affiliation, Network
from members.people.models import Membership
from members.successions.actions import successions
from members.successions.actions.movers import movers
from services.requests.actions.next_action import update_next_action
from services.requests.models import ServiceRequest
from tests.factories.members import OrganisationFactory, UserFactory, department
from tests.factories.services import OfferFactory, ReferralFactory, TopicFactory
from tests.members.succession_cast import everything, succession

pytestmark = pytest.mark.django_db
CASES = st.builds(
    dict,
    members=st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("TIN")), max_size=8, unique=True),
    people=st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("TIN"), st.booleans()), max_size=6),
    offers=st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("TIN"), st.booleans()), max_size=6),
    referrals=st.lists(
        st.tuples(st.sampled_from("pqr"), st.sampled_from("TINZ"), st.sampled_from(["sent", "accepted", "stalled"])),
        max_size=8,
    ),
)


def _once(rows):
    """One row for each pair of its first two facts."""
    return list({row[:2]: row for row in rows}.values())


def _situation(members, people, offers, referrals):
    """Structures T and I become N; Z stands by; each letter is somebody or something."""
    places = {key: OrganisationFactory() for key in "TINZABCD"}
    networks = {key: Network.objects.create(organisation=places[key], kind="pole") for key in "TI"}
    for member, key in members:
        if key in networks:
            Affiliation.objects.create(organisation=places[member], network=networks[key])
    persons = {key: UserFactory() for key in "xyz"}
    for person, key, is_manager in _once(people):
        role = "manager" if is_manager else "adviser"
        Membership.objects.create(user=persons[person], organisation=places[key], role=role)
    for topic, key, is_somewhere in _once(offers):
        where = [department("14" if key == "T" else "50")] if is_somewhere else []
        OfferFactory(organisation=places[key], topic=TopicFactory(slug=f"sujet-{topic}"), territories=where)
    requests = {}
    for request, key, state in _once(referrals):
        traits = {} if state == "sent" else {state: True, "adviser": None}
        if request in requests:
            traits["request"] = requests[request]
        requests[request] = ReferralFactory(organisation=places[key], **traits).request
    for request in requests.values():
        update_next_action(request)
    return succession([places["T"], places["I"]], places["N"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=CASES)
def test_whatever_is_shared_the_preview_holds_the_turns_are_right_and_all_comes_back(case, db):
    with transaction.atomic():
        row = _situation(**case)
        by = UserFactory(administrator=True)
        before, shown = everything(), successions.preview(row)
        successions.apply(row, by=by, digest=shown.digest)
        keys = [place.pk for place in shown.takeover.everybody]
        assert {mover.name: mover.count(keys) for mover in movers()} == {line.name: line.after for line in shown.lines}
        turns = list(ServiceRequest.objects.order_by("pk").values("responsible", "responsible_organisation", "due_at"))
        with transaction.atomic():
            for request in ServiceRequest.objects.order_by("pk"):
                update_next_action(request)
            now = ServiceRequest.objects.order_by("pk").values("responsible", "responsible_organisation", "due_at")
            assert list(now) == turns
            transaction.set_rollback(True)
        successions.undo(row, by=by)
        assert everything() == before
        transaction.set_rollback(True)
