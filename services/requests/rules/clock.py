"""The clock: what is due, when, and whose turn it is; pure functions of the facts of one request.

Delays count French working days from an aware instant, except where a day, a month or a year is said.
A date that was once planned holds, whatever becomes of the delays, until what it counts from changes (`planned`):
the turn is read from the same dates, so that what a page shows is what fires.
Source: the product's table « The clock ».
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from diginor.workflow.history import Party
from diginor.workflow.working_days import PARIS, add_working_days, is_working_day
from services.requests.enums import (
    ENDED_STATES,
    LIVE_REFERRAL_STATES,
    OPEN_STATES,
    REFUSED_REFERRAL_STATES,
    TRIAGE_STATES,
    Outcome,
    ReferralState,
    RequestState,
)
from services.requests.enums import FollowUpKind as Kind

MOST_DOUBLED = 3
# Working days in which an organisation is told to answer, and its answers are counted.
IN_TIME_DAYS = 5
# The hours of a working day at which the desk is told what was kept apart since the last one.
CHECKS = (time(9), time(13), time(17))


@dataclass(frozen=True)
class Delays:
    """Every delay of the clock, in working days unless said otherwise; those of a `zone` of public holidays."""

    draft_resume: int = 1  # calendar days
    triage_reminder: int = 2
    triage_escalation: int = 4
    company_reminder: int = 5
    company_silent: int = 10
    answer_reminder: int = 3
    team_reminder: int = 6
    answer_expiry: int = 9
    activity_reminder: int = 15
    activity_alert: int = 25
    promise_alert: int = 2
    satisfaction: int = 7  # calendar days
    second_assessment: int = 12  # months
    erasure: int = 3  # years
    zone: str = ""

    def after(self, start: datetime, days: int) -> datetime:
        """Some working days later."""
        return add_working_days(start, days, self.zone)


@dataclass(frozen=True)
class PromiseFacts:
    """What somebody announced to the company, not kept yet."""

    made_at: datetime
    due_on: date
    # The desk was told that it was missed: it commands nothing any more, and stays in sight.
    is_missed: bool = False

    @property
    def due_at(self) -> datetime:
        """The end of the announced day: of its working hours, of its evening for what is announced that evening."""
        end = datetime.combine(self.due_on, time(18), tzinfo=PARIS)
        return end if self.made_at < end else datetime.combine(self.due_on, time.max, tzinfo=PARIS)

    def reminder_at(self, zone: str) -> datetime:
        """The morning of the announced day, or of the last working day before it."""
        day = self.due_on
        while not is_working_day(day, zone):
            day -= timedelta(days=1)
        return datetime.combine(day, time(8), tzinfo=PARIS)

    def missed_at(self, zone: str) -> datetime:
        """The first working morning after the announced day: what was done on its evening was said meanwhile."""
        return add_working_days(datetime.combine(self.due_on, time(8), tzinfo=PARIS), 1, zone)


@dataclass(frozen=True)
class ReferralFacts:
    """What the clock needs to know of a referral."""

    id: int
    organisation_id: int
    state: str
    sent_at: datetime
    active_at: datetime
    is_stalled: bool = False
    outcome: str = ""
    promises: tuple[PromiseFacts, ...] = ()
    due_at: datetime | None = None  # as it is written

    @property
    def awaited(self) -> PromiseFacts | None:
        """The nearest announced day, which gives the referral its date; words do not move it.

        Once the desk was told that it was missed, the clock counts again from the next sign of life.
        """
        rows = [row for row in self.promises if self.is_stalled or not row.is_missed]
        return min(rows, key=lambda row: row.due_at, default=None)


@dataclass(frozen=True)
class RequestFacts:
    """What the clock needs to know of a request."""

    state: str
    created_at: datetime
    queued_at: datetime | None = None
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    helped_at: datetime | None = None
    has_email: bool = True
    is_merged: bool = False
    is_spam: bool = False
    is_suspect: bool = False
    is_erased: bool = False
    # When its alerts went out, since it waits for the desk.
    escalated_at: tuple[datetime, ...] = ()
    referrals: tuple[ReferralFacts, ...] = field(default=())
    # The dates that were planned before, by referral, kind and basis.
    planned: Mapping["Key", datetime] = field(default_factory=dict)


Key = tuple[int | None, str, datetime]


@dataclass(frozen=True)
class Due:
    """One line of the clock: what, for which referral, counted from when, at when."""

    kind: str
    basis_at: datetime
    due_at: datetime
    referral_id: int | None = None

    @property
    def key(self) -> Key:
        """What it is and from when it counts: the same thing is planned once."""
        return self.referral_id, self.kind, self.basis_at


@dataclass(frozen=True)
class Turn:
    """The one responsible party of an open request, and the date of the next thing expected of it."""

    party: Party
    due_at: datetime
    organisation_id: int | None = None


def plan(request: RequestFacts, delays: Delays) -> list[Due]:
    """List every follow-up that the present facts call for, done or not; what was planned keeps its date."""
    if request.is_erased:
        return []
    wanted = [
        *_of_draft(request, delays),
        *_of_queue(request, delays),
        *_of_referrals(request, delays),
        *_of_end(request, delays),
    ]
    return [replace(due, due_at=request.planned.get(due.key, due.due_at)) for due in wanted]


def _of_draft(request: RequestFacts, delays: Delays) -> list[Due]:
    if request.state != RequestState.DRAFT or not request.has_email:
        return []
    return [Due(Kind.DRAFT_RESUME, request.created_at, request.created_at + timedelta(days=delays.draft_resume))]


def _of_queue(request: RequestFacts, delays: Delays) -> list[Due]:
    """The desk's turn: a reminder, then alerts that come back, twice as late each time, for as long as nobody acts."""
    if request.state not in OPEN_STATES:
        return []
    if request.asked_at is not None:
        since = request.asked_at
        return [
            Due(Kind.COMPANY_REMINDER, since, delays.after(since, delays.company_reminder)),
            Due(Kind.COMPANY_SILENT, since, delays.after(since, delays.company_silent)),
        ]
    if not is_staff_turn(request):
        return []
    since = request.queued_at or request.created_at
    first = [Due(Kind.TRIAGE_REMINDER, since, delays.after(since, delays.triage_reminder))]
    if request.is_suspect:
        first.append(Due(Kind.SUSPECT_CHECK, since, next_check(since, delays.zone)))
    again_from = max([since, *request.escalated_at])
    # What was said without effect is said less and less often.
    pause = delays.triage_escalation * 2 ** min(len(request.escalated_at), MOST_DOUBLED)
    return [*first, Due(Kind.TRIAGE_ESCALATION, again_from, delays.after(again_from, pause))]


