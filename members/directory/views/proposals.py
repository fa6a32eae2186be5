"""Changing the sheet of one's organisation, and listing one that is not in the directory yet."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diginor.web.access import access, signed_in
from diginor.web.edits import held
from diginor.workflow.models import StepRefused
from members.directory.actions import proposals
from members.directory.forms.organisation import ListingForm, OwnPageForm
from members.directory.models import SheetProposal
from members.organisations.models import Organisation
from members.people import policies
from members.people.actions.refusals import PeopleRefusal
from members.people.active_role import organisation_in_use


@require_http_methods(["GET", "HEAD", "POST"])
@access(policies.manager)
@transaction.atomic
def organisation_edit(request: HttpRequest) -> HttpResponse:
    """The sheet of the organisation that the person manages."""
    led = held(Organisation.objects.managed_by(request.user), request)
    place = get_object_or_404(led, pk=organisation_in_use(request).pk)
    waiting = place.proposals.pending().first()
    initial = _initial(place, waiting)
    form = OwnPageForm(request.POST or None, request.FILES or None, organisation=place, initial=initial)
    if request.method == "POST" and form.is_valid():
        _save(request, place, form)
        return redirect("organisation_edit")
    context = {"form": form, "organisation": place, "waiting": waiting, "lines": []}
    if waiting:
        context["lines"] = proposals.difference(waiting, place)
    return render(request, "members/directory/proposals/edit.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, place: Organisation, form: OwnPageForm) -> None:
    data = form.cleaned_data
    if data["logo"] or data.get("drop_logo"):
        proposals.set_logo(place, data["logo"], by=request.user)
    waiting = proposals.propose_changes(place, values=form.values(), by=request.user)
    text = _("La fiche est enregistrée.")
    if waiting:
        text = _("La fiche est enregistrée. Ce qui dit qui vous êtes attend l’accord du guichet.")
    messages.success(request, " ".join(filter(None, [str(text), form.kept_words()])))


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def organisation_register(request: HttpRequest) -> HttpResponse:
    """List an organisation in the directory; the staff read it before anybody sees it."""
    form = ListingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposals.list_organisation(values=form.values(), by=request.user)
        except PeopleRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre inscription attend l’accord du guichet. Vous recevrez sa réponse."))
            return redirect("organisation_register")
    mine = SheetProposal.objects.listings_of(request.user)
    context = {"form": form, "mine": mine}
    return render(request, "members/directory/proposals/list.html", context, status=422 if form.errors else 200)


@require_POST
@access(signed_in)
def proposal_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take back what waits for the staff."""
    proposal = get_object_or_404(SheetProposal.objects.proposed_for(request.user), code=code)
    try:
        proposals.withdraw(proposal, by=request.user)
    except StepRefused:
        messages.error(request, _("Cette proposition a déjà reçu sa réponse."))
    else:
        messages.success(request, _("Votre proposition est retirée."))
    return redirect("organisation_edit" if proposal.organisation_id else "organisation_register")


def _initial(place: Organisation, waiting: SheetProposal | None) -> dict[str, Any]:
    values = proposals.stored(place) | (waiting.values if waiting else {})
    return values | proposals.commune_typed(values["commune"])
