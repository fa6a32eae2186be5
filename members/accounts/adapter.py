"""How allauth meets the portal: mails through the outbox, our words, our rules."""

import logging
from base64 import urlsafe_b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage

from diginor.attempts import throttle
from diginor.outbox.posting import post
from members.accounts.notifications import AccountMail
from members.accounts.session_proofs import has_just_signed_in
from members.people import policies
from members.people.models import User

logger = logging.getLogger(__name__)
SIGN_IN_STAGES = ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by code, by password or by passkey."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("Ce compte est fermé."),
        "email_password_mismatch": gettext_lazy("L’adresse ou le mot de passe ne convient pas."),
        "email_taken": gettext_lazy("Cette adresse ne peut pas être utilisée."),
        "enter_current_password": gettext_lazy("Ce n’est pas votre mot de passe actuel."),
        "incorrect_code": gettext_lazy("Ce code ne convient pas. Vérifiez-le, ou demandez-en un autre."),
        "incorrect_password": gettext_lazy("Ce n’est pas votre mot de passe."),
        "invalid_or_expired_key": gettext_lazy("Ce lien n’est plus valable."),
        "invalid_password_reset": gettext_lazy("Ce lien n’est plus valable."),
        "rate_limited": gettext_lazy("Trop d’essais en peu de temps. Attendez quelques minutes."),
        "same_as_current": gettext_lazy("C’est déjà votre adresse."),
        "too_many_login_attempts": gettext_lazy("Trop d’essais en peu de temps. Attendez quelques minutes."),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by address and origin: a stranger's close the account to the stranger alone."""
        return f"{throttle.source(request)} {super()._get_login_attempts_cache_key(request, **credentials)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail into the outbox: it leaves even if the relay is down now."""
        with transaction.atomic():
            post(AccountMail(template_prefix, email, context))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up with a form: the account opens with the first code."""
        return False

    def get_login_stages(self) -> list[str]:
        """A code, then the second factor; an address needs no other proof, since nobody signs up by password."""
        return SIGN_IN_STAGES

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session, on an address that allauth knows too."""
        super().login(request, user)
        know_address(user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A person who has just signed in sets up a first second factor without proving twice who they are."""
        has_none = app == "allauth.mfa" and not Authenticator.objects.filter(user_id=self.request.user.pk).exists()
        if has_none and has_just_signed_in(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


def know_address(user: User) -> None:
    """Keep allauth's own table of addresses in step with the person's address."""
    known, created = EmailAddress.objects.get_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
    if not created and not (known.verified and known.primary):
        EmailAddress.objects.filter(user=user, primary=True).exclude(pk=known.pk).update(primary=False)
        known.verified = known.primary = True
        known.save(update_fields=["verified", "primary"])


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"second factor {key}".encode()).digest())) for key in keys])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, compulsory for professionals."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Votre rôle demande une double sécurité : ajoutez un autre moyen avant de retirer celui-ci."
        ),
        "incorrect_code": gettext_lazy("Ce code ne convient pas. Vérifiez-le, ou attendez le suivant."),
    }

    def encrypt(self, text: str) -> str:
        """Seal the secrets of the second factor: a copy of the database alone does not give them."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what was sealed with the secret key of today, or with one of `SECRET_KEY_FALLBACKS`."""
        return _seal().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays on an account that must have one."""
        if not policies.owes_second_factor(authenticator.user, required=settings.SECOND_FACTOR_REQUIRED):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name
        """A name that a person recognises in a list."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Clé d’accès %(number)s") % {"number": count + 1}

    def build_totp_svg(self, url: str) -> str:
        """A drawing with its own white ground: it must be read in the dark theme too."""
        drawing = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawing)
        return drawing.getvalue().decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The passkey belongs to the host, and carries the name of the portal."""
        return {**super().get_public_key_credential_rp_entity(), "name": "DIGINOR"}


class ProConnectAdapter(DefaultSocialAccountAdapter):
    """The State's sign-in for professionals, matched by an address that it says is verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """An account opens at the first sign-in, as with a code."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """ProConnect says « usual_name » for the family name."""
        claims = sociallogin.account.extra_data.get("userinfo") or sociallogin.account.extra_data
        names = {"first_name": claims.get("given_name", ""), "last_name": claims.get("usual_name", "")}
        return super().populate_user(request, sociallogin, {**data, **{k: v for k, v in names.items() if v}})

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse an address that nobody vouches for, before any account is looked at."""
        if sociallogin.is_existing and sociallogin.account.pk:
            return
        if not any(address.verified for address in sociallogin.email_addresses):
            messages.warning(
                request,
                _("ProConnect ne garantit pas votre adresse électronique : recevez plutôt un code par courriel."),
            )
            raise ImmediateHttpResponse(redirect("account_login"))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Find the person by a verified address, in any case of letters."""
        for address in sociallogin.email_addresses:
            if address.verified and (user := User.objects.with_email(address.email).first()):
                return user, address.email
        found: tuple[User, str] | None = super().authenticate_by_email(sociallogin)
        return found

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> HttpResponse | None:
        """Keep in the log why the exchange failed; the page says what to do."""
        logger.warning("ProConnect: %s %s", details.get("error"), details.get("exception"))
        return None
