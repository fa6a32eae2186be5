"""Hubs: the desks that receive requests, and who keeps them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import Accent, HubRoleKind
from members.models.organisation import Organisation
from members.models.territory import Territory


class HubQuerySet(models.QuerySet["Hub"]):
    """How hubs are found."""

    def in_order(self) -> "HubQuerySet":
        """By name."""
        return self.order_by("name", "pk")

    def for_commune(self, commune: Territory | None) -> "Hub | None":
        """The hub whose territory holds the commune, else the one marked as default, else the first."""
        if commune is not None:
            here = Q(territory=commune) | Q(territory__parts_links__part=commune)
            if found := self.filter(here).order_by("pk").first():
                return found
        return self.order_by("-is_default", "pk").first()

    def visible_to(self, user: Any) -> "HubQuerySet":
        """The hubs whose desk the person keeps, all of them for an administrator."""
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=user.hub_ids(HubRoleKind.STAFF, HubRoleKind.HEAD))


class Hub(models.Model):
    """A one-stop shop for a territory."""

    slug = models.SlugField(_("identifiant"), unique=True)
    name = models.CharField(_("nom"), max_length=120)
    territory = models.ForeignKey(
        Territory, verbose_name=_("territoire"), null=True, blank=True, on_delete=models.PROTECT, related_name="hubs"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("guichet de tête"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text=_("L’équipe d’un guichet de tête voit les demandes de ceux qu’il réunit."),
    )
    organisations = models.ManyToManyField(
        Organisation, verbose_name=_("structures du guichet"), related_name="hubs", blank=True
    )
    sender = models.CharField(_("expéditeur des courriels"), max_length=200, blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    host = models.CharField(
        _("nom de domaine"),
        max_length=120,
        blank=True,
        help_text=_("Par exemple guichet.exemple.fr : ce nom ouvre le portail aux couleurs du guichet."),
    )
    accent = models.CharField(_("couleur"), max_length=10, choices=Accent.choices, default=Accent.SEA)
    presentation = models.TextField(_("présentation"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_open = models.BooleanField(
        _("reçoit des demandes"), default=True, help_text=_("Un guichet de tête peut seulement réunir les autres.")
    )
    is_default = models.BooleanField(_("reçoit ce qu’aucun territoire ne couvre"), default=False)

    objects = HubQuerySet.as_manager()

    class Meta:
        verbose_name = _("guichet")
        verbose_name_plural = _("guichets")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="hub_default_once"),
            models.UniqueConstraint(fields=["host"], condition=~Q(host=""), name="hub_host_once"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="hub_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The desk of this hub."""
        return f"{reverse('admin:triage')}?guichet={self.slug}"


class HubRole(models.Model):
    """A person keeping a hub, leading it, or steering its region."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("personne"), on_delete=models.CASCADE, related_name="hub_roles"
    )
    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(_("rôle"), max_length=20, choices=HubRoleKind.choices)

    class Meta:
        verbose_name = _("rôle dans un guichet")
        verbose_name_plural = _("rôles dans les guichets")
        constraints = [models.UniqueConstraint(fields=["user", "hub", "kind"], name="hubrole_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.hub}"
