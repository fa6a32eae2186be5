"""What the mails of the life of a request share: who receives them, what caused them, where they lead."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.outbox.models import OutgoingMail
from diginor.outbox.pacing import Pace
from diginor.outbox.posting import Mail, Recipient
from diginor.workflow.history import Party
from members.hubs.enums import HubRoleKind
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Absence, User
from services.requests.links import tracking_url
from services.requests.models import Referral, ServiceRequest
from services.requests.queries.situation import headline_of


class RequestMail(Mail):
    """A mail about a request; `cause` names what happened, so that it is told once."""

    name: ClassVar[str]

    def __init__(self, service_request: ServiceRequest, cause: object, referral: Referral | None = None, **extra: Any):
        self.service_request = service_request
        self.referral = referral
        self.cause = cause
        self.extra = extra
        self.sender, self.accent = service_request.hub.mail_sender, service_request.hub.accent

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Find the templates by the name of the mail."""
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            cls.template = f"services/requests/mail/{cls.name}"

    def key(self) -> str:
        """The request and what happened to it."""
        return f"{self.service_request.pk}:{self.cause}"

    def headers(self, recipient: Recipient) -> dict[str, str]:
        """All the mails of a request answer one identifier, so that mailboxes show them as one conversation."""
        return {"References": f"<request-{self.service_request.code}@{urlsplit(settings.SITE_URL).hostname}>"}

    def action_url(self) -> str:
        """The one page that the mail leads to."""
        raise NotImplementedError

    def still_holds(self, row: OutgoingMail) -> bool:
        """Whether what was written still tells how the request stands; what waits leaves only then."""
        return True

    def context(self) -> dict[str, Any]:
        """The request, the referral if any, and the link."""
        return {
            "service_request": self.service_request,
            "referral": self.referral,
            "hub": self.service_request.hub,
            "action_url": self.action_url(),
            **self.extra,
        }


class ToCompany(RequestMail):
    """To the person who asks, in their language."""

    action_label = _("Suivre ma demande")
    # What staff wrote themselves leaves even for a request that is kept apart.
    is_said_by_staff: ClassVar[bool] = False

    def recipients(self) -> Iterable[Recipient]:
        """The contact of the request; nobody while a robot may have typed the address."""
        service_request = self.service_request
        if service_request.is_suspect and not self.is_said_by_staff:
            return []
        # Whoever typed an address may not make us write words of theirs to it: not even a name, until staff have read.
        name = service_request.contact_name if service_request.routed_at else ""
        return [Recipient(service_request.contact_email, name, service_request.language)]

    def action_url(self) -> str:
        """The private tracking page."""
        return tracking_url(self.service_request)

    def context(self) -> dict[str, Any]:
        """With the sentence of the page, so that both say the same of the state after the step."""
        return super().context() | {"headline": headline_of(self.service_request)}


class ToStaff(RequestMail):
    """To the people who keep the desk of the hub."""

    action_label = _("Ouvrir la demande")
    pace = Pace.FEW
    roles: ClassVar[tuple[str, ...]] = (HubRoleKind.STAFF,)

    def recipients(self) -> Iterable[Recipient]:
        """The holders of the roles, the whole desk where nobody holds them, else the desk of the hub above."""
        people = list(User.objects.with_hub_role(self.service_request.hub_id, *self.roles))
        for hub in () if people else self.service_request.hub.line():
            people = people or list(User.objects.with_hub_role(hub.pk, HubRoleKind.STAFF, HubRoleKind.HEAD))
        return [as_recipient(person) for person in people]

    def action_url(self) -> str:
        """The request at the desk."""
        return f"{settings.SITE_URL}{self.service_request.get_absolute_url()}"

    def is_same_turn(self, row: OutgoingMail) -> bool:
        """Whether the request has waited for the desk ever since the mail was written."""
        queued_at = self.service_request.queued_at
        is_staff_turn = self.service_request.is_open and self.service_request.responsible == Party.HUB
        return is_staff_turn and queued_at is not None and queued_at <= row.created_at


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
    return Recipient(person.email, str(person), person.language, person.wants_digest, person.wants_fewer_mails)


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
