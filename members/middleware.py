"""Which hub a host name opens, who must sign in first, and who must set up a second factor before anything else."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from diginor.access import public
from members import policies
from members.models import Hub

SESSION_KEY = "second_factor"
# What one needs to protect the account, or to leave.
OPEN = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "switch_hat",
    "my_data",
    "my_data_export",
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
        """Let public pages be."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactorMiddleware:
    """Lead to the page of the second factor, and let nothing else be opened until there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Open public pages and those that protect the account; check the person for all others."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        is_open = getattr(view, "access_policy", None) is public or name in OPEN or str(name).startswith("mfa_")
        if not settings.SECOND_FACTOR_REQUIRED or is_open or not request.user.is_authenticated:
            return None
        return None if is_protected(request) else redirect("mfa_index")


def is_protected(request: HttpRequest) -> bool:
    """Tell whether the person may go on, remembering in the session a factor once seen."""
    user: Any = request.user
    # The last factor cannot be removed by the person, so that what was seen stays true in this session.
    if request.session.get(SESSION_KEY):
        return True
    if not policies.owes_second_factor(user, required=settings.SECOND_FACTOR_REQUIRED):
        return True
    if is_mfa_enabled(user, ["totp", "webauthn"]):
        request.session[SESSION_KEY] = True
        return True
    return False
