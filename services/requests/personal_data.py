"""What this part of the portal holds of people: requests with all that was said about them, and who did what."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.registries.personal_data import ERASED, PersonalData, Piece, Target, register
from diginor.text.wording import day
from diginor.workflow.history import Party
from members.people.models import User
from services.requests.actions import erasure
from services.requests.enums import ThreadKind
from services.requests.models import (
    FOLDER,
    Attachment,
    Message,
    Referral,
    RequestEvent,
    Satisfaction,
    ServiceRequest,
    Workshop,
)
from services.requests.queries.retention import abandoned_drafts, kept_long_enough

BEING_WRITTEN = timedelta(days=1)
PUBLIC_INTEREST = gettext_lazy("Mission d’intérêt public (article 6.1.e du RGPD)")


def _export_requests(address: str) -> list[dict[str, Any]]:
    rows = ServiceRequest.objects.of_address(address).with_details().with_company_referrals()
    return [_request(row) for row in rows.order_by("created_at", "pk")]


def _request(row: ServiceRequest) -> dict[str, Any]:
    """A request as its tracking page tells it, and no more: the internal thread is not the person's."""
    return {
        "number": row.code,
        "hub": row.hub.name,
        "state": row.get_state_display(),
        "begun_at": row.created_at,
        "filed_at": row.submitted_at,
        "subject": row.subject,
        "need": row.need,
        "answers": row.answers,
        "company": {
            "name": row.company_name,
            "siret": row.siret,
            "size": row.get_size_display(),
            "sector": row.get_sector_display(),
            "naf": row.naf,
            "legal_form": row.get_legal_form_display(),
            "founded_on": row.founded_on,
            "place": row.place,
        },
        "contact": {
            "name": row.contact_name,
            "function": row.contact_function,
            "email": row.contact_email,
            "phone": row.contact_phone,
            "language": row.language,
        },
        "given_to": [_referral(given) for given in row.referrals.all()],
        "steps": [{"at": step.at, "step": step.label} for step in row.events.shown_to_company()],
        "messages": [_message(message) for message in row.messages.of_thread(ThreadKind.SHARED)],
        "files": [{"name": file.name, "size": file.size} for file in row.attachments.shared()],
        "opinion": _opinion(row),
    }


def _referral(row: Referral) -> dict[str, Any]:
    return {
        "organisation": row.organisation.name,
        "state": row.get_state_display(),
        "next": [str(promise) for promise in row.open_promises()],
    }


def _opinion(row: ServiceRequest) -> dict[str, Any] | None:
    given = Satisfaction.objects.asked_of(row)
    if given is None or given.answered_at is None:
        return None
    return {"score": given.score, "was_clear": given.was_clear, "comment": given.comment}


def _message(row: Message) -> dict[str, Any]:
    files = [file.name for file in row.attachments.all()]
    return {"at": row.created_at, "from": row.author_name, "text": row.body, "files": files}


def _files(address: str) -> Iterable[tuple[str, FieldFile]]:
    for row in ServiceRequest.objects.of_address(address).order_by("created_at", "pk"):
        for file in row.attachments.shared():
            yield f"{row.code}/{file.name}", file.file


def _found_requests(target: Target) -> list[Piece]:
    rows = ServiceRequest.objects.filter(erased_at=None).select_related("hub").order_by("created_at", "pk")
    if target.hubs is not None:
        # Staff read what was sent, and erase what they read.
        rows = rows.filter(hub__in=target.hubs).filed()
    if target.number:
        rows = rows.filter(code=target.number.upper())
    elif target.address:
        rows = rows.of_address(target.address)
    else:
        return []
    by = target.by or Party.CLOCK
    return [Piece(_name_of(row), partial(erasure.erase, row, by=by), _note_of(row)) for row in rows]


def _name_of(row: ServiceRequest) -> str:
    facts = {"code": row.code, "hub": row.hub, "day": day(row.submitted_at or row.created_at, "short")}
    if row.is_draft:
        return _("Demande n° %(code)s, commencée le %(day)s et jamais envoyée") % facts
    return _("Demande n° %(code)s, déposée le %(day)s (%(hub)s)") % facts


def _note_of(row: ServiceRequest) -> str:
    if not row.is_open:
        return ""
    return _("Ouverte : retirée d’abord, et les structures qui l’ont sont prévenues sans la citer.")


