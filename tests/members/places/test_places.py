"""Places: their pages, and parts that always make the whole."""

import json
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from members.organisations.enums import Sector
from members.places.actions import check_whole, load_places, share_place
from members.places.enums import PlaceKind
from members.places.models import PlaceShare
from members.places.panels import PLACES_FIGURE, places_section
from members.places.rules import missing_share
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.places import PlaceFactory, PlaceLabelFactory
from tests.visitor import seal_of

SPACE = "\u202f"


def page(client, *slug, **asked):
    """The text of the list, or of a sheet."""
    response = client.get(reverse("place", args=slug) if slug else reverse("places"), asked)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_a_place_whose_commune_or_host_is_not_loaded_is_passed_over():
    commune("14167", "Colombelles")
    assert load_places({}) == {}
    OrganisationFactory(slug="tes")
    assert list(load_places({})) == ["agri-up"]


@pytest.mark.django_db
def test_places_are_found_by_kind_theme_and_departement(client):
    PlaceFactory(name="Ferme", theme=Sector.AGRICULTURE)
    PlaceFactory(name="Plage", theme=Sector.TOURISM, kind=PlaceKind.CAMPUS)
    PlaceFactory(name="Quai", theme=Sector.TOURISM, commune=commune("76351", "Le Havre"))
    PlaceFactory(name="Caché", is_listed=False, kind=PlaceKind.DATA_CENTRE)
    text = page(client)
    assert all(name in text for name in ("Ferme", "Plage", "Quai"))
    assert "Caché" not in text
    assert "Centre de données" not in text
    assert "Ferme" not in page(client, theme="tourism")
    assert "Plage" not in page(client, theme="tourism", territoire="76")
    assert "Quai" in page(client, theme="tourism", territoire="76")
    assert "Quai" not in page(client, nature="campus")
    assert "Ferme" in page(client, nature="château", theme="rien", territoire="99")
    assert "Aucun lieu ne répond à ces choix" in page(client, nature="campus", territoire="76")


@pytest.mark.django_db
def test_many_departements_are_offered_by_region_and_still_answer(client, monkeypatch):
    monkeypatch.setattr("members.places.forms.MOST_DEPARTMENTS", 1)
    PlaceFactory(name="Quai", commune=commune("76351", "Le Havre"))
    PlaceFactory(name="Ferme")
    PlaceFactory(name="Écluse", commune=commune("35238", "Rennes"))
    assert [code for code, _name in client.get(reverse("places")).context["form"].fields["territoire"].choices] == [
        "", "r53", "r28"
    ]  # fmt: skip
    assert "Écluse" not in page(client, territoire="r28")
    assert "Ferme" in page(client, territoire="r28")
    assert "Ferme" not in page(client, territoire="76")
    assert "Quai" in page(client, territoire="76")


@pytest.mark.django_db
def test_ten_a_page_forwards_and_back(client):
    names = [PlaceFactory(name=f"Lieu {number:02d}").name for number in range(23)]
    first = client.get(reverse("places"))
    assert [row.name for row in first.context["page"].rows] == names[:10]
    second = client.get(reverse("places"), {"after": first.context["page"].after})
    assert [row.name for row in second.context["page"].rows] == names[10:20]
    last = client.get(reverse("places"), {"after": second.context["page"].after})
    assert [row.name for row in last.context["page"].rows] == names[20:]
    assert last.context["page"].after == ""
    back = client.get(reverse("places"), {"before": last.context["page"].before})
    assert [row.name for row in back.context["page"].rows] == names[10:20]
    assert client.get(reverse("places"), {"after": "pas une clé"}).status_code == 200


