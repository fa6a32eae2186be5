"""Which hub a host name opens, who must sign in first, and who must set up a second factor before anything else."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from diginor.web.access import public
from diginor.web.given_back import give_back, holds_words
from members.accounts import session_proofs
from members.hubs.models import Hub
from members.people import policies

# What one needs to give the second factor that the account has, or to leave.
OPEN_TO_PROVE = {"account_logout", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
# What one needs to protect an account that has none yet.
OPEN_TO_ENROL = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "switch_role",
    "my_data",
    "my_data_export",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


class HubOfHostMiddleware:
    """Give every request its `hub`: the one whose host name is in the address, or None at the common address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look only at the host names of hubs, and only when somebody asks."""
        host = request.get_host().partition(":")[0].lower() if settings.DIGINOR_HOSTS else ""
        is_of_a_hub = host in settings.DIGINOR_HOSTS
        request.hub = SimpleLazyObject(lambda: Hub.objects.of_host(host)) if is_of_a_hub else None  # type: ignore[attr-defined]
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Ask to sign in, without asking who one is on pages open to all: they answer even without the database."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let public pages be; give back what was written after the session ended: the sign-in page loses it."""
        if not getattr(view_func, "login_required", True):
            return None
        sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        if sign_in is not None and request.method == "POST" and holds_words(request):
            return give_back(request, status=401, is_signed_out=True)
        return sign_in


class SecondFactorMiddleware:
    """Let a professional open nothing until this session has given a second factor, set up first if there is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Open public pages; for all others look at what this session has proven."""
        user: Any = request.user
        is_open = getattr(view, "access_policy", None) is public
        if is_open or not settings.SECOND_FACTOR_REQUIRED or not user.is_authenticated:
            return None
        owes = policies.owes_second_factor(user, required=settings.SECOND_FACTOR_REQUIRED)
        if not owes or session_proofs.gave_second_factor(request):
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not session_proofs.has_factor(user):
            return None if name in OPEN_TO_ENROL else redirect("mfa_index")
        return None if name in OPEN_TO_PROVE else redirect(session_proofs.address_of_proof(request))
