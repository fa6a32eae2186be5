"""Factory of workshops."""

from datetime import timedelta

import factory
from django.utils import timezone

from services.requests.models import Workshop
from tests.factories.members import HubFactory


def _in(hours):
    # To the second, as the page that opens one gives it.
    return factory.LazyFunction(lambda: timezone.now().replace(microsecond=0) + timedelta(hours=hours))


class WorkshopFactory(factory.django.DjangoModelFactory):
    """A workshop that opened just now for four hours and thirty filings; traits: over, coming."""

    class Meta:
        model = Workshop

    class Params:
        over = factory.Trait(opens_at=_in(-6))
        coming = factory.Trait(opens_at=_in(6))

    hub = factory.SubFactory(HubFactory)
    address = "203.0.113.7"
    opens_at = _in(0)
    hours = 4
    ends_at = factory.LazyAttribute(lambda row: row.opens_at + timedelta(hours=row.hours))
