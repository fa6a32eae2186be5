"""People: their hats and their teams."""

import pytest

from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    InvitationFactory,
    OrganisationFactory,
    UserFactory,
    commune,
    region,
)

pytestmark = pytest.mark.django_db


def test_the_factories_build_a_small_world():
    hub = HubFactory()
    nwx = OrganisationFactory(member=True, of_hub=hub)
    manager = UserFactory(manager_of=nwx)
    assert manager.managed_organisation_ids() == {nwx.pk}
    assert UserFactory(staff_of=hub).is_staff
    assert [row.code for row in commune().ancestors()] == ["FR", "28", "14"]
    assert hub.territory == region()
    OrganisationFactory(company=True).full_clean()
    AbsenceFactory(organisation=nwx, user=manager)
    InvitationFactory(expired=True)
    assert UserFactory(with_second_factor=True).authenticator_set.count() == 2
