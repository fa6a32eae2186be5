"""Factories of networks and of what is said of them.

NetworkFactory(organisation=tes)               a cluster of Normandie, whose organisation the directory shows
AffiliationFactory(network=pole)               a listed member since 2015; ended=True until 2018
AccreditationFactory(network=pole)             granted in a round of its own; conditional=True under condition
"""

import factory

from members.networks.enums import AccreditationState, NetworkKind, PartnershipKind
from members.networks.models import (
    Accreditation,
    AccreditationRound,
    Affiliation,
    Endorsement,
    KeyFigure,
    Network,
    Office,
    Partnership,
)
from tests.factories.members import OrganisationFactory, region

SOURCE = "Une source de 2018"


class NetworkFactory(factory.django.DjangoModelFactory):
    """A cluster of Normandie."""

    class Meta:
        model = Network

    organisation = factory.SubFactory(OrganisationFactory, listed=True)
    kind = NetworkKind.CLUSTER
    territory = factory.LazyFunction(region)
    source = SOURCE
    stated_on = "2018-10-01"


class AffiliationFactory(factory.django.DjangoModelFactory):
    """A member since 2015."""

    class Meta:
        model = Affiliation

    class Params:
        ended = factory.Trait(until="2018")

    organisation = factory.SubFactory(OrganisationFactory, listed=True)
    network = factory.SubFactory(NetworkFactory)
    since = "2015"
    source = SOURCE


class RoundFactory(factory.django.DjangoModelFactory):
    """A round of 2019."""

    class Meta:
        model = AccreditationRound

    slug = factory.Sequence(lambda number: f"phase-{number}")
    name = factory.Sequence(lambda number: f"Phase {number}")
    starts_on, ends_on = "2019", "2022"
    source = SOURCE


class AccreditationFactory(factory.django.DjangoModelFactory):
    """Granted in a round of its own."""

    class Meta:
        model = Accreditation

    class Params:
        conditional = factory.Trait(
            state=AccreditationState.CONDITIONAL, conditional_until="2024", extended_until="2026"
        )

    round = factory.SubFactory(RoundFactory)
    network = factory.SubFactory(NetworkFactory)
    state = AccreditationState.GRANTED
    granted_on = "2019-02-05"
    source = SOURCE


class EndorsementFactory(factory.django.DjangoModelFactory):
    """A supporter of an application."""

    class Meta:
        model = Endorsement

    accreditation = factory.SubFactory(AccreditationFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    source = SOURCE


class PartnershipFactory(factory.django.DjangoModelFactory):
    """Something lasting between two organisations."""

    class Meta:
        model = Partnership

    kind = PartnershipKind.THEMATIC
    organisation = factory.SubFactory(OrganisationFactory, listed=True)
    partner = factory.SubFactory(OrganisationFactory, listed=True)
    subject = factory.Sequence(lambda number: f"Robotique {number}")
    source = SOURCE


class OfficeFactory(factory.django.DjangoModelFactory):
    """Somebody in charge in 2017, as a source says."""

    class Meta:
        model = Office

    organisation = factory.SubFactory(OrganisationFactory, listed=True)
    function = "présidente"
    person = factory.Sequence(lambda number: f"Personne {number}")
    source = SOURCE
    stated_on = "2017"


class KeyFigureFactory(factory.django.DjangoModelFactory):
    """A figure of 2018."""

    class Meta:
        model = KeyFigure

    organisation = factory.SubFactory(OrganisationFactory, listed=True)
    label = factory.Sequence(lambda number: f"membres du cercle {number}")
    value = 400
    known_on = "2018"
    source = SOURCE
