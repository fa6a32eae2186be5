"""Leaving for ProConnect and coming back."""

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse

from diginor.web.access import access, public
from members.accounts.proconnect import ProConnectExchange


@access(public)
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to ProConnect."""
    return _run(OAuth2LoginView, request)


@access(public)
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Read the answer of ProConnect and sign the person in."""
    return _run(OAuth2CallbackView, request)


def _run(view: type, request: HttpRequest) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(ProConnectExchange(request))(request)  # type: ignore[attr-defined]
        return answer
    except SocialApp.DoesNotExist:
        raise Http404 from None
