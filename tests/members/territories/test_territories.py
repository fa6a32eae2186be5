"""The territories of France: which lies inside which, how they are found, and how they change."""

import csv
import gzip
import random
from collections import defaultdict

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from members.territories.actions.drawing import draw_territory
from members.territories.actions.loading import load_territories
from members.territories.actions.official_files import FOLDER
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Containment, Territory

NORMAN = {"14", "27", "50", "61", "76"}


def get(kind, code):
    """A territory by its official code."""
    return Territory.objects.get(kind=kind, code=code)


def codes(territories, kind):
    """The codes of the territories of one kind."""
    return set(territories.of_kind(kind).values_list("code", flat=True))


def read(name):
    """A data file, read as plainly as can be."""
    data = (FOLDER / name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    return list(csv.DictReader(text.decode().splitlines()))


class TestLoading:
    """Loading the official geographic code."""

    def test_the_whole_country_loads_in_less_than_a_minute(self, france, db):
        assert france.seconds < 60
        assert france.created == 34969 + 1255 + 109 + 26 + 2546 + 3

    def test_a_second_load_writes_nothing(self, france, db):
        again = load_territories()
        assert (again.writes, again.unchanged) == (0, france.created)

    def test_a_hand_changed_name_is_put_right(self, france, db):
        Territory.objects.coded(Kind.COMMUNE, "14118").update(name="Kaen", search_name="kaen")
        assert load_territories().updated == 1
        assert get(Kind.COMMUNE, "14118").search_name == "caen"


class TestContainment:
    """A contains B when every commune of B is a commune of A."""

    def test_containers_of_a_hundred_norman_communes_equal_a_plain_reading(self, france, db):
        regions = {row["code"]: row["region"] for row in read("departments.csv")}
        rows = [row for row in read("communes.csv.gz") if row["department"] in NORMAN]
        crossing, chance = self.astride(), random.Random(14)
        astride = [row for row in rows if row["epci"] in crossing]
        assert {row["epci"] for row in astride} == crossing
        one_of_each = [next(row for row in astride if row["epci"] == epci) for epci in sorted(crossing)]
        chosen = one_of_each + chance.sample([row for row in astride if row not in one_of_each], 14)
        for code in sorted(NORMAN):
            inside = [row for row in rows if row["department"] == code and row["epci"] not in crossing]
            chosen += chance.sample(inside, 16)
        assert len({row["code"] for row in chosen}) == 100
        for row in chosen:
            expected = {(Kind.DEPARTMENT, row["department"]), (Kind.REGION, regions[row["department"]])}
            expected |= {(Kind.UNION, "EU"), (Kind.COUNTRY, "FR"), (Kind.MAINLAND, "METRO")}
            expected |= {(Kind.EPCI, row["epci"])} if row["epci"] else set()
            found = get(Kind.COMMUNE, row["code"]).ancestors().values_list("kind", "code")
            assert set(found) == expected, row["name"]

    @pytest.mark.parametrize(
        ("region", "departments"),
        [("28", "14 27 50 61 76"), ("53", "22 29 35 56"), ("52", "44 49 53 72 85")],
        ids=["Normandie", "Bretagne", "Pays de la Loire"],
    )
    def test_the_regions_of_the_hubs_have_their_departements(self, france, db, region, departments):
        inside = Territory.objects.within(get(Kind.REGION, region))
        assert codes(inside, Kind.DEPARTMENT) == set(departments.split())

    def test_six_of_the_seventy_one_epci_of_normandie_cross_its_border(self, france, db):
        normandy = get(Kind.REGION, "28")
        touching = codes(Territory.objects.touching(normandy), Kind.EPCI)
        assert len(touching) == 71
        assert touching - codes(Territory.objects.within(normandy), Kind.EPCI) == self.astride()
        assert len(self.astride()) == 6

    @staticmethod
    def astride():
        """EPCI with communes inside and outside Normandy."""
        sides = defaultdict(set)
        for row in read("communes.csv.gz"):
            if row["epci"]:
                sides[row["epci"]].add(row["department"] in NORMAN)
        return {code for code, both in sides.items() if len(both) == 2}

    def test_every_pair_of_groups_equals_a_plain_reading(self, france, db):
        regions = {row["code"]: row["region"] for row in read("departments.csv")}
        members = defaultdict(set)
        for row in read("communes.csv.gz"):
            members[Kind.DEPARTMENT, row["department"]].add(row["code"])
            members[Kind.REGION, regions[row["department"]]].add(row["code"])
            if row["epci"]:
                members[Kind.EPCI, row["epci"]].add(row["code"])
        width = {Kind.REGION: 0, Kind.DEPARTMENT: 1, Kind.EPCI: 2}
        expected = {
            (a, b)
            for a in members
            for b in members
            if a != b and members[b] <= members[a] and (members[a] != members[b] or width[a[0]] < width[b[0]])
        }
        links = Containment.objects.filter(container__kind__in=width, part__kind__in=width)
        found = links.values_list("container__kind", "container__code", "part__kind", "part__code")
        assert {((a, b), (c, d)) for a, b, c, d in found} == expected

    def test_an_epci_astride_the_border_is_in_no_region_but_its_communes_are(self, france, db):
        normandy = get(Kind.REGION, "28")
        astride = self.astride()
        assert len(astride) == 6
        assert not astride & codes(Territory.objects.within(normandy), Kind.EPCI)
        assert astride <= codes(Territory.objects.touching(normandy), Kind.EPCI)
        norman = {row["code"] for row in read("communes.csv.gz") if row["department"] in NORMAN}
        assert codes(Territory.objects.within(normandy), Kind.COMMUNE) == norman

    def test_the_mainland_holds_the_thirteen_metropolitan_regions(self, france, db):
        mainland = get(Kind.MAINLAND, "METRO")
        regions = codes(Territory.objects.within(mainland), Kind.REGION)
        assert len(regions) == 13
        assert "28" in regions
        assert "04" not in regions

    def test_the_graph_has_no_cycle_even_where_a_commune_is_a_departement(self, france, db):
        paris = get(Kind.COMMUNE, "75056")
        assert "75" in codes(paris.ancestors(), Kind.DEPARTMENT)
        assert not Territory.objects.within(paris).of_kind(Kind.DEPARTMENT).exists()
        pairs = set(Containment.objects.values_list("container", "part"))
        assert not any((part, container) in pairs for container, part in pairs)

    def test_a_municipal_district_and_a_delegated_commune_lie_in_their_commune(self, france, db):
        district, delegated = get(Kind.DISTRICT, "75101"), get(Kind.DELEGATED, "50602")
        assert district.successor == get(Kind.COMMUNE, "75056")
        assert "75056" in codes(district.ancestors(), Kind.COMMUNE)
        assert {"50129"} == codes(delegated.ancestors(), Kind.COMMUNE)
        assert {"50"} == codes(delegated.ancestors(), Kind.DEPARTMENT)

    def test_the_database_refuses_a_pair_twice_and_a_territory_inside_itself(self, db):
        place = Territory.objects.create(kind=Kind.COMMUNE, code="1", name="Un", search_name="un")
        other = Territory.objects.create(kind=Kind.REGION, code="1", name="Un", search_name="un")
        Containment.objects.create(container=other, part=place)
        for container in (other, place):
            with pytest.raises(IntegrityError), transaction.atomic():
                Containment.objects.create(container=container, part=place)

    def test_a_territory_drawn_by_a_project_survives_a_load(self, france, db):
        parts = Territory.objects.coded(Kind.DEPARTMENT, "76", "27")
        seine = draw_territory("axe-seine", "Axe Seine", parts)
        rouen, caen = get(Kind.COMMUNE, "76540"), get(Kind.COMMUNE, "14118")
        Territory.objects.coded(Kind.COMMUNE, "14118").update(population=1)
        load_territories()
        assert seine in Territory.objects.containing(rouen)
        assert seine not in Territory.objects.containing(caen)
        assert codes(Territory.objects.within(seine), Kind.DEPARTMENT) == {"76", "27"}
        assert codes(seine.ancestors(), Kind.REGION) == {"28"}
        assert load_territories().writes == 0


class TestSearch:
    """Finding a commune by what a person types."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("caen", "14118"),
            ("CAEN", "14118"),
            ("Cæn", "14118"),
            ("14000", "14118"),
            ("Caen (14)", "14118"),
            ("14000 Caen", "14118"),
            ("saint lo", "50502"),
            ("st-lo", "50502"),
            ("Saint‑Lô", "50502"),
            ("sainr-lo", "50502"),
            ("havre", "76351"),
            ("granvile", "50218"),
            ("l’aigle", "61214"),
            ("laigle", "61214"),
            ("evreux", "27229"),
            ("75011", "75056"),
            ("69003", "69123"),
            ("13016", "13055"),
            ("Tourlaville", "50129"),
        ],
    )
    def test_the_right_commune_comes_first(self, france, db, text, expected):
        assert Territory.objects.communes_like(text)[0].code == expected

    @pytest.mark.parametrize("text", ["", " ", "a", "99999", "zzzzzz", None, "%_'\\"])
    def test_nonsense_finds_nothing(self, france, db, text):
        assert not Territory.objects.communes_like(text).exists()

    def test_only_communes_of_today_are_found(self, france, db):
        found = Territory.objects.communes_like("saint")
        assert not found.exclude(kind=Kind.COMMUNE).exists()
        assert not found.exclude(successor=None).exists()

    def test_a_former_name_says_under_which_name_it_was_found(self, france, db):
        found = Territory.objects.communes_like("tourlaville")[0]
        assert (found.name, found.found_as) == ("Cherbourg-en-Cotentin", "Tourlaville")
        assert Territory.objects.communes_like("cherbourg")[0].found_as == ""

    def test_namesakes_come_the_most_populated_first_and_tell_their_departement(self, france, db):
        found = list(Territory.objects.communes_like("saint-denis")[:5])
        assert [place.label for place in found[:2]] == ["Saint-Denis (974)", "Saint-Denis (93)"]

    def test_the_beginning_of_a_postcode_is_enough(self, france, db):
        found = Territory.objects.communes_like("140")
        assert found[0].code == "14118"
        assert all(any(code.startswith("140") for code in [*place.postcodes, place.code]) for place in found)
        assert codes(Territory.objects.communes_like("61"), Kind.COMMUNE) >= {"61001", "61214"}
