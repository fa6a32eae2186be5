"""The team pages: load and delays, absences, capacity, invitations, departures."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from members.people.actions import teams as people
from members.people.actions.absences import StandInAway, begin_absences, set_absence
from members.people.enums import MembershipRole
from members.people.models import Absence, Invitation, Membership
from services.inbox.queries.team import figures, teammates
from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.factories.services import ReferralFactory
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return OrganisationFactory(of_hub=HubFactory(), name="Normandie Web Xperts", acronym="NWX", capacity=20)


@pytest.fixture
def manager(place, client):
    person = UserFactory(manager_of=place, first_name="Anne", last_name="Roy")
    client.force_login(person)
    return person


@pytest.fixture
def claire(place):
    return UserFactory(adviser_of=place, first_name="Claire", last_name="Dumont")


@pytest.fixture
def marc(place):
    return UserFactory(adviser_of=place, first_name="Marc", last_name="Petit")


def membership(person):
    return Membership.objects.get(user=person)


def do(client, name, data=None, *args):
    return client.post(reverse(name, args=args), data or {}, follow=True)


def change_role(client, person, role):
    code = membership(person).code
    return do(client, "team_role", {"role": role} | seal_of(client, reverse("team_person", args=[code])), code)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def day(number):
    return (timezone.localdate() + dt.timedelta(days=number)).isoformat()


def test_each_person_s_load_and_pace(place, manager, claire, marc):
    now = timezone.now()
    for days in (1, 2, 9):
        ReferralFactory(
            organisation=place, accepted=True, adviser=claire, sent_at=now - dt.timedelta(days=days), answered_at=now
        )
    ReferralFactory(organisation=place, accepted=True, adviser=claire, late=True, answered_at=None)
    ReferralFactory(organisation=place, accepted=True, adviser=claire, at=now - dt.timedelta(days=900))
    ReferralFactory(organisation=place, closed=True, adviser=marc)
    ReferralFactory(organisation=place, accepted=True, adviser=None)
    ReferralFactory(accepted=True)
    team = {mate.membership.user: mate for mate in teammates(place, now)}

    assert list(team) == [claire, marc, manager]
    assert (team[claire].open, team[claire].late) == (5, 2)
    assert team[claire].median == dt.timedelta(days=2)
    assert (team[marc].open, team[manager].open, team[manager].median) == (0, 0, None)
    whole = figures(place, now)
    assert (whole.open, whole.late, whole.unattended) == (6, 2, 1)


def test_the_page_shows_it_and_costs_the_same_for_a_large_team(client, place, manager, claire):
    ReferralFactory(organisation=place, accepted=True, adviser=claire)
    AbsenceFactory(organisation=place, user=claire, backup=manager)
    InvitationFactory(organisation=place)
    with CaptureQueriesContext(connection) as small:
        text = client.get(reverse("team")).content.decode()
    for expected in ("Claire Dumont", "sur 20 au plus", "Absence du", "relais", "Annuler l’invitation"):
        assert expected in text
    for _number in range(15):
        person = UserFactory(adviser_of=place)
        ReferralFactory(organisation=place, accepted=True, adviser=person)
        AbsenceFactory(organisation=place, user=person, backup=claire)
        InvitationFactory(organisation=place)
    with CaptureQueriesContext(connection) as large:
        client.get(reverse("team"))

    assert len(large) == len(small)


def test_an_adviser_does_not_lead(client, claire):
    client.force_login(claire)
    assert client.get(reverse("team")).status_code == 403
    assert client.post(reverse("team_capacity"), {"capacity": 1}).status_code == 403


def test_leading_another_team_opens_nothing_here(client, place, manager):
    other = OrganisationFactory(name="Zeta")
    stranger = UserFactory(adviser_of=other)
    absence = AbsenceFactory(organisation=other)
    invitation = InvitationFactory(organisation=other)

    assert client.get(reverse("team_person", args=[membership(stranger).code])).status_code == 404
    for name, code in [
        ("team_remove", membership(stranger).code),
        ("team_role", membership(stranger).code),
        ("team_absence_end", absence.code),
        ("team_uninvite", invitation.code),
    ]:
        assert client.post(reverse(name, args=[code])).status_code == 404
    assert membership(stranger).is_active


def test_a_manager_here_is_only_an_adviser_there(client, place, manager):
    other = OrganisationFactory(name="Alpha")
    MembershipFactory(user=manager, organisation=other)
    session = client.session
    session["active_role"] = f"organisation-{other.pk}"
    session.save()

    assert client.get(reverse("team")).status_code == 403


def test_an_absence_with_its_stand_in(client, place, manager, claire, marc):
    do(client, "team_absence", {"user": claire.pk, "starts_on": day(1), "ends_on": day(8), "backup": marc.pk})

    row = Absence.objects.get()
    assert (row.user, row.backup, row.organisation) == (claire, marc, place)


def test_the_whole_organisation_is_away(client, place, manager):
    relay = OrganisationFactory(of_hub=place.hubs.get())
    do(client, "team_absence", {"starts_on": day(0), "ends_on": day(8), "backup_organisation": relay.pk})

    assert Absence.objects.get().backup_organisation == relay


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_on": "", "starts_on": ""}, "obligatoire"),
        ({"starts_on": day(9)}, "vient avant le premier"),
        ({"starts_on": day(-9), "ends_on": day(-2)}, "déjà passée"),
        ({"backup": "claire"}, "une autre personne"),
        ({"backup_organisation": "relay"}, "une ou un collègue"),
        ({"user": ""}, "structure de relais"),
        ({"user": "999999"}, "choix"),
    ],
)
def test_a_wrong_absence_is_explained(client, place, manager, claire, marc, change, words):
    people_by_name = {"claire": claire.pk, "relay": OrganisationFactory(of_hub=place.hubs.get()).pk}
    change = {name: people_by_name.get(value, value) for name, value in change.items()}
    data = {"user": claire.pk, "starts_on": day(1), "ends_on": day(8), "backup": marc.pk} | change
    answer = do(client, "team_absence", data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Absence.objects.exists()


def test_the_same_days_twice_are_refused(client, place, manager, claire):
    data = {"user": claire.pk, "starts_on": day(1), "ends_on": day(8)}
    do(client, "team_absence", data)

    assert "couvre déjà" in do(client, "team_absence", data).content.decode()
    assert Absence.objects.count() == 1


def test_who_is_away_stands_in_for_nobody(client, place, manager, claire, marc):
    AbsenceFactory(organisation=place, user=marc, starts_on=day(3), ends_on=day(5))
    wanted = {"user": claire.pk, "starts_on": day(1), "ends_on": day(8), "backup": marc.pk}
    answer = do(client, "team_absence", wanted)
    assert answer.status_code == 422
    assert "L’absence de Marc Petit" in " ".join(answer.context["absence"].errors["backup"])
    with pytest.raises(StandInAway):
        set_absence(place, user=claire, backup=marc, starts_on=day(1), ends_on=day(8), by=manager)
    assert not claire.absences.exists()
    do(client, "team_absence", wanted | {"ends_on": day(2)})
    assert claire.absences.get().backup == marc


def test_an_absence_ends(client, place, manager):
    absence = AbsenceFactory(organisation=place)
    do(client, "team_absence_end", {}, absence.code)

    assert not Absence.objects.current_and_coming(timezone.localdate()).exists()


@pytest.mark.parametrize(("typed", "kept"), [("12", 12), ("", None), ("0", 0)])
def test_capacity(client, place, manager, typed, kept):
    do(client, "team_capacity", {"capacity": typed} | seal_of(client, reverse("team")))

    place.refresh_from_db()
    assert place.capacity == kept


@pytest.mark.parametrize("typed", ["-1", "beaucoup", "100000"])
def test_a_wrong_capacity_is_refused(client, place, manager, typed):
    assert do(client, "team_capacity", {"capacity": typed}).status_code == 422
    place.refresh_from_db()
    assert place.capacity == 20


def test_inviting_and_taking_back(client, place, manager):
    do(client, "team_invite", {"email": "Nouvelle@nwx.example", "role": "adviser"})
    invitation = Invitation.objects.get()
    assert invitation.email == "nouvelle@nwx.example"
    assert OutgoingMail.objects.get(kind="InvitationMail").recipient == "nouvelle@nwx.example"
    do(client, "team_uninvite", {}, invitation.code)

    assert not Invitation.objects.exists()


def test_inviting_who_is_there_already_is_told(client, place, manager, claire):
    assert "fait déjà partie" in said(do(client, "team_invite", {"email": claire.email, "role": "adviser"}))


@pytest.mark.parametrize("data", [{}, {"email": "x", "role": "adviser"}, {"email": "a@b.fr", "role": "queen"}])
def test_a_wrong_invitation_is_refused(client, place, manager, data):
    assert do(client, "team_invite", data).status_code == 422
    assert not Invitation.objects.exists()


def test_giving_somebody_s_referrals_to_a_colleague(client, place, manager, claire, marc):
    kept, given = (ReferralFactory(organisation=place, accepted=True, adviser=claire) for _number in range(2))
    page = client.get(reverse("team_person", args=[membership(claire).code]))
    (key,) = [key for key, person in page.context["form"].team.items() if person == marc]
    answer = do(client, "team_person", {"referrals": [given.code], "adviser": key}, membership(claire).code)

    assert "1 demande confiée à Marc Petit." in said(answer)
    for row, adviser in ((kept, claire), (given, marc)):
        row.refresh_from_db()
        assert row.adviser == adviser


@pytest.mark.parametrize("data", [{"adviser": "1"}, {"referrals": ["NOPE"], "adviser": "1"}, {"adviser": "77"}])
def test_a_wrong_handing_over_changes_nothing(client, place, manager, claire, data):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    answer = do(client, "team_person", data, membership(claire).code)

    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.adviser == claire


def test_who_leaves_gives_everything_back_to_the_team(client, place, manager, claire):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    elsewhere = ReferralFactory(accepted=True, adviser=claire)
    answer = do(client, "team_remove", {}, membership(claire).code)

    assert "ne fait plus partie de l’équipe" in said(answer)
    assert not membership(claire).is_active
    row.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (row.adviser, elsewhere.adviser) == (None, claire)
    assert OutgoingMail.objects.get(kind="ReferralWithoutAdviser").recipient == manager.email
    assert row.request.events.filter(referral=row).last().data["from_adviser"] == "Claire Dumont"


def test_who_leaves_while_away_gives_to_the_stand_in(place, manager, claire, marc):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    AbsenceFactory(organisation=place, user=claire, backup=marc)
    people.remove(membership(claire), by=manager)

    row.refresh_from_db()
    assert row.adviser == marc
    assert OutgoingMail.objects.get(kind="ReferralHandedToYou").recipient == marc.email


def test_who_is_away_gives_to_the_stand_in_and_the_mail_says_until_when(client, place, manager, claire, marc):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    today = timezone.localdate()
    set_absence(place, user=claire, backup=marc, starts_on=today, ends_on=today + dt.timedelta(days=3), by=manager)

    row.refresh_from_db()
    assert row.adviser == marc
    mail = OutgoingMail.objects.get(kind="ReferralHandedToYou")
    assert mail.recipient == marc.email
    assert "Claire Dumont est en absence jusqu’au" in mail.text
    assert begin_absences() == 0


def test_a_stand_in_who_is_away_too_leaves_it_to_the_team(place, manager, claire, marc):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    AbsenceFactory(organisation=place, user=marc)
    AbsenceFactory(organisation=place, user=claire, backup=marc)
    assert begin_absences() == 2

    row.refresh_from_db()
    assert row.adviser is None
    recipients = OutgoingMail.objects.filter(kind="ReferralWithoutAdviser").values_list("recipient", flat=True)
    assert manager.email in set(recipients)


def test_an_absence_to_come_changes_nothing_before_its_day(place, manager, claire, marc):
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    later = timezone.localdate() + dt.timedelta(days=2)
    set_absence(place, user=claire, backup=marc, starts_on=later, ends_on=later, by=manager)
    assert begin_absences() == 0

    row.refresh_from_db()
    assert row.adviser == claire


def test_the_last_manager_stays(client, place, manager, claire):
    answer = do(client, "team_remove", {}, membership(manager).code)
    assert "dernière responsable" in said(answer)
    assert membership(manager).is_active
    answer = change_role(client, manager, "adviser")
    assert "dernière responsable" in said(answer)
    assert membership(manager).role == MembershipRole.MANAGER


@pytest.mark.parametrize(("count", "words"), [(0, "Aucune demande n’est en cours"), (2, "2 demandes en cours")])
def test_ending_a_function_says_whose_and_what_is_open(client, place, manager, claire, count, words):
    for _number in range(count):
        ReferralFactory(organisation=place, accepted=True, adviser=claire)
    page = client.get(reverse("team_person", args=[membership(claire).code])).content.decode()
    assert "Mettre fin à la fonction de Claire Dumont chez" in page
    assert words in page


def test_a_manager_with_a_successor_may_leave(client, place, manager, claire):
    change_role(client, claire, "manager")
    do(client, "team_remove", {}, membership(manager).code)

    assert not membership(manager).is_active
    assert client.get(reverse("team")).status_code == 403
