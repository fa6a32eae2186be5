"""Cells of files are read as what is typed in forms: every column of every import, whatever was pasted into it."""

from typing import Any

import pytest
from django.db import models

from diginor.exchange.tables import read_table
from diginor.exchange.tables_import import Outcome, TableImport
from diginor.text.clean_text import several_lines
from members.directory.admin.organisation_file import OrganisationImport
from members.organisations.models import Organisation
from members.people.admin.people_file import PeopleImport
from members.people.models import Membership
from services.catalogue.admin.offer_file import OfferImport
from services.catalogue.models import Offer
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import TopicFactory
from tests.filled import some
from tests.members.files import csv_file
from tests.members.import_corpus import SIRET

pytestmark = pytest.mark.django_db
# One good row of each file, every column in it.
ROWS = {
    OrganisationImport: {
        "Identifiant": "",
        "Nom": "Écume",
        "Sigle": "ECU",
        "Nature": "pôle de compétitivité",
        "SIRET": SIRET,
        "Taille": "10 à 49 personnes",
        "Code NAF": "62.01Z",
        "Forme juridique": "association",
        "Secteur": "construction",
        "Date de création": "2015-03-12",
        "Rue": "1 rue des Prés",
        "Code postal": "14000",
        "Commune": "Caen (14118)",
        "Adresse électronique publique": "nous@ecume.example",
        "Téléphone public": "02 33 00 00 00",
        "Site web": "https://ecume.example",
        "Présentation": "Nous aidons",
        "Présentation en anglais": "We help",
        "Expertises": "fabrication additive",
        "Guichets": "normandie",
        "Dans l’annuaire": "oui",
        "Orientations ouvertes au plus": "12",
        "En activité": "oui",
        "Source": "leur site",
        "Date de la source": "2019-10",
    },
    PeopleImport: {
        "Structure": "cma",
        "Nom de la structure": "La chambre",
        "Adresse électronique": "anne@exemple.example",
        "Prénom": "Anne",
        "Nom": "Lebrun",
        "Fonction": "Conseillère",
        "Téléphone": "02 33 00 00 00",
        "Langue": "français",
        "Rôle": "conseil",
        "En poste": "oui",
    },
    OfferImport: {
        "Structure": "cma",
        "Nom de la structure": "La chambre",
        "Sujet": "robot",
        "Nom du sujet": "Essayer un robot",
        "Territoires": "Caen (commune:14118)",
        "Tailles": "10 à 49 personnes",
        "Âge minimal": "10",
        "Âge maximal": "20",
        "Codes NAF admis": "62.01Z",
        "Codes NAF exclus": "25",
        "Formes juridiques admises": "association",
        "Formes juridiques exclues": "SAS ou SASU",
        "Précisions": "Sur place",
        "Source": "leur site",
        "Hypothèse de démonstration": "oui",
        "Proposée": "oui",
    },
}
TABLES: dict[type[TableImport], type[models.Model]] = {
    OrganisationImport: Organisation, PeopleImport: Membership, OfferImport: Offer
}  # fmt: skip
SHEETS = pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
# Of no width, of direction, hard spaces around, separators of lines at the end.
PASTED = "\u00a0\u202b{0}\u200b\u2060{1}\u202c\ufeff\u2028\u2029\u202f"


@pytest.fixture
def admin() -> Any:
    """An administrator, and what the rows name."""
    commune("14118", "Caen", "14000")
    TopicFactory(slug="robot", name="Essayer un robot")
    hub = HubFactory(slug="normandie")
    OrganisationFactory(member=True, of_hub=hub, slug="cma", name="La chambre", commune=commune("14118"))
    return UserFactory(administrator=True)


def outcome(kind: type[TableImport], admin: Any, row: dict[str, str]) -> Outcome:
    """What a file of one row would change."""
    sheet = kind(admin)
    return sheet.compared(read_table(csv_file([row]).read(), sheet.most_rows, sheet.readers))


def told(seen: Outcome) -> list[Any]:
    """What is said and what would be written."""
    return [seen.faults, seen.summary(), [line.name for line in seen.lines]]


