"""People: their teams, absences, account and data."""

import json
import threading
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from members.people.actions.absences import (
    AbsenceOverlaps,
    NobodyPresent,
    begin_absences,
    cancel_absence,
    person_away,
    set_absence,
)
from members.people.actions.teams import (
    LastManagerStays,
    change_role,
    close_account,
    open_account,
    person_left,
    remove,
    set_capacity,
    suspend_account,
)
from members.people.forms import AbsenceForm, CapacityForm, InviteForm
from members.people.models import Absence, Membership, User
from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    commune,
    region,
)
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def left():
    """What `person_left` told."""
    heard = []

    def listen(sender, user, organisation, by, **kwargs):
        heard.append((user, organisation, by, connection.in_atomic_block))

    person_left.connect(listen)
    yield heard
    person_left.disconnect(listen)


@pytest.fixture
def away():
    """What `person_away` told."""
    heard = []

    def listen(sender, absence, **kwargs):
        heard.append((absence, connection.in_atomic_block))

    person_away.connect(listen)
    yield heard
    person_away.disconnect(listen)


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


class TestLeaving:
    """Leaving a team."""

    def test_an_adviser_leaves_is_told_and_the_portal_hears_it(self, left):
        nwx = OrganisationFactory()
        manager, membership = UserFactory(manager_of=nwx), MembershipFactory(organisation=nwx)
        remove(membership, by=manager)
        membership.refresh_from_db()
        assert (membership.is_active, membership.ended_on) == (False, timezone.localdate())
        assert left == [(membership.user, nwx, manager, True)]
        assert OutgoingMail.objects.get().recipient == membership.user.email

    def test_a_shut_account_leaves_its_teams_unless_it_leads_one_alone(self, left):
        nwx = OrganisationFactory()
        manager, person = UserFactory(manager_of=nwx), UserFactory(adviser_of=nwx)
        with pytest.raises(LastManagerStays):
            suspend_account(manager, by=person)
        suspend_account(person, by=manager)
        person.refresh_from_db()
        assert not person.is_active
        assert left == [(person, nwx, manager, True)]

    def test_leaving_twice_changes_nothing(self, left):
        nwx = OrganisationFactory()
        manager, membership = UserFactory(manager_of=nwx), MembershipFactory(organisation=nwx)
        remove(membership, by=manager)
        remove(membership, by=manager)
        assert len(left) == OutgoingMail.objects.count() == 1

    def test_the_last_manager_stays(self, left):
        nwx = OrganisationFactory()
        membership = MembershipFactory(organisation=nwx, manager=True)
        with pytest.raises(LastManagerStays, match="dernière responsable"):
            remove(membership, by=membership.user)
        with pytest.raises(LastManagerStays):
            change_role(membership, role="adviser", by=membership.user)
        assert not left
        MembershipFactory(organisation=nwx, manager=True)
        remove(membership, by=membership.user)
        assert len(left) == 1

    def test_a_manager_whose_account_is_closed_does_not_count(self):
        nwx = OrganisationFactory()
        MembershipFactory(organisation=nwx, manager=True, user__is_active=False)
        with pytest.raises(LastManagerStays):
            remove(MembershipFactory(organisation=nwx, manager=True), by=UserFactory())

    def test_whoever_leaves_is_nobodys_backup_any_more(self):
        nwx = OrganisationFactory()
        gone = MembershipFactory(organisation=nwx)
        own = AbsenceFactory(organisation=nwx, user=gone.user)
        other = AbsenceFactory(organisation=nwx, user=UserFactory(adviser_of=nwx), backup=gone.user)
        remove(gone, by=UserFactory(manager_of=nwx))
        assert not Absence.objects.filter(pk=own.pk).exists()
        other.refresh_from_db()
        assert other.backup is None


@pytest.mark.django_db(transaction=True)
def test_two_managers_leaving_at_once_leave_one():
    nwx = OrganisationFactory()
    memberships = [MembershipFactory(organisation=nwx, manager=True) for _number in range(2)]
    barrier, refusals = threading.Barrier(2), []

    def leave(membership):
        barrier.wait()
        try:
            remove(membership, by=membership.user)
        except LastManagerStays as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[membership]) for membership in memberships]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    assert Membership.objects.filter(is_active=True).count() == 1


