"""Files as people send them: each is read, told, or refused in words that help; nothing is emptied by a lost cell."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from diginor.exchange.tables import xlsx_bytes
from members.organisations.models import Organisation
from tests.factories.members import OrganisationFactory, TerritoryFactory, UserFactory, commune
from tests.members.files import PEOPLE, Exchange, csv_file
from tests.members.import_corpus import SAMPLES, SIRET, Sample, csv_of, row, with_error, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    """An administrator."""
    return UserFactory(administrator=True)


@pytest.fixture
def desk(admin):
    """An administrator before the file of organisations, and two communes."""
    commune("14118", "Caen", "14000")
    TerritoryFactory(code="01053", name="Bourg-en-Bresse", postcodes=["01000"])
    return Exchange(admin)


def plain(text):
    """Without the narrow spaces of French."""
    return text.replace("\u202f", " ")


def attribute(instance, name):
    """A value of a row, a commune by its name."""
    value = getattr(instance, name)
    return str(value) if name == "commune" else value


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_file_is_read_or_told(desk: Exchange, sample: Sample) -> None:
    answer = desk.send(SimpleUploadedFile(f"{sample.name}.csv", sample.content))
    assert answer.status_code == (422 if sample.refused else 200)
    if sample.refused:
        said = [plain(answer.context["refusal"])]
    else:
        outcome = answer.context["outcome"]
        said = [plain(str(text)) for text in (*outcome.remarks, *outcome.faults)]
        page = plain(answer.content.decode())
        assert all(str(plain(text)) in page for text in outcome.remarks if "'" not in text and '"' not in text)
    for words in sample.said:
        assert any(words in text for text in said), said
    if sample.read:
        assert not desk.faults
        made = outcome.lines[0].option.instance
        assert {name: attribute(made, name) for name in sample.read} == sample.read
        assert bool(answer.context["token"])
    if not sample.said:
        assert not said
    assert not Organisation.objects.exists()


def test_the_corpus_is_large_and_its_names_differ():
    assert len(SAMPLES) >= 30
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize(
    "content",
    [
        with_error("#REF!"),
        workbook(["Écume", SIRET, "14000", "Caen", "", "=A9"]),
        csv_of(row(text="#REF!")),
        csv_of(row(text="1,2E+10")),
    ],
    ids=["error", "formula", "csv", "rounded"],
)
def test_a_lost_cell_never_empties_a_field(desk: Exchange, content: bytes) -> None:
    known = OrganisationFactory(company=True, siret=SIRET, description="Ce que nous faisons")
    desk.send(SimpleUploadedFile("a.csv", content))
    assert len(desk.faults) == 1
    assert not desk.answer.context["token"]
    known.refresh_from_db()
    assert known.description == "Ce que nous faisons"


def test_a_lost_cell_of_a_link_or_of_a_column_kept_when_empty_is_a_fault_too(desk: Exchange) -> None:
    desk.send(csv_file([{"Nom": "Écume", "Guichets": "#REF!", "Nature": "#N/A", "Commune": "#NOM?"}]))
    assert len(desk.faults) == 3


def test_a_telephone_of_people_is_whole_again_where_their_organisation_is_in_france(admin) -> None:
    desk = Exchange(admin, PEOPLE)
    here = OrganisationFactory(member=True, commune=commune())
    nowhere = OrganisationFactory(member=True, commune=None)
    who = {"Adresse électronique": "anne@exemple.example", "Prénom": "Anne", "Nom": "Lebrun", "Rôle": "conseiller"}
    rows = [{"Structure": place.slug, **who, "Téléphone": "612345678"} for place in (here, nowhere)]
    desk.send(rows)
    assert [plain(fault) for fault in desk.faults if "zéro" in fault] == [
        "Ligne 3, colonne Téléphone : ce téléphone a sans doute perdu son zéro : est-ce 06 12 34 56 78 ?"
    ]


def test_a_workbook_that_goes_out_has_texts_and_no_apostrophe(desk: Exchange) -> None:
    OrganisationFactory(company=True, name="=1+1", acronym="-5", description="'=déjà", siret="")
    sheet = openpyxl.load_workbook(BytesIO(desk.export("xlsx"))).active
    cells = {cell.value: cell.data_type for line in sheet.iter_rows() for cell in line if cell.value}
    assert {cells[text] for text in ("=1+1", "-5", "'=déjà")} == {"s"}
    assert b"'=1+1" in desk.export("csv")
    assert desk.exported()[0]["Sigle"] == "'-5"


def test_no_text_that_goes_out_is_a_formula():
    texts = ["=1", "+1", "-1", "@a", "\tb", "'=c", "=cmd|' /C calc'!A0", "d\x00e"]
    sheet = openpyxl.load_workbook(BytesIO(xlsx_bytes(["a"], [[text] for text in texts]))).active
    assert {line[0].data_type for line in sheet.iter_rows()} == {"s"}
