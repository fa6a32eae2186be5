"""What this session has proven: a second factor counts for the session that gave it, never for the account alone.

The proofs are those that allauth writes into the session (`account_authentication_methods`), for one person.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from members.people.actions.teams import end_sessions
from members.people.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
FRESH_SECONDS = 10 * 60


def has_factor(user: User) -> bool:
    """Whether the account has a second factor; codes of recovery alone are none."""
    return bool(is_mfa_enabled(user, FACTORS))


def gave_second_factor(request: HttpRequest) -> bool:
    """Whether this session gave a second factor, at sign-in, again later, or by setting it up."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def has_just_signed_in(request: HttpRequest) -> bool:
    """Whether the last proof of this session, whatever it was, is a few minutes old."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < FRESH_SECONDS


def address_of_proof(request: HttpRequest) -> str:
    """Where this session proves its second factor, then goes on to the page it asked for."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    address = next(way["url"] for way in ways if way["id"].startswith("mfa_"))
    return _then(address, request.get_full_path())


def fresh_proof(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask who one is before a delicate page, unless that was proven a few minutes ago.

    allauth asks for the password or the second factor. An account with neither proves itself by signing in again.
    """

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_just_signed_in(request):
            return view(request, *args, **kwargs)
        if get_adapter().get_reauthentication_methods(request.user):
            raise ReauthenticationRequired
        logout(request)
        messages.info(request, _("Cette page touche à la sécurité de votre compte : recevez d’abord un nouveau code."))
        return redirect(_then(reverse("account_login"), request.get_full_path()))

    return asking


def _then(address: str, target: str) -> str:
    return f"{address}?{urlencode({'next': target})}"


def keep_only_this_session(request: HttpRequest) -> None:
    """The session that has just set a factor up gave it; those opened without it end."""
    user: Any = request.user
    end_sessions(user)
    update_session_auth_hash(request, user)
    record_authentication(request, user, "mfa", reauthenticated=True)
