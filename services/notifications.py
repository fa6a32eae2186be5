"""The mails of the life of a request: who receives them, and what caused them."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Mail, Recipient
from members.enums import HubRoleKind, MembershipRole
from members.models import Absence, Organisation, User
from services.links import resume_url, tracking_url
from services.models import Referral, ServiceRequest


class RequestMail(Mail):
    """A mail about a request; `cause` names what happened, so that it is told once."""

    name: ClassVar[str]

    def __init__(self, request: ServiceRequest, cause: object, referral: Referral | None = None, **extra: Any):
        self.request = request
        self.referral = referral
        self.cause = cause
        self.extra = extra
        self.sender = request.hub.mail_sender

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Find the templates by the name of the mail."""
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            cls.template = f"services/mail/{cls.name}"

    def key(self) -> str:
        """The request and what happened to it."""
        return f"{self.request.pk}:{self.cause}"

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """All the mails of a request answer one identifier, so that mailboxes show them as one conversation."""
        return {"References": f"<request-{self.request.code}@{urlsplit(settings.SITE_URL).hostname}>"}

    def action_url(self) -> str:
        """The one page that the mail leads to."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """The request, the referral if any, and the link."""
        return {
            "request": self.request,
            "referral": self.referral,
            "hub": self.request.hub,
            "action_url": self.action_url(),
            **self.extra,
        }


class ToCompany(RequestMail):
    """To the person who asks, in their language."""

    action_label = _("Suivre ma demande")

    def recipients(self) -> Iterable[Recipient]:
        """The contact of the request."""
        request = self.request
        return [Recipient(request.contact_email, request.contact_name, request.language)]

    def action_url(self) -> str:
        """The private tracking page."""
        return tracking_url(self.request)


class ToStaff(RequestMail):
    """To the people who keep the desk of the hub."""

    action_label = _("Ouvrir la demande")
    pace = Pace.FEW
    roles: ClassVar[tuple[str, ...]] = (HubRoleKind.STAFF,)

    def recipients(self) -> Iterable[Recipient]:
        """The holders of the roles, the whole desk where nobody holds them, else the desk of the hub above."""
        people = list(User.objects.with_hub_role(self.request.hub_id, *self.roles))
        for hub in () if people else self.request.hub.line():
            people = people or list(User.objects.with_hub_role(hub.pk, HubRoleKind.STAFF, HubRoleKind.HEAD))
        return [as_recipient(person) for person in people]

    def action_url(self) -> str:
        """The request at the desk."""
        return f"{settings.SITE_URL}{self.request.get_absolute_url()}"


class ToAdvisers(RequestMail):
    """To the adviser of a referral, or to those who may take it on."""

    action_label = _("Ouvrir la demande")
    pace = Pace.FEW

    def recipients(self) -> Iterable[Recipient]:
        """The adviser if there is one, else the front line of the organisation; a stand-in for who is away."""
        assert self.referral is not None
        adviser = self.referral.adviser
        people = [adviser] if adviser and adviser.is_active else front_line(self.referral.organisation)
        return [as_recipient(person) for person in standing_in(people, self.referral.organisation)]

    def action_url(self) -> str:
        """The referral in the inbox."""
        assert self.referral is not None
        return f"{settings.SITE_URL}{self.referral.get_absolute_url()}"


class ToWholeTeam(ToAdvisers):
    """To everybody in the organisation of a referral."""

    def recipients(self) -> Iterable[Recipient]:
        """All the active people of the organisation."""
        assert self.referral is not None
        return [as_recipient(person) for person in User.objects.advisers_of(self.referral.organisation_id)]


def as_recipient(person: User) -> Recipient:
    """The person as the outbox knows people."""
    return Recipient(person.email, str(person), person.language, person.wants_digest, person.wants_little)


def front_line(organisation: Organisation) -> list[User]:
    """Who answers first: the advisers, the whole team where there is none."""
    team = list(User.objects.advisers_of(organisation.pk).prefetch_related("memberships"))
    held = {"organisation_id": organisation.pk, "role": MembershipRole.ADVISER}
    advisers = [one for one in team if any(held.items() <= vars(row).items() for row in one.memberships.all())]
    return advisers or team


def standing_in(people: list[User], organisation: Organisation) -> list[User]:
    """Replace who is away today by the person who stands in; who has nobody still receives."""
    away = Absence.objects.on(timezone.localdate()).filter(organisation=organisation, user__in=people)
    backups = {absence.user_id: absence.backup for absence in away.select_related("backup") if absence.backup}
    return list({(backup := backups.get(person.pk, person)).pk: backup for person in people}.values())


class RequestReceived(ToCompany):
    """The request is filed: its number, the tracking link, what happens next."""

    name = "request_received"


class ResumeLink(ToCompany):
    """The link to finish a request later."""

    name = "resume_link"
    action_label = _("Finir ma demande")
    is_urgent = True

    def action_url(self) -> str:
        """The page where the request goes on."""
        return resume_url(self.request)


class DraftReminder(ResumeLink):
    """One reminder of an unfinished request."""

    name = "draft_reminder"
    is_urgent = False


class TrackingLink(ToCompany):
    """A fresh private link."""

    name = "tracking_link"
    is_urgent = True


class RequestRouted(ToCompany):
    """Which organisations were asked, and until when they answer."""

    name = "request_routed"


class RequestAccepted(ToCompany):
    """An organisation takes the request on: who, and what comes next."""

    name = "request_accepted"


class ReferralRefused(ToCompany):
    """An organisation declined or did not answer, and what happens next."""

    name = "referral_refused"


class ReferralTransferred(ToCompany):
    """Somebody else now follows the request."""

    name = "referral_transferred"


class RequestRejected(ToCompany):
    """The request is set aside, with the answer that staff wrote."""

    name = "request_rejected"
    action_label = _("Lire la réponse")


class RequestMerged(ToCompany):
    """The request was joined to an earlier one."""

    name = "request_merged"


class QuestionAsked(ToCompany):
    """The desk needs an answer before it can route."""

    name = "question_asked"
    action_label = _("Répondre")


class QuestionReminder(ToCompany):
    """The question still waits."""

    name = "question_reminder"
    action_label = _("Répondre")


class MessageToCompany(ToCompany):
    """A new message in the shared thread."""

    name = "message_to_company"
    action_label = _("Lire et répondre")


class RequestHandedOver(ToCompany):
    """Another hub takes the request."""

    name = "request_handed_over"


class RequestWithdrawn(ToCompany):
    """The withdrawal is recorded."""

    name = "request_withdrawn"
    action_label = _("Revoir ma demande")


class RequestClosed(ToCompany):
    """The request is over: what came of it."""

    name = "request_closed"
    action_label = _("Relire ma demande")


class SatisfactionAsked(ToCompany):
    """What do you think of it, asked once."""

    name = "satisfaction_asked"
    action_label = _("Donner mon avis")


class SecondAssessment(ToCompany):
    """A year after the help: a second look at digital maturity."""

    name = "second_assessment"
    action_label = _("Refaire le point")

    def action_url(self) -> str:
        """The page where such an assessment is asked for."""
        return f"{settings.SITE_URL}{reverse('services')}?q=maturite"


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


class NewRequest(ToStaff):
    """A request waits to be routed."""

    name = "new_request"
    action_label = _("Orienter la demande")
    can_wait_for_digest = True


class TriageReminder(ToStaff):
    """The request still waits to be routed."""

    name = "triage_reminder"
    action_label = _("Orienter la demande")


class TriageEscalation(ToStaff):
    """The head of the hub is told too."""

    name = "triage_escalation"
    action_label = _("Orienter la demande")
    roles = (HubRoleKind.STAFF, HubRoleKind.HEAD)


class RequestToReroute(ToStaff):
    """Nobody took the request on."""

    name = "request_to_reroute"
    action_label = _("Réorienter la demande")
    is_same_day = True


class ActivityAlert(ToStaff):
    """An accepted referral stands still."""

    name = "activity_alert"


class CompanySilent(ToStaff):
    """The company did not answer the desk's question."""

    name = "company_silent"


class MessageToStaff(ToStaff):
    """A new message for the desk."""

    name = "message_to_staff"
    action_label = _("Lire et répondre")
    can_wait_for_digest = True


class HandOverReceived(ToStaff):
    """Another hub hands a request over."""

    name = "hand_over_received"
    action_label = _("Orienter la demande")
