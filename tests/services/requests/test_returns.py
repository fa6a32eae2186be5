"""After an absence: who was away and who stood in are told, once, who keeps each request, and what was promised."""

from datetime import timedelta

import pytest
from django.utils import timezone

from diginor.outbox.models import MailStatus, OutgoingMail
from members.people.actions import teams as team
from members.people.actions.absences import cancel_absence, set_absence
from services.requests.actions import departures as people
from services.requests.actions import digests, referral
from services.requests.models import Relay
from services.triage import actions as triage
from tests.factories.members import AbsenceFactory, UserFactory
from tests.services.cast import Desk, fresh

pytestmark = pytest.mark.django_db
LENGTH = 4


@pytest.fixture
def desk(clock):
    # A Tuesday in office hours: the clock of these tests starts there, and an absence from it ends on a Friday.
    clock.set("2026-09-08 10:00")
    return Desk.open()


class Away:
    """Claire is away from today for four days, Marc stands in; two requests of hers are with him."""

    def __init__(self, desk, count=2, backup=True):
        self.desk = desk
        self.place = desk.places[0]
        self.claire, self.boss = desk.advisers[0], desk.managers[0]
        self.marc = UserFactory(adviser_of=self.place, first_name="Marc", last_name="Petit")
        self.rows = [self.taken() for _number in range(count)]
        today = timezone.localdate()
        days = {"starts_on": today, "ends_on": today + timedelta(days=LENGTH - 1)}
        people_ = {"user": self.claire, "backup": self.marc if backup else None}
        self.absence = set_absence(self.place, **days, **people_, by=self.boss)
        OutgoingMail.objects.all().delete()

    def taken(self):
        (row,) = triage.route(self.desk.file(), [self.place], by=self.desk.staff)
        due_on = timezone.localdate() + timedelta(days=60)
        referral.accept(row, by=self.claire, next_step="Je vous rappelle", due_on=due_on)
        return row


def lines():
    """What was told, by person."""
    rows = OutgoingMail.objects.filter(kind="ReferralAfterAbsence").order_by("subject", "recipient")
    return [(row.recipient, row.subject) for row in rows]


def wait(clock, days=LENGTH):
    clock.advance(days=days)
    people.tell_returns()


def test_both_are_told_who_keeps_what_and_what_was_promised(desk, clock):
    away = Away(desk)
    kept, given_back = away.rows
    referral.transfer(fresh(given_back), by=away.marc, adviser=away.claire)
    clock.advance(days=LENGTH - 1)
    assert people.tell_returns() == 0
    # The next day is a Saturday: it is told on Monday, and once.
    clock.advance(days=1)
    assert people.tell_returns() == 0
    clock.advance(days=2)
    assert [people.tell_returns(), people.tell_returns()] == [2, 0]
    promised = "annoncé avant le 7 novembre : Je vous rappelle"
    assert lines() == sorted(
        [
            (person.email, f"La demande de {name} {what}, {promised}")
            for person in (away.claire, away.marc)
            for name, what in (
                (kept.request.company_name, "reste à Marc Petit"),
                (given_back.request.company_name, f"est revenue à {away.claire}"),
            )
        ],
        key=lambda line: line[::-1],
    )
    rows = OutgoingMail.objects.filter(kind="ReferralAfterAbsence")
    assert {row.status for row in rows} == {MailStatus.HELD}
    assert {row.url.rpartition("/espace/")[2] for row in rows} >= {kept.get_absolute_url().rpartition("/espace/")[2]}
    assert all("L’absence notée pour" in row.text and "Je vous rappelle" in row.text for row in rows)


def test_they_are_lines_of_the_mail_of_the_day(desk, clock):
    away = Away(desk)
    wait(clock, 6)
    clock.advance(minutes=11)
    digests.send_digests()
    mail = OutgoingMail.objects.get(kind="DailyDigest", recipient=away.claire.email)
    assert mail.text.count("reste à Marc Petit") == 2
    assert OutgoingMail.objects.filter(recipient=away.claire.email, status=MailStatus.QUEUED).get() == mail


