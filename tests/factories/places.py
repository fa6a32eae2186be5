"""Factories of places.

PlaceFactory(host=tes)          a residence of Caen that welcomes companies
PlaceFactory(closed=True)       takes no request
PlaceFactory(shared=True)       half training, half offices
"""

from decimal import Decimal

import factory

from members.places.actions import share_place
from members.places.enums import PlaceKind
from members.places.models import Place, PlaceLabel
from tests.factories.members import commune


class PlaceFactory(factory.django.DjangoModelFactory):
    """A residence of Caen that welcomes companies."""

    class Meta:
        model = Place
        skip_postgeneration_save = True

    class Params:
        closed = factory.Trait(welcomes=False)

    name = factory.Sequence(lambda number: f"Lieu {number:03d}")
    slug = factory.Sequence(lambda number: f"lieu-{number:03d}")
    kind = PlaceKind.RESIDENCE
    commune = factory.LazyFunction(commune)
    welcomes = True

    @factory.post_generation
    def shared(self, create, extracted, **kwargs):
        """Share it between two uses."""
        if extracted:
            share_place(self, [("Formation", Decimal(50)), ("Bureaux", Decimal(50))])


class PlaceLabelFactory(factory.django.DjangoModelFactory):
    """A label of 2019."""

    class Meta:
        model = PlaceLabel

    place = factory.SubFactory(PlaceFactory)
    year = 2019
    name = "Tiers-lieu labellisé"
