"""Hubs: the desks that receive requests, and who keeps them."""

from collections import defaultdict
from collections.abc import Collection
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diginor.text.email_addresses import check_address, clean_address
from diginor.text.search import PlainText
from members.hubs.enums import Accent, HolidayZone, HubRoleKind
from members.hubs.rules import Parents, above, closes_a_circle
from members.organisations.models import Organisation
from members.territories.enums import TerritoryKind
from members.territories.models import Containment, Territory

HOSTS_KEY, HOSTS_KEPT_SECONDS = "hubs-by-host", 300
host_name = RegexValidator(
    r"^(?=.{4,120}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    _("Un nom de domaine s’écrit en minuscules, sans « https:// » : guichet.exemple.fr."),
)


def validate_sender(value: str) -> None:
    """Refuse a sender that mail servers would refuse: an address, alone or after a name."""
    refused = ValidationError(
        _("L’expéditeur s’écrit comme une adresse, seule ou après un nom : Guichet <bonjour@exemple.fr>."),
        code="sender",
    )
    _name, address = parseaddr(value)
    if any(letter in value for letter in "\r\n,;") or not address:
        raise refused
    is_alone, is_after_a_name = value.strip() == address, value.strip().endswith(f"<{address}>")
    if not (is_alone or is_after_a_name) or clean_address(value) != value.strip():
        raise refused
    try:
        check_address(address)
    except ValidationError:
        raise refused from None


class HubQuerySet(models.QuerySet["Hub"]):
    """How hubs are found."""

    def in_order(self) -> "HubQuerySet":
        """By name."""
        return self.order_by("search_name", "pk")

    def open(self) -> "HubQuerySet":
        """Those that receive requests; a head hub may only gather others."""
        return self.filter(is_open=True)

    def for_commune(self, commune: Territory | None) -> "Hub | None":
        """The open hub nearest to the commune, else the one marked as default, else the first open one."""
        return self.covering(commune) or self.open().order_by("-is_default", "pk").first()

    def covering(self, commune: Territory | None) -> "Hub | None":
        """The open hub whose territory holds the commune; of several, the one with the smallest territory."""
        if commune is None:
            return None
        around = Containment.objects.filter(part=commune).values("container")
        here = self.open().filter(Q(territory=commune) | Q(territory__in=around))
        found = list(here.order_by("pk"))
        return found[0] if len(found) == 1 else here.by_size().first()

    def by_size(self) -> "HubQuerySet":
        """The smallest territory first, counted in communes."""
        inside = Containment.objects.filter(container=OuterRef("territory"), part__kind=TerritoryKind.COMMUNE)
        counted = inside.order_by().values("container").annotate(communes=Count("part")).values("communes")
        return self.annotate(communes=Subquery(counted)).order_by(F("communes").asc(nulls_first=True), "pk")

    def shown(self) -> "HubQuerySet":
        """With what their public pages tell."""
        return self.select_related("territory", "parent").in_order()

    def under(self, hub: "Hub") -> "HubQuerySet":
        """Those that a hub gathers directly."""
        return self.filter(parent=hub)

    def door(self, slug: str) -> "Hub | None":
        """The open hub of that name."""
        return self.open().filter(slug=slug).first() if slug else None

    def holiday_zone_of(self, pk: int) -> str:
        """Whose public holidays its working days pass over."""
        return self.values_list("holiday_zone", flat=True).get(pk=pk)

    def parents(self) -> Parents:
        """Who stands above whom."""
        return dict(self.order_by("pk").values_list("pk", "parent_id"))

    def of_host(self, host: str) -> "Hub | None":
        """The hub that a host name opens; read once in a while, and again as soon as a hub is saved."""
        found: dict[str, Hub] | None = cache.get(HOSTS_KEY)
        if found is None:
            found = {hub.host: hub for hub in self.exclude(host="").select_related("territory").order_by("pk")}
            cache.set(HOSTS_KEY, found, HOSTS_KEPT_SECONDS)
        return found.get(host)

    def visible_to(self, user: Any) -> "HubQuerySet":
        """The hubs whose desk the person keeps, all of them for an administrator."""
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=user.staffed_hub_ids())


def departments_of(hubs: Collection["Hub"]) -> dict[int, list[Territory]]:
    """The départements inside the territory of each hub, or the one that it is, by code; in one query."""
    territories = [hub.territory_id for hub in hubs if hub.territory_id]
    inside = Containment.objects.filter(container__in=territories, part__kind=TerritoryKind.DEPARTMENT)
    found: dict[int | None, list[Territory]] = defaultdict(list)
    for link in inside.select_related("part").order_by("part__code", "pk"):
        found[link.container_id].append(link.part)
    own = {hub.pk: hub.territory for hub in hubs if hub.territory and hub.territory.kind == TerritoryKind.DEPARTMENT}
    return {hub.pk: [own[hub.pk]] if hub.pk in own else found[hub.territory_id] for hub in hubs}


def choices_of(hubs: Collection["Hub"]) -> list[tuple[str, str]]:
    """Hubs to choose from; one that gathers others says that choosing it chooses them all."""
    heads = {hub.parent_id for hub in hubs}
    return [(hub.slug, gettext("%(hub)s (tous)") % {"hub": hub} if hub.pk in heads else hub.name) for hub in hubs]


