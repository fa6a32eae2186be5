"""What each line of the clock does when its time comes; called with the request locked.

An effect returns its mails, which are posted once the request is settled: they tell the next date.
"""

from collections.abc import Callable

from django.utils import timezone

from diginor.workflow.history import Party
from services.requests.actions.referral import expire
from services.requests.enums import FollowUpKind, RequestNote
from services.requests.models import FollowUp, Satisfaction, ServiceRequest
from services.requests.notifications.advisers import (
    ActivityReminder,
    AnswerReminder,
    PromiseReminder,
    TeamReminder,
    TeamStalled,
)
from services.requests.notifications.base import RequestMail
from services.requests.notifications.company import (
    DraftReminder,
    NewDate,
    QuestionReminder,
    SatisfactionAsked,
    SecondAssessment,
)
from services.requests.notifications.hub_staff import (
    ActivityAlert,
    CompanySilent,
    RequestsToCheck,
    TriageEscalation,
    TriageReminder,
)

Effect = Callable[[ServiceRequest, FollowUp], list[RequestMail]]


def _remind(*mails: type[RequestMail], note: str = RequestNote.REMIND) -> Effect:
    """An effect that sends mails and leaves a row in the history."""

    def effect(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
        service_request.log(note, by=Party.CLOCK, referral=follow_up.referral, kind=follow_up.kind)
        return [mail(service_request, f"follow-up {follow_up.pk}", follow_up.referral) for mail in mails]

    return effect


def _tell_what_is_kept_apart(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    return [RequestsToCheck(service_request, follow_up.due_at)]


def _company_is_silent(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    service_request.put(asked_at=None, queued_at=timezone.now())
    service_request.log(RequestNote.ALERT, by=Party.CLOCK, kind=follow_up.kind)
    cause = f"follow-up {follow_up.pk}"
    return [CompanySilent(service_request, cause), NewDate(service_request, cause, is_unanswered=True)]


def _expire(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    assert follow_up.referral is not None
    return expire(service_request, follow_up.referral)


def _stall(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    referral = follow_up.referral
    assert referral is not None
    referral.is_stalled = True
    referral.save(update_fields=["is_stalled"])
    service_request.log(RequestNote.ALERT, by=Party.CLOCK, referral=referral, kind=follow_up.kind)
    cause = f"follow-up {follow_up.pk}"
    kinds = (ActivityAlert, TeamStalled, NewDate)
    return [kind(service_request, cause, referral) for kind in kinds]


def _miss(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    """The day that was announced passed: the promise stays in sight, and commands the clock no more."""
    assert follow_up.referral is not None
    assert follow_up.done_at
    follow_up.referral.promises.open().filter(made_at=follow_up.basis_at).update(alerted_at=follow_up.done_at)
    return _stall(service_request, follow_up)


def _ask_satisfaction(service_request: ServiceRequest, follow_up: FollowUp) -> list[RequestMail]:
    _row, created = Satisfaction.objects.get_or_create(request=service_request)
    return [SatisfactionAsked(service_request, f"follow-up {follow_up.pk}")] if created else []


EFFECTS: dict[str, Effect] = {
    FollowUpKind.DRAFT_RESUME: _remind(DraftReminder),
    FollowUpKind.TRIAGE_REMINDER: _remind(TriageReminder, NewDate),
    FollowUpKind.TRIAGE_ESCALATION: _remind(TriageEscalation, NewDate, note=RequestNote.ALERT),
    FollowUpKind.SUSPECT_CHECK: _tell_what_is_kept_apart,
    FollowUpKind.COMPANY_REMINDER: _remind(QuestionReminder),
    FollowUpKind.COMPANY_SILENT: _company_is_silent,
    FollowUpKind.ANSWER_REMINDER: _remind(AnswerReminder),
    FollowUpKind.TEAM_REMINDER: _remind(TeamReminder),
    FollowUpKind.ANSWER_EXPIRY: _expire,
    FollowUpKind.ACTIVITY_REMINDER: _remind(ActivityReminder, NewDate),
    FollowUpKind.ACTIVITY_ALERT: _stall,
    FollowUpKind.PROMISE_REMINDER: _remind(PromiseReminder),
    FollowUpKind.PROMISE_MISSED: _remind(NewDate),
    FollowUpKind.PROMISE_ALERT: _miss,
    FollowUpKind.SATISFACTION: _ask_satisfaction,
    FollowUpKind.SECOND_ASSESSMENT: _remind(SecondAssessment),
}
