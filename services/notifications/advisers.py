"""The mails that the people of an organisation receive."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from diginor.outbox.model import OutgoingMail
from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Recipient
from members.models import User
from services.enums import ReferralState
from services.models import FollowUp
from services.notifications.base import ToAdvisers, ToWholeTeam, as_recipient


def awaits_answer(mail: ToAdvisers, row: OutgoingMail) -> bool:
    """Until the organisation answers, or cannot any more."""
    return mail.referral is not None and mail.referral.state == ReferralState.SENT


def is_untouched(mail: ToAdvisers, row: OutgoingMail) -> bool:
    """Until the organisation does something with it, which it then knows of."""
    return mail.referral is not None and mail.referral.is_live and mail.referral.active_at <= row.created_at


class ReferralSent(ToAdvisers):
    """A new referral to answer."""

    name = "referral_sent"
    still_holds = awaits_answer
    action_label = _("Répondre à la demande")
    can_wait_for_digest = True


class AnswerReminder(ToAdvisers):
    """The referral still waits for an answer."""

    name = "answer_reminder"
    still_holds = awaits_answer
    action_label = _("Répondre à la demande")


class TeamReminder(ToWholeTeam):
    """The whole team is told that the referral still waits."""

    name = "team_reminder"
    still_holds = awaits_answer
    action_label = _("Répondre à la demande")


class ReferralExpired(ToWholeTeam):
    """Too late: the referral went back to the desk."""

    name = "referral_expired"
    action_label = _("Voir l’orientation")
    can_wait_for_digest = True


class ActivityReminder(ToAdvisers):
    """Nothing moved for a while."""

    name = "activity_reminder"
    action_label = _("Donner des nouvelles")

    def still_holds(self, row: OutgoingMail) -> bool:
        """Until something moves."""
        return is_untouched(self, row)

    def context(self) -> dict[str, Any]:
        """With the day when the desk is told."""
        return super().context() | {"alert_at": FollowUp.objects.alert_of(self.referral)}


class PromiseReminder(ActivityReminder):
    """Today is the announced day."""

    name = "promise_reminder"

    def still_holds(self, row: OutgoingMail) -> bool:
        """Until it is kept, or replaced by another."""
        promises = self.referral.open_promises() if self.referral else []
        return any(promise.made_at <= row.created_at for promise in promises)


class TeamStalled(ToAdvisers):
    """The managers learn that a request given to their organisation stands still."""

    name = "team_stalled"
    action_label = _("Donner des nouvelles")

    def still_holds(self, row: OutgoingMail) -> bool:
        """While it stands still."""
        return self.referral is not None and self.referral.is_live and self.referral.is_stalled

    def recipients(self) -> Iterable[Recipient]:
        """Those in charge of the team."""
        assert self.referral is not None
        return [as_recipient(person) for person in User.objects.managers_of(self.referral.organisation_id)]


class ReferralHandedToYou(ToAdvisers):
    """The referral of a colleague or of another organisation is now yours."""

    name = "referral_handed_to_you"
    pace = Pace.GATHERED

    def still_holds(self, row: OutgoingMail) -> bool:
        """While the reader follows it, or nobody does."""
        if not is_untouched(self, row):
            return False
        assert self.referral is not None
        return self.referral.adviser is None or self.referral.adviser.email == row.recipient


class ReferralWithoutAdviser(ToWholeTeam):
    """The adviser left: somebody must take the referral on."""

    name = "referral_without_adviser"
    action_label = _("Reprendre la demande")
    pace = Pace.GATHERED

    def still_holds(self, row: OutgoingMail) -> bool:
        """Until somebody takes it on."""
        return is_untouched(self, row) and self.referral is not None and self.referral.adviser is None


class ReferralCancelled(ToAdvisers):
    """Nothing to do any more: the company withdrew, or the desk took the referral back."""

    name = "referral_cancelled"
    action_label = _("Voir l’orientation")
    can_wait_for_digest = True


class MessageToAdvisers(ToAdvisers):
    """A new message in a thread."""

    name = "message_to_advisers"
    action_label = _("Lire et répondre")
    can_wait_for_digest = True
