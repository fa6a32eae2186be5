"""The identifiers of new organisations: one rule for all, and never another's."""

import ast

import pytest

from members.organisations.models import RESERVED_SLUGS, Organisation
from services.filing.actions import clear
from tests.factories.members import OrganisationFactory
from tests.factories.services import RequestFactory
from tests.sources import app_code, name_of, nodes

SIRET = "35600000000048"


@pytest.mark.django_db
def test_an_identifier_is_made_of_the_name_and_the_siret():
    named = [("Atelier d’Élan", ""), ("Atelier d’Élan", SIRET), ("株式会社", ""), ("株式会社", SIRET)]
    expected = ["atelier-delan", f"atelier-delan-{SIRET}", "structure", f"structure-{SIRET}"]
    assert Organisation.objects.free_slugs(named) == expected


@pytest.mark.django_db
def test_an_identifier_that_is_taken_reserved_or_just_given_gets_a_code():
    OrganisationFactory(slug="pris")
    named = [("Pris", ""), ("Libre", ""), ("Libre", ""), *((word, "") for word in sorted(RESERVED_SLUGS))]
    slugs = Organisation.objects.free_slugs(named)
    assert slugs[1] == "libre"
    assert len({"pris", *RESERVED_SLUGS, *slugs}) == 1 + len(RESERVED_SLUGS) + len(slugs)
    assert slugs[0].startswith("pris-")


@pytest.mark.django_db
def test_the_longest_names_fit():
    OrganisationFactory(slug=f"{'a' * 200}-{SIRET}")
    [slug] = Organisation.objects.free_slugs([("a" * 300, SIRET)])
    assert len(slug) <= Organisation._meta.get_field("slug").max_length


@pytest.mark.django_db
def test_a_company_whose_identifier_another_kept_gets_its_record_all_the_same():
    asked = RequestFactory(suspect=True, company_name="Élan", siret=SIRET, organisation=None)
    # The other had this SIRET once; its address stayed.
    OrganisationFactory(slug=f"elan-{SIRET}", siret="")
    clear(asked)
    assert asked.organisation.siret == SIRET
    assert asked.organisation.slug.startswith(f"elan-{SIRET}-")


def test_codes_behind_identifiers_are_put_in_one_place():
    callers = {name_of(path) for path in app_code() for node in nodes(path, ast.Call) if is_call_of_code(node)}
    assert callers == {"diginor/text/codes.py"}


def is_call_of_code(node: ast.Call) -> bool:
    """Whether a code is made here, rather than by a field."""
    return isinstance(node.func, ast.Name) and node.func.id == "public_code"
