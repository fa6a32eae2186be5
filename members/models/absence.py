"""Absences: who is away, until when, and who stands in."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diginor.codes import public_code
from members.models.organisation import Organisation
from members.models.user import User


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
