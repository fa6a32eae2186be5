"""A commune merged on 1 January keeps its history: what pointed to it still names it, and is found where it is now."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction
from django.urls import reverse

from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.actions.drawing import draw_territory
from members.territories.actions.loading import load_territories
from members.territories.actions.official_files import read_geography
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Territory
from services.catalogue.models import Topic
from services.figures.actions.refresh import refresh_figures
from services.requests.models import ServiceRequest
from services.requests.queries.routing import proposals
from steering.coverage.queries.coverage import Unit, read_coverage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import OfferFactory, RequestFactory, TopicFactory

IFS, CAEN, BAYEUX = "14341", "14118", "14047"


def get(kind, code):
    """A territory by its official code."""
    return Territory.objects.get(kind=kind, code=code)


def later_edition(merged, heir):
    """The whole country on 1 January 2027, when a commune has been merged into another."""
    now = read_geography()
    key = (Kind.COMMUNE, merged)
    parts = {part: (Kind.COMMUNE, heir) if commune == key else commune for part, commune in now.parts_of.items()}
    return replace(
        now,
        edition=date(2027, 1, 1),
        places={one: place for one, place in now.places.items() if one != key},
        groups_of={one: groups for one, groups in now.groups_of.items() if one != key},
        parts_of=parts,
        former_codes={**now.former_codes, merged: (Kind.COMMUNE, heir)},
    )


@pytest.fixture(scope="module")
def ecosystem(django_db_setup, django_db_blocker):
    """The whole country, a hub, an organisation and requests in Ifs, before it is merged into Caen."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_territories()
        connection.check_constraints()
        ifs = get(Kind.COMMUNE, IFS)
        hub, topic = HubFactory(), TopicFactory(name="Essayer un robot")
        place = OrganisationFactory(of_hub=hub, name="Pôle d’Ifs", commune=ifs)
        OfferFactory(organisation=place, topic=topic, territories=[ifs])
        draw_territory("axe", "Axe", [ifs])
        RequestFactory(hub=hub, topic=topic, commune=ifs, company_name="Atelier d’Ifs")
        report = load_territories(geography=later_edition(IFS, CAEN))
        assert (report.ended, report.created) == (1, 0)
        yield hub
        transaction.set_rollback(True)


def test_its_row_ends_and_tells_its_successor(ecosystem, db, clock):
    ifs = get(Kind.COMMUNE, IFS)
    assert (ifs.name, ifs.valid_until, ifs.successor.code) == ("Ifs", date(2027, 1, 1), CAEN)
    assert ifs in Territory.objects.communes().current(date(2026, 12, 31))
    assert ifs not in Territory.objects.communes().current(date(2027, 1, 1))
    clock.set("2027-01-01 09:00")
    found = Territory.objects.communes_like("Ifs (14)")[0]
    assert (found.name, found.found_as) == ("Caen", "Ifs")


def test_what_pointed_to_it_still_shows_its_name(ecosystem, db, client):
    request, place = ServiceRequest.objects.get(), Organisation.objects.get(name="Pôle d’Ifs")
    assert request.commune.name == place.commune.name == "Ifs"
    client.force_login(UserFactory(staff_of=ecosystem))
    assert "Ifs" in client.get(reverse("admin:triage_request", args=[request.code])).content.decode()


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Kind.COMMUNE, CAEN), (Kind.EPCI, "200065597"), (Kind.DEPARTMENT, "14"), (Kind.REGION, "28"), (Kind.ADHOC, "axe")],
)
def test_what_pointed_to_it_is_found_where_it_now_lies(ecosystem, db, kind, code):
    inside = Territory.objects.within(get(kind, code))
    assert ServiceRequest.objects.get(commune__in=inside)
    assert Organisation.objects.get(name="Pôle d’Ifs", commune__in=inside)
    assert Hub.objects.for_commune(get(Kind.COMMUNE, IFS)) == ecosystem


def test_figures_count_it_in_its_departement_and_its_epci(ecosystem, db, client):
    refresh_figures(is_full=True)
    client.force_login(UserFactory(officer_of=ecosystem))
    for where in ("dep-14", "epci-200065597"):
        text = client.get(f"{reverse('steering')}?territoire={where}").content.decode()
        assert "1 demande<" in text


def test_an_offer_for_it_still_covers_it_and_the_commune_of_today(ecosystem, db):
    topic, place = Topic.objects.get(name="Essayer un robot"), Organisation.objects.get(name="Pôle d’Ifs")
    caen = get(Kind.COMMUNE, CAEN)
    for where in (caen, get(Kind.COMMUNE, IFS)):
        verdicts = proposals(RequestFactory(hub=ecosystem, topic=topic, commune=where))
        assert [one.organisation.id for one in verdicts if one.is_in] == [place.pk]
    unit = Unit.of(get(Kind.EPCI, "200065597"))
    cell = read_coverage([ecosystem], [unit], [topic]).cells[topic.pk][unit.id]
    assert cell.part == {place.pk: {caen.pk}}


def test_a_territory_drawn_with_it_holds_the_commune_of_today(ecosystem, db):
    assert get(Kind.COMMUNE, CAEN) in Territory.objects.within(get(Kind.ADHOC, "axe"))


def test_merged_into_another_epci_it_leaves_its_own(ecosystem, db):
    report = load_territories(geography=later_edition(IFS, BAYEUX))
    epci = set(get(Kind.COMMUNE, IFS).ancestors().of_kind(Kind.EPCI).values_list("code", flat=True))
    assert epci == set(get(Kind.COMMUNE, BAYEUX).ancestors().of_kind(Kind.EPCI).values_list("code", flat=True))
    assert report.links_removed > 0
    assert load_territories(geography=later_edition(IFS, BAYEUX)).writes == 0
