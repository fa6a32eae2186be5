"""The worst day of a company: what everybody may do with its requests on one day, and how many mails that makes."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.outbox.pacing import AT_ONCE_A_DAY, Pace, next_morning
from diginor.workflow.history import Party
from services.filing import actions as filing
from services.requests.actions import clock as clock_actions
from services.requests.actions import referral, thread
from services.requests.actions.digests import send_digests
from services.requests.models import FollowUp, Referral, ServiceRequest
from services.requests.notifications import KINDS
from services.triage import actions as triage
from tests.factories.members import commune
from tests.services.cast import Desk, fresh

pytestmark = pytest.mark.django_db
ADDRESS = "anne@atelier.example"
# A story goes on for so many acts, if nothing ends it before.
ACTS = 25


def two_requests(desk: Desk) -> list[ServiceRequest]:
    """A company files twice on one morning."""
    found = []
    for _number in range(2):
        draft = filing.start_draft()
        filing.save_need(draft, topic=desk.topic, need="Tester un capteur", answers=[])
        filing.save_company(draft, commune=commune(), company_name="Atelier", siret="")
        filing.save_contact(draft, contact_name="Anne Morel", contact_email=ADDRESS)
        found.append(filing.submit(draft))
    return found


def open_acts(desk: Desk, asked: ServiceRequest) -> Iterator[Callable[[], object]]:
    """What anybody may do with a request now."""
    if not asked.is_open:
        return
    say = partial(thread.write, asked, body=f"Message {asked.messages.count()}")
    yield partial(say, by=Party.COMPANY)
    yield partial(say, by=desk.staff)
    if asked.state in {"submitted", "to_reroute"}:
        yield partial(triage.route, asked, desk.places, by=desk.staff)
        yield partial(triage.ask_company, asked, question="Combien de postes ?", by=desk.staff)
    for row in asked.referrals.live().select_related("organisation", "adviser").order_by("pk"):
        yield from acts_of(desk, row, say)


def acts_of(desk: Desk, row: Referral, say: Callable[..., object]) -> Iterator[Callable[[], object]]:
    """What the people of one organisation may do."""
    who = desk.advisers[desk.places.index(row.organisation)]
    if row.state == "sent":
        yield partial(referral.accept, row, by=who)
        yield partial(referral.decline, row, reason="no_capacity", by=who)
    else:
        yield from (partial(say, by=who, referral=row) for _often in range(3))
        yield partial(referral.transfer, row, adviser=who, by=who)
        yield partial(referral.close, row, outcome="helped", by=who)


def by_time() -> None:
    """Whatever the clock had to do some day, today."""
    FollowUp.objects.pending().update(due_at=timezone.now())
    clock_actions.follow_up_due()


def live_a_day(seed: int, clock: Any) -> int:
    """Play a day of acts and of time; return how many steps people took."""
    draw, desk = Random(seed), Desk.open()
    asked = two_requests(desk)
    steps = 0
    for _act in range(ACTS):
        clock.advance(minutes=8)
        acts = [act for row in asked for act in open_acts(desk, fresh(row))]
        if not acts:
            break
        draw.choice(acts)()
        steps += 1
        if draw.random() < 0.3:
            by_time()
        send_digests()
        deliver_due()
    return steps


def left() -> Any:
    """The mails that left for the company."""
    return OutgoingMail.objects.filter(recipient=ADDRESS, status=MailStatus.SENT).order_by("sent_at", "pk")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_step_is_one_mail_and_all_the_rest_of_a_day_is_three(seed: int, clock: Any) -> None:
    steps = live_a_day(seed, clock)
    by_kind = Counter(row.kind for row in left() if row.gathered_at is None)
    gathered = by_kind.pop("DailyDigest", 0) + left().exclude(gathered_at=None).count()
    messages = by_kind.pop("MessageToCompany", 0)
    assert messages == AT_ONCE_A_DAY
    assert gathered <= 1
    # Filing twice is two steps as well.
    assert by_kind.total() <= steps + 2
    assert steps > 10
    assert {kind for kind in by_kind if KINDS[kind].pace != Pace.AT_ONCE} == set()
    assert not {*by_kind} & {"NewDate", "QuestionReminder", "SatisfactionAsked", "SecondAssessment"}


def test_messages_beyond_two_are_one_mail_and_none_is_lost(clock: Any) -> None:
    desk = Desk.open()
    asked = two_requests(desk)
    for row in asked:
        for taken in triage.route(row, desk.places, by=desk.staff):
            who = desk.advisers[desk.places.index(taken.organisation)]
            referral.accept(taken, by=who)
            thread.write(row, body="Quand puis-je venir ?", by=who, referral=taken)
    deliver_due()
    clock.advance(minutes=11)
    send_digests()
    deliver_due()
    digest = left().get(kind="DailyDigest")
    assert left().filter(kind="MessageToCompany").count() == AT_ONCE_A_DAY
    assert sum(digest.text.count(f"demande n° {row.code}") for row in asked) == 4
    thread.write(asked[0], body="Mardi ?", by=desk.staff)
    send_digests()
    deliver_due()
    assert not left().filter(text__contains="Mardi ?").exists()
    clock.set(next_morning(timezone.now()))
    send_digests()
    deliver_due()
    assert left().filter(text__contains="Mardi ?").count() == 1
