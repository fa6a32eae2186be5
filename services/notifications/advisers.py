"""The mails that the people of an organisation receive."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Recipient
from members.models import User
from services.models import FollowUp
from services.notifications.base import ToAdvisers, ToWholeTeam, as_recipient


class ReferralSent(ToAdvisers):
    """A new referral to answer."""

    name = "referral_sent"
    action_label = _("Répondre à la demande")
    can_wait_for_digest = True


class AnswerReminder(ToAdvisers):
    """The referral still waits for an answer."""

    name = "answer_reminder"
    action_label = _("Répondre à la demande")


class TeamReminder(ToWholeTeam):
    """The whole team is told that the referral still waits."""

    name = "team_reminder"
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

    def context(self) -> dict[str, Any]:
        """With the day when the desk is told."""
        return super().context() | {"alert_at": FollowUp.objects.alert_of(self.referral)}


class PromiseReminder(ActivityReminder):
    """Today is the announced day."""

    name = "promise_reminder"


class TeamStalled(ToAdvisers):
    """The managers learn that a request given to their organisation stands still."""

    name = "team_stalled"
    action_label = _("Donner des nouvelles")

    def recipients(self) -> Iterable[Recipient]:
        """Those in charge of the team."""
        assert self.referral is not None
        return [as_recipient(person) for person in User.objects.managers_of(self.referral.organisation_id)]


class ReferralHandedToYou(ToAdvisers):
    """The referral of a colleague or of another organisation is now yours."""

    name = "referral_handed_to_you"
    pace = Pace.GATHERED


class ReferralWithoutAdviser(ToWholeTeam):
    """The adviser left: somebody must take the referral on."""

    name = "referral_without_adviser"
    action_label = _("Reprendre la demande")
    pace = Pace.GATHERED


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
