"""Invitations: from the mail to the team."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import OutgoingMail
from members.people.actions.invitations import (
    AlreadyInTeam,
    InvitationExpired,
    InvitationForAnother,
    InvitationUsed,
    accept_invitation,
    invite,
    revoke_invitation,
)
from members.people.models import Invitation, User
from tests.factories.members import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.members.accounts.test_sign_in import enter_code, is_signed_in, last_code
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nwx():
    """An organisation with its manager."""
    organisation = OrganisationFactory(name="Normandie Web Experts", acronym="NWX")
    UserFactory(manager_of=organisation, first_name="Alix", last_name="Morel")
    return organisation


@pytest.fixture
def manager(nwx):
    """The person in charge there."""
    return User.objects.managers_of(nwx.pk).get()


def page(invitation):
    """The address of an invitation."""
    return reverse("invitation", args=[invitation.code])


def test_the_whole_way_from_a_real_mail_to_the_team(client, nwx, manager, smtp):
    invite(nwx, email="Nouvelle@Conseil.example", role="adviser", by=manager)
    assert deliver_due() == 1
    message = smtp.messages[0]
    assert str(message["Subject"]) == "Rejoignez l’équipe de NWX sur DIGINOR"
    text = message.get_body(("plain",)).get_content()
    assert "L’équipe de Normandie Web Experts vous invite" in text
    # Names are typed by the people themselves, and this address has proven nothing yet.
    assert "Alix" not in text
    link = re.search(r"http://[^/]+(/compte/invitation/\S+)", text).group(1)
    assert "nouvelle@conseil.example" in client.get(link).content.decode()
    asked = client.post(link)
    assert enter_code(client, last_code("nouvelle@conseil.example"), next=link).url == link
    assert asked.url.startswith(reverse("account_confirm_login_code"))
    assert "Rejoindre l’équipe" in client.get(link).content.decode()
    joined = client.post(link, {"first_name": "Noa", "last_name": "Petit", "phone": ""} | seal_of(client, link))
    assert joined.url == reverse("after_sign_in")
    person = User.objects.get(email="nouvelle@conseil.example")
    assert str(person) == "Noa Petit"
    assert person.organisation_ids() == {nwx.pk}
    assert OutgoingMail.objects.get(recipient=manager.email).subject == "Noa Petit a rejoint l’équipe de NWX"


def test_an_invitation_as_manager_makes_a_manager(nwx, manager):
    person = UserFactory()
    accept_invitation(invite(nwx, email=person.email, role="manager", by=manager), user=person)
    assert person.managed_organisation_ids() == {nwx.pk}


def test_a_name_is_needed_to_join(client):
    person = UserFactory(first_name="", last_name="")
    invitation = InvitationFactory(email=person.email)
    client.force_login(person)
    answer = client.post(page(invitation), {"first_name": "", "last_name": "", "phone": ""})
    assert answer.status_code == 200
    assert not person.memberships.exists()


def test_an_expired_invitation_says_whom_to_ask(client):
    invitation = InvitationFactory(expired=True)
    answer = client.get(page(invitation))
    assert answer.status_code == 410
    text = answer.content.decode()
    assert "n’est plus valable" in text
    assert str(invitation.invited_by) in text
    client.post(page(invitation))
    assert not OutgoingMail.objects.exists()


def test_a_used_invitation_says_so(client):
    answer = client.get(page(InvitationFactory(accepted=True)))
    assert answer.status_code == 410
    assert "a déjà servi" in answer.content.decode()


def test_someone_else_cannot_use_it(client):
    invitation = InvitationFactory()
    other = UserFactory()
    client.force_login(other)
    answer = client.post(page(invitation), {"first_name": "A", "last_name": "B", "phone": ""})
    assert answer.status_code == 403
    assert "pour une autre adresse" in answer.content.decode()
    assert not other.memberships.exists()


def test_an_unknown_code_is_not_found(client):
    assert client.get(reverse("invitation", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404


def test_the_link_alone_does_not_open_the_session(client):
    invitation = InvitationFactory()
    client.get(page(invitation))
    client.post(page(invitation))
    assert not is_signed_in(client)


def test_codes_of_an_invitation_are_counted_with_those_of_sign_in(client):
    invitation = InvitationFactory()
    for _attempt in range(6):
        client.cookies.clear()
        answer = client.post(page(invitation))
    assert answer.status_code == 429


class TestActions:
    """What the actions refuse."""

    def test_inviting_again_replaces_the_first_invitation(self, nwx, manager):
        first = invite(nwx, email="a@conseil.example", by=manager)
        second = invite(nwx, email="A@conseil.example", by=manager)
        assert list(Invitation.objects.all()) == [second]
        assert first.code != second.code
        assert OutgoingMail.objects.count() == 2

    def test_a_person_of_the_team_is_not_invited(self, nwx, manager):
        with pytest.raises(AlreadyInTeam):
            invite(nwx, email=manager.email.upper(), by=manager)

    def test_it_serves_once(self, nwx):
        person = UserFactory()
        invitation = InvitationFactory(email=person.email, organisation=nwx)
        accept_invitation(invitation, user=person)
        with pytest.raises(InvitationUsed):
            accept_invitation(invitation, user=person)
        assert person.memberships.count() == 1

    def test_it_lasts_fourteen_days(self, nwx, manager, clock):
        person = UserFactory()
        invitation = invite(nwx, email=person.email, by=manager)
        assert invitation.expires_at == timezone.now() + timedelta(days=14)
        clock.advance(days=14)
        with pytest.raises(InvitationExpired):
            accept_invitation(invitation, user=person)

    def test_it_is_for_one_address(self):
        with pytest.raises(InvitationForAnother):
            accept_invitation(InvitationFactory(), user=UserFactory())

    def test_whoever_left_may_come_back(self, nwx, manager):
        person = UserFactory()
        MembershipFactory(user=person, organisation=nwx, ended=True)
        accept_invitation(invite(nwx, email=person.email, by=manager), user=person)
        assert person.organisation_ids() == {nwx.pk}
        assert person.memberships.count() == 2

    def test_it_may_be_taken_back(self, client, nwx, manager):
        invitation = invite(nwx, email="a@conseil.example", by=manager)
        revoke_invitation(invitation, by=manager)
        assert client.get(page(invitation)).status_code == 404
