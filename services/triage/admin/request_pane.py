"""The right pane of the desk: a request with everything known of the company, in a fixed number of queries."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diginor.text.wording import moment
from diginor.workflow.history import Party
from services.requests.enums import RequestState, RequestStep, Suspicion, ThreadKind
from services.requests.models import Message, ServiceRequest
from services.requests.queries.routing import proposals
from services.requests.rules import likeness
from services.requests.rules.routing import Verdict
from services.triage.admin.queue_pane import state_in_words, tone_of

EARLIER = 8


def pane_context(service_request: ServiceRequest, user: Any) -> dict[str, Any]:
    """Everything that the pane shows of a request."""
    now = timezone.now()
    same = list(ServiceRequest.objects.visible_to(user).doubles_first(service_request).in_lines()[: 2 * EARLIER])
    duplicates = [row for row in same if row.is_double][:EARLIER]
    verdicts = proposals(service_request)
    said = messages_of(service_request, user)
    return {
        "service_request": service_request,
        "state": {"text": state_in_words(service_request, now), "tone": tone_of(service_request, now)},
        "company": company_facts(service_request),
        "contact": contact_facts(service_request),
        "answers": [
            *place_facts(service_request, verdicts),
            *((answer.get("label", ""), answer.get("text", "")) for answer in service_request.answers),
        ],
        "files": [file_of(row) for row in service_request.attachments.with_filing()],
        "doubts": [Suspicion(code).label if code in Suspicion.values else code for code in service_request.suspicions],
        "doubles_title": doubles_title(service_request, duplicates),
        "duplicates": [line_of(row, service_request) for row in duplicates],
        "earlier": [line_of(row, service_request) for row in same if row not in duplicates][:EARLIER],
        "proposed": [row for row in verdicts if row.is_in],
        "others": [row for row in verdicts if not row.is_in],
        "referrals": [referral_of(row) for row in service_request.referrals.for_company()],
        "shared": [row for row in said if not row["internal"]],
        "internal": [row for row in said if row["internal"]],
        "history": [event_of(row) for row in reversed(service_request.events.in_order())],
        "may": what_is_open(service_request),
    }


def what_is_open(service_request: ServiceRequest) -> dict[str, bool]:
    """Which steps the desk may take now."""
    in_queue = service_request.is_in_queue
    return {
        "route": service_request.is_open_to(RequestStep.ROUTE),
        "add": service_request.state == RequestState.ROUTED,
        "triage": in_queue,
        "trust": in_queue and service_request.is_suspect,
        "write": service_request.is_open,
    }


def company_facts(service_request: ServiceRequest) -> list[tuple[str, Any]]:
    age = service_request.age_in_years(timezone.now())
    return [
        (_("SIRET"), spaced(service_request.siret) or service_request.get_no_siret_reason_display()),
        (_("Commune ou ville"), service_request.place_label),
        (_("Taille"), service_request.get_size_display()),
        (_("Activité"), " · ".join(filter(None, [service_request.naf, str(service_request.get_sector_display())]))),
        (_("Forme juridique"), service_request.get_legal_form_display()),
        (_("Âge"), "" if age is None else ngettext("%(age)s an", "%(age)s ans", age) % {"age": age}),
    ]


def place_facts(service_request: ServiceRequest, verdicts: list[Verdict]) -> list[tuple[str, str]]:
    """Where the company wants to be hosted, and what stands in the way."""
    place = service_request.wanted_place
    if place is None:
        return []
    told = [service_request.wanted_place_in_words]
    if not place.can_be_asked:
        told.append(_("ne reçoit plus de demande"))
    if place.host and not any(verdict.hosts for verdict in verdicts):
        told.append(_("%(host)s n’est pas une structure de ce guichet") % {"host": place.host})
    return [(_("Lieu souhaité"), " · ".join(told))]


def contact_facts(service_request: ServiceRequest) -> list[tuple[str, Any]]:
    """Whom to call or write to."""
    email, phone = service_request.contact_email, service_request.contact_phone
    return [
        (_("Nom complet"), ", ".join(filter(None, [service_request.contact_name, service_request.contact_function]))),
        (_("Courriel"), format_html('<a href="mailto:{}">{}</a>', email, email) if email else ""),
        (_("Téléphone"), format_html('<a href="tel:{}">{}</a>', phone.replace(" ", ""), phone) if phone else ""),
        (_("Langue"), _("anglais") if service_request.language == "en" else ""),
    ]


def spaced(siret: str) -> str:
    """A SIRET as people read it."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}".strip() if siret else ""


def doubles_title(service_request: ServiceRequest, duplicates: list[ServiceRequest]) -> str:
    """« The same company » is said only when it is."""
    if any(likeness.is_same_company(service_request.identity, row.identity) for row in duplicates):
        return _("La même entreprise a une autre demande ouverte, à moins de 90 jours")
    return _("Peut-être la même entreprise : une autre demande ouverte, à moins de 90 jours")


def line_of(row: ServiceRequest, service_request: ServiceRequest) -> dict[str, Any]:
    """Another request of what may be the same company, with what says so."""
    url = reverse("admin:triage_request", args=[row.code])
    shared = likeness.signs(service_request.identity, row.identity)
    return {"row": row, "url": url, "state": state_in_words(row, timezone.now()), "signs": shared}


def referral_of(row: Any) -> dict[str, Any]:
    """A referral and what became of it."""
    tone = {"sent": "wait", "accepted": "ok", "closed": "done"}.get(row.state, "off")
    detail = row.get_decline_reason_display() or row.get_outcome_display()
    return {"row": row, "tone": "late" if row.is_stalled and row.is_live else tone, "detail": detail}


def file_of(row: Any) -> dict[str, Any]:
    """A file as the thread component shows it."""
    return {"name": row.name, "url": row.get_absolute_url(), "size": row.size}


def messages_of(service_request: ServiceRequest, user: Any) -> list[dict[str, Any]]:
    """The messages of both threads as the component shows them."""
    return [
        {
            "author": row.author_name,
            "role": str(row.organisation or Party(row.party).label),
            "at": row.created_at,
            "text": row.body,
            "mine": row.author_id == user.pk,
            "internal": row.thread == ThreadKind.INTERNAL,
            "files": [file_of(file) for file in row.attachments.all()],
        }
        for row in Message.objects.filter(request=service_request).in_order()
    ]


def event_of(row: Any) -> dict[str, Any]:
    """A row of the history: what happened, by whom, why."""
    who = " · ".join(filter(None, [row.by_name, str(row.organisation or "")])) or str(Party(row.party).label)
    return {"label": str(row.label), "who": who, "at": row.at, "why": row.why}


def who_did_what(service_request: ServiceRequest) -> str:
    """What happened meanwhile, for somebody whose step is refused."""
    last = service_request.events.in_order().last()
    if last is None:
        return _("Rien n’a changé : cette étape n’est plus ouverte.")
    event = event_of(last)
    facts = {"what": event["label"], "who": event["who"], "when": moment(last.at)}
    return _("Rien n’a changé. Entre-temps : « %(what)s », par %(who)s, le %(when)s.") % facts
