"""What the tracking page shows: the next step, the people who help, what happened, what was said."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diginor.text import wording
from diginor.workflow.history import Party
from services.requests.enums import ReferralState, RequestStep, ThreadKind
from services.requests.links import tracking_token
from services.requests.models import Attachment, Message, Referral, RequestEvent, Satisfaction, ServiceRequest
from services.requests.queries.situation import headline_of
from services.requests.rules.status_messages import Fact, status_message
from services.tracking.forms import OpinionForm, ReplyForm


def tracking_context(asked: ServiceRequest, *, token: str = "", **forms: Any) -> dict[str, Any]:
    """Everything the page needs; `forms` gives back what was typed when something was wrong."""
    token = token or tracking_token(asked)
    referrals = list(asked.referrals.for_company())
    opinion = Satisfaction.objects.asked_of(asked)
    is_asked_opinion = opinion is not None and opinion.answered_at is None
    said = list(asked.messages.of_thread(ThreadKind.SHARED))
    events = list(asked.events.shown_to_company())
    return {
        "asked": asked,
        "token": token,
        "headline": headline_of(asked, referrals),
        "is_late": asked.is_late(timezone.now()),
        "answer": next((row.why for row in events if row.step == RequestStep.REJECT), ""),
        "promises": _promises(referrals),
        "timeline": _timeline(events, is_open=asked.is_open),
        "became": list(dict.fromkeys(row.organisation for row in referrals if row.organisation.is_past)),
        "helpers": [row for row in referrals if row.state == ReferralState.ACCEPTED],
        "awaited": [
            row
            for row in referrals
            if row.state == ReferralState.SENT and row.organisation_id != asked.responsible_organisation_id
        ],
        "question": _open_question(asked, said),
        "thread": [_bubble(message, token) for message in said],
        "files": [_file(row, token) for row in asked.attachments.with_filing()],
        "facts": _facts(asked),
        "can_write": asked.is_open,
        "opinion": opinion,
        "reply": ReplyForm(),
        "opinion_form": OpinionForm() if is_asked_opinion else None,
        "lost_message": "",
        **forms,
    }


def _open_question(asked: ServiceRequest, said: list[Message]) -> Message | None:
    """The question that waits for the company's answer."""
    if asked.asked_at is None or not asked.is_open:
        return None
    return next((message for message in reversed(said) if message.is_question), None)


def _facts(asked: ServiceRequest) -> list[tuple[str, str]]:
    answers = [(row["label"], row["text"]) for row in asked.answers if "label" in row and "text" in row]
    return [
        (_("Sujet"), str(asked.topic or asked.get_family_display() or _("à préciser avec l’équipe"))),
        (_("Lieu souhaité"), asked.wanted_place_in_words),
        *answers,
        (_("Entreprise"), asked.company_name),
        (_("SIRET"), asked.siret),
        (_("Commune ou ville"), asked.place_label),
        (_("Guichet"), str(asked.hub)),
        (_("Déposée le"), wording.day(asked.submitted_at)),
    ]


def _promises(referrals: list[Referral]) -> list[dict[str, Any]]:
    """What each organisation announced and has not done yet, the earliest first."""
    rows = [(promise, referral) for referral in referrals for promise in referral.open_promises()]
    return [
        {
            "text": promise.text,
            "organisation": promise.organisation,
            "holder": referral.organisation if referral.organisation_id != promise.organisation_id else None,
            "day": promise.due_on,
            "is_late": promise.is_late,
        }
        for promise, referral in sorted(rows, key=lambda row: (row[0].due_on, row[0].pk))
    ]


def _timeline(events: list[RequestEvent], *, is_open: bool) -> list[dict[str, Any]]:
    """What happened, the newest first."""
    entries = []
    for event in events:
        sentence = status_message(_fact(event), is_open=is_open)
        if sentence is not None:
            entries.append({"text": sentence.text, "detail": sentence.detail, "at": event.at, "state": "past"})
    return entries[::-1]


def _fact(event: RequestEvent) -> Fact:
    referral = event.referral
    data = event.data
    return Fact(
        step=event.step,
        organisation=str(event.organisation or (referral.organisation if referral else "") or ""),
        person=data.get("to_adviser", event.by_name),
        why=event.why,
        names=tuple(data.get("to", ())),
        reason=referral.decline_reason if referral else "",
        outcome=referral.outcome if referral else "",
        before=data.get("from_organisation", ""),
        after=data.get("to_organisation", "") or data.get("to_hub", "") or data.get("to_topic", ""),
    )


def _bubble(message: Message, token: str) -> dict[str, Any]:
    """A message as the thread shows it."""
    mine = message.party == Party.COMPANY
    desk = _("Équipe du guichet") if message.party == Party.HUB else ""
    return {
        "author": _("Vous") if mine else message.author_name or desk,
        "role": "" if mine else str(message.organisation or desk),
        "at": message.created_at,
        "text": message.body,
        "mine": mine,
        "files": [_file(row, token) for row in message.attachments.all()],
    }


def _file(row: Attachment, token: str) -> dict[str, Any]:
    return {"name": row.name, "size": row.size, "url": reverse("tracking_attachment", args=[token, row.uid])}


def list_lines(rows: list[ServiceRequest]) -> list[dict[str, Any]]:
    """The lines of « mes demandes »: each with its sentence and the tone of its badge."""
    now = timezone.now()
    return [
        {
            "asked": row,
            "url": reverse("my_request", args=[row.code]),
            "title": str(row.topic or row.get_family_display() or _("Une demande")),
            "headline": headline_of(row, list(row.referrals.all())),
            "tone": "done" if row.is_ended else "late" if row.is_late(now) else "" if row.is_draft else "wait",
        }
        for row in rows
    ]
