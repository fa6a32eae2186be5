"""Factory of workshops."""

from datetime import timedelta

import factory
from django.utils import timezone

from services.requests.models import Workshop
from tests.factories.members import HubFactory


class WorkshopFactory(factory.django.DjangoModelFactory):
    """A workshop that opened just now for four hours and thirty filings; traits: over, coming."""

    class Meta:
        model = Workshop

    class Params:
        over = factory.Trait(opens_at=factory.LazyFunction(lambda: timezone.now() - timedelta(hours=6)))
        coming = factory.Trait(opens_at=factory.LazyFunction(lambda: timezone.now() + timedelta(hours=6)))

    hub = factory.SubFactory(HubFactory)
    address = "203.0.113.7"
    opens_at = factory.LazyFunction(timezone.now)
    hours = 4
    ends_at = factory.LazyAttribute(lambda row: row.opens_at + timedelta(hours=row.hours))
