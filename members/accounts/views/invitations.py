"""Joining a team with the link of an invitation."""

import uuid

from allauth.core import ratelimit
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diginor.web.access import access, public
from diginor.web.edits import held
from diginor.web.journal import note
from members.accounts.code_sign_in import CodeSignIn, may_ask_code
from members.accounts.forms.profile import JoinForm
from members.people.actions.invitations import accept_invitation
from members.people.actions.refusals import PeopleRefusal
from members.people.models import Invitation, User


@require_http_methods(["GET", "HEAD", "POST"])
@access(public)
def invitation(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Show who invites whom, prove the address with a code, then join."""
    found = get_object_or_404(Invitation.objects.select_related("organisation", "invited_by"), code=code)
    if not found.is_open:
        return render(request, "members/accounts/invitation_closed.html", {"invitation": found}, status=410)
    if not request.user.is_authenticated:
        return _prove_address(request, found)
    if request.user.email.lower() != found.email.lower():
        return render(request, "members/accounts/invitation_other.html", {"invitation": found}, status=403)
    return _join(request, found)


def _prove_address(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "members/accounts/invitation.html", {"invitation": found})
    if not may_ask_code(request, found.email):
        return ratelimit.respond_429(request)
    too_many = ratelimit.consume_or_429(request, action="request_login_code", key=found.email)
    if too_many:
        return too_many
    CodeSignIn.begin(request, found.email)
    return redirect(f"{reverse('account_confirm_login_code')}?{urlencode({'next': request.path})}")


@transaction.atomic
def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = get_object_or_404(held(User.objects, request), pk=request.user.pk)
    form = JoinForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        note(user, form.changed_data, by=user)
        try:
            membership = accept_invitation(found, user=user)
        except PeopleRefusal as refusal:
            messages.error(request, refusal.message)
            return redirect("invitation", code=found.code)
        messages.success(request, _("Vous faites partie de l’équipe de %(name)s.") % {"name": membership.organisation})
        return redirect("after_sign_in")
    return render(request, "members/accounts/join.html", {"invitation": found, "form": form})
