"""Relays: what was given on while the person who followed it was away, so that both hear afterwards who keeps it."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.people.models import Absence, User
from services.requests.models.referral import Referral


class RelayQuerySet(models.QuerySet["Relay"]):
    """How relays are found."""

    def untold(self, absence: int) -> "RelayQuerySet":
        """Those of an absence of which nobody was told yet who keeps the request."""
        return self.filter(absence=absence, told_at=None)

    def absences_over(self, day: date) -> list[int]:
        """The absences of which the end is to be told; not while another keeps the same person away."""
        again = Absence.objects.on(day).filter(organisation=OuterRef("absence__organisation"))
        away = again.filter(Q(user=None) | Q(user=OuterRef("absence__user")))
        rows = self.filter(~Exists(away), told_at=None, absence__ends_on__lt=day)
        return list(rows.order_by("absence").values_list("absence", flat=True).distinct())


class Relay(models.Model):
    """A referral given to a stand-in, or back to the team, for the time of an absence."""

    absence = models.ForeignKey(Absence, verbose_name=_("absence"), on_delete=models.CASCADE, related_name="relays")
    referral = models.ForeignKey(
        Referral, verbose_name=_("orientation"), on_delete=models.CASCADE, related_name="relays"
    )
    stand_in = models.ForeignKey(
        User, verbose_name=_("remplacée par"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    told_at = models.DateTimeField(_("suite annoncée le"), null=True, blank=True)

    objects = RelayQuerySet.as_manager()

    class Meta:
        verbose_name = _("relais")
        verbose_name_plural = _("relais")
        constraints = [models.UniqueConstraint(fields=["absence", "referral"], name="relay_once")]
        indexes = [models.Index(fields=["absence"], condition=Q(told_at=None), name="relay_untold")]

    def __str__(self) -> str:
        return f"{self.referral} · {self.absence}"
