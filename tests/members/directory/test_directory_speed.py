"""Ten thousand organisations: every search answers in less than a tenth of a second, by the indexes made for it."""

import random
import time
from typing import Any

import pytest
from django.db import connection

from diginor.web.paging import page_by_row
from members.directory.forms.search import DirectoryFilter
from members.organisations.enums import OrganisationKind, Sector, Technology
from members.organisations.models import Organisation, Wanted
from tests.factories.members import commune, department

pytestmark = pytest.mark.django_db
MANY, LONGEST_MS, TRIES, MOST_TRIES = 10_000, 100, 3, 40
FIRST = "Atelier Pôle Agence Studio Chambre Réseau Société Labo Normandie Caen Numérique Web Data Cyber Agri Port"
SECOND = "Conseil Services Innovation Expertise Ingénierie Solutions Formation Digital Industrie Connect Lab"
SAID = (
    "accompagne les entreprises de la région dans leurs projets numériques formation conseil export données robotique "
    "cybersécurité maritime agriculture santé tourisme commerce logistique énergie"
)


@pytest.fixture
def many() -> None:
    """As many as a whole country of hubs would list, among them the one that is looked for."""
    chance = random.Random(1)
    firsts, seconds, said = FIRST.split(), SECOND.split(), SAID.split()
    towns = [commune(), commune("50218", "Granville"), commune("76351", "Le Havre"), None]
    rows = [
        Organisation(
            name=f"{chance.choice(firsts)} {chance.choice(seconds)} {chance.choice(firsts)} {number}",
            slug=f"structure-{number}",
            is_listed=True,
            is_active=number % 20 > 0,
            kind=chance.choice(OrganisationKind.values),
            sector=chance.choice(Sector.values),
            expertises=chance.sample(Technology.values, 3),
            commune=chance.choice(towns),
            description=" ".join(chance.choices(said, k=40)),
        )
        for number in range(MANY)
    ]
    rows.append(Organisation(name="Normandy Web Expert", acronym="NWX", slug="nwx", is_listed=True))
    Organisation.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_organisation")


def asked() -> dict[str, Wanted]:
    """What people look for, from the narrowest to the widest."""
    return {
        "normandi web expert": Wanted(text="normandi web expert"),
        "any word": Wanted(text="normandi zzzz expert", any_word=True),
        "acronym": Wanted(text="nwx"),
        "nothing": Wanted(text="zzzzzz"),
        "half of them": Wanted(text="entreprises"),
        "expertise": Wanted(text="cyber"),
        "territory": Wanted(text="port", territory=department("14")),
        "everything": Wanted(),
    }


def milliseconds(call: Any) -> float:
    """How long a call takes when nothing else is at work: the best of a few, or of more while others are."""
    best = float("inf")
    for number in range(MOST_TRIES):
        start = time.perf_counter()
        call()
        best = min(best, (time.perf_counter() - start) * 1000)
        if number >= TRIES and best < LONGEST_MS:
            break
    return best


def test_ten_thousand_organisations_are_searched_in_a_tenth_of_a_second(
    many: None, capsys: pytest.CaptureFixture[str]
) -> None:
    def first(wanted: Wanted) -> list[Any]:
        keys = page_by_row(Organisation.listed.all().wanted(wanted).bare(), size=10).rows
        return Organisation.listed.all().lines_of(keys)

    wanted = asked()
    assert first(wanted["normandi web expert"])[0].name == "Normandy Web Expert"
    figures = {name: milliseconds(lambda one=one: first(one)) for name, one in wanted.items()}
    filters = {"nature": "cluster", "secteur": "health", "expertise": "ai"}
    figures["filters"] = milliseconds(lambda: page_by_row(DirectoryFilter(filters).found().bare(), size=10).rows)
    figures["choices"] = milliseconds(lambda: Organisation.listed.all().wanted(Wanted()).choices_of("expertise"))
    with capsys.disabled():
        print("", *(f"{value:6.1f} ms  {name}" for name, value in figures.items()), sep="\n")
    assert max(figures.values()) < LONGEST_MS, figures


def test_a_search_reads_its_indexes_and_not_every_row(many: None) -> None:
    plan = Organisation.listed.all().wanted(Wanted(text="normandi web expert")).bare()[:11].explain()
    # All are listed here: the index of those and the index of all are as good, and the planner takes either.
    assert "organisation_listed_trgm" in plan or "organisation_any_trgm" in plan
    assert "organisation_search" in plan
    assert "Seq Scan on members_organisation" not in plan
    assert "organisation_directory" in Organisation.listed.all().wanted(Wanted()).bare()[:11].explain()
