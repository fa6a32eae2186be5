"""Each published fact on organisations, networks and territories is on a page, with its date and its source."""

import html
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from members.directory.actions.ecosystem import load_ecosystem, read_ecosystem
from members.directory.actions.networks import read_networks
from members.hubs.models import Hub
from members.networks.models import (
    Accreditation,
    AccreditationRound,
    Affiliation,
    Endorsement,
    KeyFigure,
    Network,
    Office,
    Partnership,
)
from members.organisations.models import Organisation
from members.successions.models import Succession, SuccessionPart
from members.territories.actions.loading import load_territories
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from tests.filled import some

MODELS = (
    *(Hub, Organisation, Network, Affiliation, Office, Succession, SuccessionPart),
    *(AccreditationRound, Accreditation, Endorsement, Partnership, KeyFigure),
)
LOW = {high: str(digit) for digit, high in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
TES, BOTH, UNITED = "/reseaux/tes/", "/reseaux/images-et-reseaux/", "/reseaux/pole-reuni-tes-images-et-reseaux/"
ENTER, AQUITAINE = "/reseaux/enter/", "/reseaux/?territoire=region-75"
NORMANDIE = "/reseaux/?territoire=region-28"
FOUR, FIVE = "/reseaux/campagnes/phase-iv/", "/reseaux/campagnes/phase-v/"
SUPPORTERS = "ATOS SUEZ Telespazio La@Poste Thales EDF Naval@Group SANOFI Capgemini Talan Adista CAMIF SERMA"

# Page, what one of its facts says (« | » between words that it holds, in any order), letters of its sources.
FACTS = [
    # TES and Images & Réseaux
    (TES, "Nature | Pôle de compétitivité", "AC"),
    (TES, "Territoire | Normandie", "AC"),
    (TES, "Jacques Belin, président | 25 octobre 2017", "C"),
    (TES, "Il porte DIGINOR", "AC"),
    ("/annuaire/tes/", "Jacques Belin, président | 25 octobre 2017", "C"),
    (BOTH, "Nature | Pôle de compétitivité", "AB"),
    (BOTH, "Territoire | Bretagne et Pays de la Loire", "AB"),
    (BOTH, "guichet d’innovation numérique, accompagné lui aussi par DIHELP", "AB"),
    # Their merger, announced and not confirmed
    *((page, "1er octobre 2018 | Annonce : fusion de | TES | Images & Réseaux", "AB") for page in (TES, BOTH, UNITED)),
    *((page, "19 octobre 2018 | Dossier déposé : fusion", "AB") for page in (TES, BOTH, UNITED)),
    *((page, "prévue fin 2019 | Fusion de | TES | Images & Réseaux", "AB") for page in (TES, BOTH, UNITED)),
    *((page, "Prévue fin 2019 | ne la confirment pas", "AB") for page in (TES, BOTH, UNITED)),
    ("/annuaire/tes/", "prévue fin 2019 | Fusion", "AB"),
    (UNITED, "Phase IV | dossier déposé le 19 octobre 2018 | un seul dossier", "AB"),
    (FOUR, "Pôle réuni TES – Images & Réseaux | Dossier déposé le 19 octobre 2018", "AB"),
    (UNITED, "400 | membres réunis, 1er octobre 2018", "B"),
    (UNITED, "Territoire | Normandie | Bretagne | Pays de la Loire", "B"),
    (UNITED, "D’ici 2022, être le moteur numérique | DIH | des membres, des territoires | européenne", "B"),
    # Partnerships
    (UNITED, "Partenariat thématique | Fabrication avancée | EMC2", "B"),
    ("/reseaux/emc2/", "Partenariat thématique | Fabrication avancée", "B"),
    (UNITED, "Partenariat territorial | Mobilité des biens et des personnes | CPIER Vallée de Seine | Axe Seine", "B"),
    (UNITED, "Axe Seine | La source ne donne pas les communes", "B"),
    # Rounds of accreditation
    (FOUR, "Appel ouvert | Le 27 juillet 2018", "B"),
    (FOUR, "Période | 2019–2022", "B"),
    (FOUR, "Label de quatre ans", "B"),
    (FOUR, "ambition européenne | label plus lisible | financés plus simplement | façon pour l’État de financer", "B"),
    (FIVE, "Décision | Le 27 mars 2023", "D"),
    (FIVE, "Période | 2023–2026", "D"),
    (FIVE, "Réseaux labellisés | 55", "D"),
    *(
        (page, "ccordée le 27 mars 2023 | sous condition | prolongeable | Pour deux ans, portés à quatre", "D")
        for page in (ENTER, "/reseaux/infr-2050/", FIVE)
    ),
    (FIVE, "ENTER | Nouveau réseau de cette campagne", "D"),
    (FIVE, "Infr@2050 | Nouveau réseau de cette campagne", "D"),
    # ENTER
    (ENTER, "2023 | Création de ENTER à partir de | Digital Aquitaine | NAOS | SPN", "D"),
    (ENTER, "Une nouvelle personne morale", "D"),
    *((f"/reseaux/{slug}/", "2023 | Création de | ENTER", "D") for slug in ("digital-aquitaine", "naos", "spn")),
    ("/annuaire/spn/", "Poitiers", ""),
    (ENTER, "Statut | premier pôle à mission | loi PACTE de 2019", "D"),
    (ENTER, "Raison d’être | sobre, éthique, maîtrisée, durable, inclusive et résiliente", "D"),
    (ENTER, "Nom de code | ENTER", "D"),
    (
        ENTER,
        "sobre et responsable dès la conception | transitions des autres filières | Axe transversal | talents",
        "D",
    ),
    # Who supported it
    *((ENTER, f"Soutiens au dossier | {name.replace('@', ' ')}", "D") for name in SUPPORTERS.split()),
    (ENTER, "Soutiens | toutes les universités de la région | 1 600 chercheurs | sept principales agglomérations", "D"),
    (ENTER, "plus de 150 | lettres de soutien | 2023", "D"),
    (ENTER, "1 600 | chercheurs dans les laboratoires | 2023", "D"),
    (ENTER, "7 | agglomérations | 2023", "D"),
    # The poles together
    (AQUITAINE, "plus de 4 000 | membres des pôles de la région | 2023", "D"),
    (AQUITAINE, "environ 1 000 | en Nouvelle-Aquitaine | 2023", "D"),
    (AQUITAINE, "près de 3 000 000 € | chaque année | 2023", "D"),
    ("/reseaux/", "2004 | naissance des pôles de compétitivité", "D"),
    ("/reseaux/", "2019 | l’État confie les pôles aux Régions", "D"),
    # Normandie
    ("/reseaux/nwx/", "Nature | Association", "C"),
    ("/reseaux/nwx/", "Thierry Samper, président | 25 octobre 2017", "C"),
    ("/reseaux/normandy-french-tech/", "Normandy Web Expert", "C"),
    ("/annuaire/nwx/", "Normandy French Tech", "C"),
    ("/reseaux/normandy-french-tech/", "Alexandre Martini, président | 25 octobre 2017", "C"),
    ("/reseaux/normandy-french-tech/", "visibilité aux jeunes entreprises à l’étranger | savoir-faire", "C"),
    ("/reseaux/cci-normandie/", "rencontres entre l’offre et la demande de numérique", "C"),
    ("/reseaux/cma-normandie/", "rencontres entre l’offre et la demande de numérique", "C"),
    ("/annuaire/region-normandie/", "Nature | Région", "C"),
    ("/annuaire/region-normandie/", "Hervé Morin, président | 25 octobre 2017", "C"),
    ("/annuaire/adn/", "Nature | Agence de développement", "C"),
    ("/annuaire/relais-d-sciences/", "Nature | Living lab", "C"),
    ("/annuaire/relais-d-sciences/", "Caen", ""),
    ("/annuaire/bureau-region-normandie-bruxelles/", "Nature | Région", "A"),
    (NORMANDIE, "environ 21 000 | emplois dans le numérique, 2017", "C"),
    (NORMANDIE, "environ 4 000 | établissements dans le numérique, 2017", "C"),
    # Auvergne-Rhône-Alpes
    ("/reseaux/minalogic/", "Nature | Pôle de compétitivité", "E"),
    ("/annuaire/minalogic/", "Grenoble", ""),
    ("/reseaux/digital-league/", "Nature | Cluster", "E"),
    ("/annuaire/medef-auvergne-rhone-alpes/", "Nature | Association", "E"),
    ("/reseaux/chambre-regionale-de-metiers-auvergne-rhone-alpes/", "Nature | Réseau de chambres", "E"),
]
# StatusMessage by pages that say their source at the end, in words.
TOLD = [
    ("/lieux/le-dome/", "Le Dôme | Caen | Relais d’sciences", "C"),
    ("/guichets/bretagne-pays-de-la-loire/", "Images & Réseaux | DIHELP", "B"),
    ("/guichets/grand-ouest/", "Normandie | Bretagne – Pays de la Loire | 1er octobre 2018", "B"),
    ("/guichets/nouvelle-aquitaine/", "ENTER", "D"),
    ("/guichets/auvergne-rhone-alpes/", "Minalogic | Digital League", "E"),
]
REGIONS = {
    "region-28": "Calvados (14), Eure (27), Manche (50), Orne (61), Seine-Maritime (76)",
    "region-53": "Côtes-d'Armor (22), Finistère (29), Ille-et-Vilaine (35), Morbihan (56)",
    "region-52": "Loire-Atlantique (44), Maine-et-Loire (49), Mayenne (53), Sarthe (72), Vendée (85)",
}


@pytest.fixture(scope="module")
def ecosystem(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """The real ecosystem on the regions it speaks of, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_territories(regions={"28", "52", "53", "84", "75"})
        loaded = load_ecosystem()
        connection.check_constraints()  # once, instead of at the end of each test
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """The pages that were read already."""
    return {}


def plain(document: str) -> str:
    """The text of a piece of a page, with ordinary spaces."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", document)).replace("\u202f", " ").replace("\xa0", " ")
    return re.sub(r" (?=[,.)])", "", re.sub(r"\s+", " ", bare)).strip()


