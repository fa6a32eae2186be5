"""The mails about accounts: codes, links and notices of security."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import Mail, Recipient

# What allauth tells, by the name of its template, and the template of ours that says it.
ACCOUNT_TEMPLATES = {
    "account/email/login_code": "code",
    "account/email/email_confirmation": "address_code",
    "account/email/email_confirmation_signup": "address_code",
    "account/email/password_reset_key": "new_password",
    "account/email/unknown_account": "no_account",
    "account/email/account_already_exists": "account_exists",
}
SECURITY_NOTICES = {
    "account/email/email_changed": _("L’adresse électronique de votre compte a changé"),
    "account/email/email_deleted": _("Une adresse électronique a été retirée de votre compte"),
    "account/email/email_confirm": _("Une adresse électronique a été confirmée sur votre compte"),
    "account/email/password_changed": _("Votre mot de passe a changé"),
    "account/email/password_reset": _("Votre mot de passe a été remplacé"),
    "account/email/password_set": _("Un mot de passe a été choisi pour votre compte"),
    "mfa/email/recovery_codes_generated": _("De nouveaux codes de secours ont été créés"),
    "mfa/email/totp_activated": _("Une application de codes protège maintenant votre compte"),
    "mfa/email/totp_deactivated": _("L’application de codes ne protège plus votre compte"),
    "mfa/email/webauthn_added": _("Une clé d’accès a été ajoutée à votre compte"),
    "mfa/email/webauthn_removed": _("Une clé d’accès a été retirée de votre compte"),
    "socialaccount/email/account_connected": _("ProConnect a été relié à votre compte"),
    "socialaccount/email/account_disconnected": _("ProConnect n’est plus relié à votre compte"),
}


class AccountMail(Mail):
    """What the sign-in machinery has to say: a code, a link or a security notice."""

    is_urgent = True

    def __init__(self, kind: str, email: str, context: dict[str, Any]):
        self.kind = kind
        self.email = email
        self.details = context
        name = ACCOUNT_TEMPLATES.get(kind, "security")
        self.template = f"members/accounts/mail/{name}"  # type: ignore[misc]

    def recipients(self) -> Iterable[Recipient]:
        """The address typed or known, in the language of the page or of the person."""
        user = self.details.get("user")
        language = getattr(user, "language", "") or (get_language() or settings.LANGUAGE_CODE)[:2]
        return [Recipient(self.email, language=language)]

    def context(self) -> dict[str, Any]:
        """What allauth gives, and the sentence of a security notice."""
        sign_in = f"{settings.SITE_URL}{reverse('account_login')}"
        defaults = {"action_url": sign_in, "what": SECURITY_NOTICES.get(self.kind, ""), "code": "", "ip": ""}
        told = ("code", "ip", "timestamp")
        given: dict[str, Any] = {name: self.details[name] for name in told if name in self.details}
        if link := self.details.get("password_reset_url") if self.kind.endswith("reset_key") else None:
            given["action_url"] = link
        return {**defaults, **given}

    def key(self) -> str:
        """Each code and each notice is a cause of its own."""
        return uuid.uuid4().hex
