"""What the life of a request is made of, in memory: referrals, promises, rows of its history, messages, follow-ups."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from members.organisations.models import Organisation
from members.people.models import User
from services.requests.enums import LIVE_REFERRAL_STATES, ReferralState, ThreadKind
from services.requests.rules import clock as rules


@dataclass(eq=False)
class Lead:
    """A referral as it lives."""

    rank: int
    place: Organisation
    sent_at: datetime
    active_at: datetime
    due_at: datetime
    expires_at: datetime
    staff_note: str = ""
    reasons: list[str] = field(default_factory=list)
    stage: str = ReferralState.SENT
    adviser: User | None = None
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    is_stalled: bool = False
    promises: list["Announced"] = field(default_factory=list)
    decline_reason: str = ""
    decline_note: str = ""
    outcome: str = ""
    outcome_note: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the organisation still has something to do."""
        return self.stage in LIVE_REFERRAL_STATES

    @property
    def promised(self) -> "list[Announced]":
        """What is announced and not done yet."""
        return [row for row in self.promises if row.ended_at is None]

    def stir(self, at: datetime) -> None:
        """Something moved."""
        self.active_at, self.is_stalled = at, False


@dataclass
class Announced:
    """What was promised to the company for a day."""

    text: str
    due_on: date
    made_at: datetime
    by: User
    ended_at: datetime | None = None
    is_kept: bool = False
    alerted_at: datetime | None = None

    @property
    def facts(self) -> rules.PromiseFacts:
        """What the clock needs to know of it."""
        return rules.PromiseFacts(self.made_at, self.due_on, self.alerted_at is not None)


@dataclass
class Happening:
    """A row of the history to come."""

    at: datetime
    party: str
    step: str
    by: User | None = None
    by_name: str = ""
    lead: Lead | None = None
    place: Organisation | None = None
    why: str = ""
    from_state: str = ""
    to_state: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Words:
    """A message to come."""

    at: datetime
    party: str
    name: str
    body: str
    by: User | None = None
    place: Organisation | None = None
    thread: str = ThreadKind.SHARED
    is_question: bool = False


@dataclass
class Alarm:
    """A follow-up, done or still to do."""

    due: rules.Due
    done_at: datetime | None = None
