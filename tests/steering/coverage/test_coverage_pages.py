"""The pages of coverage: what they show, to whom, and what staff find to put right."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Containment
from steering.coverage.queries.organisations_to_check import organisations_without_adviser, unanswering_organisations
from steering.coverage.rules.unanswering import Answers, no_longer_answers
from tests.factories.members import (
    HubFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    commune,
    department,
    region,
    territory,
)
from tests.factories.services import OfferFactory, ReferralFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def normandy():
    """A hub, two départements with a commune each, a topic that one organisation serves in one of them."""
    hub = HubFactory(name="Guichet de Normandie")
    bocage = territory(Kind.EPCI, "1", "CC Bocage", inside=(department("14"), region("28")))
    commune("14762", "Vire", epci=bocage)
    commune(
        "50218", "Granville", epci=territory(Kind.EPCI, "2", "CC Granville", inside=(department("50"), region("28")))
    )
    topic, alone = TopicFactory(name="Essayer un robot", slug="robot"), TopicFactory(name="Imprimer", slug="imprimer")
    place = OrganisationFactory(of_hub=hub, name="Pôle du Bocage")
    OfferFactory(organisation=place, topic=topic, territories=[department("14")])
    hub.topic, hub.alone, hub.place = topic, alone, place
    return hub


def read(client, user, address):
    """The text of a page."""
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_matrix_says_who_serves_each_topic_in_each_departement(client, normandy):
    text = read(client, UserFactory(officer_of=normandy), reverse("coverage"))
    assert 'aria-label="Essayer un robot, Calvados\u202f: 1 structure">1<' in text
    assert 'aria-label="Essayer un robot, Manche\u202f: personne">personne<' in text
    assert 'class="mark none"' in text
    assert "C’est la règle qui oriente les demandes." in text


def test_a_departement_is_looked_into_by_intercommunalite(client, normandy):
    text = read(client, UserFactory(officer_of=normandy), reverse("coverage") + "?territoire=dep-14")
    assert "CC Bocage" in text
    assert "Calvados, par intercommunalité." in text
    assert "Essayer un robot, CC Bocage\u202f: 1 structure" in text
    assert "Essayer un robot, CC Granville" not in text


def test_overlaps_are_marked_from_the_number_chosen(client, normandy):
    for _number in range(2):
        OfferFactory(organisation=OrganisationFactory(of_hub=normandy), topic=normandy.topic)
    officer = UserFactory(officer_of=normandy)
    assert "3 structures, recouvrement" not in read(client, officer, reverse("coverage"))
    assert "3 structures, recouvrement" in read(client, officer, reverse("coverage") + "?seuil=3")


@pytest.mark.parametrize("query", ["?territoire=dep-35", "?territoire=epci-9", "?seuil=7", "?famille=cuisine"])
def test_what_is_not_offered_does_not_exist(client, normandy, query):
    HubFactory(territory=region("53"))
    commune("35238", "Rennes")
    client.force_login(UserFactory(officer_of=normandy))
    assert client.get(reverse("coverage") + query).status_code == 404


def test_an_officer_sees_neither_the_places_nor_the_organisations_of_another_region(client, normandy):
    other = HubFactory(territory=region("53"))
    commune("35238", "Rennes")
    place = OrganisationFactory(of_hub=other, name="Pôle d’Armor")
    OfferFactory(organisation=place, topic=normandy.topic)
    officer = UserFactory(officer_of=normandy)
    for name, args in (("coverage", []), ("coverage_topic", ["robot"]), ("coverage_csv", [])):
        text = read(client, officer, reverse(name, args=args))
        assert "Ille-et-Vilaine" not in text
        assert "Armor" not in text
    assert client.get(reverse("coverage_cell", args=["robot", "dep-35"])).status_code == 404


def test_a_topic_is_drawn_on_the_map_with_its_table_and_its_gaps(client, normandy):
    text = read(client, UserFactory(officer_of=normandy), reverse("coverage_topic", args=["robot"]))
    assert "Personne\u202f: Manche" in text
    assert "<title>Manche\u202f: personne</title>" in text
    assert "1 intercommunalité sur 2 n’a personne" in text
    assert reverse("coverage_cell", args=["robot", "epci-2"]) in text
    assert "Pôle du Bocage" in text


def test_a_cell_tells_who_serves_it_and_leads_staff_to_their_offers(client, normandy):
    offer = normandy.place.offers.get()
    address = reverse("coverage_cell", args=["robot", "dep-14"])
    change = reverse("admin:services_offer_change", args=[offer.pk])
    text = read(client, UserFactory(staff_of=normandy), address)
    assert "Couvrent tout le territoire" in text
    assert change in text
    assert change not in read(client, UserFactory(officer_of=normandy), address)


def test_an_empty_cell_tells_who_helps_elsewhere_and_how_to_fill_it(client, normandy):
    address = reverse("coverage_cell", args=["robot", "dep-50"])
    text = read(client, UserFactory(staff_of=normandy), address)
    assert "1 commune sur 1 n’a personne" in text
    assert "Aident sur ce sujet, mais ailleurs" in text
    add = f"{reverse('admin:services_offer_add')}?topic={normandy.topic.pk}&amp;territories={department('50').pk}"
    assert add in text
    assert client.get(add.replace("&amp;", "&")).status_code == 200
    assert "Signalez-lui ce qui manque." in read(client, UserFactory(officer_of=normandy), address)


def test_the_file_has_a_line_for_each_topic_and_place(client, normandy):
    text = read(client, UserFactory(officer_of=normandy), reverse("coverage_csv"))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert ["Démonstration", "Essayer un robot", "14", "Calvados", "couvert", "1", "Pôle du Bocage", ""] in rows
    assert ["Démonstration", "Essayer un robot", "50", "Manche", "personne", "0", "", ""] in rows
    assert len(rows) == 1 + 2 * 2
    fine = read(client, UserFactory(officer_of=normandy), reverse("coverage_csv") + "?maille=epci")
    assert "CC Granville" in fine


def test_staff_find_the_topics_without_anybody_and_the_places_with_gaps(client, normandy):
    text = read(client, UserFactory(staff_of=normandy), reverse("coverage_findings"))
    assert "1 sujet sur 2" in text
    assert f"{reverse('admin:services_offer_add')}?topic={normandy.alone.pk}" in text
    assert "CC Granville" in text
    assert "1 sujet sur 1 sans personne" in text
    assert "CC Bocage" not in text


def test_an_epci_across_the_border_is_in_part_covered(client, normandy):
    astride = territory(Kind.EPCI, "3", "CC Couesnon")
    commune("50410", "Pontorson", epci=astride)
    commune("35222", "Pleine-Fougères", epci=astride)
    HubFactory(territory=region("53"))
    OfferFactory(organisation=OrganisationFactory(of_hub=normandy), topic=normandy.topic, territories=[region("28")])
    address = reverse("coverage_cell", args=["robot", "epci-3"])
    text = read(client, UserFactory(staff_of=normandy), address)
    assert "1 structure, en partie" in text
    assert "Pleine-Fougères" in text
    assert not Containment.objects.filter(container=region("28"), part=astride).exists()


class TestSilence:
    """Organisations that no longer answer, or where nobody would."""

    def test_three_expiries_in_a_row_without_an_answer_for_thirty_days(self):
        now = timezone.now()
        long_ago, lately = now - timedelta(days=31), now - timedelta(days=29)
        assert no_longer_answers(Answers(["expired"] * 3), now)
        assert no_longer_answers(Answers(["expired"] * 3, long_ago), now)
        assert no_longer_answers(Answers(["expired", "cancelled", "expired", "expired"]), now)
        assert not no_longer_answers(Answers(["expired"] * 3, lately), now)
        assert not no_longer_answers(Answers(["expired"] * 2), now)
        assert not no_longer_answers(Answers(["expired", "closed", "expired", "expired"]), now)

    def test_the_database_tells_the_same(self, normandy):
        now = timezone.now()
        quiet, lively, new = (OrganisationFactory(of_hub=normandy, name=name) for name in ("Muette", "Vive", "Neuve"))
        for place in (quiet, lively):
            for days in (40, 50, 60):
                ReferralFactory(organisation=place, expired=True, at=now - timedelta(days=days))
        ReferralFactory(organisation=lively, accepted=True, at=now - timedelta(days=3))
        ReferralFactory(organisation=new, expired=True, at=now - timedelta(days=40))
        found = unanswering_organisations([normandy.pk], now)
        assert [(row.name, row.last_answer_at) for row in found] == [("Muette", None)]

    def test_an_organisation_that_proposes_help_and_has_nobody(self, client, normandy):
        without = OrganisationFactory(of_hub=normandy, name="Vide")
        OfferFactory(organisation=without, topic=normandy.topic)
        MembershipFactory(organisation=without, ended=True)
        MembershipFactory(organisation=without, user=UserFactory(is_active=False))
        UserFactory(adviser_of=normandy.place)
        OrganisationFactory(of_hub=normandy, name="Sans offre")
        assert [row.name for row in organisations_without_adviser([normandy.pk])] == ["Vide"]
        text = read(client, UserFactory(staff_of=normandy), reverse("coverage_findings"))
        assert f"{reverse('admin:members_invitation_add')}?organisation={without.pk}" in text
