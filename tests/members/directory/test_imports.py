"""Importing and exporting organisations: compared first, written whole or not at all."""

import threading
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.organisations.models import Organisation
from members.people.models import User
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, siret
from tests.members.files import Exchange, csv_file, xlsx_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return UserFactory(is_superuser=True)


@pytest.fixture
def desk(admin: User) -> Exchange:
    commune("14118", "Caen")
    commune("50218", "Granville", "50400")
    return Exchange(admin)


def rows_of(count: int) -> list[dict[str, str]]:
    """Good rows, each of another company."""
    return [
        {
            "Nom": f"Atelier numéro {number}",
            "SIRET": siret(number),
            "Nature": "entreprise",
            "Taille": "10 à 49 personnes",
            "Code NAF": "62.01Z",
            "Date de création": "12/03/2015",
            "Commune": "Caen (14118)" if number % 2 else "50400 Granville",
            "Présentation": "Nous faisons des meubles ; et de l’eau.",
        }
        for number in range(count)
    ]


def waiting_files() -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / "imports").glob("*") if path.is_file()]


def broken(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same rows with forty faults of ten kinds, four of each; each as a person makes them."""
    spoilt = [dict(row) for row in rows]
    for turn in range(4):
        kinds: list[dict[str, str]] = [
            {"SIRET": "12345678900011"},
            {"SIRET": rows[1500]["SIRET"]},
            {"Commune": f"Trifouillis {turn}"},
            {"Commune": "Saint-Aubin"},
            {"Nature": "soucoupe"},
            {"Code NAF": "INFO"},
            {"Date de création": "31/02/2015"},
            {"Nom": ""},
            {"Nom": "Très long " * 25},
            {"SIRET": "", "Nom": "Le même", "Commune": "Caen"},
        ]
        for rank, changes in enumerate(kinds):
            spoilt[2000 + 100 * turn + rank].update(changes)
    spoilt[1999].update({"SIRET": "", "Nom": "Le même", "Commune": "Caen"})
    return spoilt


def test_five_thousand_organisations_with_forty_faults_then_corrected_then_again(desk: Exchange) -> None:
    commune("14562", "Saint-Aubin")
    commune("76556", "Saint-Aubin")
    good = rows_of(5000)
    before = Organisation.objects.count()

    answer = desk.send(broken(good))
    assert answer.status_code == 200
    assert len(desk.faults) == 40
    assert Organisation.objects.count() == before
    assert not answer.context["token"]
    said = "\n".join(desk.faults)
    thin = "\u202f"
    assert f"Ligne 2002, colonne SIRET{thin}: «{thin}12345678900011{thin}» n’est pas un SIRET valable." in said
    assert f"Ligne 2003, colonne SIRET{thin}: la ligne 1502 parle déjà de la même fiche." in said
    assert f"Ligne 2004, colonne Commune{thin}: aucune commune ne s’appelle «{thin}Trifouillis 0{thin}»." in said
    assert f"Ligne 2005, colonne Commune{thin}: plusieurs communes répondent" in said
    assert "Saint-Aubin (14562), Saint-Aubin (76556)" in said
    assert f"Ligne 2006, colonne Nature{thin}: «{thin}soucoupe{thin}» n’est pas dans la liste" in said
    assert f"Ligne 2007, colonne Code NAF{thin}: un code NAF s’écrit comme 62.01Z." in said
    assert f"Ligne 2008, colonne Date de création{thin}: cette date ne se lit pas." in said
    assert f"Ligne 2009, colonne Nom{thin}: " in said
    assert f"Ligne 2010, colonne Nom{thin}: " in said
    assert f"Ligne 2011, colonne Nom{thin}: la ligne 2001 parle déjà de la même fiche." in said

    desk.send(good)
    assert desk.faults == []
    assert desk.counts == {"added": 5000}
    assert Organisation.objects.count() == before
    assert desk.confirm().status_code == 302
    assert Organisation.objects.count() == before + 5000
    one = Organisation.objects.get(siret=siret(7))
    assert (one.name, one.size, one.naf, str(one.founded_on)) == ("Atelier numéro 7", "10-49", "62.01Z", "2015-03-12")
    assert one.commune.code == "14118"
    assert waiting_files() == []

    desk.send(good)
    assert desk.counts == {"same": 5000}
    assert not desk.answer.context["token"]


def test_an_export_comes_back_without_a_change(desk: Exchange) -> None:
    hub = HubFactory()
    plain = OrganisationFactory(member=True, of_hub=hub, name="=cmd|' /C calc'!A0", acronym="@TES")
    OrganisationFactory(company=True, name="'=déjà", description='Une ligne\r\nune autre ; « et » "encore"  ')
    OrganisationFactory(member=True, name="+33", expertises=["ai", "iot"], stated_on="2019-Q4", siret="")
    OrganisationFactory(member=True, name="+33", siret="", description="-1\t\u00e9")
    for kind in ("csv", "xlsx"):
        content = desk.export(kind)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.send(SimpleUploadedFile(f"export.{kind}", content))
        assert desk.faults == []
        assert desk.counts == {"same": Organisation.objects.count()}
        assert not [query for query in queries if query["sql"].startswith(('UPDATE "members', 'INSERT INTO "members'))]
    row = next(row for row in desk.exported() if row["Identifiant"] == plain.slug)
    assert row["Nom"] == "'=cmd|' /C calc'!A0"
    assert row["Sigle"] == "'@TES"


def test_what_changes_is_shown_before_and_after_and_only_that_is_written(desk: Exchange) -> None:
    known = OrganisationFactory(company=True, name="Atelier", source="papier", size="1-9")
    desk.send([{"SIRET": known.siret, "Nom": "Atelier Morel", "Taille": "10-49", "Commune": "Granville"}])
    assert desk.counts == {"changed": 1}
    page = desk.answer.content.decode()
    assert "Atelier Morel" in page
    assert "1 à 9 personnes" in page
    assert "10 à 49 personnes" in page
    with CaptureQueriesContext(connection) as queries:
        desk.confirm()
    (update,) = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "members_organisation"')]
    assert "source" not in update
    known.refresh_from_db()
    assert (known.name, known.size, known.source, known.commune.code) == ("Atelier Morel", "10-49", "papier", "50218")


@pytest.mark.parametrize(("choice", "count"), [("same", 1), ("+", 2)])
def test_a_namesake_in_the_same_commune_is_decided_by_a_person(desk: Exchange, choice: str, count: int) -> None:
    known = OrganisationFactory(company=True, name="Écume & Fils", commune=commune(), siret="")
    row = {"Nom": "ecume et fils", "SIRET": siret(1), "Commune": "14000 Caen"}
    desk.send([{**row, "Nom": "ECUME & fils"}])
    assert desk.counts == {"doubt": 1}
    assert known.slug in desk.answer.content.decode()

    assert desk.confirm().status_code == 422
    assert "Il reste 1 ligne à décider" in desk.answer.content.decode()
    assert desk.confirm(**{"choix-2": "autre-chose"}).status_code == 422
    desk.confirm(**{"choix-2": known.slug if choice == "same" else choice})
    assert Organisation.objects.filter(name__iexact="ECUME & fils").count() + (count == 2) == count
    known.refresh_from_db()
    assert known.siret == (siret(1) if choice == "same" else "")


def test_several_namesakes_are_all_proposed_and_taken_once(desk: Exchange) -> None:
    twins = [OrganisationFactory(company=True, name="Jumeaux", commune=commune()) for _one in range(2)]
    desk.send([{"Nom": "Jumeaux", "SIRET": siret(number), "Commune": "Caen"} for number in (80, 81)])
    assert desk.counts == {"doubt": 2}
    assert all(twin.slug in desk.answer.content.decode() for twin in twins)
    desk.confirm(**{"choix-2": twins[0].slug, "choix-3": twins[0].slug})
    assert desk.answer.status_code == 422
    assert "la ligne 2 parle déjà de cette fiche" in desk.faults[0]


def test_data_that_moved_since_the_difference_are_shown_again(desk: Exchange) -> None:
    known = OrganisationFactory(company=True, name="Atelier")
    desk.send([{"SIRET": known.siret, "Nom": "Atelier Morel"}])
    Organisation.objects.filter(pk=known.pk).update(name="Atelier Durand")
    answer = desk.confirm()
    assert answer.status_code == 409
    assert "Les données ont changé" in answer.content.decode()
    known.refresh_from_db()
    assert known.name == "Atelier Durand"
    assert desk.confirm().status_code == 302
    known.refresh_from_db()
    assert known.name == "Atelier Morel"


def test_the_lines_that_moved_are_named_and_no_other(desk: Exchange) -> None:
    known = [OrganisationFactory(company=True, name=f"Atelier {number}") for number in range(14)]
    desk.send([{"SIRET": one.siret, "Nom": f"{one.name} neuf"} for one in known])
    Organisation.objects.filter(pk=known[3].pk).update(name="Autre nom")
    words = desk.confirm().content.decode()
    assert "Ne disent plus la même chose : ligne 5 (Atelier 3 neuf)." in words.replace("\u202f", " ")
    assert desk.answer.context["token"]
    for one in known[:12]:
        Organisation.objects.filter(pk=one.pk).update(name=f"{one.name} encore")
    words = desk.confirm().content.decode()
    assert "ligne 2 (Atelier 0 neuf), ligne 3 (Atelier 1 neuf)" in words
    assert "ligne 11 (Atelier 9 neuf), 2 autres." in words
    assert desk.confirm().status_code == 302
    assert {one.name for one in Organisation.objects.all()} == {f"{one.name} neuf" for one in known}


def test_what_the_file_left_alone_is_not_written_again(desk: Exchange) -> None:
    known = OrganisationFactory(company=True, name="Atelier", website="https://avant.example")
    desk.send([{"SIRET": known.siret, "Nom": "Atelier neuf"}])
    Organisation.objects.filter(pk=known.pk).update(website="https://apres.example")
    assert desk.confirm().status_code == 302
    known.refresh_from_db()
    assert (known.name, known.website) == ("Atelier neuf", "https://apres.example")


def test_a_kept_file_is_believed_only_as_it_came_and_from_who_brought_it(desk: Exchange) -> None:
    desk.send(rows_of(1))
    (kept,) = waiting_files()
    other = Exchange(UserFactory(is_superuser=True))
    other.answer = desk.answer
    assert other.confirm().status_code == 422
    token = desk.answer.context["token"]
    assert desk.client.post(desk.url, {"token": token + "x"}).status_code == 422
    kept.write_bytes(kept.read_bytes().replace(b"Atelier", b"Autre  "))
    answer = desk.confirm()
    assert answer.status_code == 422
    assert "a changé" in answer.content.decode()
    assert not Organisation.objects.filter(siret=siret(0)).exists()
    assert waiting_files() == []


def test_leaving_writes_nothing_and_removes_the_file(desk: Exchange) -> None:
    desk.send(rows_of(1))
    desk.confirm(drop="1")
    assert waiting_files() == []
    assert not Organisation.objects.exists()


def zipped(name: str, content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "ni un CSV ni un classeur"),
        (b"%PDF-1.7\n" + b"0" * 100, "ni un CSV ni un classeur"),
        (zipped("xl/workbook.xml", b"<broken"), "abîmé"),
        (zipped("autre.txt", b"rien"), "ni un CSV ni un classeur"),
        (b"Nom;SIRET\n", "aucune ligne"),
        (b"Nom;Couleur\nA;bleu\n", "inconnues"),
        (b"Nom;Nom\nA;B\n", "même nom"),
        (b"SIRET\n1\n", "manque"),
        (b"Nom\n" + b"A\n" * 10_001, "plus de 10 000 lignes"),
        (b"Nom\n" + b"A" * (10 * 1024 * 1024), "trop lourd"),
    ],
)
def test_a_disguised_or_broken_file_is_refused_with_a_sentence(desk: Exchange, content: bytes, words: str) -> None:
    answer = desk.send(SimpleUploadedFile("structures.xlsx", content))
    assert answer.status_code in (200, 422)
    assert words in answer.content.decode()
    assert waiting_files() == []


def test_workbooks_of_people_have_numbers_and_days(desk: Exchange) -> None:
    import datetime as dt

    number = siret(3)
    rows: list[list[Any]] = [
        ["Nom", "SIRET", "Date de création", "Commune", "Orientations ouvertes au plus"],
        ["Atelier", int(number), dt.datetime(2015, 3, 12), "Caen", 4.0],
        [None, None, None, None, None],
        ["Rond", "9,00001E+13", None, None, None],
    ]
    desk.send(xlsx_file(rows))
    assert len(desk.faults) == 1
    assert "Ligne 4, colonne SIRET" in desk.faults[0]
    assert "arrondi" in desk.faults[0]
    desk.send(xlsx_file(rows[:2]))
    desk.confirm()
    one = Organisation.objects.get(siret=number)
    assert (str(one.founded_on), one.capacity) == ("2015-03-12", 4)


def test_commas_and_windows_letters_are_read(desk: Exchange) -> None:
    desk.send(csv_file([{"Nom": "Écume", "Commune": "Caen"}], delimiter=","))
    assert desk.counts == {"added": 1}
    desk.send(SimpleUploadedFile("a.csv", "Nom;Commune\nÉcume;Caen\n".encode("cp1252")))
    assert desk.counts == {"added": 1}
    assert desk.answer.context["outcome"].lines[0].name == "Écume"


def test_an_export_asks_as_many_questions_for_many_rows_as_for_few(desk: Exchange) -> None:
    hub = HubFactory()
    counts = []
    for _turn in range(2):
        for _row in range(10):
            OrganisationFactory(member=True, of_hub=hub, commune=commune())
        with CaptureQueriesContext(connection) as queries:
            assert len(desk.exported()) == Organisation.objects.count()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [row["Nature"] for row in desk.exported("?kind=company")] == []


class TestStaff:
    """The desk of a hub handles the organisations of its hub."""

    def test_sees_and_changes_its_own_only(self, desk: Exchange) -> None:
        hub, other = HubFactory(), HubFactory()
        own = OrganisationFactory(member=True, of_hub=hub)
        foreign = OrganisationFactory(member=True, of_hub=other, siret=siret(5))
        staff = Exchange(UserFactory(staff_of=hub))
        assert [row["Identifiant"] for row in staff.exported()] == [own.slug]
        staff.send([{"Identifiant": foreign.slug, "Nom": "Pris", "SIRET": ""}])
        assert "aucune structure de vos guichets" in staff.faults[0]
        staff.send([{"Nom": "Pris", "SIRET": siret(5)}])
        assert "autre guichet" in staff.faults[0]
        staff.send([{"Identifiant": own.slug, "Nom": own.name, "Guichets": f"{hub.slug} | {other.slug}"}])
        assert "seule l’équipe d’un guichet" in staff.faults[0]

    def test_what_it_adds_is_known_by_its_hub(self, desk: Exchange) -> None:
        hub = HubFactory()
        staff = Exchange(UserFactory(staff_of=hub))
        staff.send([{"Nom": "Neuve", "Commune": "Caen", "Guichets": hub.slug}])
        staff.confirm()
        one = Organisation.objects.get(name="Neuve")
        assert (list(one.known_by.all()), list(one.hubs.all())) == ([hub], [hub])
        assert [row["Nom"] for row in staff.exported()] == ["Neuve"]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_confirm_the_same_file_write_it_once() -> None:
    admins = [Exchange(UserFactory(is_superuser=True)) for _one in range(2)]
    for one in admins:
        one.send([{"Nom": "Neuve", "SIRET": siret(2)}, {"Nom": "Autre", "SIRET": ""}])

    def act(one: Exchange) -> None:
        one.confirm()
        connection.close()

    threads = [threading.Thread(target=act, args=[one]) for one in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Organisation.objects.count() == 2
    assert sorted(one.answer.status_code for one in admins) == [302, 409]
