"""The desk: the queue on the left, a request on the right, and one address for each step the desk may take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from diginor.web.access import access
from diginor.workflow.models import StepRefused
from members.people.policies import staff
from services.requests.actions import thread as talk
from services.requests.actions.referral import take_back
from services.requests.enums import RejectReason, ThreadKind
from services.requests.models import ServiceRequest
from services.requests.queries.routing import proposals
from services.triage import actions, forms
from services.triage.admin.queue_pane import QueuePane
from services.triage.admin.request_pane import pane_context, who_did_what

Cleaned = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing the desk may do with a request: its address, its form, its action, and what is said after."""

    name: str
    slug: str
    form: type[forms.StepForm]
    take: Callable[[ServiceRequest, Any, Cleaned], Any]
    done: str | Promise
    leaves: bool = False


def _route(service_request: ServiceRequest, by: Any, cleaned: Cleaned) -> None:
    """Send, keeping with each referral the reasons that were shown."""
    reasons = {row.organisation.id: [check.message for check in row.told] for row in proposals(service_request)}
    actions.route(service_request, cleaned["organisations"], by=by, staff_note=cleaned["staff_note"], reasons=reasons)


def _as_typed(action: Callable[..., Any]) -> Callable[[ServiceRequest, Any, Cleaned], Any]:
    return lambda service_request, by, cleaned: action(service_request, by=by, **cleaned)


def _merge(service_request: ServiceRequest, by: Any, cleaned: Cleaned) -> None:
    actions.merge(service_request, cleaned["into"], by=by)


def _release(service_request: ServiceRequest, by: Any, cleaned: Cleaned) -> None:
    actions.release(service_request, by=by)


def _take_back(service_request: ServiceRequest, by: Any, cleaned: Cleaned) -> None:
    take_back(cleaned["referral"], by=by, why=cleaned["why"])


def _write(kind: str) -> Callable[[ServiceRequest, Any, Cleaned], Any]:
    return lambda service_request, by, cleaned: talk.write(service_request, by=by, thread=kind, **cleaned)


STEPS = [
    Step("route", "orienter", forms.RouteForm, _route, _("La demande est partie. Les structures sont prévenues.")),
    Step("requalify", "sujet", forms.RequalifyForm, _as_typed(actions.requalify), _("Le sujet est changé.")),
    Step(
        "merge", "reunir", forms.MergeForm, _merge,
        _("Les deux demandes sont réunies. L’entreprise est prévenue."),
    ),
    Step(
        "ask", "question", forms.AskForm, _as_typed(actions.ask_company),
        _("La question est partie. C’est au tour de l’entreprise."),
    ),
    Step(
        "reject", "ecarter", forms.RejectForm, _as_typed(actions.reject),
        _("La demande est écartée. L’entreprise reçoit votre réponse."),
    ),
    Step(
        "hand_over", "confier", forms.HandOverForm, _as_typed(actions.hand_over),
        _("La demande est confiée à l’autre guichet. L’entreprise est prévenue."), leaves=True,
    ),
    Step(
        "trust", "reconnaitre", forms.ReleaseForm, _release,
        _("La demande rejoint la file."),
    ),
    Step(
        "take_back", "reprendre", forms.TakeBackForm,
        _take_back,
        _("L’orientation est reprise. La structure est prévenue."),
    ),
    Step("reply", "repondre", forms.WriteForm, _write(ThreadKind.SHARED), _("Votre message est envoyé.")),
    Step("note", "note", forms.WriteForm, _write(ThreadKind.INTERNAL), _("Votre note est ajoutée.")),
]  # fmt: skip


@require_safe
@access(staff)
def triage(request: HttpRequest) -> HttpResponse:
    """Show the queue; nothing is open on the right."""
    return render(request, "admin/triage/triage.html", {"queue_pane": QueuePane(request), "service_request": None})


@require_safe
@access(staff)
def triage_request(request: HttpRequest, code: str) -> HttpResponse:
    """Show a request beside the queue."""
    return show(request, find(request, code), {})


def find(request: HttpRequest, code: str) -> ServiceRequest:
    """A filed request of a hub whose desk the person keeps."""
    filed = ServiceRequest.objects.visible_to(request.user).with_details()  # type: ignore[arg-type]
    return get_object_or_404(filed, code=code)


def show(
    request: HttpRequest, service_request: ServiceRequest, bound: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Draw both panes, with the form that came back wrong if there is one."""
    steps: dict[str, Any] = {step.name: bound.get(step.name) or blank(step, request, service_request) for step in STEPS}
    queue_pane = QueuePane(request, current=service_request)
    reasons = [
        {"label": label, "url": f"{queue_pane.query(motif=code)}#ecarter", "is_current": code == steps["reject"].chosen}
        for code, label in RejectReason.choices
    ]
    context = {"queue_pane": queue_pane, "steps": steps, "reasons": reasons, "wrong": next(iter(bound), "")}
    context |= pane_context(service_request, request.user)
    return render(request, "admin/triage/triage.html", context, status=status)


def blank(step: Step, request: HttpRequest, service_request: ServiceRequest) -> forms.StepForm:
    """The empty form of a step; the reason to reject may be chosen in the address, which fills the answer in."""
    first = {"reason": request.GET.get("motif", "")} if step.name == "reject" else {}
    return step.form(service_request=service_request, user=request.user, name=step.name, **first)


def step_view(step: Step) -> Callable[..., HttpResponse]:
    @require_POST
    @access(staff)
    def view(request: HttpRequest, code: str) -> HttpResponse:
        service_request = find(request, code)
        form = step.form(
            request.POST, request.FILES, service_request=service_request, user=request.user, name=step.name
        )
        if not form.is_valid():
            return show(request, service_request, {step.name: form}, status=422)
        try:
            step.take(service_request, request.user, form.cleaned_data)
        except StepRefused:
            messages.error(request, who_did_what(service_request))
            return redirect(QueuePane(request, current=service_request).here_url)
        messages.success(request, str(step.done))
        queue_pane = QueuePane(request, current=service_request)
        return redirect(queue_pane.back_url if step.leaves else queue_pane.here_url)

    return view


urlpatterns = [
    path("triage/", triage, name="triage"),
    path("triage/<str:code>/", triage_request, name="triage_request"),
    *(path(f"triage/<str:code>/{step.slug}/", step_view(step), name=f"triage_{step.name}") for step in STEPS),
]
admin.site.add_pages(urlpatterns)  # type: ignore[attr-defined]
