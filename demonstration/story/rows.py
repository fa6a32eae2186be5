"""Writing lives as rows: a few large inserts, which the real actions could not tell from their own."""

from collections.abc import Iterable
from random import Random

from demonstration.story.life import Life, in_time_until
from demonstration.story.pieces import Lead
from demonstration.story.storyteller import code
from diginor.workflow.history import Party
from services.requests.models import FollowUp, Message, Promise, Referral, RequestEvent, Satisfaction, ServiceRequest

DATES = (
    "submitted_at", "queued_at", "routed_at", "taken_at", "helped_at", "ended_at", "person_acted_at", "asked_at",
)  # fmt: skip


def write(lives: Iterable[Life]) -> dict[int, ServiceRequest]:
    """Insert everything; return the requests by the identity of their lives."""
    told = sorted(lives, key=lambda life: life.created_at)
    requests = {id(life): _request(life) for life in told}
    first = [life for life in told if life.merged_into is None]
    ServiceRequest.objects.bulk_create([requests[id(life)] for life in first])
    joined = [life for life in told if life.merged_into is not None]
    for life in joined:
        requests[id(life)].merged_into = requests[id(life.merged_into)]
    ServiceRequest.objects.bulk_create([requests[id(life)] for life in joined])
    referrals = {id(lead): _referral(requests[id(life)], lead) for life in told for lead in life.leads}
    Referral.objects.bulk_create(referrals.values())
    Promise.objects.bulk_create(_promises(referrals, [lead for life in told for lead in life.leads]))
    parts = [(life, requests[id(life)]) for life in told]
    RequestEvent.objects.bulk_create(_events(parts, referrals))
    Message.objects.bulk_create(_messages(parts))
    FollowUp.objects.bulk_create(_follow_ups(parts, referrals))
    Satisfaction.objects.bulk_create(_opinions(parts))
    return requests


def _request(life: Life) -> ServiceRequest:
    turn = life.turn
    leads = [lead.stage for lead in life.leads]
    return ServiceRequest(
        hub=life.hub,
        state=life.stage,
        created_at=life.created_at,
        is_demo=True,
        is_suspect=life.is_suspect,
        suspicions=life.suspicions,
        reject_reason=life.reject_reason,
        is_abandoned=bool(leads) and set(leads) == {"expired"},
        responsible=turn.party if turn else Party.COMPANY,
        responsible_organisation_id=turn.organisation_id if turn else None,
        due_at=turn.due_at if turn else None,
        **{name: life.dates.get(name) for name in DATES},
        **life.said,
    )


def _referral(service_request: ServiceRequest, lead: Lead) -> Referral:
    copied = (
        "sent_at", "active_at", "due_at", "expires_at", "staff_note", "reasons", "adviser", "answered_at",
        "accepted_at", "ended_at", "is_stalled", "decline_reason", "decline_note", "outcome", "outcome_note",
    )  # fmt: skip
    return Referral(
        request=service_request,
        code=code(Random(f"{service_request.code} {lead.rank}")),
        organisation=lead.place,
        state=lead.stage,
        answer_in_time_until=in_time_until(lead),
        **{name: getattr(lead, name) for name in copied},
    )


def _promises(referrals: dict[int, Referral], leads: list[Lead]) -> list[Promise]:
    return [
        Promise(
            referral=referrals[id(lead)],
            organisation=lead.place,
            made_by=said.by,
            made_by_name=str(said.by),
            text=said.text,
            due_on=said.due_on,
            made_at=said.made_at,
            ended_at=said.ended_at,
            is_kept=said.is_kept,
            alerted_at=said.alerted_at,
        )
        for lead in leads
        for said in lead.promises
    ]


Parts = list[tuple[Life, ServiceRequest]]


def _events(parts: Parts, referrals: dict[int, Referral]) -> list[RequestEvent]:
    return [
        RequestEvent(
            request=service_request,
            referral=referrals[id(row.lead)] if row.lead else None,
            organisation=row.place,
            at=row.at,
            party=row.party,
            by=row.by,
            by_name=row.by_name,
            step=row.step,
            from_state=row.from_state,
            to_state=row.to_state,
            why=row.why,
            data=row.data,
        )
        for life, service_request in parts
        for row in life.history
    ]


def _messages(parts: Parts) -> list[Message]:
    return [
        Message(
            request=service_request,
            thread=said.thread,
            party=said.party,
            author=said.by,
            author_name=said.name,
            organisation=said.place,
            body=said.body,
            is_question=said.is_question,
            created_at=said.at,
        )
        for life, service_request in parts
        for said in life.messages
    ]


def _follow_ups(parts: Parts, referrals: dict[int, Referral]) -> list[FollowUp]:
    rows = []
    for life, service_request in parts:
        by_rank = {lead.rank: referrals[id(lead)] for lead in life.leads}
        for alarm in life.alarms.values():
            due = alarm.due
            rows.append(
                FollowUp(
                    request=service_request,
                    referral=by_rank[due.referral_id] if due.referral_id else None,
                    kind=due.kind,
                    basis_at=due.basis_at,
                    due_at=due.due_at,
                    done_at=alarm.done_at,
                    created_at=due.basis_at,
                )
            )
    return rows


def _opinions(parts: Parts) -> list[Satisfaction]:
    return [
        Satisfaction(request=service_request, asked_at=life.asked_opinion_at, **(life.opinion or {}))
        for life, service_request in parts
        if life.asked_opinion_at
    ]
