"""A referral as its organisation sees it, and everything that can be done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diginor.web.access import access
from diginor.workflow.models import StepRefused
from members.people import policies
from services.inbox.forms.referral import (
    AcceptForm,
    CallForm,
    CloseForm,
    DeclineForm,
    KeepForm,
    TransferForm,
    WriteForm,
)
from services.inbox.views.referral_page import sheet
from services.inbox.views.referral_words import refusal
from services.requests.actions import referral as actions
from services.requests.actions import thread
from services.requests.enums import ThreadKind
from services.requests.models import Referral
from services.requests.queries.disclosure import as_disclosed


@access(policies.adviser)
def referral(request: HttpRequest, code: str) -> HttpResponse:
    """Everything known of a referral, and what can be done with it."""
    return _show(request, _own(request, code))


@require_POST
@access(policies.adviser)
def referral_accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take a referral on, saying what comes next."""
    own = _own(request, code)
    return _act(
        request,
        own,
        "accept",
        AcceptForm(request.POST, referral=own),
        actions.accept,
        _("C’est noté. L’entreprise reçoit votre nom et la suite."),
    )


@require_POST
@access(policies.adviser)
def referral_decline(request: HttpRequest, code: str) -> HttpResponse:
    """Say no, and why."""
    own = _own(request, code)
    done = _("Demande déclinée. L’équipe du guichet et l’entreprise sont prévenues.")
    return _act(request, own, "decline", DeclineForm(request.POST), actions.decline, done)


@require_POST
@access(policies.adviser)
def referral_transfer(request: HttpRequest, code: str) -> HttpResponse:
    """Give the referral to a colleague or to another organisation."""
    own = _own(request, code)
    form = TransferForm(request.POST, referral=own, by=request.user)

    def give(row: Referral, *, by: Any, to: str, why: str) -> None:
        actions.transfer(row, by=by, why=why, **form.target())

    return _act(request, own, "transfer", form, give, _("Demande transmise. La suite de l’histoire garde votre nom."))


@require_POST
@access(policies.adviser)
def referral_close(request: HttpRequest, code: str) -> HttpResponse:
    """End the referral with what came of it."""
    own = _own(request, code)
    return _act(
        request, own, "close", CloseForm(request.POST), actions.close, _("Suivi terminé. Merci pour l’entreprise.")
    )


@require_POST
@access(policies.adviser)
def referral_call(request: HttpRequest, code: str) -> HttpResponse:
    """Note an exchange with the company."""
    own = _own(request, code)
    return _act(request, own, "call", CallForm(request.POST, referral=own), actions.note_call, _("Échange noté."))


@require_POST
@access(policies.adviser)
def referral_keep(request: HttpRequest, code: str) -> HttpResponse:
    """Say that what was announced to the company is done."""
    own = _own(request, code)
    form = KeepForm(request.POST, referral=own)
    if not form.is_valid():
        raise Http404
    done = _("C’est noté. L’entreprise lit sur sa page que c’est fait.")
    return _act(request, own, "keep", form, actions.keep, done)


@require_POST
@access(policies.adviser)
def referral_write(request: HttpRequest, code: str) -> HttpResponse:
    """Write in one of the two threads."""
    own = _own(request, code)
    kind = ThreadKind.INTERNAL if f"{ThreadKind.INTERNAL}-body" in request.POST else ThreadKind.SHARED
    form = WriteForm(request.POST, request.FILES, prefix=kind)

    def write(row: Referral, *, by: Any, thread: str, body: str, attachments: list) -> None:
        _write(row, by=by, body=body, kind=kind, files=attachments)

    done = (
        _("Message envoyé entre professionnels.")
        if kind == ThreadKind.INTERNAL
        else _("Message envoyé à l’entreprise.")
    )
    return _act(request, own, f"write_{kind}", form, write, done)


def _write(row: Referral, *, by: Any, body: str, kind: str, files: list) -> None:
    thread.write(row.request, body=body, by=by, thread=kind, files=files, referral=row)


def _own(request: HttpRequest, code: str) -> Referral:
    """The referral, if it is one of the organisations the person works for."""
    rows = as_disclosed(Referral.objects.visible_to(request.user).with_details())
    return get_object_or_404(rows, code=code)


def _act(
    request: HttpRequest, own: Referral, name: str, form: forms.Form, action: Callable[..., Any], done: str
) -> HttpResponse:
    """Validate, act, and say what happened; a closed step is explained, a wrong form is shown again."""
    if not own.is_live:
        messages.warning(request, refusal(own, request.user))
        return redirect(own)
    if not form.is_valid():
        return _show(request, own, **{name: form})
    try:
        action(own, by=request.user, **form.cleaned_data)
    except StepRefused:
        messages.warning(request, refusal(own, request.user))
    else:
        messages.success(request, done)
    return redirect("inbox") if own.organisation_id not in _places(request) else redirect(own)


def _places(request: HttpRequest) -> set[int]:
    return request.user.organisation_ids()


def _show(request: HttpRequest, own: Referral, **bound: forms.Form) -> HttpResponse:
    """Draw the page, with the forms that were sent and are not right."""
    context = sheet(own, request.user, bound)
    return render(request, "services/inbox/referral.html", context, status=422 if bound else 200)
