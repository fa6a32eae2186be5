"""What happened, who did it and why: the abstract row behind every history."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The same words of the same person within this time are one click that was sent twice.
SAME_CLICK = timedelta(minutes=2)


class Party(models.TextChoices):
    """The sides that can act, or be waited for."""

    COMPANY = "company", _("l’entreprise")
    HUB = "hub", _("l’équipe du guichet")
    ORGANISATION = "organisation", _("une structure membre")
    CLOCK = "clock", _("le suivi automatique")


class HistoryRow(models.Model):
    """One step or one noteworthy act, never changed afterwards."""

    at = models.DateTimeField(_("le"), default=timezone.now)
    party = models.CharField(_("côté"), max_length=20, choices=Party.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    by_name = models.CharField(_("nom"), max_length=200, blank=True)
    step = models.CharField(_("étape"), max_length=40)
    from_state = models.CharField(_("de"), max_length=30, blank=True)
    to_state = models.CharField(_("vers"), max_length=30, blank=True)
    why = models.TextField(_("motif"), blank=True)
    data = models.JSONField(_("détails"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.step}"