def next_check(since: datetime, zone: str = "") -> datetime:
    """When the desk learns of a filing that was kept apart: all those of some hours in one mail, the same day."""
    day = since.astimezone(PARIS).date()
    while True:
        hours = (datetime.combine(day, hour, tzinfo=PARIS) for hour in CHECKS if is_working_day(day, zone))
        if found := next((hour for hour in hours if hour > since), None):
            return found
        day += timedelta(days=1)


def _of_referrals(request: RequestFacts, delays: Delays) -> list[Due]:
    if request.state not in OPEN_STATES:
        return []
    due: list[Due] = []
    for referral in request.referrals:
        if referral.state in LIVE_REFERRAL_STATES:
            due += _of_promises(referral, delays)
        if referral.state == ReferralState.SENT:
            steps = [
                (Kind.ANSWER_REMINDER, delays.answer_reminder),
                (Kind.TEAM_REMINDER, delays.team_reminder),
                (Kind.ANSWER_EXPIRY, delays.answer_expiry),
            ]
            since = referral.sent_at
        elif referral.state == ReferralState.ACCEPTED and referral.awaited is None:
            steps = [
                (Kind.ACTIVITY_REMINDER, delays.activity_reminder),
                (Kind.ACTIVITY_ALERT, delays.activity_alert),
            ]
            since = referral.active_at
        else:
            continue
        due += [Due(kind, since, delays.after(since, days), referral.id) for kind, days in steps]
    return due