def test_nothing_given_on_is_nothing_to_tell(desk, clock):
    Away(desk, count=0)
    wait(clock, 6)
    assert lines() == []


def test_what_came_back_to_the_team_is_told_as_it_stands(desk, clock):
    away = Away(desk, backup=False)
    nobody, taken = away.rows
    referral.transfer(fresh(taken), by=away.boss, adviser=away.boss)
    wait(clock, 6)
    told = dict.fromkeys(subject.split(", annoncé")[0] for _who, subject in lines())
    assert list(told) == [
        f"La demande de {nobody.request.company_name} n’est suivie par personne",
        f"La demande de {taken.request.company_name} reste à {away.boss}",
    ]
    assert {who for who, subject in lines() if "reste à" in subject} == {away.claire.email, away.boss.email}


def test_what_ended_or_went_elsewhere_is_told_to_who_was_away(desk, clock):
    away = Away(desk)
    ended, gone = away.rows
    referral.close(fresh(ended), outcome="helped", by=away.marc)
    referral.transfer(fresh(gone), by=away.marc, organisation=desk.places[1])
    OutgoingMail.objects.all().delete()
    wait(clock, 6)
    ended_line, gone_line = lines()[0], lines()[1:]
    assert ended_line == (
        away.claire.email,
        f"La demande de {ended.request.company_name} est terminée pour votre équipe",
    )
    words = f"La demande de {gone.request.company_name} est passée à {desk.places[1]}"
    assert gone_line == [(who, words) for who in sorted([away.claire.email, away.marc.email])]
    # Their team opens it no more: the link leads to what they have.
    assert OutgoingMail.objects.filter(subject=words).first().url.endswith("/espace/")


@pytest.mark.parametrize("later", [0, 1], ids=["on its first day", "on the next"])
def test_an_absence_that_is_ended_early_is_told_at_once_and_never_again(desk, clock, later):
    away = Away(desk, count=1)
    clock.advance(days=later)
    cancel_absence(away.absence, by=away.boss)
    told = lines()
    assert [who for who, _subject in told] == sorted([away.claire.email, away.marc.email])
    cancel_absence(away.absence, by=away.boss)
    wait(clock, 6)
    assert lines() == told


def test_who_is_away_again_is_told_when_really_back(desk, clock):
    away = Away(desk, count=1)
    ends_on = away.absence.ends_on
    AbsenceFactory(
        organisation=away.place,
        user=away.claire,
        starts_on=ends_on + timedelta(days=1),
        ends_on=ends_on + timedelta(days=5),
    )
    wait(clock, 6)
    assert lines() == []
    wait(clock)
    assert len(lines()) == 2


def test_who_left_meanwhile_is_told_nothing(desk, clock):
    away = Away(desk, count=1)
    team.remove(away.marc.memberships.get(), by=away.boss)
    OutgoingMail.objects.all().delete()
    wait(clock, 6)
    assert lines() == [
        (
            away.claire.email,
            f"La demande de {away.rows[0].request.company_name} n’est suivie par personne,"
            " annoncé avant le 7 novembre : Je vous rappelle",
        )
    ]


def test_what_is_true_no_more_does_not_leave(desk, clock):
    away = Away(desk)
    changed, same = away.rows
    wait(clock, 6)
    referral.transfer(fresh(changed), by=away.marc, adviser=away.claire)
    referral.note_call(fresh(same), note="Joint", by=away.marc)
    rows = OutgoingMail.objects.filter(kind="ReferralAfterAbsence")
    assert {row.status for row in rows if changed.request.company_name in row.subject} == {MailStatus.MOOT}
    assert {row.status for row in rows if same.request.company_name in row.subject} == {MailStatus.HELD}


def test_a_second_absence_gives_on_what_came_back(desk, clock):
    away = Away(desk, count=1)
    referral.transfer(fresh(away.rows[0]), by=away.marc, adviser=away.claire)
    wait(clock, 6)
    OutgoingMail.objects.all().delete()
    today = timezone.localdate()
    set_absence(away.place, user=away.claire, backup=away.marc, starts_on=today, ends_on=today, by=away.boss)
    wait(clock, 1)
    assert Relay.objects.count() == 2
    assert len(lines()) == 2
