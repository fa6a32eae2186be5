"""Successions: mergers, creations, splits and renamings, what they moved, and how it was before."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import public_code
from members.facts.fields import PartialDateField
from members.facts.models import SourcedFact
from members.organisations.models import Organisation
from members.successions.enums import SuccessionKind, SuccessionRole


class SuccessionQuerySet(models.QuerySet["Succession"]):
    """How successions are found."""

    def with_parts(self) -> "SuccessionQuerySet":
        """With the organisations that take part, and the networks that they are."""
        return self.prefetch_related("parts__organisation__network")

    def about(self, organisation: Organisation) -> "SuccessionQuerySet":
        """Those in which an organisation takes part, the oldest first."""
        rows = self.filter(parts__organisation=organisation).with_parts()
        return rows.order_by("announced_on", "effective_on", "pk")

    def visible_to(self, user: Any) -> "SuccessionQuerySet":
        """Those in which an organisation takes part that the person's hubs know."""
        if user.is_superuser:
            return self
        mine = Organisation.objects.visible_to(user).values("pk")
        return self.filter(pk__in=SuccessionPart.objects.filter(organisation__in=mine).values("succession"))

    def decided_by(self, user: Any) -> "SuccessionQuerySet":
        """Those whose origins and successors are all known by the person's hubs."""
        if user.is_superuser:
            return self
        others = SuccessionPart.objects.exclude(role=SuccessionRole.CONTRIBUTOR)
        others = others.exclude(organisation__in=Organisation.objects.visible_to(user).values("pk"))
        return self.visible_to(user).exclude(pk__in=others.values("succession"))


class Succession(SourcedFact):
    """Organisations that become others; applied when the live relations have moved to the successor."""

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    kind = models.CharField(_("nature"), max_length=20, choices=SuccessionKind.choices)
    announced_on = PartialDateField(_("annoncée le"))
    filed_on = PartialDateField(_("dossier déposé le"))
    effective_on = PartialDateField(_("effet"))
    is_effective_planned = models.BooleanField(
        _("effet prévu"),
        default=False,
        help_text=_("Quand la source annonce la date sans confirmer qu’elle a été tenue."),
    )
    applied_at = models.DateTimeField(_("appliquée le"), null=True, blank=True, editable=False)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.code}"

    @property
    def in_words(self) -> str:
        """Who becomes whom."""
        sides = (self.organisations(role) for role in (SuccessionRole.PREDECESSOR, SuccessionRole.SUCCESSOR))
        return " → ".join(", ".join(map(str, places)) or "?" for places in sides)

    def organisations(self, role: str) -> list[Organisation]:
        """The organisations that hold a role in it, in the order they were entered."""
        return [part.organisation for part in self.parts.all() if part.role == role]


class SuccessionPart(models.Model):
    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="parts")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("structure"), on_delete=models.PROTECT, related_name="succession_parts"
    )
    role = models.CharField(_("rôle"), max_length=12, choices=SuccessionRole.choices)

    class Meta:
        verbose_name = _("structure concernée")
        verbose_name_plural = _("structures concernées")
        constraints = [models.UniqueConstraint(fields=["succession", "organisation"], name="successionpart_once")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"


class MovedRow(models.Model):
    """A row that a succession changed or made, as it was before and as it was left, so that it can be undone."""

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="moved_rows")
    model = models.CharField(max_length=60)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("ligne déplacée")
        verbose_name_plural = _("lignes déplacées")
        constraints = [
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False), name="movedrow_says_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"
