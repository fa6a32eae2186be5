"""Importing people: who is new is invited, who is known keeps the account, and nobody gains more than a team gives."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from diginor.outbox.models import OutgoingMail
from members.organisations.models import Organisation
from members.people.actions.teams import close_account, suspend_account
from members.people.models import Invitation, Membership, User
from tests.factories.members import HubFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.members.files import PEOPLE, Exchange

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Organisation:
    return OrganisationFactory(member=True, of_hub=HubFactory())


@pytest.fixture
def staff(place: Organisation) -> Exchange:
    return Exchange(UserFactory(staff_of=place.hubs.get()), PEOPLE)


def somebody_waits() -> bool:
    """Whether a transaction waits for a row that another holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def row(place: Organisation, email: str, **cells: str) -> dict[str, str]:
    return {"Structure": place.slug, "Adresse électronique": email, **cells}


def test_a_new_address_is_invited_and_has_no_account(staff: Exchange, place: Organisation) -> None:
    rows = [row(place, "Neuve@exemple.example", Prénom="Anne", Rôle="responsable d’équipe")]
    staff.send(rows)
    assert staff.counts == {"added": 1}
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()
    staff.confirm()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("neuve@exemple.example", "manager")
    assert [mail.recipient for mail in OutgoingMail.objects.order_by("pk")] == ["neuve@exemple.example"]
    assert not User.objects.with_email("neuve@exemple.example").exists()
    staff.send(rows)
    assert staff.counts == {"same": 1}


def test_signs_that_nobody_sees_in_an_address_make_no_other_person(staff: Exchange, place: Organisation) -> None:
    known = MembershipFactory(organisation=place).user.email
    staff.send([row(place, f"{known}\u202c"), row(place, "\u200bneuve@exemple.example")])
    assert staff.counts == {"same": 1, "added": 1}
    staff.confirm()
    assert Invitation.objects.get().email == "neuve@exemple.example"


def test_an_export_comes_back_without_a_change_or_a_mail(staff: Exchange, place: Organisation) -> None:
    for _one in range(3):
        MembershipFactory(organisation=place)
    MembershipFactory()
    rows = staff.exported()
    assert {one["Structure"] for one in rows} == {place.slug}
    staff.send(rows)
    assert staff.counts == {"same": 3}
    assert not OutgoingMail.objects.exists()


def test_a_password_and_an_account_are_never_touched(staff: Exchange, place: Organisation) -> None:
    person = UserFactory(adviser_of=place, with_password=True)
    before = User.objects.filter(pk=person.pk).values().get()
    staff.send([row(place, person.email, Rôle="responsable d’équipe")])
    assert staff.counts == {"changed": 1}
    staff.confirm()
    assert User.objects.filter(pk=person.pk).values().get() == before
    assert Membership.objects.get(user=person).role == "manager"


