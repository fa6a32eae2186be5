"""People, what they do in organisations, how they are invited, and when they are away."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import public_code
from diginor.text.email_addresses import EmailField, clean_address
from diginor.text.search import PlainText
from members.hubs.enums import HubRoleKind
from members.organisations.models import Organisation
from members.people.enums import MailPreference, MembershipRole

if TYPE_CHECKING:
    from members.hubs.models import Hub, HubRole

CLOSED_DOMAIN = "diginor.invalid"


class UserQuerySet(models.QuerySet):
    """How people are found."""

    def advisers_of(self, organisation_id: int) -> "UserQuerySet":
        """The active people of an organisation, managers included."""
        active = Q(memberships__organisation_id=organisation_id, memberships__is_active=True, is_active=True)
        return self.filter(active).distinct().order_by("search_name", "pk")

    def present(self, organisation_id: int, first: date, last: date) -> "UserQuerySet":
        """The active people of an organisation who are away on none of these days, both included."""
        away = Q(absences__organisation_id=organisation_id, absences__starts_on__lte=last, absences__ends_on__gte=first)
        return self.advisers_of(organisation_id).exclude(pk__in=User.objects.filter(away).values("pk"))

    def managers_of(self, organisation_id: int) -> "UserQuerySet":
        """The people in charge of the team of an organisation."""
        return self.filter(
            memberships__organisation_id=organisation_id,
            memberships__is_active=True,
            memberships__role=MembershipRole.MANAGER,
            is_active=True,
        ).order_by("search_name", "pk")

    def with_hub_role(self, hub_id: int, *kinds: str) -> "UserQuerySet":
        """The active people who hold one of these roles for a hub."""
        roles = Q(hub_roles__hub_id=hub_id, hub_roles__kind__in=kinds, is_active=True)
        return self.filter(roles).distinct().order_by("search_name", "pk")

    def with_email(self, email: str) -> "UserQuerySet":
        """The person who signs in with that address, in any case of letters."""
        return self.filter(email__iexact=clean_address(email)).order_by("pk")

    def closed(self) -> "UserQuerySet":
        """The accounts of which nothing is left but that somebody acted."""
        return self.filter(email__endswith=f"@{CLOSED_DOMAIN}")

    def unused(self, limit: datetime) -> "UserQuerySet":
        """The accounts without any function that nobody entered since an instant."""
        roles: Any = User._meta.get_field("hub_roles").related_model
        rows = self.exclude(email__endswith=f"@{CLOSED_DOMAIN}").filter(is_superuser=False)
        rows = rows.exclude(Exists(Membership.objects.filter(user=OuterRef("pk"), is_active=True)))
        rows = rows.exclude(Exists(roles._base_manager.filter(user=OuterRef("pk"))))
        return rows.filter(Q(last_login__lte=limit) | Q(last_login=None, joined_at__lte=limit)).order_by("pk")

    def visible_to(self, user: "User") -> "UserQuerySet":
        """The people that the administration shows: for staff, those of their hubs."""
        if user.is_superuser:
            return self.all()
        hubs = user.staffed_hub_ids()
        in_teams = User.objects.filter(memberships__organisation__hubs__in=hubs).values("pk")
        in_hubs = User.objects.filter(hub_roles__hub__in=hubs).values("pk")
        return self.filter(pk__in=in_teams.union(in_hubs))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """How people are created."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person; without a password only a code by e-mail opens the account."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who signs in with an e-mail address and may have several roles."""

    email = EmailField(_("adresse électronique"), unique=True)
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    function = models.CharField(_("fonction"), max_length=120, blank=True)
    language = models.CharField(
        _("langue"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    mail_preference = models.CharField(
        _("courriels"), max_length=20, choices=MailPreference.choices, default=MailPreference.AT_ONCE
    )
    is_active = models.BooleanField(_("compte ouvert"), default=True)
    is_demo = models.BooleanField(_("personne inventée"), default=False)
    joined_at = models.DateTimeField(_("inscription"), default=timezone.now)
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    search_name = models.GeneratedField(
        expression=PlainText(Concat("last_name", Value(" "), "first_name")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]
        indexes = [
            GinIndex(fields=["search_name", "email"], opclasses=["gin_trgm_ops"] * 2, name="user_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or (gettext("compte fermé") if self.is_closed else self.email)

    @property
    def is_closed(self) -> bool:
        """Whether the account was closed for good: suspended ones keep their name and may open again."""
        return self.email.endswith(f"@{CLOSED_DOMAIN}")

    def get_full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to go on: it ends when the password or the generation of sessions changes."""
        proof = f"{self.password}|{self.session_generation}"
        return salted_hmac("members.session", proof, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the administration opens: administrators, and the staff of a hub."""
        return self.is_superuser or bool(self.hub_ids(HubRoleKind.STAFF, HubRoleKind.HEAD))

    @property
    def wants_digest(self) -> bool:
        """Whether mails that can wait are gathered once a day."""
        return self.mail_preference == MailPreference.DAILY

    @property
    def wants_fewer_mails(self) -> bool:
        """Whether only reminders and what is entrusted to the person are written, never the news."""
        return self.mail_preference == MailPreference.ESSENTIAL

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """The organisations the person works for, read once."""
        rows = self.memberships.filter(is_active=True).select_related("organisation")
        return list(rows.order_by("organisation__search_name", "pk"))

    @cached_property
    def all_hub_roles(self) -> list["HubRole"]:
        """The roles the person holds for hubs, and through a head hub for all those under it, read once."""
        return self.hub_roles.reaching(self.pk)

    @property
    def own_hub_roles(self) -> list["HubRole"]:
        """The roles given to the person for a hub itself."""
        return [role for role in self.all_hub_roles if role.is_own]

    def organisation_ids(self) -> set[int]:
        """The organisations the person works for."""
        return {membership.organisation_id for membership in self.active_memberships}

    def managed_organisation_ids(self) -> set[int]:
        """The organisations whose team the person leads."""
        return {row.organisation_id for row in self.active_memberships if row.role == MembershipRole.MANAGER}

    def hub_ids(self, *kinds: str) -> set[int]:
        """The hubs for which the person holds one of these roles."""
        return {role.hub_id for role in self.all_hub_roles if role.kind in kinds}

    def staffed_hub_ids(self) -> set[int]:
        """The hubs whose requests the person routes, those under a head hub included."""
        return self.hub_ids(HubRoleKind.STAFF, HubRoleKind.HEAD)

    def staffed_hubs(self, *, is_own: bool = False) -> list["Hub"]:
        """The hubs whose desk the person keeps, those under a head hub included unless `is_own`."""
        roles = [role for role in self.all_hub_roles if role.kind in (HubRoleKind.STAFF, HubRoleKind.HEAD)]
        return list({role.hub_id: role.hub for role in roles if role.is_own or not is_own}.values())


class MembershipQuerySet(models.QuerySet):
    """How memberships are found."""

    def in_team(self, organisation_id: int) -> "MembershipQuerySet":
        """The people who work for an organisation today."""
        rows = self.filter(organisation_id=organisation_id, is_active=True)
        return rows.select_related("user", "organisation").order_by("user__search_name", "pk")


class Membership(models.Model):
    """A person working for an organisation."""

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    user = models.ForeignKey(User, verbose_name=_("personne"), on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(
        "members.Organisation", verbose_name=_("structure"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("rôle"), max_length=20, choices=MembershipRole.choices, default=MembershipRole.ADVISER)
    is_active = models.BooleanField(_("en poste"), default=True)
    started_on = models.DateField(_("depuis"), default=timezone.localdate)
    ended_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("fonction")
        verbose_name_plural = _("fonctions")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(is_active=True), name="membership_active_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "role"], condition=Q(is_active=True), name="membership_team")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class InvitationQuerySet(models.QuerySet):
    """How invitations are found."""

    def waiting(self) -> "InvitationQuerySet":
        """Those not accepted yet, the newest first, expired ones included."""
        return self.filter(accepted_at=None).select_related("invited_by").order_by("-created_at", "-pk")


class Invitation(models.Model):
    """A person invited by e-mail to work for an organisation, until a date."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = EmailField(_("adresse électronique"))
    organisation = models.ForeignKey(
        "members.Organisation", verbose_name=_("structure"), on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(_("rôle"), max_length=20, choices=MembershipRole.choices, default=MembershipRole.ADVISER)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("valable jusqu’au"))
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def is_open(self) -> bool:
        """Whether the invitation may still be accepted."""
        return self.accepted_at is None and self.expires_at > timezone.now()


class AbsenceQuerySet(models.QuerySet):
    """How absences are found."""

    def on(self, day: date) -> "AbsenceQuerySet":
        """Those that cover a day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def during(self, first: date, last: date) -> "AbsenceQuerySet":
        """Those that cover one of these days, both included."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def current_and_coming(self, day: date) -> "AbsenceQuerySet":
        """Those not over yet, the nearest first."""
        return self.filter(ends_on__gte=day).order_by("starts_on", "pk")

    def with_people(self) -> "AbsenceQuerySet":
        """With who is away and who stands in."""
        return self.select_related("organisation", "user", "backup", "backup_organisation")


class Absence(models.Model):
    """A period when an organisation as a whole, or one of its people, answers nothing; both days included."""

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="absences"
    )
    user = models.ForeignKey(
        User,
        verbose_name=_("personne"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="absences",
        help_text=_("Laissez vide si toute la structure est absente."),
    )
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))
    backup = models.ForeignKey(
        User, verbose_name=_("remplacée par"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    backup_organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("structure de relais"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    taken_over_at = models.DateTimeField(_("demandes confiées au relais le"), null=True, blank=True, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(backup__isnull=True) | ~Q(backup=F("user")), name="absence_backup_is_another"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "ends_on"], name="absence_by_end")]

    def __str__(self) -> str:
        return f"{self.user or self.organisation} {self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"
