"""Entering and leaving: a code, a password, the role in use."""

from typing import Any

from allauth.account import views as account
from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage, LoginStage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from diginor.web.access import access, signed_in
from members.accounts.code_sign_in import CodeSignIn
from members.people.active_role import SESSION_KEY, home_of


class OtherWays:
    """What the pages of sign-in share: the other ways in, and the freedom to start again while a code is awaited."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the addresses of the other ways, which keep where one was going."""
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        passthrough = self.passthrough_next_url  # type: ignore[attr-defined]
        proconnect = ""
        if settings.SOCIALACCOUNT_PROVIDERS:
            proconnect = passthrough(reverse("openid_connect_login", args=["proconnect"]))
        return {
            **context,
            "code_url": passthrough(reverse("account_login")),
            "password_url": passthrough(reverse("password_sign_in")),
            "proconnect_url": proconnect,
        }

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponseRedirect | None:
        if stage.key == LoginByCodeStage.key:
            return None
        answer: HttpResponseRedirect | None = super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc]
        return answer


class SignInView(OtherWays, account.RequestLoginCodeView):
    """Ask for an address and send it a code."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Send the code, whether the address is known or not."""
        CodeSignIn.begin(self.request, form.cleaned_data["email"])
        return FormView.form_valid(self, form)


class PasswordSignInView(OtherWays, account.LoginView):
    """Ask for an address and a password."""


@method_decorator(login_stage_required(LoginByCodeStage.key, "account_login"), name="dispatch")
class CodeView(account.ConfirmLoginCodeView):
    """Ask for the code that was sent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take the round up again, or say that it is over."""
        self.stage = request._login_stage  # type: ignore[attr-defined]
        self._process = CodeSignIn.resume(self.stage)
        if self._process is None:
            messages.warning(request, _("Ce code n’est plus valable : demandez-en un autre."))
            return redirect("account_login")
        return FormView.dispatch(self, request, *args, **kwargs)


@access(signed_in)
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Go where the role in use works, or to one's own requests."""
    return redirect(home_of(request))


@require_POST
@access(signed_in)
def switch_role(request: HttpRequest) -> HttpResponse:
    """Take another role and go where it works."""
    chosen = next((role for role in request.roles if role.key == request.POST.get("role")), None)  # type: ignore[attr-defined]
    if chosen is None:
        messages.error(request, _("Vous n’avez plus ce rôle."))
        return redirect("after_sign_in")
    request.session[SESSION_KEY] = chosen.key
    messages.success(request, _("Vous agissez maintenant comme : %(hat)s.") % {"hat": chosen.label})
    return redirect(chosen.home)
