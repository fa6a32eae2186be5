"""Reading again what is proposed for the directory."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from diginor.admin.base import ReadOnlyModelAdmin
from diginor.web.access import access
from diginor.workflow.models import StepRefused
from members.directory.actions import proposals
from members.directory.enums import ProposalState
from members.directory.forms.organisation import RefusalForm
from members.directory.models import SheetProposal
from members.people import policies
from members.people.actions.refusals import PeopleRefusal


@admin.register(SheetProposal)
class SheetProposalAdmin(ReadOnlyModelAdmin):
    """What waits for the staff, and what became of the rest."""

    list_display = ["organisation_page", "state", "proposed_by", "hub", "created_at"]
    list_display_links = None
    list_select_related = ["organisation", "proposed_by", "hub"]
    list_filter = ["state"]
    ordering = ["-created_at", "-pk"]

    @admin.display(description=gettext_lazy("fiche"))
    def organisation_page(self, proposal: SheetProposal) -> str:
        """The name, leading to the page where it is read again."""
        address = reverse("admin:proposal_review", args=[proposal.code])
        return format_html('<a href="{}">{}</a>', address, proposal)


@require_safe
@access(policies.staff)
def proposal_review(request: HttpRequest, code: str) -> HttpResponse:
    """Show what would change, and what accepting does."""
    return _show(request, _find(request, code), RefusalForm())


@require_POST
@access(policies.staff)
def proposal_accept(request: HttpRequest, code: str) -> HttpResponse:
    """Write the proposal into the directory."""
    proposal = _find(request, code)
    try:
        proposals.accept(proposal, by=request.user)  # type: ignore[arg-type]
    except StepRefused:
        messages.error(request, _("Cette proposition a déjà reçu sa réponse."))
    except PeopleRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("La fiche est à jour. La personne est prévenue."))
    return redirect("admin:proposal_review", code=proposal.code)


@require_POST
@access(policies.staff)
def proposal_refuse(request: HttpRequest, code: str) -> HttpResponse:
    """Leave the sheet as it is, and tell why."""
    proposal = _find(request, code)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _show(request, proposal, form, status=422)
    try:
        proposals.refuse(proposal, why=form.cleaned_data["why"], by=request.user)  # type: ignore[arg-type]
    except StepRefused:
        messages.error(request, _("Cette proposition a déjà reçu sa réponse."))
    else:
        messages.success(request, _("La proposition est refusée. La personne lit votre réponse."))
    return redirect("admin:proposal_review", code=proposal.code)


def _find(request: HttpRequest, code: str) -> SheetProposal:
    rows = SheetProposal.objects.visible_to(request.user).select_related("organisation", "proposed_by", "hub")  # type: ignore[arg-type]
    return get_object_or_404(rows, code=code)


def _show(request: HttpRequest, proposal: SheetProposal, form: RefusalForm, status: int = 200) -> HttpResponse:
    known = proposals.target(proposal)
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": _("Fiche à relire"),
        "proposal": proposal,
        "lines": proposals.difference(proposal, known),
        "known": None if proposal.organisation else known,
        "will_manage": proposals.will_manage(proposal, known),
        "is_pending": proposal.state == ProposalState.PENDING,
        "form": form,
        "opts": SheetProposal._meta,
    }
    return render(request, "admin/members/proposal_review.html", context, status=status)


admin.site.add_pages(  # type: ignore[attr-defined]
    [
        path("fiches/<str:code>/", proposal_review, name="proposal_review"),
        path("fiches/<str:code>/accepter/", proposal_accept, name="proposal_accept"),
        path("fiches/<str:code>/refuser/", proposal_refuse, name="proposal_refuse"),
    ]
)
