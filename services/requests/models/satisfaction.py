"""What the company thinks of it, asked once, whatever the outcome."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.requests.models.request import ServiceRequest


class SatisfactionQuerySet(models.QuerySet["Satisfaction"]):
    """How opinions are found."""

    def asked_of(self, service_request: ServiceRequest) -> "Satisfaction | None":
        """The question asked about a request, or none."""
        return self.filter(request=service_request).order_by("pk").first()


class Satisfaction(models.Model):
    """The question asked of an ended request, and the answer if there is one."""

    request = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, related_name="satisfaction")
    asked_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(
        _("note"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    was_clear = models.BooleanField(_("les étapes étaient claires"), null=True, blank=True)
    comment = models.TextField(_("commentaire"), blank=True)

    objects = SatisfactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("avis")
        verbose_name_plural = _("avis")
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5), name="satisfaction_score_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True, answered_at__isnull=True)
                | Q(score__isnull=False, answered_at__isnull=False),
                name="satisfaction_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request.code} · {self.score or '–'}"
