"""A new production portal gets its catalogue, and its real ecosystem if it wants, by one command."""

import pytest
from django.core.management import call_command

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.actions.loading import load_territories
from services.catalogue.models import Offer, Topic
from services.requests.models import ServiceRequest

pytestmark = pytest.mark.django_db


def test_the_topics_alone_are_loaded_once():
    call_command("load_catalogue")
    call_command("load_catalogue")
    assert Topic.objects.count() >= 24
    assert not Organisation.objects.exists()


def test_a_hub_comes_with_its_real_organisations_and_nothing_invented():
    load_territories(regions=["28"])
    call_command("load_catalogue", hubs=["normandie"])
    assert [hub.slug for hub in Hub.objects.all()] == ["normandie"]
    assert Offer.objects.exists()
    assert not Organisation.objects.filter(is_demo=True).exists()
    assert not ServiceRequest.objects.exists()
