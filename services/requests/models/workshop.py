"""Workshops: a room where many companies file at once, so that their one connection is no sign of a robot."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.hubs.models import Hub

MOST_HOURS, MOST_EXPECTED = 24, 200
# The connection of a room is known as long as somebody may ask what happened there.
ADDRESS_KEPT = timedelta(days=7)


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    """How workshops are found, and their places taken."""

    def open_now(self) -> "WorkshopQuerySet":
        """Those that have begun and are not over, the first opened first."""
        now = timezone.now()
        return self.filter(opens_at__lte=now, ends_at__gt=now).order_by("opens_at", "pk")

    def expected_from(self, origin: str) -> int:
        """How many filings the workshops open now expect from a network, nought when there is none."""
        return self.open_now().filter(address=origin).aggregate(total=Sum("expected"))["total"] or 0

    def take_place(self, origin: str) -> bool:
        """Give a filing one of the places left to a network; of several at once, none takes that of another."""
        rows = self.open_now().filter(address=origin).values_list("pk", flat=True)
        left = self.filter(filings__lt=F("expected"))
        return any(left.filter(pk=pk).update(filings=F("filings") + 1) for pk in rows)

    def to_forget(self, now: datetime) -> "WorkshopQuerySet":
        """Those whose address was kept long enough."""
        return self.filter(ends_at__lte=now - ADDRESS_KEPT, address__isnull=False)


class Workshop(models.Model):
    """An hour or a day when a hub expects many filings from one network; `address` is as limits count it."""

    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.CASCADE, related_name="workshops")
    address = models.GenericIPAddressField(
        _("adresse réseau"),
        null=True,
        unpack_ipv4=True,
        help_text=_(
            "L’adresse que la salle a sur internet. En IPv6, seule compte sa première moitié. Elle est effacée 7 jours"
            " après la fin."
        ),
    )
    opens_at = models.DateTimeField(_("début"))
    hours = models.PositiveSmallIntegerField(
        _("durée, en heures"), default=4, validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)]
    )
    ends_at = models.DateTimeField(_("fin"), editable=False)
    expected = models.PositiveSmallIntegerField(
        _("demandes attendues"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_EXPECTED)],
        help_text=_("Au-delà, ce qui vient de cette connexion est de nouveau mis à part, et l’équipe prévenue."),
    )
    filings = models.PositiveIntegerField(_("demandes déposées"), default=0, editable=False)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        verbose_name = _("atelier")
        verbose_name_plural = _("ateliers")
        constraints = [
            models.CheckConstraint(condition=Q(hours__range=(1, MOST_HOURS)), name="workshop_hours_in_a_day"),
            models.CheckConstraint(condition=Q(expected__range=(1, MOST_EXPECTED)), name="workshop_expects_some"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("opens_at")), name="workshop_ends_after_opening"),
        ]
        indexes = [models.Index(fields=["address", "ends_at"], name="workshop_by_address")]

    def __str__(self) -> str:
        # The journal of the administration keeps this text: the address is not in it.
        return f"{self.hub} · {timezone.localtime(self.opens_at):%d/%m/%Y %H:%M}"

    @property
    def is_over(self) -> bool:
        """Whether its end has passed."""
        return self.ends_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether filings are expected now."""
        return self.opens_at <= timezone.now() and not self.is_over
