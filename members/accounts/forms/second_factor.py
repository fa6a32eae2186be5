"""allauth's forms of the second factor with our words."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _

from members.accounts.forms.sign_in import OwnWords

CODE = _("Code de l’application, ou code de secours")


class SecondFactorForm(OwnWords, base.AuthenticateForm):
    """The second proof, at sign-in."""

    code_field = "code"
    words = {"code": (CODE, _("Six chiffres, ou huit pour un code de secours."))}


class SecondFactorAgainForm(OwnWords, base.ReauthenticateForm):
    """The same proof, before something delicate."""

    code_field = "code"
    words = SecondFactorForm.words


class ApplicationForm(OwnWords, totp.ActivateTOTPForm):
    """The first code that the application shows."""

    code_field = "code"
    words = {"code": (_("Code affiché par l’application"), _("Six chiffres, qui changent toutes les trente secondes."))}


class PasskeyForm(OwnWords, webauthn.AddWebAuthnForm):
    """The name of a passkey, and whether it opens the account alone."""

    words = {
        "name": (_("Nom de la clé"), _("Pour la reconnaître plus tard, par exemple « Téléphone ».")),
        "passwordless": (
            _("Me connecter avec cette clé seule"),
            _("L’appareil vous demande alors son code, votre empreinte ou votre visage."),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class PasskeyNameForm(OwnWords, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    words = {"name": PasskeyForm.words["name"]}
