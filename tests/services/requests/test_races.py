"""Several people, or several workers, at the same instant: one step, one row, one set of mails."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from members.people.actions import teams as team
from members.people.actions.absences import set_absence
from members.people.models import Membership
from members.successions.actions import successions
from services.filing import actions as filing
from services.requests.actions import clock, company, referral, thread
from services.requests.actions import departures as people
from services.requests.enums import ReferralState, RequestState
from services.requests.models import FollowUp, Message, Referral, RequestEvent, ServiceRequest
from services.triage import actions as triage
from tests.factories.members import OrganisationFactory, UserFactory
from tests.members.succession_cast import succession
from tests.services.cast import Desk, fresh, mails_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in as many threads, each on its own connection, all starting together; return what each gave."""
    barrier = Barrier(len(calls))
    results = [None] * len(calls)

    def run(position, call):
        try:
            barrier.wait()
            results[position] = call() or "done"
        except Exception as error:  # noqa: BLE001 - what a thread raises is its result
            results[position] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(position, call)) for position, call in enumerate(calls)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert not any(each.is_alive() for each in threads), "a deadlock"
    return results


def outcomes(results):
    """Count the kinds of results."""
    return Counter(type(result).__name__ if isinstance(result, Exception) else "done" for result in results)


@pytest.fixture
def desk():
    return Desk.open()


def test_six_people_accept_the_same_referral_and_one_does(desk):
    (first,) = triage.route(desk.file(), desk.places[:1], by=desk.staff)
    team = [UserFactory(adviser_of=desk.places[0]) for _number in range(6)]
    before = OutgoingMail.objects.count()

    def accept(who):
        return lambda: referral.accept(Referral.objects.get(pk=first.pk), by=who)

    results = at_once(*[accept(who) for who in team])
    assert outcomes(results) == {"done": 1, "StepRefused": 5}
    assert RequestEvent.objects.filter(step="accept").count() == 1
    assert RequestEvent.objects.filter(step="start").count() == 1
    assert OutgoingMail.objects.count() == before + 1
    assert fresh(first).adviser == team[[isinstance(result, str) for result in results].index(True)]


def test_accepting_and_declining_at_once_make_one_step(desk):
    (first,) = triage.route(desk.file(), desk.places[:1], by=desk.staff)
    results = at_once(
        lambda: referral.accept(Referral.objects.get(pk=first.pk), by=desk.advisers[0]),
        lambda: referral.decline(Referral.objects.get(pk=first.pk), reason="no_capacity", by=desk.managers[0]),
        lambda: company.withdraw(ServiceRequest.objects.get(pk=first.request_id), by=Party.COMPANY),
    )
    assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, StepRefused)]
    assert RequestEvent.objects.filter(step__in=["accept", "decline"]).count() <= 1
    request = fresh(first.request)
    assert (request.state == RequestState.WITHDRAWN) or fresh(first).state in {"accepted", "declined"}


def test_a_double_click_files_one_request(desk):
    draft = filing.start_draft()
    filing.save_contact(draft, contact_name="Anne", contact_email="anne@atelier.example")
    results = at_once(*[lambda: filing.submit(ServiceRequest.objects.get(pk=draft.pk)) for _click in range(4)])
    assert outcomes(results) == {"done": 1, "StepRefused": 3}
    assert mails_of("RequestReceived") == ["anne@atelier.example"]
    assert RequestEvent.objects.filter(step="submit").count() == 1


def test_two_companies_with_the_same_siret_share_one_record(desk):
    siret = "55208131766522"
    drafts = []
    for number in range(3):
        draft = filing.start_draft()
        filing.save_company(draft, commune=None, company_name="Même nom", siret=siret)
        filing.save_contact(draft, contact_name="Anne", contact_email=f"anne{number}@atelier.example")
        drafts.append(draft)
    results = at_once(*[lambda row=row: filing.submit(row) for row in drafts])
    assert outcomes(results) == {"done": 3}
    assert len({fresh(row).organisation_id for row in drafts}) == 1


