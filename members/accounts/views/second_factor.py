"""Second factors: what allauth's pages lack."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from members.accounts.session_proofs import keep_only_this_session
from members.people import policies


class SecondFactorView(IndexView):
    """The state of the second factor, and whether the person owes one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is active in plain values."""
        context = super().get_context_data(**kwargs)
        found = context["authenticators"]
        codes = found.get("recovery_codes")
        has_factor = "totp" in found or "webauthn" in found
        owes = policies.owes_second_factor(self.request.user, required=settings.SECOND_FACTOR_REQUIRED)
        return {
            **context,
            "has_application": "totp" in found,
            "passkeys": found.get("webauthn", []),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "has_factor": has_factor,
            "must_choose": owes and not has_factor,
        }


class RecoveryCodesFile(DownloadRecoveryCodesView):
    """The recovery codes as a file that its owner recognises among others."""

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Name the file in French."""
        answer: HttpResponse = super().render_to_response(context, **kwargs)
        answer["Content-Disposition"] = 'attachment; filename="codes-de-secours-diginor.txt"'
        return answer


class SetsUpFactor:
    """What follows when a factor is set up, together with it or not at all."""

    request: HttpRequest

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """End the sessions that were opened without the factor."""
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        keep_only_this_session(self.request)
        return answer


class AddApplicationView(SetsUpFactor, ActivateTOTPView):
    """Set up an application of codes."""


class AddPasskeyView(SetsUpFactor, AddWebAuthnView):
    """Set up a passkey."""


class RemovePasskeyView(RemoveWebAuthnView):
    """Remove a passkey, unless it is the last factor of an account that must have one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say why it stays, before asking for anything."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        return super().dispatch(request, *args, **kwargs)