@pytest.mark.django_db
def test_a_place_out_of_the_directory_has_no_page(client):
    hidden = PlaceFactory(is_listed=False)
    assert client.get(hidden.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_search_engines_read_the_place(client):
    place = PlaceFactory(name="Agri </script> up", description="Une ferme & un labo")
    text = page(client, place.slug)
    told = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert (told["@type"], told["name"], told["address"]["addressLocality"]) == ("Place", "Agri </script> up", "Caen")
    assert told["url"].endswith(place.get_absolute_url())


@pytest.mark.django_db
def test_who_runs_places_shows_them_on_its_sheet_and_the_map_counts_them():
    tes = OrganisationFactory(name="TES")
    assert places_section(tes) is None
    first, second = PlaceFactory(host=tes), PlaceFactory(host=tes, commune=commune("76351", "Le Havre"))
    PlaceFactory(host=tes, is_listed=False)
    section = places_section(tes)
    assert section is not None
    assert section.context["places"] == [first, second]
    assert PLACES_FIGURE.count(["14", "76", "50"]) == {"14": 1, "76": 1}


def test_what_lacks_is_counted_exactly():
    assert missing_share([]) == 0
    assert missing_share([Decimal("33.33")] * 3) == Decimal("0.01")
    assert missing_share([Decimal(60), Decimal(50)]) == -10


@pytest.mark.parametrize(
    ("parts", "said"),
    [(["50", "25"], f"il manque 25{SPACE}%"), (["33.33"] * 3, f"il manque 0,01{SPACE}%"), (["80", "30"], "de trop")],
)
def test_parts_that_do_not_make_the_whole_are_refused_in_words(parts, said):
    with pytest.raises(ValidationError) as refused:
        check_whole(Decimal(part) for part in parts)
    assert said in refused.value.message
    assert refused.value.message.startswith("Les parts du lieu font 100")


@pytest.mark.django_db
def test_the_action_shares_a_place_again_and_refuses_what_is_not_whole():
    place = PlaceFactory(shared=True)
    share_place(place, [("Formation", Decimal(70)), ("Recherche", Decimal(30))])
    assert {row.use: row.percent for row in place.shares.all()} == {"Formation": 70, "Recherche": 30}
    with pytest.raises(ValidationError):
        share_place(place, [("Formation", Decimal(70))])
    assert place.shares.count() == 2
    share_place(place, [])
    assert not place.shares.exists()


@pytest.mark.django_db(transaction=True)
class TestDatabase:
    """The database holds the rule, whoever writes."""

    @pytest.mark.parametrize("percents", [(99,), (60, 60), (50, "49.99")])
    def test_parts_that_do_not_make_the_whole_are_refused_at_the_end(self, percents):
        place = PlaceFactory()
        rows = [PlaceShare(place=place, use=f"Usage {number}", percent=part) for number, part in enumerate(percents)]
        with pytest.raises(IntegrityError, match="sum to"):
            PlaceShare.objects.bulk_create(rows)
        assert not place.shares.exists()

    def test_parts_may_be_changed_one_after_the_other(self):
        place = PlaceFactory(shared=True)
        with transaction.atomic():
            place.shares.filter(use="Bureaux").update(percent=20)
            PlaceShare.objects.create(place=place, use="Atelier", percent=30)
        assert place.shares.count() == 3

    def test_a_part_may_not_be_taken_out_nor_moved_alone(self):
        place, other = PlaceFactory(shared=True), PlaceFactory()
        with pytest.raises(IntegrityError):
            place.shares.filter(use="Bureaux").delete()
        with pytest.raises(IntegrityError):
            place.shares.filter(use="Bureaux").update(place=other)
        place.shares.all().delete()
        place.delete()

    def test_a_place_goes_with_its_parts(self):
        PlaceFactory(shared=True).delete()
        assert not PlaceShare.objects.exists()

    def test_of_two_people_who_each_write_the_whole_one_is_refused(self):
        place = PlaceFactory()
        barrier = Barrier(2)

        def write(use):
            with transaction.atomic():
                PlaceShare.objects.create(place=place, use=use, percent=100)
                barrier.wait()

        results = at_once(lambda: write("Formation"), lambda: write("Bureaux"))
        assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "NoneType"]
        assert [row.percent for row in place.shares.all()] == [100]

    def test_two_people_who_share_the_same_place_leave_one_whole(self):
        place = PlaceFactory(shared=True)
        ways = [[("Atelier", Decimal(100))], [("Formation", Decimal(10)), ("Labo", Decimal(90))]]
        results = at_once(*(lambda way=way: share_place(place, way) for way in ways))
        assert results == [None, None]
        assert {(row.use, row.percent) for row in place.shares.all()} in [set(way) for way in ways]


