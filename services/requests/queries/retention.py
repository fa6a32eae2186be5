"""Which requests were kept long enough: read from the acts of the person and from the delays of the hub and topic."""

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from services.requests.models import OPEN, DelaySet, Referral, ServiceRequest, ServiceRequestQuerySet
from services.requests.rules.clock import Delays

# The link that resumes a draft lives thirty days; then nobody can go on with it but its signed-in author.
DRAFT_KEPT = timedelta(days=90)


def abandoned_drafts(now: datetime) -> ServiceRequestQuerySet:
    """The requests begun and never sent, left at whatever step or taken back, oldest first."""
    rows = ServiceRequest.objects.filter(submitted_at=None, erased_at=None)
    return rows.filter(person_acted_at__lte=now - DRAFT_KEPT).order_by("person_acted_at", "pk")


def kept_long_enough(now: datetime) -> ServiceRequestQuerySet:
    """The filed requests to erase, oldest first: neither the person nor an organisation did anything since."""
    least = DelaySet.objects.aggregate(least=Coalesce(Min("erasure"), Delays.erasure))["least"]
    surely_kept = now - relativedelta(years=max(1, min(least, Delays.erasure)))
    begins = ExpressionWrapper(Value(now) - _period(), output_field=DateTimeField())
    rows = ServiceRequest.objects.filed().filter(erased_at=None, person_acted_at__lte=surely_kept)
    rows = rows.annotate(begins=begins).filter(person_acted_at__lte=F("begins"))
    worked_on = Referral.objects.live().filter(request=OuterRef("pk"), active_at__gt=OuterRef("begins"))
    rows = rows.exclude(OPEN & Q(Exists(worked_on)))
    return rows.order_by("person_acted_at", "pk")


def _period() -> Func:
    """How long a request is kept: as the topic says, else the hub, else three years; a year at least."""
    said = DelaySet.objects.filter(hub=OuterRef("hub"), erasure__isnull=False).order_by("pk").values("erasure")
    of_topic, of_hub = said.filter(topic=OuterRef("topic")), said.filter(topic=None)
    years = Greatest(Coalesce(Subquery(of_topic[:1]), Subquery(of_hub[:1]), Delays.erasure), 1)
    return Func(years, template="make_interval(years => %(expressions)s)", output_field=DurationField())
