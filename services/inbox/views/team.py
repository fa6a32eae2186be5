"""The team of an organisation, for those who lead it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from diginor.text.wording import duration
from diginor.web.access import access
from diginor.web.edits import held
from diginor.workflow.models import StepRefused
from members.organisations.models import Organisation
from members.people import policies
from members.people.actions import teams as people
from members.people.actions.absences import cancel_absence, set_absence
from members.people.actions.invitations import invite, revoke_invitation
from members.people.actions.refusals import PeopleRefusal
from members.people.active_role import organisation_in_use
from members.people.forms import CapacityForm, InviteForm, RoleForm
from members.people.models import Membership, User
from services.inbox.forms.team import ReassignForm, TeamAbsenceForm
from services.inbox.queries.team import figures, teammates
from services.inbox.views.referral_words import expectation
from services.requests.actions import referral as referral_actions
from services.requests.models import Referral


@require_safe
@access(policies.manager)
def team(request: HttpRequest) -> HttpResponse:
    """The people, their load and delays, the absences, the capacity and the invitations."""
    return _show(request, _led(request))


@require_POST
@access(policies.manager)
@transaction.atomic
def team_absence(request: HttpRequest) -> HttpResponse:
    """Note that the organisation or a person is away."""
    place = _led(request)
    form = TeamAbsenceForm(request.POST, organisation=place)
    return _act(request, place, "absence", form, set_absence, _("Absence notée. Le relais est prêt."))


@require_POST
@access(policies.manager)
def team_absence_end(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel an absence to come, or end one today."""
    absence = get_object_or_404(_led(request).absences.all(), code=code)
    cancel_absence(absence, by=_me(request))
    messages.success(request, _("L’absence est terminée."))
    return redirect("team")


@require_POST
@access(policies.manager)
@transaction.atomic
def team_capacity(request: HttpRequest) -> HttpResponse:
    """Say how many open referrals the organisation takes at most."""
    place = get_object_or_404(held(Organisation.objects, request), pk=_led(request).pk)
    form = _capacity_form(place, request.POST)
    return _act(request, place, "capacity", form, people.set_capacity, _("Capacité enregistrée."))


