"""Territories of projects: unions and differences of others, drawn again when their parts change."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from members.territories.actions.drawing import DrawnFromItself, NothingDrawn, draw_territory, redraw_all
from members.territories.actions.loading import load_territories
from members.territories.actions.official_files import Geography, Place
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Containment, Territory, TerritoryPart
from members.territories.rules.drawing import communes_drawn, drawing_order, made_of
from tests.factories.members import HubFactory, UserFactory, commune, department, territory
from tests.visitor import seal_of

some_communes = st.frozensets(st.integers(0, 12), max_size=8)
many_parts = st.lists(some_communes, max_size=5)


@given(many_parts, many_parts)
def test_a_recipe_gives_the_union_of_what_is_taken_minus_the_union_of_what_is_left_out(taken, left_out):
    expected = {one for one in range(13) if any(one in part for part in taken)}
    expected -= {one for one in range(13) if any(one in part for part in left_out)}
    assert communes_drawn(taken, left_out) == expected


@given(st.dictionaries(st.integers(0, 6), st.frozensets(st.integers(0, 6), max_size=3), max_size=7))
def test_parts_come_before_what_they_make_and_circles_are_seen(parts_of):
    is_circular = any(one in made_of(one, parts_of) for one in parts_of)
    if is_circular:
        with pytest.raises(ValueError, match="itself"):
            drawing_order(parts_of)
        return
    order = drawing_order(parts_of)
    assert all(order.index(part) < order.index(one) for one, parts in parts_of.items() for part in parts)


def communes_of(drawn):
    """The codes of the communes of a territory."""
    return set(Territory.objects.communes().within(drawn).values_list("code", flat=True))


def edition(year, communes, *, former=()):
    """Two départements of one region: communes are given with their département and their EPCI."""
    geography = Geography(date(year, 1, 1))
    for code, (department_code, epci) in communes.items():
        place = Place(Kind.COMMUNE, code, f"Ville {code}", (), 100)
        groups = ((Kind.REGION, "R"), (Kind.DEPARTMENT, department_code), (Kind.EPCI, epci))
        geography.places[place.key] = place
        geography.groups_of[place.key] = groups
        geography.places |= {key: Place(*key, name=f"Groupe {key[1]}") for key in groups}
    geography.former_codes.update({code: (Kind.COMMUNE, heir) for code, heir in former})
    return geography


COMMUNES = {"1": ("D", "E"), "2": ("D", "E"), "3": ("D", "F"), "4": ("G", "F"), "5": ("G", "H")}


def get(kind, code):
    """A territory by its code."""
    return Territory.objects.get(kind=kind, code=code)


@pytest.fixture
def country(db):
    """Five communes, two départements, three EPCI, one of which lies across."""
    load_territories(geography=edition(2026, COMMUNES))


class TestDrawing:
    """From a recipe to inclusions."""

    def test_union_and_difference(self, country):
        drawn = draw_territory("axe", "Axe", [get(Kind.DEPARTMENT, "D"), get(Kind.EPCI, "F")], [get(Kind.COMMUNE, "2")])
        assert communes_of(drawn) == {"1", "3", "4"}
        assert set(Territory.objects.within(drawn).of_kind(Kind.EPCI).values_list("code", flat=True)) == {"F"}
        assert list(drawn.ancestors()) == [get(Kind.REGION, "R")]

    def test_the_same_recipe_again_writes_nothing(self, country):
        parts = [get(Kind.DEPARTMENT, "D")]
        drawn = draw_territory("axe", "Axe", parts)
        before = set(Containment.objects.of_territory(drawn.pk).values_list("pk", flat=True))
        assert draw_territory("axe", "Axe", parts) == drawn
        assert set(Containment.objects.of_territory(drawn.pk).values_list("pk", flat=True)) == before

    @settings(max_examples=15, deadline=None)
    @given(data=st.data())
    def test_drawn_communes_equal_set_operations_on_any_recipe(self, data, django_db_setup, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic():
            self.compare(data)
            transaction.set_rollback(True)

    @staticmethod
    def compare(data):
        """Draw a recipe and read its communes by hand."""
        load_territories(geography=edition(2026, COMMUNES))
        keys = [(Kind.COMMUNE, code) for code in COMMUNES]
        keys += [(Kind.EPCI, "E"), (Kind.EPCI, "F"), (Kind.DEPARTMENT, "D"), (Kind.DEPARTMENT, "G")]
        taken = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True))
        left_out = data.draw(st.lists(st.sampled_from([key for key in keys if key not in taken]), max_size=3))

        def members(key):
            return {code for code, groups in COMMUNES.items() if key[1] in (code, *groups)}

        expected = set().union(*map(members, taken)).difference(*map(members, left_out))
        try:
            drawn = draw_territory("x", "X", [get(*key) for key in taken], [get(*key) for key in left_out])
            assert communes_of(drawn) == expected
        except NothingDrawn:
            assert not expected

    def test_what_is_made_of_it_follows(self, country):
        inner = draw_territory("inner", "Inner", [get(Kind.EPCI, "E")])
        outer = draw_territory("outer", "Outer", [get(Kind.DEPARTMENT, "D")], [inner])
        assert communes_of(outer) == {"3"}
        draw_territory("inner", "Inner", [get(Kind.COMMUNE, "1")])
        assert communes_of(outer) == {"2", "3"}

    def test_a_territory_made_of_itself_through_another_is_refused_and_nothing_changes(self, country):
        inner = draw_territory("inner", "Inner", [get(Kind.EPCI, "E")])
        outer = draw_territory("outer", "Outer", [inner, get(Kind.EPCI, "F")])
        with pytest.raises(DrawnFromItself):
            draw_territory("inner", "Inner", [outer])
        assert communes_of(inner) == {"1", "2"}
        assert list(TerritoryPart.objects.of_drawn(inner).values_list("part__code", flat=True)) == ["E"]

    def test_nothing_left_is_refused(self, country):
        with pytest.raises(NothingDrawn):
            draw_territory("axe", "Axe", [get(Kind.EPCI, "E")], [get(Kind.DEPARTMENT, "D")])
        assert not Territory.objects.of_kind(Kind.ADHOC).exists()

    def test_a_new_edition_of_the_official_file_draws_it_again(self, country):
        drawn = draw_territory("axe", "Axe", [get(Kind.EPCI, "E"), get(Kind.COMMUNE, "4")])
        moved = COMMUNES | {"3": ("D", "E")}
        del moved["2"]
        load_territories(geography=edition(2027, moved, former=[("2", "1")]))
        assert communes_of(drawn) >= {"1", "3", "4"}
        today = Territory.objects.communes().current(date(2027, 1, 1)).within(drawn)
        assert set(today.values_list("code", flat=True)) == {"1", "3", "4"}

    def test_a_part_that_was_merged_stands_for_the_commune_of_today(self, country):
        drawn = draw_territory("axe", "Axe", [get(Kind.COMMUNE, "5")])
        merged = {code: groups for code, groups in COMMUNES.items() if code != "5"}
        load_territories(geography=edition(2027, merged, former=[("5", "4")]))
        assert get(Kind.COMMUNE, "4") in Territory.objects.within(drawn)

    def test_a_territory_without_recipe_keeps_its_communes(self, country):
        drawn = draw_territory("axe", "Axe", [get(Kind.EPCI, "F")])
        drawn.recipe.all().delete()
        redraw_all()
        assert communes_of(drawn) == {"3", "4"}


class TestAdministration:
    """Drawing in the administration."""

    @pytest.fixture
    def places(self, db):
        epci = territory(Kind.EPCI, "200", "CU Caen la Mer")
        caen = commune("14118", "Caen", epci=epci)
        Territory.objects.filter(pk=caen.pk).update(population=100_000)
        ifs, rouen = commune("14341", "Ifs", epci=epci), commune("76540", "Rouen")
        return {"caen": caen, "ifs": ifs, "rouen": rouen, "epci": epci}

    @staticmethod
    def data(*rows, name="Axe Seine", **more):
        """What the form sends: parts, each with whether it is left out."""
        sent = {"name": name, "recipe-TOTAL_FORMS": len(rows), "recipe-INITIAL_FORMS": 0, **more}
        for number, (part, is_left_out) in enumerate(rows):
            sent[f"recipe-{number}-part"] = part.pk
            if is_left_out:
                sent[f"recipe-{number}-is_left_out"] = "on"
        return sent

    @pytest.fixture
    def staff(self, client, db):
        hub = HubFactory()
        client.force_login(UserFactory(staff_of=hub))
        return hub

    def test_staff_draw_a_territory(self, client, staff, places):
        rows = [(places["epci"], False), (places["rouen"], False), (places["ifs"], True)]
        answer = client.post(reverse("admin:members_drawnterritory_add"), self.data(*rows))
        assert answer.status_code == 302
        drawn = get(Kind.ADHOC, "axe-seine")
        assert communes_of(drawn) == {"14118", "76540"}
        page = client.get(reverse("admin:members_drawnterritory_change", args=[drawn.pk])).content.decode()
        assert "2 communes" in page
        assert "1 intercommunalité prise en partie" in page

    def test_a_preview_counts_and_saves_nothing(self, client, staff, places):
        sent = self.data((places["epci"], False), _preview="1")
        answer = client.post(reverse("admin:members_drawnterritory_add"), sent)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "2 communes" in page
        assert "1 intercommunalité entière" in page
        assert "100\u202f000 habitants" in page
        assert "Rien n’est encore enregistré." in page
        assert not Territory.objects.of_kind(Kind.ADHOC).exists()

    @pytest.mark.parametrize("preview", [{}, {"_preview": "1"}])
    def test_what_gives_no_commune_is_refused_in_words(self, client, staff, places, preview):
        sent = self.data((places["ifs"], False), (places["epci"], True), **preview)
        answer = client.post(reverse("admin:members_drawnterritory_add"), sent)
        assert "Ce territoire ne contient aucune commune." in answer.content.decode()
        assert not Territory.objects.of_kind(Kind.ADHOC).exists()

    def test_a_circle_is_refused_in_words(self, client, staff, places):
        inner = draw_territory("inner", "Inner", [places["caen"]])
        outer = draw_territory("outer", "Outer", [inner, places["rouen"]])
        sent = self.data((outer, False), name="Inner")
        answer = client.post(reverse("admin:members_drawnterritory_change", args=[inner.pk]), sent)
        assert "entre déjà dans la composition" in answer.content.decode()
        assert communes_of(inner) == {"14118"}

    def test_a_name_is_given_once(self, client, staff, places):
        draw_territory("axe-seine", "Axe Seine", [places["caen"]])
        answer = client.post(reverse("admin:members_drawnterritory_add"), self.data((places["rouen"], False)))
        assert "Un territoire de projet porte déjà ce nom." in answer.content.decode()

    def test_a_new_name_keeps_the_code(self, client, staff, places):
        drawn = draw_territory("axe-seine", "Axe Seine", [places["caen"]])
        part = drawn.recipe.get()
        sent = self.data((places["caen"], False), name="Vallée de la Seine") | {
            "recipe-INITIAL_FORMS": 1,
            "recipe-0-id": part.pk,
            "recipe-0-drawn": drawn.pk,
        }
        page = reverse("admin:members_drawnterritory_change", args=[drawn.pk])
        client.post(page, sent | seal_of(client, page))
        drawn.refresh_from_db()
        assert (drawn.code, drawn.name, drawn.search_name) == ("axe-seine", "Vallée de la Seine", "vallee de la seine")

    def test_only_administrators_change_the_territory_of_a_hub(self, client, staff, places):
        drawn = draw_territory("axe-seine", "Axe Seine", [places["caen"]])
        staff.territory = drawn
        staff.save()
        address = reverse("admin:members_drawnterritory_change", args=[drawn.pk])
        assert client.post(address, self.data((places["rouen"], False))).status_code == 403
        client.force_login(UserFactory(administrator=True))
        assert client.post(address, self.data((places["rouen"], False))).status_code == 302
        assert communes_of(drawn) >= {"76540"}

    def test_parts_are_chosen_by_name_and_less_than_a_commune_is_not_offered(self, client, staff, places):
        territory(Kind.DELEGATED, "14999", "Caen-la-Petite", inside=(department(),))
        ask = "?app_label=members&model_name=territorypart&field_name=part&term=caen"
        found = client.get(reverse("admin:autocomplete") + ask).json()["results"]
        assert {"Caen (14)", "CU Caen la Mer (intercommunalité)"} <= {row["text"] for row in found}
        small = get(Kind.DELEGATED, "14999")
        answer = client.post(reverse("admin:members_drawnterritory_add"), self.data((small, False)))
        assert answer.status_code == 200
        assert not Territory.objects.of_kind(Kind.ADHOC).exists()
