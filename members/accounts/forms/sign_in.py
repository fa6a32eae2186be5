"""allauth's forms of sign-in with our words; what they check stays theirs."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.socialaccount.forms import DisconnectForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from members.accounts.code_sign_in import may_ask_code

EMAIL = _("Adresse électronique")
PASSWORD_RULES = lazy(lambda: " ".join(password_validators_help_texts()), str)()
CODE_RULES = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "maxlength": "12"}


class OwnWords:
    """Give the fields our labels and helps, and take placeholders away: they vanish when one needs them."""

    words: ClassVar[dict[str, tuple[Any, Any]]] = {}
    code_field: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]
            if isinstance(field, forms.EmailField):
                field.widget.attrs.update(autocomplete="email", inputmode="email", spellcheck="false")
            if name == self.code_field:
                field.widget.attrs.update(CODE_RULES)


class PasswordSignInForm(OwnWords, account.LoginForm):
    words = {"login": (EMAIL, ""), "password": (_("Mot de passe"), "")}


class CodeRequestForm(OwnWords, account.RequestLoginCodeForm):
    """The address that receives a code."""

    words = {"email": (EMAIL, _("Nous vous y envoyons un code à huit chiffres."))}

    def clean_email(self) -> str:
        """Refuse who asks too often before allauth counts for all."""
        if not may_ask_code(context.request, self.cleaned_data["email"]):
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(super().clean_email())


class CodeForm(OwnWords, account.ConfirmLoginCodeForm):
    code_field = "code"
    words = {"code": (_("Code reçu par courriel"), _("Huit chiffres. Le tiret est facultatif."))}


class AddressCodeForm(OwnWords, account.ConfirmEmailVerificationCodeForm):
    """The code that proves a new address."""

    code_field = "code"
    words = CodeForm.words


class NewAddressForm(OwnWords, account.AddEmailForm):
    """The address that replaces the present one."""

    words = {"email": (_("Nouvelle adresse électronique"), _("Elle remplace l’actuelle une fois confirmée."))}


class PasswordChangeForm(OwnWords, account.ChangePasswordForm):
    """The present password and the next one."""

    words = {
        "oldpassword": (_("Mot de passe actuel"), ""),
        "password1": (_("Nouveau mot de passe"), PASSWORD_RULES),
        "password2": (_("Le même, une seconde fois"), ""),
    }


class FirstPasswordForm(OwnWords, account.SetPasswordForm):
    """The first password of an account that had none."""

    words = {key: PasswordChangeForm.words[key] for key in ("password1", "password2")}


class PasswordForgottenForm(OwnWords, account.ResetPasswordForm):
    """The address that receives the link."""

    words = {"email": (EMAIL, _("Si un compte l’utilise, vous recevez un lien."))}


class NewPasswordForm(OwnWords, account.ResetPasswordKeyForm):
    """The password that replaces the forgotten one."""

    words = FirstPasswordForm.words


class PasswordAgainForm(OwnWords, account.ReauthenticateForm):
    """The password, before something delicate."""

    words = {"password": (_("Mot de passe"), "")}


class BreakLinkForm(DisconnectForm):
    """Break the link with ProConnect; a code by e-mail always remains, so that no password is asked for."""

    def clean(self) -> dict[str, Any]:
        """Check that the link is one's own, which the field does."""
        data: dict[str, Any] = self.cleaned_data
        return data
