"""ProConnect, which speaks OpenID Connect with a difference: what it says of the person is a signed token, not JSON."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from diginor.text.email_addresses import check_address, clean_address

PROVIDER_ID = "proconnect"
NONCE_KEY = "proconnect_nonce"


class ProConnectProvider(OpenIDConnectProvider):
    """How the person is sent to ProConnect, and what is read of the answer."""

    def get_auth_params(self) -> dict[str, str]:
        """Add a nonce, which ProConnect requires and gives back in the token."""
        nonce = self.request.session[NONCE_KEY] = secrets.token_urlsafe(32)
        return {**super().get_auth_params(), "nonce": nonce}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Read the address; without the claim, it is verified only if the installer says that ProConnect vouches."""
        claims = data.get("userinfo") or data.get("id_token") or {}
        verified = claims.get("email_verified", settings.PROCONNECT_VOUCHES_FOR_EMAILS) is True
        email = clean_address(str(claims.get("email") or ""))
        try:
            check_address(email)
        except ValidationError:
            # Nothing could be written to it: as if ProConnect had given none.
            return []
        return [EmailAddress(email=email, verified=verified, primary=True)]


class ProConnectExchange(OpenIDConnectOAuth2Adapter):
    """The exchange of the code for what is said of the person."""

    def __init__(self, request: HttpRequest):
        super().__init__(request, PROVIDER_ID)

    def get_provider(self) -> ProConnectProvider:
        """The provider of the settings, in our variant."""
        if not settings.SOCIALACCOUNT_PROVIDERS:
            raise SocialApp.DoesNotExist
        app = get_adapter().get_app(self.request, provider=PROVIDER_ID)
        return ProConnectProvider(self.request, app=app)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """One address in any language: ProConnect knows it beforehand."""
        with translation.override(settings.LANGUAGE_CODE):
            return str(build_absolute_uri(request, reverse("openid_connect_callback", args=[PROVIDER_ID])))

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            answer.raise_for_status()
        if "application/jwt" in answer.headers.get("Content-Type", ""):
            return self._verified(answer.text)
        claims: dict[str, Any] = answer.json()
        return claims

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        claims = self._verified(id_token)
        expected = self.request.session.pop(NONCE_KEY, "")
        if not expected or not secrets.compare_digest(str(claims.get("nonce", "")), expected):
            raise OAuth2Error("the nonce is not the one that was sent")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=self.get_provider().app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims
