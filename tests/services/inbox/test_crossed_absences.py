"""Absences that cross: whoever stands in is there on every day, whichever of the two absences is noted first."""

import datetime as dt
import time
from threading import Event

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from diginor.text import wording
from members.people.actions.absences import AbsenceRefused, set_absence
from members.people.models import Absence
from tests.factories.members import AbsenceFactory, HubFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.services.requests.test_races import at_once

pytestmark = pytest.mark.django_db
# Days from today: the one who stands in does so from the 10th to the 20th.
STANDING = (10, 20)
CROSSING = {"before": (5, 10), "after": (20, 25), "inside": (12, 15), "around": (5, 25), "equal": (10, 20)}
APART = {"ends the day before": (5, 9), "starts the day after": (21, 25)}


def days(first, last):
    today = timezone.localdate()
    return {"starts_on": today + dt.timedelta(days=first), "ends_on": today + dt.timedelta(days=last)}


class Case:
    """Two organisations with their people; each kind of crossing gives the absence noted, and the one to be noted."""

    def __init__(self):
        hub = HubFactory()
        self.place = OrganisationFactory(of_hub=hub, name="Normandie Web Xperts", acronym="NWX")
        self.relay = OrganisationFactory(of_hub=hub, name="Chambre de commerce", acronym="CCI")
        self.boss = UserFactory(manager_of=self.place, first_name="Anne", last_name="Roy")
        self.relay_boss = UserFactory(manager_of=self.relay)
        self.claire = UserFactory(adviser_of=self.place, first_name="Claire", last_name="Dumont")
        self.marc = UserFactory(adviser_of=self.place, first_name="Marc", last_name="Petit")
        self.staff = UserFactory(staff_of=hub)
        claire_away = {"organisation": self.place, "user": self.claire, "backup": self.marc}
        marc_away = {"organisation": self.place, "user": self.marc}
        all_away = {"organisation": self.place}
        all_relayed = {"organisation": self.place, "backup_organisation": self.relay}
        relay_away = {"organisation": self.relay}
        # Noted, to be noted, the field of the refusal, and what it says.
        self.kinds = {
            "who stands in goes": (claire_away, marc_away, "user", "Marc Petit prend le relais de Claire Dumont"),
            "stand-in who is away": (marc_away, claire_away, "backup", "L’absence de Marc Petit"),
            "team of the stand-in goes": (
                claire_away, all_away, "backup_organisation", "Marc Petit prend le relais de Claire Dumont"
            ),
            "stand-in whose team is away": (all_away, claire_away, "backup", "NWX est en absence"),
            "relay goes": (all_relayed, relay_away, "user", "CCI prend le relais de NWX"),
            "relay that is away": (relay_away, all_relayed, "backup_organisation", "L’absence de CCI"),
        }  # fmt: skip

    def boss_of(self, place):
        return self.boss if place == self.place else self.relay_boss


KINDS = [
    "who stands in goes", "stand-in who is away", "team of the stand-in goes", "stand-in whose team is away",
    "relay goes", "relay that is away",
]  # fmt: skip


@pytest.fixture
def case():
    return Case()


def by_the_team(client, case, facts):
    """Note an absence on the page of the team; return the form when it is refused."""
    client.force_login(case.boss_of(facts["organisation"]))
    data = {name: getattr(value, "pk", value) for name, value in facts.items() if name != "organisation"}
    answer = client.post(reverse("team_absence"), data)
    return answer.context["absence"] if answer.status_code == 422 else None


def in_the_administration(client, case, facts):
    """Note it in the administration; return the form when it is refused."""
    client.force_login(case.staff)
    data = {name: getattr(value, "pk", value) for name, value in facts.items()}
    answer = client.post(reverse("admin:members_absence_add"), data)
    return answer.context["adminform"].form if answer.status_code == 200 else None


WAYS = pytest.mark.parametrize("note", [by_the_team, in_the_administration], ids=["team", "administration"])


@WAYS
@pytest.mark.parametrize("crossing", CROSSING.values(), ids=CROSSING)
@pytest.mark.parametrize("kind", KINDS)
def test_absences_that_cross_are_refused_beside_their_field(client, case, note, kind, crossing):
    noted, wanted, field, words = case.kinds[kind]
    first = AbsenceFactory(**noted, **days(*STANDING))
    form = note(client, case, wanted | days(*crossing))
    assert set(form.errors) == {field}
    (said,) = form.errors[field]
    assert words in said
    assert f"du {wording.day(first.starts_on, 'short')} au {wording.day(first.ends_on, 'short')}" in said
    # What was typed is still there.
    assert {name: form[name].value() for name in wanted if name in form.fields} == {
        name: str(value.pk) for name, value in wanted.items() if name in form.fields
    }
    assert form["starts_on"].value() == str(days(*crossing)["starts_on"])
    assert Absence.objects.get() == first


@WAYS
@pytest.mark.parametrize("apart", APART.values(), ids=APART)
@pytest.mark.parametrize("kind", KINDS)
def test_absences_apart_are_noted(client, case, note, kind, apart):
    noted, wanted, _field, _words = case.kinds[kind]
    AbsenceFactory(**noted, **days(*STANDING))
    assert note(client, case, wanted | days(*apart)) is None
    assert Absence.objects.count() == 2


@WAYS
def test_a_team_that_names_a_relay_may_go_while_somebody_stands_in(client, case, note):
    AbsenceFactory(organisation=case.place, user=case.claire, backup=case.marc, **days(*STANDING))
    wanted = {"organisation": case.place, "backup_organisation": case.relay} | days(*CROSSING["inside"])
    assert note(client, case, wanted) is None
    case.claire.absences.all().delete()
    wanted = {"organisation": case.place, "user": case.claire, "backup": case.marc} | days(*STANDING)
    assert note(client, case, wanted) is None


def test_a_stand_in_of_another_team_is_refused_in_the_administration(client, case):
    wanted = {"organisation": case.place, "user": case.claire, "backup": case.relay_boss} | days(*STANDING)
    form = in_the_administration(client, case, wanted)
    assert form.errors == {"backup": ["Cette personne ne fait pas partie de l’équipe."]}


@WAYS
def test_every_refusal_of_an_absence_shows_beside_its_field(client, case, note):
    wanted = {"organisation": case.place, "user": case.claire} | days(*STANDING)
    assert note(client, case, wanted) is None
    assert "couvre déjà" in note(client, case, wanted).errors["starts_on"][0]
    for person in (case.boss, case.marc):
        AbsenceFactory(organisation=case.place, user=person, **days(30, 31))
    form = note(client, case, wanted | days(30, 31))
    assert "Personne d’autre n’est présent" in form.errors["backup"][0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["who stands in goes", "team of the stand-in goes", "relay goes"])
def test_of_two_absences_that_cross_noted_at_once_one_is_refused(kind):
    case = Case()
    noted, wanted, _field, _words = case.kinds[kind]

    is_noted = Event()

    def note(facts):
        facts = facts | days(*STANDING)
        set_absence(facts.pop("organisation"), **facts, by=case.boss)

    def first():
        with transaction.atomic():
            note(noted)
            is_noted.set()
            # Long enough for the other to look, which must wait until this is written.
            time.sleep(0.5)

    def second():
        is_noted.wait()
        note(wanted)

    results = at_once(first, second)
    assert results[0] == "done"
    assert isinstance(results[1], AbsenceRefused)
    assert Absence.objects.count() == 1


def test_a_stand_in_for_one_team_may_leave_another(case):
    AbsenceFactory(organisation=case.place, user=case.claire, backup=case.marc, **days(*STANDING))
    MembershipFactory(user=case.marc, organisation=case.relay)
    assert set_absence(case.relay, user=case.marc, by=case.relay_boss, **days(*STANDING))