def test_two_people_route_the_same_request_and_each_organisation_has_it_once(desk):
    request = desk.file()

    def route():
        return triage.route(ServiceRequest.objects.get(pk=request.pk), desk.places, by=desk.staff)

    results = at_once(*[route] * 4)
    assert outcomes(results) == {"done": 1, "StepRefused": 3}
    assert request.referrals.count() == len(desk.places)


def test_two_people_merge_crosswise_without_a_deadlock(desk):
    first, second = desk.file(), desk.file()
    results = at_once(
        lambda: triage.merge(fresh(first), fresh(second), by=desk.staff),
        lambda: triage.merge(fresh(second), fresh(first), by=desk.head),
    )
    assert outcomes(results) == {"done": 1, "StepRefused": 1}
    assert {fresh(first).state, fresh(second).state} == {RequestState.REJECTED, RequestState.SUBMITTED}


def test_two_people_who_leave_at_once_do_not_wait_for_each_other_in_a_circle(desk):
    first, second = desk.file(), desk.file()
    place, other = desk.places[:2]
    # What the first person follows was sent in one order, what the second follows in the other.
    for request, row in ((first, place), (second, place), (second, other), (first, other)):
        (sent,) = triage.route(fresh(request), [row], by=desk.staff)
        Referral.objects.filter(pk=sent.pk).update(state=ReferralState.ACCEPTED, adviser=desk.advisers[row == other])
    results = at_once(
        lambda: str(people.hand_back(desk.advisers[0], place)),
        lambda: str(people.hand_back(desk.advisers[1], other)),
    )
    assert results == ["2", "2"]


def test_who_leaves_two_teams_and_who_leaves_one_do_not_wait_in_a_circle(desk):
    first, second = desk.file(), desk.file()
    place, other, third = desk.places
    UserFactory(manager_of=place)
    both = desk.advisers[0]
    Membership.objects.create(user=both, organisation=other, role="adviser", is_active=True)
    for request, row, who in (
        (second, place, both),
        (first, other, both),
        (first, third, desk.advisers[2]),
        (second, third, desk.advisers[2]),
    ):
        (sent,) = triage.route(fresh(request), [row], by=desk.staff)
        Referral.objects.filter(pk=sent.pk).update(state=ReferralState.ACCEPTED, adviser=who)
    results = at_once(
        lambda: team.close_account(both),
        lambda: team.close_account(desk.advisers[2]),
        lambda: team.set_capacity(other, capacity=3, by=desk.managers[1]),
    )
    assert results == ["done"] * 3
    assert not Referral.objects.live().filter(adviser__in=[both, desk.advisers[2]]).exists()


@pytest.fixture
def crossed(desk):
    """Two people of two organisations who follow the same six requests, sent to each in opposite orders."""
    requests = [desk.file() for _number in range(6)]
    for place, who, rows in ((0, 0, requests), (1, 1, requests[::-1])):
        for request in rows:
            (sent,) = triage.route(fresh(request), [desk.places[place]], by=desk.staff)
            Referral.objects.filter(pk=sent.pk).update(state=ReferralState.ACCEPTED, adviser=desk.advisers[who])
    return requests


def test_two_people_away_at_once_do_not_wait_in_a_circle(desk, crossed):
    today = timezone.localdate()

    def goes(who):
        days = {"starts_on": today, "ends_on": today + timedelta(days=3)}
        return lambda: set_absence(desk.places[who], **days, by=desk.managers[who], user=desk.advisers[who])

    results = at_once(goes(0), goes(1))
    assert not [each for each in results if isinstance(each, Exception)]
    assert not Referral.objects.live().exclude(adviser=None).exists()


def test_closing_while_an_adviser_is_removed_makes_no_circle(desk, crossed):
    rows = list(Referral.objects.filter(organisation=desk.places[0]).order_by("-pk"))
    leaving = desk.advisers[0].memberships.get()
    results = at_once(
        lambda: team.remove(leaving, by=desk.managers[0]),
        *[lambda row=row: referral.close(fresh(row), outcome="helped", by=desk.managers[0]) for row in rows[:3]],
        lambda: team.close_account(desk.advisers[1]),
    )
    assert results == ["done"] * 5
    assert not Referral.objects.live().exclude(adviser=None).exists()


