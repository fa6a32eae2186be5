"""Fixtures of the referral pages: a hub, an organisation whose adviser is signed in, two referrals."""

import pytest

from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import ReferralFactory


@pytest.fixture
def hub():
    return HubFactory()


@pytest.fixture
def place(hub):
    return OrganisationFactory(of_hub=hub, name="Normandie Web Xperts", acronym="NWX")


@pytest.fixture
def adviser(place, client):
    person = UserFactory(adviser_of=place, first_name="Claire", last_name="Dumont")
    client.force_login(person)
    return person


@pytest.fixture
def sent(place, adviser):
    return ReferralFactory(organisation=place)


@pytest.fixture
def accepted(place, adviser):
    return ReferralFactory(accepted=True, organisation=place, adviser=adviser)