def forget_hosts() -> None:
    """Read the host names again at the next page: to be called once a hub is saved."""
    cache.delete(HOSTS_KEY)


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
    sender = models.CharField(
        _("expéditeur des courriels"),
        max_length=200,
        blank=True,
        validators=[validate_sender],
        help_text=_("Une adresse, seule ou après un nom. Vide : l’adresse du portail, au nom du guichet."),
    )
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    host = models.CharField(
        _("nom de domaine"),
        max_length=120,
        blank=True,
        validators=[host_name],
        help_text=_("Par exemple guichet.exemple.fr : ce nom ouvre le portail aux couleurs du guichet."),
    )
    accent = models.CharField(_("couleur"), max_length=10, choices=Accent.choices, default=Accent.SEA)
    presentation = models.TextField(_("présentation"), blank=True)
    holiday_zone = models.CharField(
        _("jours fériés locaux"),
        max_length=3,
        choices=HolidayZone.choices,
        blank=True,
        help_text=_(
            "Les délais de ses demandes passent aussi ces jours-là. Vide : les jours fériés de toute la France."
        ),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_open = models.BooleanField(
        _("reçoit des demandes"), default=True, help_text=_("Un guichet de tête peut seulement réunir les autres.")
    )
    is_default = models.BooleanField(_("reçoit ce qu’aucun territoire ne couvre"), default=False)

    search_name = models.GeneratedField(expression=PlainText("name"), output_field=models.TextField(), db_persist=True)

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
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_open=True),
                name="hub_default_is_open",
                violation_error_message=_(
                    "Le guichet qui reçoit ce qu’aucun territoire ne couvre doit recevoir des demandes."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('admin:triage')}?guichet={self.slug}"

    @property
    def front_url(self) -> str:
        """The front door of this hub, for the public."""
        return reverse("hub", args=[self.slug])

    @property
    def site_url(self) -> str:
        """Where this hub opens: at its own host when the portal serves it, else where all do."""
        if self.host not in settings.DIGINOR_HOSTS:
            return str(settings.SITE_URL)
        return f"{settings.SITE_URL.partition('://')[0]}://{self.host}"

    @property
    def mail_sender(self) -> str:
        """Who signs the mails of this hub: its own address, else that of the portal, in the name of the hub."""
        name, address = parseaddr(self.sender or settings.DEFAULT_FROM_EMAIL)
        return formataddr((name if self.sender and name else self.name, address))

    def clean(self) -> None:
        """Refuse a family in a circle, which the database refuses too, and a host that nothing serves."""
        super().clean()
        if closes_a_circle(self.pk, self.parent_id, Hub.objects.parents()):
            raise ValidationError(
                {"parent": _("Ce guichet est déjà au-dessus de celui-là : la famille tournerait en rond.")}
            )
        if self.host and self.host not in settings.DIGINOR_HOSTS:
            raise ValidationError(
                {"host": _("Ajoutez d’abord ce nom à DIGINOR_HOSTS, dans les réglages du serveur, puis relancez-le.")}
            )

    def line(self) -> list["Hub"]:
        """This hub, then those above it, the nearest first."""
        ids = above(self.pk, Hub.objects.parents()) if self.parent_id else [self.pk]
        known = Hub.objects.in_bulk(ids[1:])
        return [self, *(known[pk] for pk in ids[1:])]


_REACH = """
WITH RECURSIVE reach AS (
    SELECT role.kind, role.hub_id, true AS is_own FROM members_hubrole role WHERE role.user_id = %s
    UNION
    SELECT reach.kind, child.id, false FROM reach JOIN members_hub child ON child.parent_id = reach.hub_id
)
SELECT hub.*, reach.kind AS role_kind, bool_or(reach.is_own) AS is_own
FROM reach JOIN members_hub hub ON hub.id = reach.hub_id
GROUP BY hub.id, reach.kind ORDER BY hub.name, reach.kind, hub.id
"""


class HubRoleQuerySet(models.QuerySet["HubRole"]):
    """How roles are found."""

    def reaching(self, user_id: int) -> list["HubRole"]:
        """The roles of a person, those that a head hub gives for the hubs under it included, in one query."""
        found: Any = Hub.objects.raw(_REACH, [user_id])
        roles = [HubRole(user_id=user_id, hub=hub, kind=hub.role_kind) for hub in found]
        for role in roles:
            role.is_own = role.hub.is_own  # type: ignore[attr-defined]
        return roles


class HubRole(models.Model):
    """A person keeping a hub, leading it, or steering its region."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("personne"), on_delete=models.CASCADE, related_name="hub_roles"
    )
    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(_("rôle"), max_length=20, choices=HubRoleKind.choices)
    # Given to the person, and not only reached through a head hub.
    is_own: bool = True

    objects = HubRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rôle dans un guichet")
        verbose_name_plural = _("rôles dans les guichets")
        constraints = [models.UniqueConstraint(fields=["user", "hub", "kind"], name="hubrole_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.hub}"
