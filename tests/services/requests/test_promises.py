"""What was announced to a company stays announced, whoever has its request."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.text import wording
from diginor.workflow.models import StepRefused
from members.organisations.models import Organisation
from members.people.actions import teams as team
from members.people.actions.absences import set_absence
from members.people.models import Membership
from members.successions.actions import successions
from services.requests.actions import departures as people
from services.requests.actions import referral
from services.requests.actions.next_action import update_next_action
from services.requests.actions.successions import catch_up
from services.requests.models import Promise, Referral, RequestEvent
from services.triage import actions as triage
from tests.factories.members import OrganisationFactory, UserFactory
from tests.members.succession_cast import everything, succession
from tests.services.cast import Desk, fresh, mails_of
from tests.services.promised import WORDS, page_of, shown_is_what_fires, taken, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock):
    """A desk on Tuesday 17 November 2026."""
    clock.set("2026-11-17 10:00")
    return Desk.open()


@pytest.mark.parametrize("to", ["colleague", "organisation"])
def test_a_promise_survives_a_transfer_and_the_new_holder_is_told(desk, to):
    request, row = taken(desk)
    colleague = UserFactory(adviser_of=desk.places[0])
    target = {"adviser": colleague} if to == "colleague" else {"organisation": desk.places[1]}
    referral.transfer(row, by=desk.advisers[0], **target)
    page = page_of(request)
    assert WORDS in page
    assert "30 novembre 2026" in page
    for kind in ("ReferralHandedToYou", "ReferralTransferred"):
        (mail,) = told(kind)
        assert WORDS in mail
        assert "30 novembre 2026" in mail
    reader = Client()
    reader.force_login(colleague if to == "colleague" else desk.advisers[1])
    assert WORDS in reader.get(fresh(row).get_absolute_url()).content.decode()


def test_a_promise_survives_a_departure_and_who_goes_on_is_told(desk):
    request, _row = taken(desk)
    Membership.objects.filter(user=desk.advisers[0]).update(is_active=False)
    people.hand_back(desk.advisers[0], desk.places[0])
    assert WORDS in page_of(request)
    assert all(WORDS in mail for mail in told("ReferralWithoutAdviser"))


def test_a_promise_survives_an_absence_and_the_stand_in_is_told(desk):
    request, row = taken(desk)
    today = timezone.localdate()
    stand_in = UserFactory(adviser_of=desk.places[0])
    days = {"starts_on": today, "ends_on": today + timedelta(days=5)}
    set_absence(desk.places[0], **days, by=desk.managers[0], user=desk.advisers[0], backup=stand_in)
    assert fresh(row).adviser == stand_in
    assert WORDS in page_of(request)
    (mail,) = told("ReferralHandedToYou")
    assert WORDS in mail


def test_a_call_keeps_the_promise_only_where_that_is_said(desk):
    _request, row = taken(desk)
    referral.note_call(row, note="Pas joint", by=desk.advisers[0])
    assert [promise.text for promise in fresh(row).open_promises()] == [WORDS]
    referral.note_call(row, note="Joint", by=desk.advisers[0], is_kept=True)
    assert fresh(row).open_promises() == []
    assert Promise.objects.get().is_kept


def press(row, person, promise):
    """Say on the page of the referral that a promise is kept."""
    reader = Client()
    reader.force_login(person)
    return reader.post(reverse("referral_keep", args=[row.code]), {"promise": promise.pk}, follow=True)


def test_who_has_the_referral_says_that_it_is_done_and_the_company_reads_it(desk, clock):
    request, row = taken(desk)
    promise = Promise.objects.get()
    clock.set("2026-11-19 11:00")
    page = press(row, desk.managers[0], promise).content.decode()
    assert "C’est noté" in page
    promise.refresh_from_db()
    assert (promise.is_kept, promise.ended_at) == (True, timezone.now())
    said = RequestEvent.objects.get(step="keep")
    assert (said.by, said.why, said.referral) == (desk.managers[0], WORDS, row)
    assert fresh(row).active_at == timezone.now()
    assert timezone.localdate(fresh(request).due_at) == date(2026, 12, 10)
    tracking = page_of(request)
    assert 'id="promised"' not in tracking
    assert f"{desk.places[0]} a fait ce qui vous était annoncé." in tracking
    assert WORDS in tracking


def test_saying_twice_that_it_is_done_says_it_once(desk, clock):
    _request, row = taken(desk)
    promise = Promise.objects.get()
    press(row, desk.advisers[0], promise)
    clock.set("2026-11-19 11:00")
    press(row, desk.advisers[0], promise)
    assert RequestEvent.objects.filter(step="keep").count() == 1
    assert fresh(row).active_at < timezone.now()


def test_the_promise_of_another_request_and_of_a_step_that_is_over_are_refused(desk):
    _request, row = taken(desk)
    _other, elsewhere = taken(desk, place=1)
    foreign, own = (Promise.objects.get(referral=each) for each in (elsewhere, row))
    assert press(row, desk.advisers[0], foreign).status_code == 404
    with pytest.raises(StepRefused):
        referral.keep(fresh(row), promise=foreign, by=desk.advisers[0])
    referral.close(row, outcome="helped", by=desk.advisers[0])
    with pytest.raises(StepRefused):
        referral.keep(fresh(row), promise=own, by=desk.advisers[0])
    assert not Promise.objects.filter(is_kept=True).exists()


def test_after_a_transfer_only_the_new_organisation_says_that_it_is_done(desk):
    _request, row = taken(desk)
    referral.transfer(row, by=desk.advisers[0], organisation=desk.places[1])
    assert press(row, desk.advisers[0], Promise.objects.get()).status_code == 404
    press(row, desk.advisers[1], Promise.objects.get())
    assert Promise.objects.get().is_kept


def test_a_closed_account_leaves_no_name_on_what_it_announced(desk):
    _request, row = taken(desk)
    UserFactory(manager_of=desk.places[0])
    referral.transfer(row, by=desk.advisers[0], adviser=desk.managers[0])
    team.close_account(desk.advisers[0])
    assert Promise.objects.get().made_by_name == ""
    reader = Client()
    reader.force_login(desk.managers[0])
    assert f"Annoncé par {desk.places[0]}" in reader.get(row.get_absolute_url()).content.decode()


def test_several_promises_stand_side_by_side_the_earliest_first(desk):
    request = desk.file()
    rows = triage.route(request, desk.places[:2], by=desk.staff)
    referral.accept(rows[0], by=desk.advisers[0], next_step="Le devis", due_on=date(2026, 12, 4))
    referral.accept(rows[1], by=desk.advisers[1], next_step="La visite", due_on=date(2026, 11, 24))
    page = page_of(request)
    section = page[page.index('id="promised"') :]
    assert section.index("La visite") < section.index("Le devis")
    assert section.index(wording.day(date(2026, 11, 24))) < section.index(wording.day(date(2026, 12, 4)))


def both_taken(desk):
    """Two organisations that have the same request: the second announced a nearer day than the clock of the first."""
    request = desk.file()
    rows = triage.route(request, desk.places[:2], by=desk.staff)
    referral.accept(rows[0], by=desk.advisers[0])
    referral.accept(rows[1], by=desk.advisers[1], next_step=WORDS, due_on=date(2026, 11, 20))
    return request, *map(fresh, rows)


@pytest.mark.parametrize("is_absorbed", [False, True])
def test_a_promise_survives_a_merger_commands_who_goes_on_and_goes_back_with_its_undoing(desk, clock, is_absorbed):
    request, first, _second = both_taken(desk)
    if is_absorbed:
        move = succession([desk.places[1]], desk.places[0])
    else:
        move = succession(desk.places[:2], OrganisationFactory(of_hub=desk.hub))
    made = everything()
    successions.apply(move, by=desk.staff)
    assert WORDS in page_of(request)
    assert fresh(first).promise().text == WORDS
    assert timezone.localdate(fresh(first).due_at) == timezone.localdate(fresh(request).due_at) == date(2026, 11, 20)
    shown_is_what_fires(request)
    update_next_action(fresh(request))
    assert timezone.localdate(fresh(first).due_at) == date(2026, 11, 20)
    successions.undo(move, by=desk.staff)
    assert everything() == made


def test_who_goes_on_after_a_merger_is_told_the_next_day_of_what_was_announced(desk, clock):
    _request, first, _second = both_taken(desk)
    successions.apply(succession(desk.places[:2], OrganisationFactory(of_hub=desk.hub)), by=desk.staff)
    assert told("ReferralHandedToYou") == []
    clock.set("2026-11-18 09:00")
    successions.tell_successions()
    successions.tell_successions()
    (mail,) = told("ReferralHandedToYou")
    assert mails_of("ReferralHandedToYou") == [first.adviser.email]
    assert WORDS in mail
    assert desk.places[1].name in mail


@pytest.mark.parametrize("is_double", [False, True])
def test_a_promise_sent_to_a_structure_that_just_ended_reaches_its_successor(desk, clock, is_double):
    request, row = taken(desk)
    new = desk.places[1]
    if is_double:
        (other,) = triage.route(desk.file(), [new], by=desk.staff)
        Referral.objects.filter(pk=other.pk).update(request=request)
        referral.accept(fresh(other), by=desk.advisers[1])
    Organisation.objects.filter(pk=desk.places[0].pk).update(is_active=False, succeeded_by=new)
    assert catch_up() == 1
    holder = fresh(other if is_double else row)
    assert (holder.organisation, holder.promise().text) == (new, WORDS)
    assert WORDS in page_of(request)
    (mail,) = told("ReferralHandedToYou")
    assert WORDS in mail
    assert mails_of("ReferralSent")[2:] == []