def _expired_requests(now: datetime) -> Iterable[Piece]:
    for rows in (abandoned_drafts(now), kept_long_enough(now)):
        for pk in list(rows.values_list("pk", flat=True)):
            yield Piece(f"{pk}", partial(_expire, rows, pk))

    yield from _lost_files(now)
    if (ended := Workshop.objects.to_forget(now)).exists():
        yield Piece("workshops", partial(ended.update, address=None))


def _lost_files(now: datetime) -> Iterable[Piece]:
    """The files of requests that no row knows, once nobody can still be writing it."""
    storage = default_storage
    with suppress(FileNotFoundError):
        for folder in storage.listdir(FOLDER)[0]:
            for name in Attachment.objects.lost(storage.listdir(f"{FOLDER}/{folder}")[1]):
                path = f"{FOLDER}/{folder}/{name}"
                if storage.get_modified_time(path) < now - BEING_WRITTEN:
                    yield Piece(name, partial(storage.delete, path))


def _expire(rows: Any, pk: int) -> None:
    """Erase a request, unless its person came back meanwhile."""
    if row := rows.select_for_update(of=("self",)).filter(pk=pk).first():
        erasure.erase(row)


REQUESTS = PersonalData(
    code="requests",
    title=gettext_lazy("Demandes et échanges"),
    holds=gettext_lazy(
        "Votre nom, votre fonction, votre adresse électronique, votre téléphone, votre entreprise et votre besoin, les"
        " échanges, les pièces jointes, votre avis ; l’adresse réseau de la salle d’un atelier"
    ),
    purpose=gettext_lazy("Trouver qui peut vous aider, vous répondre et suivre votre demande"),
    legal_basis=PUBLIC_INTEREST,
    kept=gettext_lazy(
        "3 ans après votre dernière action, ou moins si le guichet le décide ; 90 jours pour une demande commencée et"
        " jamais envoyée ; 7 jours après un atelier pour l’adresse de sa salle"
    ),
    stays=gettext_lazy(
        "Le sujet, la taille, le secteur, la commune, les dates et l’issue restent, sans nom ni texte : ils servent"
        " aux chiffres publiés."
    ),
    position=10,
    columns={
        "services.ServiceRequest": (
            "need", "answers", "company_name", "siret", "country", "foreign_town",
            "contact_name", "contact_function", "contact_email", "contact_phone",
        ),
        "services.Promise": ("text", "made_by_name"),
        "services.Referral": ("staff_note", "reasons", "decline_note", "outcome_note"),
        "services.RequestEvent": ("by_name", "why", "data"),
        "services.Message": ("author_name", "body"),
        "services.Attachment": ("file", "name"),
        "services.Satisfaction": ("comment",),
        "services.FollowUp": ("last_error",),
        "services.Workshop": ("address",),
    },
    export=_export_requests,
    files=_files,
    found=_found_requests,
    expired=_expired_requests,
)  # fmt: skip


def _export_acts(address: str) -> list[dict[str, Any]]:
    """When and on which request, without the words: those belong to the request of the company."""
    rows = RequestEvent.objects.filter(by__email__iexact=address).select_related("request").order_by("at", "pk")
    wrote = Message.objects.filter(author__email__iexact=address).select_related("request").order_by("created_at", "pk")
    return [
        *({"at": row.at, "request": row.request.code, "act": row.label} for row in rows),
        *({"at": row.created_at, "request": row.request.code, "act": row.get_thread_display()} for row in wrote),
    ]


def _expired_acts(now: datetime) -> Iterable[Piece]:
    """The names that histories kept of people whose account is closed."""
    signed = Exists(RequestEvent.objects.filter(by=OuterRef("pk")).exclude(by_name=""))
    wrote = Exists(Message.objects.filter(author=OuterRef("pk")).exclude(author_name=ERASED))
    for user in User.objects.closed().filter(signed | wrote).order_by("pk"):
        yield Piece(f"{user.pk}", partial(erasure.forget_name, user, ""))


ACTS = PersonalData(
    code="acts",
    title=gettext_lazy("Actes des équipes"),
    holds=gettext_lazy("Le nom de la personne qui a fait chaque étape d’une demande, et les messages qu’elle a signés"),
    purpose=gettext_lazy("Savoir qui répond à l’entreprise, et qui a décidé quoi"),
    legal_basis=gettext_lazy("Intérêt légitime des structures membres"),
    kept=gettext_lazy("Le temps du compte : à sa fermeture le nom disparaît ; et avec la demande au plus tard"),
    position=20,
    export=_export_acts,
    expired=_expired_acts,
)


def register_all() -> None:
    """Tell the registry what this part holds."""
    register(REQUESTS)
    register(ACTS)
