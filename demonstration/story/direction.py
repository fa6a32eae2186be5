"""Directing the life of one request: what each party intends, played in order with what the clock does meanwhile."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.utils import timezone

from demonstration.story.answering_habits import habit_of
from demonstration.story.hours import at_work
from demonstration.story.life import Life
from demonstration.story.pieces import Lead
from demonstration.story.texts import words
from diginor.workflow.history import Party
from diginor.workflow.working_days import add_working_days
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from services.requests.enums import (
    OPEN_STATES,
    TRIAGE_STATES,
    DeclineReason,
    Outcome,
    ReferralState,
    RejectReason,
    RequestState,
    ThreadKind,
)

Act = Callable[[datetime], None]
Choice = tuple[Organisation, list[str]]
MOST_ROUNDS = 3


@dataclass
class Cast:
    """Who acts: the desks of hubs, the advisers of organisations, the organisations of last resort of hubs."""

    desks: dict[int, list[User]]
    advisers: dict[int, list[User]]
    last_resort: dict[int, list[Organisation]]
    hubs: dict[str, Hub] = field(default_factory=dict)


class Director:
    """Plays one life until now."""

    def __init__(self, life: Life, rng: Random, cast: Cast, now: datetime, progress: float):
        self.life, self.rng, self.cast, self.now, self.progress = life, rng, cast, now, progress
        self.choices: list[Choice] = []
        self.agenda: list[tuple[datetime, int, Act]] = []
        self.ranks = count()
        self.rounds = 0
        self.is_reacting = True
        self._is_rerouting = self.has_opinion = False

    # Playing

    def plan(self, at: datetime, act: Act) -> None:
        """Intend something."""
        heapq.heappush(self.agenda, (at, next(self.ranks), act))

    def play(self) -> Life:
        """Let everything happen that happens before now, the clock and the people each at their time."""
        while True:
            alarm = self.life.next_alarm()
            planned_at = self.agenda[0][0] if self.agenda else None
            rings_first = alarm and (planned_at is None or alarm.due.due_at <= planned_at)
            at = alarm.due.due_at if alarm and rings_first else planned_at
            if at is None or at > self.now:
                return self.life
            if alarm and rings_first:
                self.life.ring(alarm)
            else:
                _at, _rank, act = heapq.heappop(self.agenda)
                act(at)
            self._react(at)

    def _react(self, at: datetime) -> None:
        """The desk reacts to what came back, the company to the question about its opinion."""
        life = self.life
        if life.stage == RequestState.TO_REROUTE and not self._is_rerouting and self.is_reacting:
            self._is_rerouting = True
            self.plan(at_work(self.rng, at, self.rng.choice((1, 1, 2, 2, 3))), self._reroute)
        if life.asked_opinion_at and not self.has_opinion:
            self.has_opinion = True
            if self.rng.random() < 0.46:
                delay = timedelta(hours=self.rng.randrange(2, 24 * 11))
                self.plan(life.asked_opinion_at + delay, self._rate)

    def any_of_staff(self) -> User:
        """A person of the desk that has the request."""
        return self.rng.choice(self.cast.desks[self.life.hub.pk])

    # The desk

    def route_by(self, days: int, picked: list[Choice] | None = None) -> None:
        """Intend to route the request some working days after it came in."""
        start = self.life.dates.get("queued_at") or self.life.created_at
        self.plan(at_work(self.rng, start, days), lambda at: self.route(at, picked))

    def route(self, at: datetime, picked: list[Choice] | None = None) -> None:
        """Send it to those picked, or to some of those proposed."""
        if self.life.stage not in TRIAGE_STATES:
            return
        had = {lead.place.pk for lead in self.life.leads}
        chosen = picked or self._pick([choice for choice in self.choices if choice[0].pk not in had])
        if not chosen or self.rounds >= MOST_ROUNDS:
            self.reject(at, RejectReason.OUT_OF_SCOPE)
            return
        self.rounds += 1
        self._is_rerouting = False
        word = self.rng.choice(words("desk")) if self.rng.random() < 0.55 else ""
        for lead in self.life.route(at, chosen, self.any_of_staff(), word):
            self.answer(lead, at)

    def _pick(self, choices: list[Choice]) -> list[Choice]:
        left = list(choices)
        picked: list[Choice] = []
        for _number in range(self.rng.choice((1, 1, 1, 1, 2, 2, 3))):
            if left:
                weights = [habit_of(place.slug).pull for place, _reasons in left]
                picked.append(left.pop(self.rng.choices(range(len(left)), weights)[0]))
        return picked

    def _reroute(self, at: datetime) -> None:
        if self.life.stage != RequestState.TO_REROUTE:
            return
        if self.rng.random() < 0.22:
            self.reject(at, RejectReason.OUT_OF_SCOPE)
            return
        had = {lead.place.pk for lead in self.life.leads}
        left = [choice for choice in self.choices if choice[0].pk not in had]
        if not left:
            others = [place for place in self.cast.last_resort[self.life.hub.pk] if place.pk not in had]
            left = [(place, []) for place in others[:1]]
        self.route(at, left[:1])

    def reject(self, at: datetime, reason: str) -> None:
        """Set it aside with an answer."""
        answer = self.rng.choice(words("rejections", "nobody_left" if self.rounds else str(reason)))
        self.life.reject(at, str(reason), answer, self.any_of_staff())

    def ask(self, days: int, answered: bool) -> None:
        """The desk asks the company something, which answers or not; then it routes."""
        rank = self.rng.randrange(len(words("questions")))
        asked_at = at_work(self.rng, self.life.created_at, days)

        def question(at: datetime) -> None:
            self.life.ask(at, words("questions")[rank], self.any_of_staff())

        def reply(at: datetime) -> None:
            self.company_writes(at, words("replies")[rank])
            self.plan(at_work(self.rng, at, self.rng.choice((0, 1))), self.route)

        self.plan(asked_at, question)
        if answered:
            self.plan(at_work(self.rng, asked_at, self.rng.choice((0, 1, 1, 3))), reply)
        else:
            self.plan(at_work(self.rng, add_working_days(asked_at, self.life.delays.company_silent), 1), self.route)

    # The organisations

    def answer(self, lead: Lead, at: datetime, days: int | None = None, fate: str = "") -> None:
        """Intend what the organisation does with it: nothing, a refusal, or the work."""
        mean, silent, declined, _helped = habit_of(lead.place.slug).now(self.progress)
        delay = days if days is not None else round(self.rng.expovariate(1 / mean))
        drawn = self.rng.random()
        is_silent = drawn < silent or delay > 8
        fate = fate or ("silent" if is_silent else "decline" if drawn < silent + declined else "accept")
        adviser = self.rng.choice(self.cast.advisers[lead.place.pk])
        if fate == "decline":
            self.plan(at_work(self.rng, at, delay), lambda when: self._decline(lead, when, adviser))
        elif fate == "accept":
            self.plan(at_work(self.rng, at, delay), lambda when: self.accept(lead, when, adviser))

    def _decline(self, lead: Lead, at: datetime, adviser: User) -> None:
        if lead.stage != ReferralState.SENT:
            return
        busy = lead.place.slug in ("cci-normandie", "region-normandie")
        reasons = [DeclineReason.NO_CAPACITY] * (6 if busy else 2) + [DeclineReason.NOT_OUR_FIELD] * 3
        rare = (DeclineReason.ALREADY_HELPED, DeclineReason.OTHER, DeclineReason.NOT_OUR_TERRITORY)
        reason = self.rng.choice([*reasons, *rare])
        self.life.decline(lead, at, adviser, str(reason), self.rng.choice(words("declines", str(reason))))

    def accept(self, lead: Lead, at: datetime, adviser: User, follow: bool = True) -> None:
        """Take it on, say what comes next, and work on it."""
        if lead.stage != ReferralState.SENT:
            return
        is_announced = self.rng.random() < 0.7
        due_on = timezone.localdate(add_working_days(at, self.rng.randrange(4, 10))) if is_announced else None
        self.life.accept(lead, at, adviser, self.rng.choice(words("next_steps")) if is_announced else "", due_on)
        if due_on and self.rng.random() < 0.8:
            self.plan(at_work(self.rng, at, 3), lambda when: self._keep(lead, when))
        if follow:
            self.work(lead, at)

    def work(self, lead: Lead, at: datetime) -> None:
        """Exchanges and calls, sometimes a long silence, then an end."""
        rng = self.rng
        self._exchange(lead, at + timedelta(minutes=rng.randrange(4, 30)), self._opening(lead))
        if rng.random() < 0.2:
            note = rng.choice(words("internal"))
            self.plan(at_work(rng, at, 1), lambda when: self.write(lead, when, note, thread=ThreadKind.INTERNAL))
        family = self.life.said["family"]
        pool = [(text, reply) for families, text, reply in words("exchanges") if not families or family in families]
        rng.shuffle(pool)
        when = at
        stalls_at = rng.randrange(1, 4) if rng.random() < 0.13 - 0.07 * self.progress else 0
        for rank in range(1, rng.choice((1, 2, 2, 3, 4)) + 1):
            gap = rng.randrange(27, 38) if rank == stalls_at else rng.randrange(3, 9)
            if rank == stalls_at:
                self._exchange_of_one(lead, at_work(rng, when, gap - 6), rng.choice(words("impatience")))
            when = at_work(rng, when, gap)
            if rng.random() < 0.4 or not pool:
                self._call(lead, when)
            else:
                self._exchange(lead, when, pool.pop())
        if rng.random() < 0.05:
            self.plan(when + timedelta(hours=1), lambda moment: self._transfer(lead, moment))
        self.plan(at_work(rng, when, rng.randrange(2, 9)), lambda moment: self.close(lead, moment))

    def _opening(self, lead: Lead) -> tuple[str, str]:
        text, reply = self.rng.choice(words("opening"))
        return text.format(adviser=lead.adviser, organisation=lead.place), reply

    def _exchange(self, lead: Lead, at: datetime, said: tuple[str, str]) -> None:
        """The adviser writes, the company answers in most cases."""
        self.plan(at, lambda when: self.write(lead, when, said[0]))
        if self.rng.random() < 0.72:
            delay = timedelta(hours=self.rng.randrange(1, 40), minutes=self.rng.randrange(60))
            self.plan(at + delay, lambda when: self.company_writes(when, said[1]))

    def _exchange_of_one(self, lead: Lead, at: datetime, text: str) -> None:
        self.plan(at, lambda when: self.company_writes(when, text) if lead.is_live else None)

    def write(self, lead: Lead, at: datetime, text: str, **details: Any) -> None:
        """The adviser writes, as long as the referral is hers."""
        if lead.stage == ReferralState.ACCEPTED and lead.adviser and self.life.stage in OPEN_STATES:
            self.life.write(at, text, lead.adviser, lead=lead, **details)

    def company_writes(self, at: datetime, text: str) -> None:
        """The company writes, as long as the request is open."""
        if self.life.stage in OPEN_STATES:
            self.life.write(at, text, Party.COMPANY)

    def _call(self, lead: Lead, at: datetime) -> None:
        note = self.rng.choice(words("calls"))

        def call(when: datetime) -> None:
            if lead.stage == ReferralState.ACCEPTED and lead.adviser:
                self.life.call(lead, when, lead.adviser, note)

        self.plan(at, call)

    def _keep(self, lead: Lead, at: datetime) -> None:
        if lead.stage == ReferralState.ACCEPTED and lead.adviser and lead.promised:
            self.life.keep(lead, at, lead.adviser)

    def _transfer(self, lead: Lead, at: datetime) -> None:
        others = [person for person in self.cast.advisers[lead.place.pk] if person != lead.adviser]
        if lead.stage == ReferralState.ACCEPTED and lead.adviser and others:
            self.life.transfer(lead, at, lead.adviser, others[0], self.rng.choice(words("transfers", "texts")))

    def close(self, lead: Lead, at: datetime, outcome: str = "") -> None:
        """End with what came of it."""
        if lead.stage != ReferralState.ACCEPTED or not lead.adviser:
            return
        helped = habit_of(lead.place.slug).now(self.progress)[3]
        others = (Outcome.HELPED_ELSEWHERE, Outcome.NO_HELP_POSSIBLE, Outcome.UNREACHABLE)
        drawn = Outcome.HELPED if self.rng.random() < helped else self.rng.choices(others, (3, 5, 3))[0]
        result = str(outcome or drawn)
        self.life.close(lead, at, lead.adviser, result, self.rng.choice(words("outcomes", result)))

    # The company

    def withdraw(self, at: datetime) -> None:
        """The company takes its request back."""
        if self.life.stage in OPEN_STATES:
            self.life.withdraw(at, self.rng.choice(words("withdrawals", "texts")))

    def _rate(self, at: datetime) -> None:
        life = self.life
        if life.dates.get("helped_at"):
            weights = (1, 2, 5, 26 - 6 * self.progress, 66 + 8 * self.progress)
        elif life.dates.get("taken_at"):
            weights = (2, 6, 20, 42, 30)
        else:
            weights = (10, 16, 30, 26, 18)
        score = self.rng.choices((1, 2, 3, 4, 5), weights)[0]
        life.rate(at, score, score >= 3, self.rng.choice(words("opinions", str(score))))
