"""The life of one request, in memory: the same steps and the same clock as the real actions, on a calendar of the past.

Steps are checked against `services.requests.workflow`, the turn and the follow-ups come from
`services.requests.rules.clock`; what a step changes follows the actions of requests, and a
test updates the next action of every loaded request to see that nothing moves.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from demonstration.story.pieces import Alarm, Announced, Happening, Lead, Words
from diginor.workflow.history import Party
from diginor.workflow.working_days import add_working_days
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people.models import User
from services.requests import workflow as workflows
from services.requests.enums import GIVEN_STATES, FollowUpKind, ReferralStep, RequestNote, RequestState, RequestStep
from services.requests.rules import clock as rules
from services.requests.rules.clock import IN_TIME_DAYS

STALLS = (FollowUpKind.ACTIVITY_ALERT, FollowUpKind.PROMISE_ALERT)
ALERTS = (FollowUpKind.COMPANY_SILENT, FollowUpKind.TRIAGE_ESCALATION, *STALLS)


@dataclass(eq=False)
class Life:
    """One request from its first word to now; `said` holds what the company filled in."""

    hub: Hub
    created_at: datetime
    said: dict[str, Any]
    delays: rules.Delays = field(default_factory=rules.Delays)
    stage: str = RequestState.DRAFT
    dates: dict[str, datetime | None] = field(default_factory=dict)
    leads: list[Lead] = field(default_factory=list)
    history: list[Happening] = field(default_factory=list)
    messages: list[Words] = field(default_factory=list)
    alarms: dict[tuple[int | None, str, datetime], Alarm] = field(default_factory=dict)
    turn: rules.Turn | None = None
    suspicions: list[str] = field(default_factory=list)
    is_suspect: bool = False
    reject_reason: str = ""
    merged_into: "Life | None" = None
    asked_opinion_at: datetime | None = None
    opinion: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.dates["person_acted_at"] = self.created_at
        self.update_next_action()

    # What the clock knows and does

    def facts(self) -> rules.RequestFacts:
        """What the clock needs to know."""
        since = self.dates.get("queued_at") or self.created_at
        escalations = [
            alarm.done_at
            for (_rank, kind, _basis), alarm in self.alarms.items()
            if kind == FollowUpKind.TRIAGE_ESCALATION and alarm.done_at and alarm.done_at >= since
        ]
        names = ("queued_at", "asked_at", "ended_at", "helped_at")
        return rules.RequestFacts(
            state=self.stage,
            created_at=self.created_at,
            **{name: self.dates.get(name) for name in names},  # type: ignore[arg-type]
            has_email=bool(self.said.get("contact_email")),
            is_merged=self.merged_into is not None,
            is_spam=self.reject_reason == "spam",
            is_suspect=self.is_suspect,
            escalated_at=tuple(escalations),
            referrals=tuple(_facts(lead) for lead in self.leads),
            planned={key: alarm.due.due_at for key, alarm in self.alarms.items()},
        )

    def update_next_action(self) -> None:
        """Finish or send back if need be, then write whose turn it is and what the clock will do."""
        facts, at = self.facts(), self.history[-1].at if self.history else self.created_at
        if self.stage in GIVEN_STATES and self.leads:
            if rules.all_closed(facts):
                self._take(RequestStep.FINISH, at, Party.CLOCK)
                self.dates["ended_at"] = at
                self.dates["helped_at"] = at if rules.was_helped(facts) else None
            elif rules.all_refused(facts):
                self._take(RequestStep.SEND_BACK, at, Party.CLOCK)
            if rules.is_staff_turn(self.facts()) and self.turn and self.turn.party == Party.ORGANISATION:
                self.dates["queued_at"] = at
            facts = self.facts()
        self.turn, dates = rules.turn(facts, self.delays) or self.turn, rules.referral_dates(facts, self.delays)
        for lead in self.leads:
            lead.due_at = dates.get(lead.rank, lead.due_at)
        wanted = {due.key: due for due in rules.plan(facts, self.delays)}
        kept = {key: alarm for key, alarm in self.alarms.items() if alarm.done_at or key in wanted}
        self.alarms = {key: Alarm(due) for key, due in wanted.items()} | kept

    def next_alarm(self) -> Alarm | None:
        """The first thing that the clock has to do."""
        pending = [alarm for alarm in self.alarms.values() if alarm.done_at is None]
        return min(
            pending, key=lambda alarm: (alarm.due.due_at, alarm.due.kind, alarm.due.referral_id or 0), default=None
        )

    def ring(self, alarm: Alarm) -> None:
        """Do what the clock does when the time of a follow-up comes."""
        alarm.done_at = at = alarm.due.due_at
        kind = alarm.due.kind
        lead = next((lead for lead in self.leads if lead.rank == alarm.due.referral_id), None)
        if kind == FollowUpKind.ANSWER_EXPIRY and lead:
            self._move(lead, ReferralStep.EXPIRE, at, Party.CLOCK)
            lead.ended_at = at
        elif kind == FollowUpKind.SATISFACTION:
            self.asked_opinion_at = at
        elif kind != FollowUpKind.SUSPECT_CHECK:
            if kind == FollowUpKind.COMPANY_SILENT:
                self.dates |= {"asked_at": None, "queued_at": at}
            if lead and kind in STALLS:
                lead.is_stalled = True
            if lead and kind == FollowUpKind.PROMISE_ALERT:
                lead.promises[-1].alerted_at = at
            step = RequestNote.ALERT if kind in ALERTS else RequestNote.REMIND
            self.note(step, at, Party.CLOCK, lead=lead, kind=kind)
        self.update_next_action()

    # Writing the history

    def note(
        self, step: str, at: datetime, by: Any, *, lead: Lead | None = None, why: str = "", **data: Any
    ) -> Happening:
        """Add a row: `by` is a person of the desk or of the organisation of `lead`, or a party without account."""
        party, name = self._side(by, lead)
        row = Happening(
            at,
            party,
            step,
            by=by if isinstance(by, User) else None,
            by_name=name,
            lead=lead,
            place=lead.place if lead else None,
            why=why,
            data=data,
        )
        self.history.append(row)
        return row

    def _side(self, by: Any, lead: Lead | None) -> tuple[str, str]:
        if isinstance(by, Party):
            return by, self.said["contact_name"] if by == Party.COMPANY else ""
        return (Party.ORGANISATION if lead else Party.HUB), str(by)

    def _take(self, step: str, at: datetime, by: Any, why: str = "", **data: Any) -> None:
        allowed, target = workflows.REQUEST[step]
        assert self.stage in allowed, (step, self.stage)
        row = self.note(step, at, by, why=why, **data)
        row.from_state, row.to_state = self.stage, target
        self.stage = target

    def _move(self, lead: Lead, step: str, at: datetime, by: Any, why: str = "", **data: Any) -> None:
        allowed, target = workflows.REFERRAL[step]
        assert lead.stage in allowed, (step, lead.stage)
        row = self.note(step, at, by, lead=lead, why=why, **data)
        row.from_state, row.to_state = lead.stage, target
        lead.stage = target

    # The company

    def submit(self, at: datetime, *, suspicions: tuple[str, ...] = ()) -> None:
        """File the request."""
        self._take(RequestStep.SUBMIT, at, Party.COMPANY)
        self.dates |= {"submitted_at": at, "queued_at": at, "person_acted_at": at}
        self.suspicions, self.is_suspect = list(suspicions), bool(suspicions)
        self.update_next_action()

    def withdraw(self, at: datetime, why: str) -> None:
        """The company takes its request back."""
        self._take(RequestStep.WITHDRAW, at, Party.COMPANY, why=why)
        self.dates |= {"ended_at": at, "person_acted_at": at, "asked_at": None}
        for lead in self.leads:
            if lead.is_live:
                self._move(lead, ReferralStep.CANCEL, at, Party.COMPANY, why=why)
                lead.ended_at = at
        self.update_next_action()

    def rate(self, at: datetime, score: int, was_clear: bool, comment: str) -> None:
        """The company says what it thinks of it."""
        self.opinion = {"answered_at": at, "score": score, "was_clear": was_clear, "comment": comment}
        self.dates["person_acted_at"] = at
        self.note(RequestNote.RATE, at, Party.COMPANY, score=score)
        self.update_next_action()

    def write(self, at: datetime, body: str, by: Any, *, lead: Lead | None = None, **details: Any) -> None:
        """Somebody writes; the company's words answer an open question."""
        party, name = self._side(by, lead)
        place = lead.place if lead else None
        self.messages.append(Words(at, party, name, body, by if isinstance(by, User) else None, place, **details))
        if lead is not None and lead.is_live:
            lead.stir(at)
        if party == Party.COMPANY:
            self.dates["person_acted_at"] = at
            if self.dates.get("asked_at"):
                self.dates |= {"asked_at": None, "queued_at": at}
                self.note(RequestNote.ANSWER, at, Party.COMPANY)
        self.update_next_action()

    # The desk

    def route(
        self, at: datetime, chosen: list[tuple[Organisation, list[str]]], by: User, staff_note: str = ""
    ) -> list[Lead]:
        """Send the request to organisations, each with the reasons of its proposal."""
        self._take(RequestStep.ROUTE, at, by, why=staff_note, to=[str(place) for place, _reasons in chosen])
        self.dates["routed_at"] = self.dates.get("routed_at") or at
        self.dates["asked_at"] = None
        self.is_suspect = False
        expiry = add_working_days(at, self.delays.answer_expiry)
        start = len(self.leads)
        leads = [
            Lead(start + rank, place, at, at, expiry, expiry, staff_note, reasons)
            for rank, (place, reasons) in enumerate(chosen, start=1)
        ]
        self.leads += leads
        self.update_next_action()
        return leads

    def reject(self, at: datetime, reason: str, answer: str, by: User) -> None:
        """Set the request aside."""
        self._take(RequestStep.REJECT, at, by, why=answer, reason=reason)
        self.reject_reason = reason
        self.dates["ended_at"] = at
        self.update_next_action()

    def merge(self, at: datetime, into: "Life", code: str, by: User) -> None:
        """Join it to an earlier request of the same company."""
        self._take(RequestStep.MERGE, at, by, why=into.said["code"])
        self.merged_into = into
        self.dates["ended_at"] = at
        into.note(RequestNote.ABSORB, at, by, why=self.said["need"], code=code)
        self.update_next_action()

    def ask(self, at: datetime, question: str, by: User) -> None:
        """Ask the company something before routing."""
        self.note(RequestNote.ASK, at, by, why=question)
        self.dates["asked_at"] = at
        self.write(at, question, by, is_question=True)

    def hand_over(self, at: datetime, hub: Hub, why: str, by: User) -> None:
        """Give the request to another hub."""
        self.note(RequestNote.HAND_OVER, at, by, why=why, from_hub=str(self.hub), to_hub=str(hub))
        self.hub = hub
        self.dates |= {"asked_at": None, "queued_at": at}
        self.update_next_action()

    # An organisation

    def accept(self, lead: Lead, at: datetime, by: User, next_step: str = "", due_on: date | None = None) -> None:
        """An organisation takes the request on."""
        self._move(lead, ReferralStep.ACCEPT, at, by, next_step=next_step)
        lead.adviser = by
        lead.answered_at = lead.accepted_at = at
        lead.stir(at)
        if due_on:
            lead.promises.append(Announced(next_step, due_on, at, by))
        if self.stage == RequestState.ROUTED:
            self._take(RequestStep.START, at, by)
            self.history[-1].party = Party.ORGANISATION
        self.dates["taken_at"] = self.dates.get("taken_at") or at
        self.update_next_action()

    def decline(self, lead: Lead, at: datetime, by: User, reason: str, note: str) -> None:
        """An organisation says no."""
        self._move(lead, ReferralStep.DECLINE, at, by, why=note)
        lead.decline_reason, lead.decline_note = reason, note
        lead.answered_at = lead.ended_at = at
        self.update_next_action()

    def transfer(self, lead: Lead, at: datetime, by: User, to: User, why: str) -> None:
        """A colleague goes on."""
        name = str(lead.place)
        self._move(
            lead,
            ReferralStep.TRANSFER,
            at,
            by,
            why=why,
            from_organisation=name,
            to_organisation=name,
            to_adviser=str(to),
        )
        lead.adviser = to
        lead.stir(at)
        self.update_next_action()

    def call(self, lead: Lead, at: datetime, by: User, note: str) -> None:
        """An exchange by telephone is noted."""
        self.note(RequestNote.CALL, at, by, lead=lead, why=note, next_step="")
        self._done(lead, at)

    def keep(self, lead: Lead, at: datetime, by: User) -> None:
        """What was announced is done, and said to be."""
        self.note(RequestNote.KEEP, at, by, lead=lead, why=lead.promised[0].text)
        self._done(lead, at)

    def _done(self, lead: Lead, at: datetime) -> None:
        lead.stir(at)
        for promise in lead.promised:
            promise.ended_at, promise.is_kept = at, True
        self.update_next_action()

    def close(self, lead: Lead, at: datetime, by: User, outcome: str, note: str) -> None:
        """The organisation ends with what came of it."""
        self._move(lead, ReferralStep.CLOSE, at, by, why=note)
        lead.outcome, lead.outcome_note, lead.ended_at = outcome, note, at
        self.update_next_action()


def in_time_until(lead: Lead) -> datetime:
    """Until when an answer counts as given in time."""
    return add_working_days(lead.sent_at, IN_TIME_DAYS)


def _facts(lead: Lead) -> rules.ReferralFacts:
    return rules.ReferralFacts(
        id=lead.rank,
        organisation_id=lead.place.pk,
        state=lead.stage,
        sent_at=lead.sent_at,
        active_at=lead.active_at,
        is_stalled=lead.is_stalled,
        outcome=lead.outcome,
        promises=tuple(row.facts for row in lead.promised),
    )