def page(path: str, client: Client, kept: dict[str, str]) -> str:
    """A page, read once."""
    if path not in kept:
        answer = client.get(path)
        assert answer.status_code == 200, path
        kept[path] = answer.content.decode()
    return kept[path]


def facts(document: str) -> list[str]:
    """The facts of a page, each as one text: a term and its value, a line of a list, the presentation."""
    body = document[document.index("<main") : document.index("</main>")]
    pairs = [f"{term} | {value}" for term, value in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", body, re.S)]
    lines = re.findall(r"<li[^>]*>(.*?)</li>", body, re.S)
    leads = re.findall(r'<p class="(?:lead|eyebrow)"[^>]*>(.*?)</p>', body, re.S)
    return [plain(piece) for piece in (*pairs, *lines, *leads)]


def sources(document: str) -> list[str]:
    """The sources at the end of a page."""
    found = re.search(r'<ol class="small sources"[^>]*>(.*?)</ol>', document, re.S)
    return [plain(line) for line in re.findall(r"<li>(.*?)</li>", found.group(1), re.S)] if found else []


def cited(fact: str, document: str) -> set[str]:
    """The sources whose numbers end a fact."""
    marks = re.search(rf"(?: [{''.join(LOW)}]+)+$", fact)
    numbers = ["".join(LOW[high] for high in mark) for mark in marks.group().split()] if marks else []
    return {sources(document)[int(number) - 1] for number in numbers}


def letters(text: str) -> set[str]:
    """The words of some sources."""
    return {read_ecosystem()["sources"][letter] for letter in text}


@pytest.mark.parametrize(("path", "words", "source"), FACTS, ids=[f"{row[0]} {row[1]}" for row in FACTS])
def test_a_fact_is_on_its_page_with_its_source(
    path: str, words: str, source: str, ecosystem: Any, db: None, client: Client, kept: dict[str, str]
) -> None:
    document = page(path, client, kept)
    found = [fact for fact in facts(document) if all(word in fact for word in words.split(" | "))]
    assert found, facts(document)
    assert letters(source) in [cited(fact, document) for fact in found] or not source, (found, sources(document))


@pytest.mark.parametrize(("path", "words", "source"), TOLD, ids=[row[0] for row in TOLD])
def test_a_page_says_its_facts_and_its_source(
    path: str, words: str, source: str, ecosystem: Any, db: None, client: Client, kept: dict[str, str]
) -> None:
    text = plain(page(path, client, kept))
    assert not [word for word in [*words.split(" | "), *letters(source)] if word not in text]


@pytest.mark.parametrize(("region", "departments"), REGIONS.items())
def test_a_region_says_its_departments_by_the_official_code(
    region: str, departments: str, ecosystem: Any, db: None, client: Client
) -> None:
    document = client.get(f"/reseaux/?territoire={region}").content.decode()
    (found,) = [fact for fact in facts(document) if fact.startswith("Départements")]
    assert departments in found
    assert cited(found, document) == {"INSEE, code officiel géographique, 1er janvier 2026"}


def test_six_of_the_71_intercommunalites_of_normandie_cross_its_border(
    ecosystem: Any, db: None, client: Client
) -> None:
    normandie = Territory.objects.get(kind=TerritoryKind.REGION, code="28")
    groups = Territory.objects.of_kind(TerritoryKind.EPCI)
    assert (groups.touching(normandie).count(), groups.within(normandie).count()) == (71, 65)
    assert "71, dont 6 à cheval sur sa limite" in plain(client.get(NORMANDIE).content.decode())


def test_every_fact_loaded_has_a_source_and_its_date(ecosystem: Any, db: None) -> None:
    for model in (Network, Affiliation, Office, Succession, AccreditationRound, Accreditation, Endorsement):
        for row in model.objects.order_by("pk"):
            invented = "inventée" in row.note
            assert bool(row.source) != invented, row
            assert bool(row.stated_on) != invented, row
    for row in [*Partnership.objects.all(), *KeyFigure.objects.all()]:
        assert row.source, row
        assert row.stated_on, row


def test_every_organisation_of_the_file_says_when_its_source_spoke(ecosystem: Any, db: None) -> None:
    for row in some(Organisation.objects.order_by("pk")):
        assert bool(row.stated_on) != row.is_demo, row
        assert row.is_listed != (row.kind == "large_group"), row
        assert row.street == row.public_email == row.public_phone == row.website == ""


def test_supporters_are_named_but_are_not_in_the_directory(ecosystem: Any, db: None, client: Client) -> None:
    assert client.get("/annuaire/thales/").status_code == 404
    assert 'href="/annuaire/thales/"' not in client.get(ENTER).content.decode()


def test_the_united_pole_receives_nothing_and_the_two_poles_stay(ecosystem: Any, db: None) -> None:
    united = Organisation.objects.get(slug="pole-reuni-tes-images-et-reseaux")
    assert not united.is_active
    for hub in Hub.objects.order_by("pk"):
        assert united not in Organisation.objects.members_of(hub.pk)
    for slug in ("tes", "images-et-reseaux"):
        pole = Organisation.objects.get(slug=slug)
        assert (pole.is_active, pole.succeeded_by) == (True, None)


def everything() -> dict[str, list[Any]]:
    """Every row, as it is stored."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_loading_twice_changes_nothing(ecosystem: Any, db: None) -> None:
    before = everything()
    load_ecosystem()
    assert everything() == before


def test_one_hub_alone_comes_with_what_its_history_names(ecosystem: Any, db: None) -> None:
    Endorsement.objects.all().delete()
    for model in (Accreditation, AccreditationRound, Partnership, Affiliation, KeyFigure, Office):
        model.objects.all().delete()
    SuccessionPart.objects.all().delete()
    Succession.objects.all().delete()
    found = load_ecosystem(only={"normandie"}, with_invented=False)
    assert {"tes", "nwx", "images-et-reseaux", "pole-reuni-tes-images-et-reseaux", "emc2"} <= set(found)
    assert not {"enter", "minalogic", "thales"} & set(found)
    assert not [slug for slug, row in found.items() if row.is_demo]
    assert Succession.objects.get().kind == "merger"
    assert set(AccreditationRound.objects.values_list("slug", flat=True)) == {"phase-iv", "phase-v"}


def test_the_file_names_only_organisations_that_exist(ecosystem: Any, db: None) -> None:
    known = {row["slug"] for row in read_ecosystem()["organisation"]}
    rows = [row for rows in read_networks().values() for row in rows]
    named = {row[key] for row in rows for key in ("organisation", "network", "partner", "successor") if key in row}
    named |= {
        name for row in rows for key in ("predecessors", "contributors", "endorsed_by") for name in row.get(key, ())
    }
    assert named <= known


@pytest.mark.parametrize(
    ("model", "twice"),
    [(Affiliation, ("organisation", "network")), (Accreditation, ("round", "network"))],
)
def test_the_database_holds_what_is_true_once(model: Any, twice: tuple[str, ...], ecosystem: Any, db: None) -> None:
    row = model.objects.order_by("pk").first()
    values = {name: getattr(row, name) for name in twice}
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values, **({"state": "granted"} if model is Accreditation else {}))


def test_the_database_refuses_figures_about_two_things_and_supports_of_nobody(ecosystem: Any, db: None) -> None:
    tes, normandie = Organisation.objects.get(slug="tes"), Territory.objects.get(kind="region", code="28")
    accreditation = Accreditation.objects.order_by("pk").first()
    for wrong in (
        KeyFigure(organisation=tes, territory=normandie, label="x"),
        KeyFigure(label="x"),
        Endorsement(accreditation=accreditation),
        Endorsement(accreditation=accreditation, organisation=tes, group="x"),
        Partnership(organisation=tes, partner=tes, subject="x", kind="thematic"),
    ):
        with pytest.raises(ValidationError):
            wrong.validate_constraints()
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()
