"""The places of the facts: each is on a page, with its source and its date."""

import pytest
from django.db import connection, transaction
from django.urls import reverse

from members.directory.actions.ecosystem import load_ecosystem
from members.places.actions import load_places, read_places
from members.places.models import Place, PlaceLabel, PlaceShare
from members.territories.actions.loading import load_territories
from tests.filled import some

SPACE = "\u202f"


def page(client, slug):
    """The text of a sheet."""
    response = client.get(reverse("place", args=[slug]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(scope="module")
def ecosystem(django_db_setup, django_db_blocker):
    """The real ecosystem with its places, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_territories(regions={"28", "52", "53", "75", "84"})
        load_ecosystem()
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


class TestFacts:
    """Each published fact is on a page, with its source and its date."""

    RESIDENCES = (
        ("agri-up", "Agri up", "Colombelles", "agriculture et alimentation"),
        ("tourism-up", "Tourism up", "Deauville", "tourisme et restauration"),
        ("smart-port", "Smart port", "Le Havre", "port et activités maritimes"),
    )

    @pytest.mark.parametrize(("slug", "name", "town", "theme"), RESIDENCES)
    def test_a_residence_of_tes_tells_its_commune_theme_host_source_and_date(
        self, ecosystem, db, client, slug, name, town, theme
    ):
        text = page(client, slug)
        for fact in (name, town, theme, "TES", "Communiqué de la Région Normandie, 25 octobre 2017", "25 octobre 2017"):
            assert fact.lower() in text.lower(), fact
        assert f"/demande/?lieu={slug}" in text

    def test_the_dome_is_in_caen_with_relais_d_sciences(self, ecosystem, db, client):
        text = page(client, "le-dome")
        assert "Caen" in text
        assert "Relais d’sciences" in text
        assert "lieu=le-dome" not in text

    def test_the_campus_tells_its_cost_area_land_and_shares(self, ecosystem, db, client):
        text = page(client, "campus-numerique")
        told = (
            "Charbonnières-les-Bains", f"28{SPACE}000{SPACE}000{SPACE}€ au total", "répartition par année non publiée",
            f"10{SPACE}000{SPACE}m²", "3 hectares", "Presse, sur le plan d’Auvergne-Rhône-Alpes, 2020",
            "Formation professionnelle", "Structures de filière", "Ouvert à la recherche",
        )  # fmt: skip
        assert [fact for fact in told if fact not in text] == []
        shares = Place.objects.get(slug="campus-numerique").shares.in_order()
        assert [row.percent for row in shares] == [50, 25, 25]
        assert text.count(f'<td class="n">25{SPACE}%</td>') == 2

    def test_every_real_place_has_a_source_and_a_date_and_every_invented_one_says_so(self, ecosystem, db, client):
        for place in some(Place.objects.listed()):
            assert place.is_demo != bool(place.source and place.stated_on), place
            assert place.is_demo == ("démonstration" in place.name), place
            assert ("Lieu inventé pour la démonstration" in page(client, place.slug)) is place.is_demo

    def test_labels_are_told_year_by_year(self, ecosystem, db, client):
        text = page(client, "tiers-lieu-de-demonstration-du-perche")
        assert text.index("<b>2020</b>") < text.index("<b>2019</b>") < text.index("<b>2018</b>")
        assert f"accordé{SPACE}: mai 2019" in text
        assert "date d’accord non publiée" in text

    def test_a_second_load_changes_nothing(self, ecosystem, db):
        before = [list(model.objects.order_by("pk").values()) for model in (Place, PlaceShare, PlaceLabel)]
        load_ecosystem()
        assert [list(model.objects.order_by("pk").values()) for model in (Place, PlaceShare, PlaceLabel)] == before
        assert Place.objects.count() == len(read_places())

    def test_what_is_invented_is_left_out_when_asked(self, ecosystem, db):
        assert not any(place.is_demo for place in load_places({}, with_invented=False).values())