def _of_promises(referral: ReferralFacts, delays: Delays) -> list[Due]:
    """An announced day commands the clock: its morning, the morning after, then the desk when it was not kept."""
    due = []
    for row in referral.promises:
        if row.is_missed:
            continue
        if (reminder_at := row.reminder_at(delays.zone)) > row.made_at:
            due.append(Due(Kind.PROMISE_REMINDER, row.made_at, reminder_at, referral.id))
        due.append(Due(Kind.PROMISE_MISSED, row.made_at, row.missed_at(delays.zone), referral.id))
        alert_at = delays.after(row.due_at, delays.promise_alert)
        due.append(Due(Kind.PROMISE_ALERT, row.made_at, alert_at, referral.id))
    return due


def _of_end(request: RequestFacts, delays: Delays) -> list[Due]:
    due = []
    if request.state in ENDED_STATES and request.ended_at and not request.is_merged and not request.is_spam:
        asked = request.ended_at + timedelta(days=delays.satisfaction)
        due.append(Due(Kind.SATISFACTION, request.ended_at, asked))
    if request.helped_at and request.state not in {RequestState.REJECTED, RequestState.WITHDRAWN}:
        at = add_months(request.helped_at, delays.second_assessment)
        due.append(Due(Kind.SECOND_ASSESSMENT, request.helped_at, at))
    return due


def turn(request: RequestFacts, delays: Delays) -> Turn | None:
    """Say whose turn it is and until when; None when the request is not open.

    The company while a question waits; the desk while the request is in its queue, or a referral stands still;
    otherwise the organisation whose date is nearest.
    """
    if request.state not in OPEN_STATES:
        return None
    dates = {(due.referral_id, due.kind): due.due_at for due in plan(request, delays)}
    if request.asked_at is not None:
        return Turn(Party.COMPANY, dates[None, Kind.COMPANY_SILENT])
    if is_staff_turn(request):
        return Turn(Party.HUB, dates[None, Kind.TRIAGE_REMINDER])
    due = referral_dates(request, delays)
    due_at, organisation_id = min((due[row.id], row.organisation_id) for row in moving(request))
    return Turn(Party.ORGANISATION, due_at, organisation_id)


def referral_dates(request: RequestFacts, delays: Delays) -> dict[int, datetime]:
    """The date of the next thing expected of each live referral: its answer, the announced day, or some news."""
    dates = {(due.referral_id, due.kind): due.due_at for due in plan(request, delays)}
    kinds = {ReferralState.SENT: Kind.ANSWER_EXPIRY, ReferralState.ACCEPTED: Kind.ACTIVITY_REMINDER}
    return {
        row.id: row.awaited.due_at
        if row.awaited and row.state == ReferralState.ACCEPTED
        else dates[row.id, kinds[ReferralState(row.state)]]
        for row in request.referrals
        if row.state in LIVE_REFERRAL_STATES and request.state in OPEN_STATES
    }


def moving(request: RequestFacts) -> list[ReferralFacts]:
    """The live referrals that do not stand still."""
    return [row for row in request.referrals if row.state in LIVE_REFERRAL_STATES and not row.is_stalled]


def is_staff_turn(request: RequestFacts) -> bool:
    """Whether an open request waits for the desk: in its queue, or with nobody who moves."""
    return request.state in TRIAGE_STATES or (request.state in OPEN_STATES and not moving(request))


def is_abandoned(request: RequestFacts) -> bool:
    """Whether every referral expired, and there was at least one."""
    return bool(request.referrals) and all(row.state == ReferralState.EXPIRED for row in request.referrals)


def all_refused(request: RequestFacts) -> bool:
    """Whether no referral is live any more and none was ever taken on to its end."""
    return bool(request.referrals) and all(row.state in REFUSED_REFERRAL_STATES for row in request.referrals)


def all_closed(request: RequestFacts) -> bool:
    """Whether no referral is live and at least one was closed with an outcome."""
    states = [row.state for row in request.referrals]
    return ReferralState.CLOSED in states and not set(LIVE_REFERRAL_STATES).intersection(states)


def was_helped(request: RequestFacts) -> bool:
    """Whether a referral was closed as helped."""
    return any(row.state == ReferralState.CLOSED and row.outcome == Outcome.HELPED for row in request.referrals)


def add_months(start: datetime, months: int) -> datetime:
    """The same Paris time of day `months` months on; the last day of the month where the day does not exist."""
    return start.astimezone(PARIS) + relativedelta(months=months)