@pytest.mark.parametrize("who", ["staff", "administrator"])
def test_only_administrators_change_what_a_person_keeps(place: Organisation, who: str) -> None:
    person = UserFactory(adviser_of=place, phone="")
    user = UserFactory(staff_of=place.hubs.get()) if who == "staff" else UserFactory(is_superuser=True)
    desk = Exchange(user, PEOPLE)
    desk.send([row(place, person.email, Téléphone="02 33 00 00 00")])
    if who == "staff":
        assert "colonne Téléphone" in desk.faults[0]
        return
    desk.confirm()
    person.refresh_from_db()
    assert person.phone == "02 33 00 00 00"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Rôle": "administrateur"}, "colonne Rôle"),
        ({"Rôle": "staff"}, "colonne Rôle"),
        ({"En poste": "peut-être"}, "colonne En poste"),
        ({"Adresse électronique": "pas une adresse"}, "colonne Adresse électronique"),
        ({"Structure": "ailleurs"}, "colonne Structure"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(
    staff: Exchange, place: Organisation, cells: dict[str, str], words: str
) -> None:
    staff.send([{**row(place, "a@exemple.example"), **cells}])
    assert words in staff.faults[0]
    assert not Invitation.objects.exists()


def test_organisations_of_other_hubs_are_not_known(staff: Exchange) -> None:
    other = OrganisationFactory(member=True, of_hub=HubFactory())
    staff.send([row(other, "a@exemple.example")])
    assert "aucune structure de vos guichets" in staff.faults[0]


def test_the_last_manager_cannot_leave_and_nothing_is_written(staff: Exchange, place: Organisation) -> None:
    manager = UserFactory(manager_of=place)
    staff.send([row(place, manager.email, **{"En poste": "non"}), row(place, "b@exemple.example")])
    assert len(staff.faults) == 1
    assert "dernière responsable" in staff.faults[0]
    assert Membership.objects.get(user=manager).is_active
    assert not Invitation.objects.exists()


def test_a_manager_leaves_once_another_is_named_by_the_same_file(staff: Exchange, place: Organisation) -> None:
    manager, heir = UserFactory(manager_of=place), UserFactory(adviser_of=place)
    rows: list[Any] = [
        row(place, manager.email, **{"En poste": "non", "Rôle": "responsable d’équipe"}),
        row(place, heir.email, **{"En poste": "oui", "Rôle": "responsable d’équipe"}),
    ]
    staff.send(rows)
    assert staff.counts == {"changed": 2}
    staff.confirm()
    assert not Membership.objects.get(user=manager).is_active
    assert Membership.objects.get(user=heir).role == "manager"


def test_an_address_comes_once_in_each_organisation(staff: Exchange, place: Organisation) -> None:
    staff.send([row(place, "a@exemple.example"), row(place, "A@exemple.example")])
    assert "Ligne 3" in staff.faults[0]


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_whoever_changes_the_person_and_is_read_again(place: Organisation) -> None:
    member = MembershipFactory(organisation=place, user__function="Avant").user
    admin = Exchange(UserFactory(is_superuser=True), PEOPLE)
    admin.send([row(place, member.email, Fonction="Du fichier")])
    changed, waited = threading.Event(), threading.Event()

    def change() -> None:
        with transaction.atomic():
            User.objects.filter(pk=member.pk).update(function="La personne", first_name="Zoé")
            changed.set()
            # Until the import stands behind this row, or has passed it.
            for _try in range(100):
                if waited.is_set() or somebody_waits():
                    break
                time.sleep(0.05)
        connection.close()

    other = threading.Thread(target=change)
    other.start()
    changed.wait()
    answer = admin.confirm()
    waited.set()
    other.join()
    assert answer.status_code == 409
    assert f"ligne 2 ({member.email})" in answer.content.decode()
    member.refresh_from_db()
    assert (member.function, member.first_name) == ("La personne", "Zoé")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["confirm the import", "suspend the account", "close the account"])
def test_whoever_waits_for_a_person_holds_no_organisation_meanwhile(place: Organisation, act: str) -> None:
    member = MembershipFactory(organisation=place, user__function="Avant").user
    admin = Exchange(UserFactory(is_superuser=True), PEOPLE)
    admin.send([row(place, member.email.upper(), Fonction="Du fichier")])
    acts: dict[str, Any] = {
        "confirm the import": admin.confirm,
        "suspend the account": lambda: suspend_account(member, by=UserFactory()),
        "close the account": lambda: close_account(member),
    }

    def play() -> None:
        acts[act]()
        connection.close()

    other = threading.Thread(target=play)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=member.pk)
        other.start()
        deadline = time.monotonic() + 20
        while not somebody_waits() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert somebody_waits()
        # Refused at once, if whoever waits for us had it: each would then wait for the other.
        assert Organisation.objects.select_for_update(nowait=True, no_key=True).get(pk=place.pk)
    other.join()
    now = User.objects.get(pk=member.pk)
    assert now.is_active == (act == "confirm the import")
    assert (now.function == "Du fichier") == now.is_active
