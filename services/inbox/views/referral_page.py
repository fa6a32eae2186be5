"""What the page of a referral shows: the company, the need, who else is involved, what was said and done."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from diginor.workflow.history import Party
from members.people.models import User
from services.inbox.forms.referral import AcceptForm, CallForm, CloseForm, DeclineForm, TransferForm, WriteForm
from services.inbox.views.referral_words import expectation, still_shown, why_ended
from services.requests.enums import ReferralState, RequestNote, ThreadKind
from services.requests.models import Attachment, Message, Referral, RequestEvent, ServiceRequest
from services.requests.queries.disclosure import Disclosure
from services.requests.rules.contacts import without_contacts


def sheet(referral: Referral, user: User, bound: dict[str, forms.Form]) -> dict[str, Any]:
    """Everything the page needs; `bound` holds the form that was sent and is not right."""
    demand: ServiceRequest = referral.request
    disclosed = Disclosure(referral)
    now = timezone.now()
    sentence, tone = expectation(referral, now)
    can_write = referral.is_live and demand.is_open
    return {
        "referral": referral,
        "demand": demand,
        "sentence": sentence,
        "tone": tone,
        "promises": referral.open_promises(),
        "why_ended": "" if referral.is_live else why_ended(referral),
        "disclosed": disclosed,
        "still_shown": "" if referral.is_live else still_shown(disclosed),
        "staff_note": referral.staff_note if disclosed.is_whole else without_contacts(referral.staff_note),
        "company": _company(demand) if disclosed.is_whole else [],
        "answers": _asked(demand) if disclosed.is_whole else [],
        "files": [_file(row) for row in disclosed.filed()],
        "others": [_other(row, now) for row in disclosed.others()],
        "history": [_told(row, disclosed) for row in disclosed.events()],
        "shared": [_message(row, user) for row in disclosed.messages(ThreadKind.SHARED)],
        "internal": [_message(row, user) for row in disclosed.messages(ThreadKind.INTERNAL)],
        "can_write": can_write,
        "wrong": next(iter(bound), ""),
        **_forms(referral, user, bound, can_write=can_write),
    }


def _forms(referral: Referral, user: User, bound: dict[str, forms.Form], *, can_write: bool) -> dict[str, Any]:
    """The forms of the steps that are open, unbound unless they were sent and are not right."""
    fresh: dict[str, Any] = {"accept": None, "decline": None, "call": None, "close": None, "transfer": None}
    if referral.state == ReferralState.SENT:
        fresh |= {"accept": AcceptForm, "decline": DeclineForm}
    elif referral.state == ReferralState.ACCEPTED:
        fresh |= {"call": CallForm, "close": CloseForm, "transfer": TransferForm}
    needy = (AcceptForm, TransferForm, CallForm)
    made = {name: form() if form and form not in needy else None for name, form in fresh.items()}
    if fresh["accept"]:
        made["accept"] = AcceptForm(referral=referral)
    if fresh["call"]:
        made["call"] = CallForm(referral=referral)
    if fresh["transfer"]:
        made["transfer"] = TransferForm(referral=referral, by=user)
    for kind in ThreadKind:
        name = f"write_{kind}"
        made[name] = WriteForm(prefix=kind, initial={"thread": kind}) if can_write else None
    # A form sent after its step was closed has no place left on the page.
    return made | {name: form for name, form in bound.items() if made.get(name)}


def _asked(demand: ServiceRequest) -> list[tuple[str, str]]:
    """The place wanted, and the answers to the questions of the topic."""
    place = [(_("Lieu souhaité"), demand.wanted_place_in_words)] if demand.wanted_place else []
    return [*place, *((row["label"], row["text"]) for row in demand.answers)]


def _company(demand: ServiceRequest) -> list[tuple[str, Any]]:
    age = demand.age_in_years(timezone.now())
    return [
        (_("SIRET"), demand.siret or demand.get_no_siret_reason_display()),
        (_("Commune ou ville"), demand.place_label),
        (_("Taille"), demand.get_size_display()),
        (_("Secteur"), demand.get_sector_display()),
        (_("Code NAF"), demand.naf),
        (_("Forme juridique"), demand.get_legal_form_display()),
        (_("Création"), date_format(demand.founded_on, "F Y") if demand.founded_on and age is not None else ""),
    ]


def _file(row: Attachment) -> dict[str, Any]:
    return {"name": row.name, "url": row.get_absolute_url(), "size": row.size}


def _message(row: Message, user: User) -> dict[str, Any]:
    roles = {Party.COMPANY: _("l’entreprise"), Party.HUB: _("équipe du guichet")}
    return {
        "author": row.author_name,
        "role": str(row.organisation) if row.organisation else roles.get(Party(row.party), ""),
        "at": row.created_at,
        "text": row.body,
        "mine": row.author_id == user.pk,
        "internal": row.thread == ThreadKind.INTERNAL,
        "files": [_file(file) for file in row.attachments.all()],
    }


def _other(row: Referral, now: datetime) -> dict[str, Any]:
    """Another organisation and where it is: now, or when the referral of this page ended."""
    name = getattr(row, "name_then", None) or row.organisation
    return {"row": row, "name": name, "said": expectation(row, now)[0]}


def _told(row: RequestEvent, disclosed: Disclosure) -> dict[str, Any]:
    """A line of the history; what another organisation noted of a call stays with it, a name with who may read it."""
    referral = disclosed.referral
    is_unnamed = row.party == Party.COMPANY and not disclosed.is_whole
    who = (not is_unnamed and row.by_name) or row.get_party_display()
    if row.organisation and row.organisation.name != who:
        who = f"{who}, {row.organisation}"
    is_private = row.step == RequestNote.CALL and row.organisation_id != referral.organisation_id
    return {
        "text": _("%(who)s : %(what)s") % {"who": who[:1].upper() + who[1:], "what": row.label},
        "at": row.at,
        "detail": "" if is_private else row.why if disclosed.is_whole else without_contacts(row.why),
    }