class TestAbsences:
    """Absences and capacity."""

    def test_the_same_person_is_not_away_twice(self):
        nwx = OrganisationFactory()
        person, manager = UserFactory(adviser_of=nwx), UserFactory(manager_of=nwx)
        UserFactory(adviser_of=nwx)
        days = {"starts_on": date(2026, 7, 6), "ends_on": date(2026, 7, 17), "by": manager}
        set_absence(nwx, user=person, **days)
        with pytest.raises(AbsenceOverlaps):
            set_absence(nwx, user=person, starts_on=date(2026, 7, 17), ends_on=date(2026, 7, 20), by=manager)
        set_absence(nwx, user=manager, **days)
        set_absence(nwx, **days)
        with pytest.raises(AbsenceOverlaps):
            set_absence(nwx, **days)
        assert Absence.objects.count() == 3

    def test_somebody_is_there_or_the_organisation_is_away(self):
        nwx = OrganisationFactory()
        person, manager = UserFactory(adviser_of=nwx), UserFactory(manager_of=nwx)
        days = {"starts_on": date(2026, 7, 6), "ends_on": date(2026, 7, 17), "by": manager}
        set_absence(nwx, user=person, **days)
        with pytest.raises(NobodyPresent):
            set_absence(nwx, user=manager, starts_on=date(2026, 7, 17), ends_on=date(2026, 7, 20), by=manager)
        set_absence(nwx, user=manager, starts_on=date(2026, 7, 18), ends_on=date(2026, 7, 20), by=manager)
        set_absence(nwx, **days)

    def test_an_absence_is_told_on_its_first_day_and_once(self, away):
        nwx = OrganisationFactory()
        today = timezone.localdate()
        UserFactory(manager_of=nwx)
        coming = AbsenceFactory(organisation=nwx, user=UserFactory(adviser_of=nwx), starts_on=today + timedelta(days=1))
        begun = AbsenceFactory(organisation=nwx, user=UserFactory(adviser_of=nwx), starts_on=today - timedelta(days=2))
        AbsenceFactory(organisation=nwx)
        assert [begin_absences(), begin_absences()] == [1, 0]
        assert away == [(begun, True)]
        coming.refresh_from_db()
        assert coming.taken_over_at is None

    def test_two_workers_tell_an_absence_once(self, away, transactional_db):
        nwx = OrganisationFactory()
        AbsenceFactory(organisation=nwx, user=UserFactory(adviser_of=nwx))
        barrier = threading.Barrier(2)

        def work():
            barrier.wait()
            begin_absences()
            connection.close()

        threads = [threading.Thread(target=work) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(away) == 1

    def test_an_absence_to_come_is_forgotten_and_one_begun_ends(self):
        today = timezone.localdate()
        coming = AbsenceFactory(starts_on=today + timedelta(days=1))
        begun = AbsenceFactory(starts_on=today - timedelta(days=2))
        over = AbsenceFactory(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=3))
        for absence in (coming, begun, over):
            cancel_absence(absence, by=UserFactory())
        assert set(Absence.objects.all()) == {begun, over}
        begun.refresh_from_db()
        assert begun.ends_on == today - timedelta(days=1)
        over.refresh_from_db()
        assert over.ends_on == today - timedelta(days=3)

    def test_the_form_refuses_impossible_days_in_words(self):
        nwx = OrganisationFactory()
        person = UserFactory(adviser_of=nwx)

        def errors(**data):
            return AbsenceForm(data, organisation=nwx).errors

        assert "avant le premier" in str(errors(starts_on="2126-03-12", ends_on="2126-03-11")["ends_on"])
        assert "déjà passée" in str(errors(starts_on="2020-03-12", ends_on="2020-03-13")["ends_on"])
        alone = errors(user=person.pk, backup=person.pk, starts_on="2126-03-11", ends_on="2126-03-12")
        assert "une autre personne" in str(alone["backup"])
        stranger = errors(user=UserFactory().pk, starts_on="2126-03-11", ends_on="2126-03-12")
        assert "user" in stranger
        assert not errors(user=person.pk, starts_on="2126-03-11", ends_on="2126-03-12")

    def test_capacity_is_a_number_or_nothing(self):
        nwx = OrganisationFactory()
        form = CapacityForm({"capacity": ""})
        assert form.is_valid()
        for value in (12, None):
            set_capacity(nwx, capacity=value, by=UserFactory())
            nwx.refresh_from_db()
            assert nwx.capacity == value
        assert not CapacityForm({"capacity": "-1"}).is_valid()

    def test_an_invitation_needs_an_address_and_a_role(self):
        assert InviteForm({"email": "A@b.example", "role": "adviser"}).is_valid()
        assert not InviteForm({"email": "a", "role": "head"}).is_valid()


