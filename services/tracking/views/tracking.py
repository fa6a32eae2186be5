"""The private tracking page of the company, and what it may do from there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diginor.attempts.throttle import source
from diginor.web.access import access, public
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.requests import throttle
from services.requests.actions import company
from services.requests.actions.links import renew_tracking_link
from services.requests.actions.thread import write
from services.requests.enums import RequestState
from services.requests.links import LinkExpired, LinkInvalid, read_tracking_token, request_behind
from services.tracking.forms import OpinionForm, ReplyForm, WithdrawForm
from services.tracking.views.page import tracking_context


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that only its link opens."""

    @access(public)
    @wraps(view)
    def guarded(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, token, read_tracking_token(token), **kwargs)
        except LinkExpired:
            context = {"token": token, "is_sent": False}
            return render(request, "services/tracking/link_expired.html", context, status=410)
        except LinkInvalid:
            return link_refused(request)

    return guarded


def link_refused(request: HttpRequest) -> HttpResponse:
    """The link is not one of ours, or not any more: say what to do."""
    return render(request, "services/tracking/link_invalid.html", status=404)


def _page(request: HttpRequest, asked: Any, token: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = tracking_context(asked, token=token, **forms)
    return render(request, "services/tracking/tracking.html", context, status=status)


@private
@require_safe
def tracking(request: HttpRequest, token: str, asked: Any) -> HttpResponse:
    """What happens next, who helps, what happened, what was said."""
    if asked.state == RequestState.DRAFT:
        return link_refused(request)
    return _page(request, asked, token)


@private
@require_POST
def tracking_reply(request: HttpRequest, token: str, asked: Any) -> HttpResponse:
    """Write to the people who help; after the end the words come back, unsent."""
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid() and not throttle.may_write(asked.code):
        form.add_error(
            "body", _("Vous avez beaucoup écrit en peu de temps. Attendez une heure, puis envoyez à nouveau.")
        )
    if not form.is_valid():
        return _page(request, asked, token, status=422, reply=form)
    try:
        write(asked, by=Party.COMPANY, **form.cleaned_data)
    except StepRefused:
        messages.error(request, _("Cette demande est terminée : votre message n’est pas parti."))
        return _page(request, asked, token, status=409, lost_message=form.cleaned_data["body"])
    messages.success(request, _("Votre message est envoyé."))
    return redirect("tracking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def tracking_withdraw(request: HttpRequest, token: str, asked: Any) -> HttpResponse:
    """Take the request back, after one more question."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            company.withdraw(asked, by=Party.COMPANY, **form.cleaned_data)
            messages.success(request, _("Votre demande est retirée. Les personnes qui vous aidaient sont prévenues."))
        except StepRefused:
            messages.error(request, _("Cette demande est déjà terminée : rien n’a changé."))
        return redirect("tracking", token)
    if not asked.is_open:
        return redirect("tracking", token)
    return render(request, "services/tracking/withdraw.html", {"asked": asked, "token": token, "form": form})


@private
@require_POST
def tracking_satisfaction(request: HttpRequest, token: str, asked: Any) -> HttpResponse:
    """Say what one thinks of it, once."""
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, token, status=422, opinion_form=form)
    try:
        company.rate(asked, by=Party.COMPANY, **form.cleaned_data)
        messages.success(request, _("Merci : votre avis est enregistré."))
    except StepRefused:
        messages.error(request, _("Vous avez déjà donné votre avis sur cette demande."))
    return redirect("tracking", token)


@access(public)
@require_POST
def tracking_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a fresh link to the address on file, which is never shown."""
    try:
        asked = request_behind(token)
    except LinkInvalid:
        return link_refused(request)
    if throttle.may_mail_link(source(request), asked.code):
        renew_tracking_link(asked)
    context = {"token": token, "is_sent": True, "is_held": asked.is_suspect}
    return render(request, "services/tracking/link_expired.html", context)
