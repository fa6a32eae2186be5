"""Hats: one in use, visible, switched without JavaScript."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from members.people import policies
from members.people.active_role import roles_of
from tests.factories.members import HubFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A person who advises for one organisation, leads another and keeps a hub."""
    hub = HubFactory(name="Guichet normand")
    nwx, tes = OrganisationFactory(name="NWX"), OrganisationFactory(name="TES")
    return UserFactory(staff_of=hub, adviser_of=nwx, manager_of=tes), hub, nwx, tes


def test_every_role_is_a_hat(world):
    person, hub, nwx, tes = world
    roles = roles_of(person)
    assert [role.key for role in roles] == [f"staff-{hub.pk}", f"organisation-{nwx.pk}", f"organisation-{tes.pk}"]
    assert [role.is_manager for role in roles] == [False, False, True]


def test_an_ended_membership_is_no_hat(world):
    person = world[0]
    ended = MembershipFactory(user=person, ended=True)
    assert f"organisation-{ended.organisation_id}" not in {role.key for role in roles_of(person)}


def test_switching_leads_to_the_home_of_the_hat_and_stays(client, world):
    person, _hub, nwx, _tes = world
    client.force_login(person)
    answer = client.post(reverse("switch_role"), {"role": f"organisation-{nwx.pk}"})
    assert answer.url == reverse("inbox")
    assert client.get(reverse("after_sign_in")).url == reverse("inbox")
    page = client.get(reverse("account"))
    assert page.wsgi_request.active_role.organisation_id == nwx.pk
    assert "Conseil · NWX" in page.content.decode()


def test_a_hat_of_someone_else_cannot_be_worn(client, world):
    client.force_login(UserFactory(adviser_of=world[2]))
    client.post(reverse("switch_role"), {"role": f"staff-{world[1].pk}"})
    assert client.get(reverse("account")).wsgi_request.active_role.organisation_id == world[2].pk


def test_a_hat_lost_meanwhile_falls_back_to_another(client, world):
    person, _hub, nwx, _tes = world
    client.force_login(person)
    client.post(reverse("switch_role"), {"role": f"organisation-{nwx.pk}"})
    person.memberships.filter(organisation=nwx).update(is_active=False)
    assert client.get(reverse("account")).wsgi_request.active_role.key.startswith("staff-")


def test_reading_the_page_does_not_switch(client, world):
    client.force_login(world[0])
    assert client.get(reverse("switch_role")).status_code == 302


def test_a_public_page_pays_nothing_for_roles(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("legal"))


class TestPolicies:
    """Who may change a team."""

    def test_its_manager_and_staff_of_its_hub_only(self, world):
        _person, hub, nwx, _tes = world
        hub.organisations.add(nwx)
        allowed = [UserFactory(manager_of=nwx), UserFactory(staff_of=hub), UserFactory(head_of=hub)]
        allowed.append(UserFactory(administrator=True))
        refused = [
            UserFactory(),
            UserFactory(adviser_of=nwx),
            UserFactory(manager_of=OrganisationFactory()),
            UserFactory(staff_of=HubFactory()),
            UserFactory(officer_of=hub),
            AnonymousUser(),
        ]
        assert all(policies.may_change_team(user, nwx) for user in allowed)
        assert not any(policies.may_change_team(user, nwx) for user in refused)
