"""Words that are true: each state × each step × each sentence of the page and of the mails, in every order of ends."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.workflow.history import Party
from members.people.actions import teams as team
from services.requests.actions import clock, company, referral, thread
from services.requests.models import FollowUp, Referral, ServiceRequest
from services.requests.queries.situation import headline_of
from services.tracking.views.page import tracking_context
from services.triage import actions as triage
from tests.services.claims import Falsehood, View, falsehoods, sentences
from tests.services.forty_days.town import TEAMS, Town, fresh, on

pytestmark = pytest.mark.django_db
Step = Callable[[], object]
DEPTH = 4


def act(action: Callable[..., object], row: Any, **how: Any) -> None:
    """Do something with a row as it is now: another branch may have changed the one in hand."""
    action(fresh(row), **how)


class Undo(Exception):
    """The branch was seen: back to where it began."""


class Tree:
    """Every order of steps from a request that two organisations received, each state explored once."""

    def __init__(self, traveller: Any):
        self.time = traveller
        traveller.move_to(on(1, "09:00"), tick=False)
        self.town = Town.open()
        self.request = self.town.file(1)
        self.seen: set[Any] = set()
        self.read: set[Any] = set()
        self.faults: Counter[str] = Counter()
        self.example: dict[str, list[str]] = {}
        self.steps = 0

    def explore(self, path: tuple[str, ...] = ()) -> None:
        """Take each step that is open from here, look at every sentence, and go on from where it leads."""
        mark = self.mark()
        if mark in self.seen or len(path) >= DEPTH:
            return
        self.seen.add(mark)
        now = timezone.now()
        for name, step in self.open_steps():
            self.steps += 1
            try:
                with transaction.atomic():
                    self.time.move_to(now + timedelta(minutes=1), tick=False)
                    step()
                    self.look((*path, name))
                    self.explore((*path, name))
                    raise Undo
            except Undo:
                self.time.move_to(now, tick=False)

    def mark(self) -> Any:
        """What tells one state from another, whatever led there."""
        view = View(self.request)
        rows = sorted(
            (row.state, row.is_stalled, row.adviser is None, bool(row.open_promises()), row.outcome, row.decline_reason)
            for row in view.rows
        )
        asked = view.request
        return asked.state, asked.responsible, asked.is_late(timezone.now()), tuple(rows)

    def open_steps(self) -> Iterator[tuple[str, Step]]:
        """What people or time may do next."""
        asked = fresh(self.request)
        if not asked.is_open:
            return
        for row in list(asked.referrals.live().select_related("organisation", "adviser").order_by("pk")):
            yield from self.steps_of(row)
        yield "withdraw", partial(act, company.withdraw, asked, by=Party.COMPANY)
        yield "company writes", partial(act, thread.write, asked, body="Bonjour", by=Party.COMPANY)
        if asked.responsible == Party.HUB:
            yield "desk is late", partial(self.wait, "triage_escalation", None)
        if asked.state in {"submitted", "to_reroute"}:
            yield from self.steps_of_desk(asked)
        if asked.asked_at:
            yield "no answer", partial(self.wait, "company_silent", None)

    def steps_of(self, row: Referral) -> Iterator[tuple[str, Step]]:
        """What may become of a referral."""
        name, who = str(row.organisation), self.somebody_of(row)
        yield f"{name} taken back", partial(act, referral.take_back, row, by=self.town.staff, why="Reprise")
        if row.state == "sent":
            yield f"{name} accepts", partial(act, referral.accept, row, by=who)
            day = on(30, "09:00").date()
            yield f"{name} promises", partial(act, referral.accept, row, by=who, next_step="Un essai", due_on=day)
            yield f"{name} declines", partial(act, referral.decline, row, reason="no_capacity", by=who)
            yield f"{name} expires", partial(self.wait, "answer_expiry", row)
            return
        for outcome in ("helped", "no_help_possible", "unreachable"):
            yield f"{name} closes as {outcome}", partial(act, referral.close, row, outcome=outcome, by=who)
        yield f"{name} calls", partial(act, referral.note_call, row, note="Appel", by=who)
        if not row.is_stalled:
            kind = "promise_alert" if row.open_promises() else "activity_alert"
            yield f"{name} is silent", partial(self.wait, kind, row)
        if row.adviser:
            yield f"{name} loses its adviser", partial(self.leave, row)
        if not row.request.referrals.filter(organisation=self.town.places["ADN"]).exists():
            yield (
                f"{name} transfers",
                partial(act, referral.transfer, row, by=who, organisation=self.town.places["ADN"]),
            )

    def steps_of_desk(self, asked: ServiceRequest) -> Iterator[tuple[str, Step]]:
        """What the desk may do with what is in its queue."""
        if not asked.referrals.filter(organisation=self.town.places["CMA"]).exists():
            yield "routed again", partial(self.town.route, asked, "CMA")
        yield "rejected", partial(act, triage.reject, asked, reason="out_of_scope", answer="Non", by=self.town.staff)
        if not asked.asked_at:
            yield "question", partial(act, triage.ask_company, asked, question="Quoi ?", by=self.town.staff)

    def somebody_of(self, row: Referral) -> Any:
        names = TEAMS[str(row.organisation)]
        return row.adviser or self.town.people[names[-1]]

    def leave(self, row: Referral) -> None:
        team.remove(
            fresh(row).adviser.memberships.get(is_active=True), by=self.town.people[f"head of {row.organisation}"]
        )

    def wait(self, kind: str, row: Referral | None) -> None:
        """Let time go by until a line of the clock fires, looking at what fires on the way."""
        awaited = FollowUp.objects.pending().filter(request=self.request, kind=kind, referral=row)
        while (target := awaited.order_by("due_at").first()) is not None:
            following = FollowUp.objects.pending().filter(request=self.request).order_by("due_at", "pk").first()
            assert following is not None
            # What waited for the morning has left meanwhile.
            OutgoingMail.objects.filter(status=MailStatus.HELD).update(status=MailStatus.SENT)
            self.time.move_to(max(following.due_at, timezone.now()), tick=False)
            clock.follow_up_due(timezone.now())
            if following.pk == target.pk:
                return
            self.look(("…",))

    def look(self, path: tuple[str, ...]) -> None:
        """Read the page, the mails just written and those that still wait to leave."""
        view = View(self.request)
        found = []
        if self.mark() not in self.seen:
            found += falsehoods(view, "status", sentences(headline_of(view.request)))
            for line in tracking_context(view.request)["timeline"]:
                found += falsehoods(view, "history", [*sentences(line["text"]), *sentences(line["detail"])])
        for row in OutgoingMail.objects.exclude(status=MailStatus.MOOT).order_by("created_at", "pk"):
            where = f"{row.kind} that waits" if row.pk in self.read else row.kind
            if row.pk not in self.read or row.status == MailStatus.HELD:
                found += falsehoods(View(self.request, row.recipient), where, sentences(f"{row.subject}\n{row.text}"))
        self.read |= set(OutgoingMail.objects.values_list("pk", flat=True))
        self.note(path, found)

    def note(self, path: tuple[str, ...], found: list[Falsehood]) -> None:
        for fault in found:
            self.faults[str(fault)] += 1
            self.example.setdefault(str(fault), list(path))


@pytest.fixture(scope="module")
def tree(django_db_setup, django_db_blocker) -> Tree:
    """All orders, explored once."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(on(1, "09:00"), tick=False) as traveller,
        transaction.atomic(),
    ):
        seen = Tree(traveller)
        seen.look(("filed",))
        seen.town.route(seen.request, "NWX")
        traveller.shift(timedelta(days=1))
        seen.town.route(seen.request, "TES")
        seen.look(("routed",))
        seen.explore()
        transaction.set_rollback(True)
    return seen


def test_no_sentence_is_false_in_any_order_of_ends(tree):
    faults = [f"{text} ({count}×, first: {' → '.join(tree.example[text])})" for text, count in tree.faults.items()]
    assert not faults, "\n".join(sorted(faults))


def test_every_state_was_seen(tree):
    assert len(tree.seen) > 100
    assert tree.steps > 500
