"""Promises: what a person of an organisation announced to a company, and for when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.organisations.models import Organisation
from services.requests.enums import LIVE_REFERRAL_STATES
from services.requests.rules.clock import PromiseFacts


class PromiseQuerySet(models.QuerySet["Promise"]):
    """How promises are found."""

    def open(self) -> "PromiseQuerySet":
        """Neither kept nor replaced, and still somebody's: the earliest first."""
        return self.filter(ended_at=None, referral__state__in=LIVE_REFERRAL_STATES)

    def end(self, at: datetime, *, is_kept: bool) -> int:
        """Note that they were kept, or replaced by what is announced now."""
        return self.filter(ended_at=None).update(ended_at=at, is_kept=is_kept)


class PromiseManager(models.Manager.from_queryset(PromiseQuerySet)):  # type: ignore[misc]
    """Promises are read the earliest first wherever they are shown, those of a referral in hand included."""

    def get_queryset(self) -> PromiseQuerySet:
        """All of them, the earliest first."""
        rows: PromiseQuerySet = super().get_queryset().order_by("due_on", "pk")
        return rows


class Promise(models.Model):
    """A step announced to the company for a day; it goes with its referral, whoever follows it, until kept or replaced.

    The clock's own dates are follow-ups. `organisation` and `made_by` said it; the referral says who holds it now.
    """

    referral = models.ForeignKey(
        "services.Referral", verbose_name=_("orientation"), on_delete=models.CASCADE, related_name="promises"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("annoncée par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    made_by_name = models.CharField(_("nom"), max_length=200, blank=True)
    text = models.CharField(_("ce qui est annoncé"), max_length=200, blank=True)
    due_on = models.DateField(_("au plus tard le"))
    made_at = models.DateTimeField(_("annoncée le"), default=timezone.now)
    ended_at = models.DateTimeField(_("tenue ou remplacée le"), null=True, blank=True)
    is_kept = models.BooleanField(_("tenue"), default=False)
    alerted_at = models.DateTimeField(_("retard signalé au guichet le"), null=True, blank=True)

    objects = PromiseManager()

    class Meta:
        verbose_name = _("promesse")
        verbose_name_plural = _("promesses")
        indexes = [models.Index(fields=["referral", "due_on"], condition=models.Q(ended_at=None), name="promise_open")]

    def __str__(self) -> str:
        return f"{self.text} · {self.due_on:%d/%m/%Y}"

    @property
    def facts(self) -> PromiseFacts:
        """What the clock needs to know of it."""
        return PromiseFacts(self.made_at, self.due_on, self.alerted_at is not None)

    @property
    def due_at(self) -> datetime:
        """The end of the announced day."""
        return self.facts.due_at

    @property
    def is_late(self) -> bool:
        """Whether the announced day has passed."""
        return self.due_at <= timezone.now()

    @property
    def words(self) -> str:
        """What was announced, fit to stand inside a sentence."""
        return self.text.rstrip(". ")
