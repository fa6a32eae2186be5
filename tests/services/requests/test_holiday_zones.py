"""The working days of a hub's requests pass over the holidays of its zone, everywhere a delay is counted."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from diginor.workflow.working_days import PARIS
from members.hubs.models import Hub
from services.figures.actions.refresh import refresh_figures
from services.figures.queries.reading import Reading, Selection
from services.figures.rules.periods import Period
from services.requests.actions import referral
from services.requests.enums import FollowUpKind as Kind
from services.requests.models import FollowUp, Referral
from services.triage import actions as triage
from tests.factories.members import UserFactory, commune
from tests.services.cast import Desk, fresh
from tests.services.filing_walk import write_draft

pytestmark = pytest.mark.django_db
BEFORE_GOOD_FRIDAY = "2026-04-02 10:00"


@pytest.fixture
def desk(clock):
    """A desk on the Thursday before Easter."""
    clock.set(BEFORE_GOOD_FRIDAY)
    return Desk.open()


def in_alsace(desk):
    """The desk keeps the holidays of Alsace from now on."""
    Hub.objects.filter(pk=desk.hub.pk).update(holiday_zone="6AE")
    return desk


def april(day, hour=10):
    """A moment of April 2026."""
    return datetime(2026, 4, day, hour, tzinfo=PARIS)


def due(kind):
    """When the clock does that."""
    return FollowUp.objects.get(kind=kind).due_at


@pytest.mark.parametrize(("place", "reminder", "escalation"), [(lambda desk: desk, 7, 9), (in_alsace, 8, 10)])
def test_triage(desk, place, reminder, escalation):
    asked = place(desk).file()
    assert (due(Kind.TRIAGE_REMINDER), due(Kind.TRIAGE_ESCALATION)) == (april(reminder), april(escalation))
    assert fresh(asked).due_at == april(reminder)


@pytest.mark.parametrize(("place", "in_time", "expiry"), [(lambda desk: desk, 10, 16), (in_alsace, 13, 17)])
def test_a_referral_and_its_five_days(desk, place, in_time, expiry):
    asked = place(desk).file()
    triage.route(asked, desk.places[:1], by=desk.staff)
    given = Referral.objects.get()
    assert (given.answer_in_time_until, given.expires_at, given.due_at) == (
        april(in_time),
        april(expiry),
        april(expiry),
    )
    assert due(Kind.ANSWER_EXPIRY) == april(expiry)
    assert due(Kind.ANSWER_REMINDER) == april(8 if in_time == 10 else 9)


@pytest.mark.parametrize(("place", "reminder", "missed"), [(lambda desk: desk, 3, 7), (in_alsace, 2, 7)])
def test_an_announced_day_that_is_a_holiday_is_recalled_the_working_day_before(desk, clock, place, reminder, missed):
    clock.set("2026-04-01 10:00")
    asked = place(desk).file()
    triage.route(asked, desk.places[:1], by=desk.staff)
    given = Referral.objects.get()
    referral.accept(given, by=desk.advisers[0], next_step="Je vous appelle", due_on=date(2026, 4, 3))
    assert due(Kind.PROMISE_REMINDER) == april(reminder, 8)
    assert due(Kind.PROMISE_MISSED) == april(missed, 8)
    assert due(Kind.PROMISE_ALERT) == april(8, 18)


def test_the_company_is_told_the_date_of_its_hub(client, desk):
    in_alsace(desk)
    commune("50218", "Granville", "50400")
    write_draft(client)
    assert client.get(reverse("filing_contact")).context["first_answer"] == april(8)


@pytest.mark.parametrize(("place", "day"), [(lambda desk: desk, 8), (in_alsace, 9)])
def test_the_day_of_a_first_call_is_proposed_among_the_working_days(client, desk, place, day):
    asked = place(desk).file()
    triage.route(asked, desk.places[:1], by=desk.staff)
    client.force_login(desk.advisers[0])
    form = client.get(Referral.objects.get().get_absolute_url()).context["accept"]
    assert form["due_on"].value() == date(2026, 4, day)


def test_a_request_handed_to_another_hub_follows_its_days(desk, clock):
    asked = desk.file()
    other = in_alsace(Desk.open()).hub
    triage.hand_over(asked, Hub.objects.get(pk=other.pk), why="Entreprise d’Alsace", by=desk.staff)
    clock.set("2026-04-02 11:00")
    triage.route(fresh(asked), desk.places[:1], by=desk.staff)
    assert Referral.objects.get().expires_at == april(17, 11)


@pytest.mark.parametrize(("place", "delay"), [(lambda desk: desk, "answer_2"), (in_alsace, "answer_1")])
def test_the_delays_of_the_figures_are_counted_in_the_same_days(desk, clock, place, delay):
    asked = place(desk).file()
    triage.route(asked, desk.places[:1], by=desk.staff)
    clock.set("2026-04-07 09:00")
    referral.accept(Referral.objects.get(), by=desk.advisers[0])
    clock.set("2026-05-07 09:00")
    refresh_figures(is_full=True)
    day = Period(date(2026, 4, 2), date(2026, 4, 2))
    now = Reading(Selection((desk.hub.pk,), day, clock.now)).now
    assert {name: now[name] for name in ("answer_1", "answer_2")} == {"answer_1": 0, "answer_2": 0, delay: 1}


def test_only_an_administrator_says_the_zone(client, desk):
    page = reverse("admin:members_hub_change", args=[desk.hub.pk])
    client.force_login(UserFactory(administrator=True))
    assert 'name="holiday_zone"' in client.get(page).content.decode()
    client.force_login(desk.staff)
    assert 'name="holiday_zone"' not in client.get(page).content.decode()
