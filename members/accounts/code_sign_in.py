"""Sign-in by a code sent to an address, known or not: the account opens when the code is proven.

allauth tells an unknown address that it has no account; here the answer is always a code, so that nothing shows which
addresses are known, and a company needs no form to sign up.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from diginor.attempts.throttle import hits, source
from members.accounts.adapter import know_address
from members.people.actions.teams import open_account
from members.people.models import User

MOST_CODES, CODES_SECONDS = 5, 15 * 60


def may_ask_code(request: HttpRequest, email: str) -> bool:
    """Whether this origin may have one more code sent to an address.

    Counted by origin, and before what all origins share: who asks without end closes nobody else out.
    """
    return hits(f"code:{source(request)}:{email.lower()}", seconds=CODES_SECONDS) <= MOST_CODES


class CodeSignIn(LoginCodeVerificationProcess):
    """One round: an address, a code, a few attempts, a quarter of an hour."""

    @classmethod
    def begin(cls, request: HttpRequest, email: str) -> "CodeSignIn":
        """Send a code to the address and wait for it in the session."""
        user = User.objects.with_email(email).first()
        login = Login(user=user, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email), initiated_by_user=True)
        process = cls(stage=stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> "CodeSignIn | None":
        """Take the round up again, if it is not over."""
        process: CodeSignIn | None = cls(stage=stage).abort_if_invalid()
        return process

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        """Send the same mail to every address."""
        context = {"code": self.generate_code(), "user": self.user}
        get_adapter().send_mail("account/email/login_code", email, context)

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Open the account of a new address, then the session."""
        if self.user is None:
            self._user = _person(self.state["email"])
        know_address(self.user)
        return super().finish(redirect_url)


def _person(email: str) -> User:
    if found := User.objects.with_email(email).first():
        return found
    try:
        with transaction.atomic():
            return open_account(email, language=(get_language() or "fr")[:2])
    except IntegrityError:
        # The same person proved the same address in another window.
        return User.objects.get(email__iexact=email)
