"""Forty working days with their nights, Sundays and public holidays: who hears what, and when."""

import os
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from diginor.text import wording
from diginor.workflow.working_days import add_working_days, office_hours
from tests.services.forty_days.fates import FATES
from tests.services.forty_days.play import Letter, Story, play, table
from tests.services.forty_days.town import DAYS, on
from tests.sources import ROOT

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs" / "forty-days.md"
STAFF, HEAD, OTHER_STAFF = "lea.martin", "marc.noel", "yann.le.goff"
COMPANY = "atelier-{:02}"
# What people must hear: of which request, who, what, and on which working days at the latest the day after.
HEARD = [
    (1, "ana.blin", "PromiseReminder", [5]),
    (2, STAFF, "TriageReminder", [3]),
    (2, STAFF, "TriageEscalation", [5, 13, 29]),
    (2, HEAD, "TriageEscalation", [5, 13, 29]),
    (2, COMPANY, "NewDate", [3, 5, 13, 29]),
    (3, COMPANY, "QuestionReminder", [7]),
    (3, COMPANY, "NewDate", [12]),
    (3, STAFF, "CompanySilent", [12]),
    (4, COMPANY, "ReferralRefused", [4, 5]),
    (4, STAFF, "RequestToReroute", [5]),
    (6, "farid.gosset", "AnswerReminder", [7]),
    (6, "responsable.cma", "TeamReminder", [10]),
    (6, "responsable.cma", "ReferralExpired", [13]),
    (6, COMPANY, "ReferralRefused", [13]),
    (6, COMPANY, "NewDate", [15, 17]),
    (6, STAFF, "RequestToReroute", [13]),
    (6, STAFF, "TriageReminder", [15]),
    (6, HEAD, "TriageEscalation", [17]),
    (7, STAFF, "ReferralUnanswered", [13]),
    (7, COMPANY, "ReferralRefused", [13]),
    (8, "ana.blin", "ActivityReminder", [20]),
    (8, COMPANY, "NewDate", [20, 30, 32]),
    (8, STAFF, "ActivityAlert", [30]),
    (8, "responsable.nwx", "TeamStalled", [30]),
    (8, STAFF, "MessageToStaff", [34]),
    (9, "chloe.denis", "PromiseReminder", [10, 19]),
    (9, STAFF, "ActivityAlert", [12]),
    (9, "responsable.tes", "TeamStalled", [12]),
    (9, COMPANY, "NewDate", [12]),
    (11, "david.eude", "ReferralHandedToYou", [11]),
    (11, "david.eude", "PromiseReminder", [16]),
    (11, COMPANY, "ReferralTransferred", [11]),
    (12, "hugo.ingouf", "ReferralWithoutAdviser", [18]),
    (12, "hugo.ingouf", "PromiseReminder", [22]),
    (13, "ana.blin", "ReferralHandedToYou", [12]),
    (13, "ana.blin", "ReferralAfterAbsence", [17]),
    (13, "bruno.coste", "ReferralAfterAbsence", [17]),
    (14, COMPANY, "StructureBecame", [13]),
    (15, COMPANY, "RequestClosed", [16]),
    (16, "ana.blin", "ReferralCancelled", [13]),
    (16, COMPANY, "RequestWithdrawn", [13]),
    (17, COMPANY, "RequestRejected", [13]),
    (19, COMPANY, "NewDate", [17, 19]),
    (19, OTHER_STAFF, "TriageReminder", [17]),
    (20, COMPANY, "DraftReminder", [10]),
]
# When each request ended: an opinion is asked seven days later, whatever the end.
ENDED = {1: 14, 4: 12, 5: 17, 7: 20, 9: 21, 11: 18, 12: 26, 13: 23, 14: 25, 15: 16, 16: 13, 17: 13, 18: 24}


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker) -> Story:
    """The forty days, played once and then forgotten."""
    with django_db_blocker.unblock(), transaction.atomic():
        told = play()
        transaction.set_rollback(True)
    return told


def found(story: Story, number: int, who: str, kind: str) -> list[datetime]:
    """When somebody was told something of a request."""
    address = f"{who.format(number)}@"
    return [row.at for row in story.told if (row.about, row.kind) == (number, kind) and row.to.startswith(address)]


def test_the_page_of_the_documentation_is_what_happens(story):
    if "WRITE_FORTY_DAYS" in os.environ:
        PAGE.write_text(table(story))
    assert PAGE.read_text() == table(story), "make days"


@pytest.mark.parametrize(("number", "who", "kind", "days"), HEARD)
def test_nobody_is_forgotten(story, number, who, kind, days):
    heard = found(story, number, who, kind)
    assert heard
    for day in days:
        following = on(day + 1, "19:00") if day < DAYS else on(day, "23:59")
        assert any(on(day, "00:00") <= at <= following for at in heard), (day, heard)


@pytest.mark.parametrize(("number", "day"), ENDED.items())
def test_an_opinion_is_asked_once_a_week_after_the_end(story, number, day):
    (at,) = found(story, number, COMPANY, "SatisfactionAsked")
    asked_on = on(day, "00:00") + timedelta(days=7)
    assert asked_on <= at <= add_working_days(asked_on, 2)


def test_what_is_promised_for_january_troubles_nobody_before(story):
    assert [row.kind for row in story.told if row.about == 10 and row.at > on(7, "12:00")] == []


def test_who_waits_longer_than_said_knows_a_date_that_has_not_passed(story):
    # A promise is late two days after the day that was announced.
    late = [row for row in story.evenings if add_working_days(row.due_at, 3) < row.at]
    assert {2, 3, 6, 8, 19} <= {row.number for row in late}
    for row in late:
        told = [one for one in story.told if (one.about, one.kind) == (row.number, "NewDate") and one.at <= row.at]
        assert told, row
        # What falls on a day is told on the next one at the latest, a Monday after a Friday.
        ahead = [row.at.date() + timedelta(days=number) for number in range(-4, 70)]
        assert told[-1].subject.endswith(tuple(wording.day(day, "short") for day in ahead)), (row, told[-1])


def test_nobody_receives_more_than_three_mails_a_day(story):
    counted = Counter((row.to, row.at.date()) for row in story.letters if not row.is_urgent)
    assert len(counted) > 100
    assert {who: number for who, number in counted.items() if number > 3} == {}


def outside_office_hours(rows: list[Letter]) -> list[Letter]:
    """What left at night, on a Sunday or a public holiday."""
    return [row for row in rows if office_hours(row.at) != row.at]


def test_outside_office_hours_only_what_somebody_just_did_is_told(story):
    by_night = outside_office_hours(story.letters)
    assert {row.kind for row in by_night} >= {"ResumeLink", "MessageToStaff", "RequestReceived"}
    assert [row for row in by_night if row.at not in story.acts] == []


def test_every_fate_is_told(story):
    assert {row.about for row in story.letters} >= set(FATES)