def pasted(text: str) -> str:
    """A text as it comes from a page or a card."""
    middle = len(text) // 2
    return PASTED.format(text[:middle], text[middle:])


def short(kind: type[TableImport], admin: Any) -> list[str]:
    """The columns whose cells have one line."""
    return [one.column_name for one in kind(admin).columns if not one.widget.is_long]


@SHEETS
def test_the_row_names_every_column(kind: type[TableImport], admin: Any) -> None:
    assert list(ROWS[kind]) == list(kind(admin).headings.values())
    seen = outcome(kind, admin, ROWS[kind])
    assert seen.can_be_confirmed, [str(fault) for fault in seen.faults]


@SHEETS
def test_signs_that_nobody_sees_change_no_cell(kind: type[TableImport], admin: Any) -> None:
    clean = told(outcome(kind, admin, ROWS[kind]))
    for heading in some(short(kind, admin)):
        cells = {**ROWS[kind], heading: pasted(ROWS[kind][heading])}
        assert told(outcome(kind, admin, cells)) == clean, heading


@SHEETS
def test_a_cell_with_nothing_to_see_is_empty(kind: type[TableImport], admin: Any) -> None:
    for heading in some(short(kind, admin)):
        empty = told(outcome(kind, admin, {**ROWS[kind], heading: ""}))
        assert told(outcome(kind, admin, {**ROWS[kind], heading: "\u200b\u00a0\u2028"})) == empty, heading


@SHEETS
def test_a_line_break_in_a_cell_of_one_line_is_told_of_that_cell(kind: type[TableImport], admin: Any) -> None:
    read = [one for one in kind(admin).columns if not one.readonly and not one.widget.is_long]
    for one in some(read):
        faults = outcome(kind, admin, {**ROWS[kind], one.column_name: "a\nb"}).faults
        assert any("tient sur une ligne" in str(fault) or one.attribute == "organisation" for fault in faults), faults


@pytest.mark.parametrize("kind", [OrganisationImport, OfferImport], ids=lambda kind: kind.__name__)
def test_several_lines_are_those_that_a_form_reads(kind: type[TableImport], admin: Any) -> None:
    text = "un\u2028deux\x9b\u2029\U0001f468\u200d\U0001f469\r\ntrois"
    for one in some(one for one in kind(admin).columns if one.widget.is_long):
        (line,) = outcome(kind, admin, {**ROWS[kind], one.column_name: text}).lines
        assert line.option
        assert getattr(line.option.instance, one.attribute) == several_lines(text)


@SHEETS
def test_the_columns_of_several_lines_are_those_of_the_table(kind: type[TableImport], admin: Any) -> None:
    areas = {f.name for f in TABLES[kind]._meta.fields if isinstance(f, models.TextField)}
    long = {one.attribute for one in kind(admin).columns if one.widget.is_long}
    assert long == areas & set(kind(admin).fields)


def test_the_names_of_columns_are_read_so_too(admin: Any) -> None:
    row = {pasted("Nom"): "Écume", "Code\u00a0postal": "14000", "Commune\u200b": "Caen"}
    seen = outcome(OrganisationImport, admin, row)
    assert [change.after for line in seen.lines for change in line.option.changes][:1] == ["Écume"]
    assert not seen.faults
    assert told(seen) == told(
        outcome(OrganisationImport, admin, {"Nom": "Écume", "Code postal": "14000", "Commune": "Caen"})
    )


def test_figures_have_any_space_between_them(admin: Any) -> None:
    for space in " \u00a0\u202f\u2009\u2007":
        cells = {
            "Orientations ouvertes au plus": f"1{space}200",
            "Code postal": f"14{space}000",
            "Téléphone public": f"2{space}33{space}00{space}00{space}00",
            "SIRET": f"732{space}829{space}320 00074",
            "Code NAF": f"62.01{space}Z",
        }
        (line,) = outcome(OrganisationImport, admin, {**ROWS[OrganisationImport], **cells}).lines
        assert line.option
        made: Any = line.option.instance
        read = (made.capacity, made.postcode, made.public_phone, made.siret, made.naf)
        assert read == (1200, "14000", "02 33 00 00 00", SIRET, "62.01Z"), repr(space)