def at_once(*calls):
    """Run each in a thread of its own; what it returned or raised."""
    results = [None] * len(calls)

    def run(position, call):
        try:
            results[position] = call()
        except Exception as error:  # noqa: BLE001 - what a thread raises is its result
            results[position] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(position, call)) for position, call in enumerate(calls)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    assert not any(each.is_alive() for each in threads), "a deadlock"
    return results


def sheet(place, *percents, **changes):
    """What the form of a place sends."""
    shares = list(place.shares.order_by("pk")) if place else []
    rows = [{"id": row.pk, "place": place.pk, "use": row.use} for row in shares]
    rows += [
        {"id": "", "place": place.pk if place else "", "use": f"Usage {n}"} for n in range(len(rows), len(percents))
    ]
    sent = {
        "name": place.name, "slug": place.slug, "kind": place.kind, "commune": place.commune_id,
        "is_listed": "on", "welcomes": "on",
        "shares-TOTAL_FORMS": len(percents), "shares-INITIAL_FORMS": len(shares),
        "labels-TOTAL_FORMS": 0, "labels-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, (row, percent) in enumerate(zip(rows, percents, strict=True)):
        sent |= {f"shares-{number}-{name}": value for name, value in row.items()}
        sent[f"shares-{number}-percent"] = percent
    return sent | changes


@pytest.mark.django_db(transaction=True)
class TestAdministration:
    """The staff of a hub keep the places up to date."""

    @pytest.fixture
    def staff(self, client):
        client.force_login(UserFactory(staff_of=HubFactory()))
        return client

    def url(self, place):
        return reverse("admin:members_place_change", args=[place.pk])

    def test_parts_are_changed_together(self, staff):
        place = PlaceFactory(shared=True)
        response = staff.post(self.url(place), seal_of(staff, self.url(place)) | sheet(place, "40", "35", "25"))
        assert response.status_code == 302, response.context["errors"]
        assert [row.percent for row in place.shares.in_order()] == [40, 35, 25]

    def test_what_does_not_make_the_whole_is_said_beside_the_parts_and_nothing_is_lost(self, staff):
        place = PlaceFactory(shared=True)
        response = staff.post(
            self.url(place), seal_of(staff, self.url(place)) | sheet(place, "40", "35", name="Nouveau nom")
        )
        assert response.status_code == 200
        text = response.content.decode()
        assert f"il manque 25{SPACE}%" in text
        assert "Nouveau nom" in text
        assert [row.percent for row in place.shares.in_order()] == [50, 50]

    def test_who_comes_second_is_told_and_nothing_breaks(self, staff, monkeypatch):
        place = PlaceFactory()
        sent = sheet(place, "100")
        share_place(place, [("Atelier", Decimal(100))])
        response = staff.post(self.url(place), sent, follow=True)
        assert response.status_code == 200
        assert "Quelqu’un vient de changer les parts de ce lieu" in response.content.decode()
        assert [row.use for row in place.shares.all()] == ["Atelier"]

    def test_labels_are_added(self, staff):
        place = PlaceFactory()
        label = {
            "labels-TOTAL_FORMS": 1,
            "labels-0-year": "2020",
            "labels-0-name": "Label",
            "labels-0-granted_on": "2020-Q4",
        }
        assert staff.post(self.url(place), sheet(place, **label)).status_code == 302
        assert place.labels.get().granted_on.in_words() == "fin 2020"


@pytest.mark.django_db
def test_labels_of_a_page_come_with_their_source(client):
    label = PlaceLabelFactory(source="Région", stated_on="2020")
    assert "Région, 2020" in page(client, label.place.slug)
