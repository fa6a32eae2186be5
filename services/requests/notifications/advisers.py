"""The mails that the people of an organisation receive."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from diginor.outbox.models import OutgoingMail
from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Recipient
from diginor.text import wording
from members.people.models import User
from services.requests.enums import ReferralState
from services.requests.models import FollowUp
from services.requests.notifications.base import ToAdvisers, ToWholeTeam, as_recipient

MOST_QUOTED = 80


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


class ReferralAfterAbsence(ToAdvisers):
    """An absence is over: who keeps the request that was given on meanwhile; `relay` says what was."""

    name = "referral_after_absence"
    pace = Pace.GATHERED

    @property
    def has_left(self) -> bool:
        """Whether another organisation has it now, so that the team opens it no more."""
        assert self.referral is not None
        relay = self.extra.get("relay")
        return relay is not None and relay.absence.organisation_id != self.referral.organisation_id

    def recipients(self) -> Iterable[Recipient]:
        """Who was away; and while it goes on, who stood in and who has it, where they still work there."""
        assert self.referral is not None
        relay = self.extra["relay"]
        others = [relay.stand_in_id, self.referral.adviser_id] if self.referral.is_live else []
        team = User.objects.advisers_of(relay.absence.organisation_id)
        return [as_recipient(person) for person in team.filter(pk__in=[relay.absence.user_id, *filter(None, others)])]

    def action_url(self) -> str:
        """The referral, or the inbox once the team opens it no more."""
        return f"{settings.SITE_URL}{reverse('inbox')}" if self.has_left else super().action_url()

    def context(self) -> dict[str, Any]:
        relay = self.extra["relay"]
        assert self.referral is not None
        line = self.who_keeps_it(is_back=self.referral.adviser_id == relay.absence.user_id)
        subject = line if self.has_left else f"{line}{self.announced()}"
        return super().context() | {"line": line, "subject_line": subject, "has_left": self.has_left}

    def still_holds(self, row: OutgoingMail) -> bool:
        """While the same person keeps it, with the same promise; where it went, when it left, is dated."""
        if self.referral is None:
            return True
        with translation.override(row.language):
            lines = [self.who_keeps_it(is_back=is_back) + self.announced() for is_back in (True, False)]
        return row.subject in [" ".join(line.split())[:250] for line in lines]

    def who_keeps_it(self, *, is_back: bool) -> str:
        """Who keeps it, in one line: what gathers the mails of a day shows nothing else."""
        assert self.referral is not None
        values = {
            "company": self.service_request.company_name,
            "place": self.referral.organisation,
            "who": self.referral.adviser,
        }
        if self.has_left:
            words = _("La demande de %(company)s est passée à %(place)s")
        elif not self.referral.is_live:
            words = _("La demande de %(company)s est terminée pour votre équipe")
        elif self.referral.adviser is None:
            words = _("La demande de %(company)s n’est suivie par personne")
        elif is_back:
            words = _("La demande de %(company)s est revenue à %(who)s")
        else:
            words = _("La demande de %(company)s reste à %(who)s")
        return str(words) % values

    def announced(self) -> str:
        """What was promised to the company and is still to be done, as the end of that line."""
        promise = next(iter(self.referral.open_promises()), None) if self.referral else None
        if promise is None:
            return ""
        values = {"day": wording.day(promise.due_on, "short"), "text": Truncator(promise.words).chars(MOST_QUOTED)}
        words = (
            _(", annoncé avant le %(day)s : %(text)s") if promise.text else _(", nouvelles annoncées avant le %(day)s")
        )
        return str(words) % values


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