class TestAccount:
    """The pages of one's account."""

    def test_one_changes_name_phone_and_mails(self, client):
        person = UserFactory(adviser_of=OrganisationFactory())
        client.force_login(person)
        data = {"first_name": "Ana", "last_name": "Dubois", "phone": "", "function": "", "language": "en"}
        sent = {**data, "mail_preference": "daily"} | seal_of(client, reverse("account"))
        answer = client.post(reverse("account"), sent)
        assert answer.status_code == 302
        person.refresh_from_db()
        assert (str(person), person.language, person.wants_digest) == ("Ana Dubois", "en", True)

    def test_a_company_is_not_asked_about_digests(self, client):
        client.force_login(UserFactory())
        assert "mail_preference" not in client.get(reverse("account")).context["form"].fields

    def test_nobody_changes_the_address_or_rights_by_this_form(self, client):
        person = UserFactory()
        client.force_login(person)
        data = {"first_name": "A", "last_name": "B", "language": "fr", "email": "x@y.example", "is_superuser": "on"}
        client.post(reverse("account"), data | seal_of(client, reverse("account")))
        after = User.objects.get()
        assert (after.email, after.is_superuser) == (person.email, False)

    def test_one_takes_away_all_that_is_known_and_nothing_of_others(self, client):
        nwx = OrganisationFactory(name="NWX")
        person = UserFactory(adviser_of=nwx, with_second_factor=True)
        other = UserFactory(adviser_of=nwx)
        InvitationFactory(email=person.email.upper(), organisation=nwx)
        client.force_login(person)
        answer = client.get(reverse("my_data_export"))
        text = ZipFile(BytesIO(answer.getvalue())).read("donnees.json").decode()
        data = json.loads(text)
        assert answer["Content-Disposition"].startswith("attachment")
        assert data["account"]["identity"]["email"] == person.email
        assert [row["organisation"] for row in data["account"]["functions"]] == ["NWX"]
        assert {row["type"] for row in data["account"]["second_factors"]} == {"totp", "recovery_codes"}
        assert len(data["invitations"]) == 1
        assert other.email not in text
        assert "JBSWY3DP" not in text

    def test_closing_asks_a_clear_word_then_erases(self, client, left):
        nwx = OrganisationFactory()
        UserFactory(manager_of=nwx)
        person = UserFactory(adviser_of=nwx, with_second_factor=True, first_name="Ana", phone="0231000000")
        client.force_login(person)
        # A form with nothing in it would not even be read: a browser always sends something along.
        answer = client.post(reverse("close_account"), {"csrfmiddlewaretoken": "as a browser does"})
        assert answer.context["form"].errors["confirm"]
        person.refresh_from_db()
        assert person.is_active
        client.post(reverse("close_account"), {"confirm": "on"})
        assert "_auth_user_id" not in client.session
        gone = User.objects.get(pk=person.pk)
        assert (gone.is_active, gone.first_name, gone.phone, gone.organisation_ids()) == (False, "", "", set())
        assert gone.email.endswith("@diginor.invalid")
        assert not gone.authenticator_set.exists()
        assert [entry[1] for entry in left] == [nwx]

    def test_the_last_manager_cannot_close(self, client):
        person = UserFactory(manager_of=OrganisationFactory())
        client.force_login(person)
        answer = client.post(reverse("close_account"), {"confirm": "on"}, follow=True)
        assert "dernière responsable" in answer.content.decode()
        person.refresh_from_db()
        assert person.is_active

    def test_a_closed_address_may_come_back_as_a_new_person(self):
        person = open_account("ana@atelier.example")
        close_account(person)
        again = open_account("Ana@atelier.example")
        assert again.pk != person.pk
