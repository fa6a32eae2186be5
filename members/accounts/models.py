"""What was erased at somebody's request: that it was done, when and by whom; never of whom."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.accounts.enums import ErasureScope
from members.hubs.models import HubRole


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """How they are found."""

    def visible_to(self, user: Any) -> "ErasureQuerySet":
        """Those done at the desks that the person keeps; an administrator sees all of them."""
        if user.is_superuser:
            return self.all()
        hubs = user.staffed_hub_ids()
        return self.filter(by__in=HubRole.objects.filter(hub__in=hubs).values("user"))


class Erasure(models.Model):
    """An erasing on request, as one may have to prove it without keeping who asked."""

    at = models.DateTimeField(_("le"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Vide : depuis la ligne de commande."),
    )
    scope = models.CharField(_("étendue"), max_length=20, choices=ErasureScope.choices)
    erased = models.JSONField(_("effacé, par nature"), default=dict)
    failed = models.PositiveIntegerField(_("restés à effacer"), default=0)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("effacement sur demande")
        verbose_name_plural = _("effacements sur demande")
        indexes = [models.Index(fields=["-at", "-id"], name="erasure_recent")]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} · {self.at:%Y-%m-%d %H:%M}"