@require_POST
@access(policies.manager)
def team_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person by e-mail."""
    place = _led(request)
    return _act(request, place, "invite", InviteForm(request.POST), invite, _("Invitation envoyée."))


@require_POST
@access(policies.manager)
def team_uninvite(request: HttpRequest, code: str) -> HttpResponse:
    """Take back an invitation that still waits."""
    invitation = get_object_or_404(_led(request).invitations.all(), code=code)
    revoke_invitation(invitation, by=_me(request))
    messages.success(request, _("L’invitation est annulée : son lien n’ouvre plus rien."))
    return redirect("team")


@access(policies.manager)
def team_person(request: HttpRequest, code: str) -> HttpResponse:
    """What a person follows, to give to a colleague; their role; their departure."""
    return _person(request, _member(request, code))


def _person(request: HttpRequest, membership: Membership, role_form: RoleForm | None = None) -> HttpResponse:
    form = _reassign_form(request if role_form is None else None, membership)
    if form.is_bound and form.is_valid():
        given = _reassign(form, by=_me(request))
        text = ngettext("%(given)d demande confiée à %(who)s.", "%(given)d demandes confiées à %(who)s.", given)
        messages.success(request, text % {"given": given, "who": form.colleague()})
        return redirect("team_person", code=membership.code)
    now = timezone.now()
    context = {
        "membership": membership,
        "form": form,
        "role_form": role_form or _role_form(membership),
        "lines": [(row, *expectation(row, now)) for row in form.rows.values()],
        "is_me": membership.user_id == _me(request).pk,
        "has_colleagues": bool(form.team),
    }
    return render(request, "services/inbox/person.html", context, status=422 if form.is_bound or role_form else 200)


@require_POST
@access(policies.manager)
@transaction.atomic
def team_role(request: HttpRequest, code: str) -> HttpResponse:
    """Make an adviser a manager, or the other way round."""
    # Whoever changes a team holds its organisation first.
    get_object_or_404(held(Organisation.objects, request), pk=_led(request).pk)
    membership = _member(request, code)
    form = _role_form(membership, request.POST)
    if not form.is_valid():
        return _person(request, membership, form)
    _try(request, lambda: people.change_role(membership, by=_me(request), **form.cleaned_data), _("Rôle enregistré."))
    return redirect("team_person", code=code)


@require_POST
@access(policies.manager)
def team_remove(request: HttpRequest, code: str) -> HttpResponse:
    """End what a person does here; what they followed goes back to the team."""
    membership = _member(request, code)
    done = _("%(who)s ne fait plus partie de l’équipe. Ses demandes reviennent à l’équipe.") % {"who": membership.user}
    is_done = _try(request, lambda: people.remove(membership, by=_me(request)), done)
    if is_done and membership.user_id == _me(request).pk:
        return redirect("after_sign_in")
    return redirect("team") if is_done else redirect("team_person", code=code)


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _led(request: HttpRequest) -> Organisation:
    """The organisation of the role in use, when it leads the team."""
    place = organisation_in_use(request)
    if not policies.leads(request.user, place):
        raise PermissionDenied
    return place


def _member(request: HttpRequest, code: str) -> Membership:
    return get_object_or_404(Membership.objects.in_team(_led(request).pk), code=code)


def _capacity_form(place: Organisation, data: Any = None) -> CapacityForm:
    return CapacityForm(data, row=place, initial={"capacity": place.capacity})


def _role_form(membership: Membership, data: Any = None) -> RoleForm:
    return RoleForm(data, row=membership, initial={"role": membership.role})


def _reassign_form(request: HttpRequest | None, membership: Membership) -> ReassignForm:
    rows = list(Referral.objects.followed_by(membership.user, membership.organisation_id))
    team = [row for row in User.objects.advisers_of(membership.organisation_id) if row.pk != membership.user_id]
    return ReassignForm((request and request.POST) or None, rows=rows, team=team)


def _reassign(form: ReassignForm, *, by: User) -> int:
    """Give each ticked referral to the colleague; one that ended meanwhile is left as it is."""
    given = 0
    for row in form.chosen():
        try:
            referral_actions.transfer(row, by=by, adviser=form.colleague())
        except StepRefused:
            continue
        given += 1
    return given


def _act(
    request: HttpRequest, place: Organisation, name: str, form: forms.Form, action: Callable[..., Any], done: str
) -> HttpResponse:
    if not form.is_valid():
        return _show(request, place, **{name: form})
    _try(request, lambda: action(place, by=_me(request), **form.cleaned_data), done)
    return redirect("team")


def _try(request: HttpRequest, action: Callable[[], Any], done: str) -> bool:
    """Act, and tell what happened; a rule of the team that forbids it says so itself."""
    try:
        action()
    except PeopleRefusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def _show(request: HttpRequest, place: Organisation, **bound: forms.Form) -> HttpResponse:
    now = timezone.now()
    whole = figures(place, now)
    context = {
        "organisation": place,
        "mates": [(mate, duration(mate.median)) for mate in teammates(place, now)],
        "figures": whole,
        "open_note": _("sur %(most)s au plus") % {"most": place.capacity} if place.capacity is not None else "",
        "median": duration(whole.median),
        "absences": place.absences.current_and_coming(timezone.localdate(now)).with_people(),
        "invitations": place.invitations.waiting(),
        "absence": TeamAbsenceForm(organisation=place),
        "capacity": _capacity_form(place),
        "invite": InviteForm(),
        "wrong": next(iter(bound), ""),
        **bound,
    }
    return render(request, "services/inbox/team.html", context, status=422 if bound else 200)
