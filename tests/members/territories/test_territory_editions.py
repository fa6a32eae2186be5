"""The territories from one edition of the geographic code to the next, and the load of a single region."""

from datetime import date

from members.territories.actions.loading import load_territories
from members.territories.actions.official_files import Geography, Place
from members.territories.enums import TerritoryKind as Kind
from members.territories.models import Containment, Territory

NORMAN = {"14", "27", "50", "61", "76"}


def get(kind, code):
    """A territory by its official code."""
    return Territory.objects.get(kind=kind, code=code)


def codes(territories, kind):
    """The codes of the territories of one kind."""
    return set(territories.of_kind(kind).values_list("code", flat=True))


def edition(year, communes, parts=(), former=()):
    """A small country of one région and one département."""
    geography = Geography(date(year, 1, 1))
    region, department = (Kind.REGION, "R"), (Kind.DEPARTMENT, "D")
    for key in (region, department):
        geography.places[key] = Place(*key, name=key[1])
    for code in communes:
        place = Place(Kind.COMMUNE, code, f"Ville {code}", (f"0000{code}",), 100)
        geography.places[place.key] = place
        geography.groups_of[place.key] = (region, department)
    for code, commune in parts:
        place = Place(Kind.DELEGATED, code, f"Bourg {code}")
        geography.places[place.key] = place
        geography.parts_of[place.key] = (Kind.COMMUNE, commune)
    geography.former_codes.update({code: (Kind.COMMUNE, commune) for code, commune in former})
    return geography


class TestChange:
    """From one edition to the next."""

    def test_a_merged_commune_keeps_its_row_its_end_and_its_successor(self, db):
        load_territories(geography=edition(2026, "12"))
        report = load_territories(geography=edition(2027, "1", former=[("2", "1")]))
        merged = get(Kind.COMMUNE, "2")
        assert report.ended == 1
        assert (merged.valid_until, merged.successor.code) == (date(2027, 1, 1), "1")
        assert codes(merged.ancestors(), Kind.COMMUNE) == {"1"}
        assert codes(merged.ancestors(), Kind.DEPARTMENT) == {"D"}
        assert Territory.objects.communes().current(date(2026, 6, 1)).count() == 2
        assert list(Territory.objects.communes().current(date(2027, 1, 1))) == [merged.successor]
        assert Territory.objects.communes_like("ville 2").get().found_as == "Ville 2"

    def test_loading_the_later_edition_again_writes_nothing(self, db):
        load_territories(geography=edition(2026, "12"))
        later = edition(2027, "1", parts=[("2", "1")])
        load_territories(geography=later)
        assert load_territories(geography=later).writes == 0

    def test_successors_are_followed_to_the_commune_of_today(self, db):
        load_territories(geography=edition(2026, "123"))
        load_territories(geography=edition(2027, "13", former=[("2", "1")]))
        last = edition(2028, "3", former=[("1", "3")])
        load_territories(geography=last)
        assert get(Kind.COMMUNE, "2").successor.code == "3"
        assert get(Kind.COMMUNE, "2").valid_until == date(2027, 1, 1)
        assert load_territories(geography=last).writes == 0

    def test_a_commune_that_separates_again_exists_anew(self, db):
        load_territories(geography=edition(2026, "12"))
        load_territories(geography=edition(2027, "1", former=[("2", "1")]))
        load_territories(geography=edition(2028, "12"))
        restored = get(Kind.COMMUNE, "2")
        assert (restored.valid_from, restored.valid_until, restored.successor) == (date(2028, 1, 1), None, None)
        assert codes(restored.ancestors(), Kind.COMMUNE) == set()


class TestOneRegion:
    """Loading one region for a test or a small installation."""

    def test_normandy_alone_brings_what_touches_it(self, db):
        load_territories(regions={"28"})
        normandy = get(Kind.REGION, "28")
        assert codes(Territory.objects.within(normandy), Kind.DEPARTMENT) == NORMAN
        assert Territory.objects.touching(normandy).of_kind(Kind.EPCI).count() == 71
        assert Territory.objects.within(normandy).of_kind(Kind.EPCI).count() == 65
        assert not Territory.objects.coded(Kind.COMMUNE, "31555").exists()
        assert load_territories(regions={"28"}).writes == 0

    def test_a_part_of_a_departement_is_never_taken_for_the_whole(self, db):
        load_territories(regions={"28"})
        neighbours = Territory.objects.of_kind(Kind.DEPARTMENT).exclude(code__in=NORMAN)
        assert neighbours
        assert not Containment.objects.filter(part__in=neighbours, container__kind=Kind.EPCI).exists()