def test_a_merger_while_referrals_are_transferred_and_their_requests_written_in_makes_no_circle(desk, crossed):
    new = OrganisationFactory(of_hub=desk.hub)
    move = succession(desk.places[:2], new)
    mine = list(Referral.objects.filter(organisation=desk.places[0]).order_by("-pk"))
    results = at_once(
        lambda: successions.apply(move, by=desk.staff) and "done",
        *[
            lambda row=row: referral.transfer(fresh(row), by=desk.advisers[0], organisation=desk.places[2])
            for row in mine
        ],
        *[lambda row=row: thread.write(fresh(row), body="Et ?", by=Party.COMPANY) for row in crossed[:3]],
    )
    wrong = [each for each in results if isinstance(each, Exception) and not isinstance(each, StepRefused)]
    assert [type(each).__name__ for each in wrong] in ([], ["PlanChanged"])
    for request in crossed:
        live = fresh(request).referrals.live()
        assert fresh(request).responsible_organisation_id in {row.organisation_id for row in live}


def test_two_clocks_at_once_fire_each_follow_up_once(desk, clock_moved):
    before = OutgoingMail.objects.count()
    results = at_once(*[lambda: str(clock.follow_up_due(clock_moved)) for _worker in range(3)])
    assert outcomes(results) == {"done": 3}
    assert sum(int(result) for result in results) == 6
    # One mail to the desk and one to the company each: nobody has seen to a date that was told.
    assert OutgoingMail.objects.count() == before + 12
    assert not FollowUp.objects.due(clock_moved).exists()


@pytest.fixture
def clock_moved(desk):
    """Six requests whose reminder is due."""
    for _number in range(6):
        desk.file()
    due = timezone.now() - timedelta(minutes=1)
    FollowUp.objects.filter(kind="triage_reminder").update(due_at=due)
    return timezone.now()


def test_the_clock_and_an_acceptance_at_once_make_one_step(desk):
    (first,) = triage.route(desk.file(), desk.places[:1], by=desk.staff)
    past = timezone.now() - timedelta(minutes=1)
    FollowUp.objects.filter(kind="answer_expiry").update(due_at=past)
    results = at_once(
        lambda: referral.accept(Referral.objects.get(pk=first.pk), by=desk.advisers[0]),
        lambda: str(clock.follow_up_due(timezone.now())),
    )
    assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, StepRefused)]
    state = fresh(first).state
    assert state in {ReferralState.ACCEPTED, ReferralState.EXPIRED}
    steps = RequestEvent.objects.filter(referral=first, step__in=["accept", "expire"])
    assert [row.to_state for row in steps] == [state]


def test_many_people_write_at_once_and_every_message_stays(desk):
    request = desk.file()
    (first,) = triage.route(request, desk.places[:1], by=desk.staff)
    referral.accept(first, by=desk.advisers[0])

    def write(number):
        row = Referral.objects.select_related("request").get(pk=first.pk)
        return lambda: thread.write(row.request, body=f"mot {number}", by=desk.advisers[0], referral=row)

    results = at_once(*[write(number) for number in range(5)])
    assert outcomes(results) == {"done": 5}
    assert Message.objects.filter(request=request).count() == 5


def test_a_refused_step_changes_nothing_at_all(desk):
    (first,) = triage.route(desk.file(), desk.places[:1], by=desk.staff)
    referral.decline(first, reason="no_capacity", by=desk.advisers[0])
    tables = [ServiceRequest, Referral, RequestEvent, FollowUp, OutgoingMail, Message, Membership]
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(StepRefused):
        referral.accept(fresh(first), by=desk.managers[0])
    with pytest.raises(StepRefused):
        referral.close(fresh(first), outcome="helped", by=desk.managers[0])
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
