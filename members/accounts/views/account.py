"""The pages of a person about themselves."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from diginor.registries.personal_archive import archive
from diginor.registries.personal_data import parts
from diginor.web.access import access, signed_in
from diginor.web.edits import held
from diginor.web.journal import note
from members.accounts.forms.profile import AdviserProfileForm, CloseAccountForm, ProfileForm
from members.people import policies
from members.people.actions.refusals import PeopleRefusal
from members.people.actions.teams import close_account as close
from members.people.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
@transaction.atomic
def account(request: HttpRequest) -> HttpResponse:
    """Name, phone, language and mails of the person, and how the account is protected."""
    user = get_object_or_404(held(User.objects, request), pk=request.user.pk)
    form_class = AdviserProfileForm if policies.professional(user) else ProfileForm
    form = form_class(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        note(user, form.changed_data, by=user)
        messages.success(request, " ".join(filter(None, [_("Vos informations sont enregistrées."), form.kept_words()])))
        return redirect("account")
    context = {
        "form": form,
        "has_second_factor": is_mfa_enabled(user, ["totp", "webauthn"]),
        "owes_second_factor": policies.owes_second_factor(user, required=settings.SECOND_FACTOR_REQUIRED),
        "has_password": user.has_usable_password(),
    }
    return render(request, "members/accounts/account.html", context)


@require_safe
@access(signed_in)
def my_data(request: HttpRequest) -> HttpResponse:
    """What is known of the person, how to take it away and how to have it erased."""
    return render(
        request, "members/accounts/my_data.html", {"contact": settings.PUBLISHER["data_protection"], "parts": parts()}
    )


@require_safe
@access(signed_in)
def my_data_export(request: HttpRequest) -> FileResponse:
    """All of it, with the files, in an archive that machines read too."""
    return FileResponse(archive(request.user.email), as_attachment=True, filename="mes-donnees-diginor.zip")


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def close_account(request: HttpRequest) -> HttpResponse:
    """Close one's own account, after a clear word."""
    form = CloseAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close(request.user)
        except PeopleRefusal as refusal:
            messages.error(request, refusal.message)
            return redirect("my_data")
        logout(request)
        messages.success(request, _("Votre compte est fermé."))
        return redirect("home")
    return render(request, "members/accounts/close_account.html", {"form": form})
