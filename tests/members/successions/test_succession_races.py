"""Two people deciding at the same instant of the same structure, and people at work meanwhile."""

import pytest

from members.organisations.models import Organisation
from members.people.actions import teams as people
from members.successions.actions import successions
from members.successions.models import MovedRow, Succession
from services.requests.actions import referral as steps
from services.requests.actions.successions import catch_up
from services.requests.models import Referral, RequestEvent, ServiceRequest
from services.triage import actions as triage
from tests.factories.members import OrganisationFactory, UserFactory
from tests.members.succession_cast import Merger, everything, succession
from tests.services.cast import Desk, fresh
from tests.services.requests.test_races import at_once, outcomes

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_mergers_of_the_same_network_at_once_one_passes_the_other_is_refused_with_a_sentence():
    merger = Merger.of(members=30, referrals=40, shared=5)
    third, other = OrganisationFactory(), OrganisationFactory(name="Autre pôle", acronym="AP")
    rival = succession([merger.old[0], third], other)
    results = at_once(
        lambda: successions.apply(Succession.objects.get(pk=merger.succession.pk), by=merger.staff) and "done",
        lambda: successions.apply(Succession.objects.get(pk=rival.pk), by=merger.staff) and "done",
    )
    assert outcomes(results) == {"done": 1, "Succeeded": 1}
    (refusal,) = [each for each in results if isinstance(each, Exception)]
    (winner,) = Succession.objects.exclude(applied_at=None)
    successor = winner.organisations("successor")[0]
    assert str(refusal) == f"TES a déjà une suite\u202f: {successor}."
    assert Organisation.objects.get(pk=merger.old[0].pk).succeeded_by == successor
    assert set(MovedRow.objects.values_list("succession", flat=True)) == {winner.pk}


def test_two_clicks_on_the_same_merger_move_once():
    merger = Merger.of(members=10, referrals=10, shared=2)
    results = at_once(*[lambda: successions.apply(merger.succession, by=merger.staff) and "done"] * 3)
    assert outcomes(results) == {"done": 1, "AppliedAlready": 2}
    assert RequestEvent.objects.filter(step="become").count() == 18


def test_undoing_twice_at_once_gives_back_once():
    merger = Merger.of(members=10, referrals=10, shared=2)
    before = everything()
    successions.apply(merger.succession, by=merger.staff)
    results = at_once(*[lambda: str(successions.undo(merger.succession, by=merger.staff))] * 2)
    assert outcomes(results) == {"done": 1, "NotApplied": 1}
    assert everything() == before


def test_advisers_answer_while_their_structures_merge_and_nothing_is_lost():
    desk = Desk.open()
    sent = [triage.route(desk.file(), desk.places[:2], by=desk.staff) for _number in range(4)]
    new = OrganisationFactory(of_hub=desk.hub)
    move = succession(desk.places[:2], new)
    # Read before the race: once merged, the person has a second membership.
    leaving = desk.advisers[1].memberships.get()
    results = at_once(
        lambda: successions.apply(move, by=desk.staff) and "done",
        *[lambda row=rows[0]: steps.accept(Referral.objects.get(pk=row.pk), by=desk.advisers[0]) for rows in sent],
        lambda: people.remove(leaving, by=desk.staff),
    )
    assert not [each for each in results if isinstance(each, Exception) and type(each).__name__ != "StepRefused"]
    for request in ServiceRequest.objects.order_by("pk"):
        (live,) = Referral.objects.live().filter(request=request)
        assert live.organisation == request.responsible_organisation == new
    shown = successions.undo(move, by=desk.staff)
    assert shown
    assert not Referral.objects.filter(organisation=new).exists()


def test_what_is_sent_in_the_very_instant_arrives_at_the_successor():
    desk = Desk.open()
    old, new = desk.places[0], OrganisationFactory(of_hub=desk.hub)
    UserFactory(adviser_of=new)
    request, double = desk.file(), desk.file()
    successions.apply(succession([old], new), by=desk.staff)
    (late,) = triage.route(request, [old], by=desk.staff)
    (late_too, _there) = triage.route(double, [old, new], by=desk.staff)
    assert catch_up() == 2
    assert fresh(late).organisation == fresh(request).responsible_organisation == new
    assert fresh(late_too).state == "cancelled"
    assert catch_up() == 0
