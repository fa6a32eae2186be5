"""The aggregates that dashboards read: additive counters by day or month of filing and by what the filters choose.

`FigureDetail` holds one row for each combination of dimensions that occurs on a day; `FigureCell` holds the sums that
the first page and the commonest filters read: by day or by month, for the dimensions that `cut` names. A row without
organisation speaks of requests whole; a row with one speaks of the same requests as that organisation has them.
"""

from itertools import combinations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.models import Territory
from services.figures.rules.figures import COUNTERS, DIMENSIONS, Dimension
from services.requests.models import ServiceRequest

DAY, MONTH = "day", "month"
# What cells are kept for: everything, each dimension alone by day and month, each pair of dimensions by month.
SINGLES: tuple[tuple[str, ...], ...] = ((), *((dimension.code,) for dimension in DIMENSIONS))
PAIRS: tuple[tuple[str, ...], ...] = tuple(combinations((dimension.code for dimension in DIMENSIONS), 2))


def cut_name(dimensions: tuple[str, ...]) -> str:
    """How a cut is called in its cells."""
    return "+".join(dimensions) or "all"


def _field(dimension: Dimension) -> models.Field:
    """The values of a dimension; a key is without constraint nor index: these rows are computed, and computed again."""
    if not dimension.is_key:
        length = getattr(ServiceRequest._meta.get_field(dimension.code), "max_length", None)
        return models.CharField(max_length=length, default="")
    model: type[models.Model] = Organisation if dimension.is_recipient else Territory
    return models.ForeignKey(
        model, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Cell(models.Model):
    """What both kinds of aggregates have: the hub, the dimensions and the counters."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        abstract = True


for _dimension in DIMENSIONS:
    Cell.add_to_class(_dimension.code, _field(_dimension))
for _name in COUNTERS:
    Cell.add_to_class(_name, models.IntegerField(default=0))


class FigureDetail(Cell):
    """The counters of one day for one combination of every dimension."""

    day = models.DateField()

    class Meta:
        verbose_name = _("agrégat détaillé")
        verbose_name_plural = _("agrégats détaillés")
        indexes = [
            models.Index(fields=["hub", "day"], condition=Q(organisation=None), name="figuredetail_requests"),
            models.Index(
                fields=["hub", "organisation", "day"], condition=~Q(organisation=None), name="figuredetail_organisation"
            ),
            models.Index(fields=["hub", "day"], condition=~Q(organisation=None), name="figuredetail_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hub_id}"


class FigureCell(Cell):
    """The counters of one day or one month for the dimensions that `cut` names."""

    grain = models.CharField(max_length=5)
    cut = models.CharField(max_length=30)
    start = models.DateField()

    class Meta:
        verbose_name = _("agrégat")
        verbose_name_plural = _("agrégats")
        indexes = [models.Index(fields=["hub", "grain", "cut", "start"], name="figurecell_read")]

    def __str__(self) -> str:
        return f"{self.cut} {self.grain} {self.start} {self.hub_id}"


class StaleDay(models.Model):
    """A day of a hub that changed since it was counted; written by the database itself, by triggers."""

    hub_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        verbose_name = _("jour à recompter")
        verbose_name_plural = _("jours à recompter")

    def __str__(self) -> str:
        return f"{self.day} {self.hub_id}"


class FigureStampQuerySet(models.QuerySet["FigureStamp"]):
    """How the instant of the figures is read."""

    def current(self) -> "FigureStamp | None":
        """The one row, once something has been counted."""
        return self.order_by("pk").first()


class FigureStamp(models.Model):
    """The instant as of which everything is counted: one row."""

    as_of = models.DateTimeField(_("chiffres du"))
    rebuilt_at = models.DateTimeField(_("tout recompté le"))

    objects = FigureStampQuerySet.as_manager()

    class Meta:
        verbose_name = _("instant des chiffres")
        verbose_name_plural = _("instant des chiffres")

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"
