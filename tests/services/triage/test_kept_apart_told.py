"""What is kept apart is told to the desk the same day: how many wait, in one mail, and no word of theirs."""

from datetime import datetime

import pytest

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.workflow.working_days import PARIS
from services.filing import actions as filing
from services.requests.rules.clock import next_check
from services.triage import actions as triage
from tests.factories.members import HubFactory, UserFactory
from tests.factories.services import RequestFactory
from tests.services.cast import Desk, fresh, mails_of, run_clock

pytestmark = pytest.mark.django_db

MAIL = "RequestsToCheck"


@pytest.fixture
def desk(clock):
    clock.set("2026-03-10 10:00")
    return Desk.open()


def suspect(desk, **fields):
    draft = RequestFactory(draft=True, hub=desk.hub, topic=desk.topic, **fields)
    return filing.submit(draft, suspicions=["many_from_address"])


def told():
    return OutgoingMail.objects.filter(kind=MAIL).order_by("created_at", "pk")


def test_eleven_filings_kept_apart_are_told_once_the_same_day(desk, clock):
    for number in range(11):
        suspect(desk, company_name=f"CASINO {number}", contact_name="GAGNEZ", need="PUBLICITE " * 5)
    assert run_clock() == 0
    clock.set("2026-03-10 13:00")
    run_clock()
    (mail,) = told()
    assert (mail.recipient, mail.status, mail.next_attempt_at) == (desk.staff.email, MailStatus.QUEUED, clock.now)
    assert mail.subject == "11 demandes sont à vérifier"
    assert "vue=mises-a-part" in mail.url
    assert [word for word in ("CASINO", "GAGNEZ", "PUBLICITE") if word in mail.text + mail.html] == []
    assert mail.headers == {}


def test_those_of_the_afternoon_are_told_that_afternoon(desk, clock):
    suspect(desk)
    clock.set("2026-03-10 13:00")
    run_clock()
    clock.advance(minutes=30)
    suspect(desk)
    clock.set("2026-03-10 17:00")
    run_clock()
    assert [mail.subject for mail in told()] == ["Une demande est à vérifier", "2 demandes sont à vérifier"]


def test_what_was_read_meanwhile_is_not_told(desk, clock):
    first, second = suspect(desk), suspect(desk)
    triage.release(first, by=desk.staff)
    triage.reject(second, reason="spam", answer="Non", by=desk.staff)
    clock.set("2026-03-10 13:00")
    run_clock()
    assert mails_of(MAIL) == []


def test_a_hub_that_receives_one_from_another_is_told_too(desk, clock):
    other = HubFactory()
    staff = UserFactory(staff_of=other)
    triage.hand_over(suspect(desk), other, why="Chez vous", by=desk.staff)
    clock.set("2026-03-10 13:00")
    run_clock()
    assert mails_of(MAIL) == [staff.email]


def test_an_ordinary_filing_is_not_among_them(desk, clock):
    desk.file()
    clock.set("2026-03-10 13:00")
    run_clock()
    assert mails_of(MAIL) == []


def test_telling_leaves_the_turn_and_the_date_of_the_request(desk, clock):
    row = suspect(desk)
    before = (fresh(row).responsible, fresh(row).due_at)
    clock.set("2026-03-10 13:00")
    run_clock()
    assert (fresh(row).responsible, fresh(row).due_at) == before


@pytest.mark.parametrize(
    ("filed", "checked"),
    [
        ("2026-03-10 08:59", "2026-03-10 09:00"),
        ("2026-03-10 09:00", "2026-03-10 13:00"),
        ("2026-03-10 13:01", "2026-03-10 17:00"),
        ("2026-03-10 17:00", "2026-03-11 09:00"),
        ("2026-03-13 20:00", "2026-03-16 09:00"),
        ("2026-05-01 10:00", "2026-05-04 09:00"),
    ],
)
def test_the_hours_of_the_check(filed, checked):
    at, wanted = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (filed, checked))
    assert next_check(at) == wanted
