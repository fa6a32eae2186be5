"""The directory: who is found, by which words, with which filters, and in what order."""

import html

import pytest
from django.test import Client

from members.directory.forms.search import DirectoryFilter
from members.organisations.models import Organisation, Wanted
from members.territories.queries.named import territory_named
from tests.factories.members import HubFactory, OrganisationFactory, commune, department, region
from tests.factories.networks import AffiliationFactory, NetworkFactory
from tests.factories.places import PlaceFactory
from tests.factories.services import OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nwx() -> Organisation:
    """An association among others."""
    for name in ("Atelier du Bocage", "Pôle des Ports", "Chambre de Caen"):
        OrganisationFactory(listed=True, name=name)
    row: Organisation = OrganisationFactory(
        listed=True, name="Normandy Web Expert", acronym="NWX", kind="association", commune=None
    )
    return row


# The name of each filter in the address.
NAMES = {"kind": "nature", "sector": "secteur", "expertise": "expertise", "network": "reseau", "place": "lieu"}


def found(**asked: object) -> list[str]:
    """The names that a search finds, in order."""
    filters = {NAMES[name]: asked.pop(name) for name in NAMES.keys() & asked.keys()}
    return [row.name for row in DirectoryFilter(filters).qs.wanted(Wanted(**asked))]  # type: ignore[arg-type]


def shown(client: Client, address: str) -> str:
    """The text of a page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


class TestWords:
    """What is typed in the first field."""

    @pytest.mark.parametrize(
        "typed",
        [
            "normandi web expert",
            "Normandy Web Expert",
            "NORMANDIE  WEB",
            "nwx",
            "web expert normandi",
            "normandy webexpert",
            "normandy wéb",
        ],
    )
    def test_a_name_is_found_with_its_typing_errors(self, nwx: Organisation, typed: str) -> None:
        assert found(text=typed)[0] == nwx.name

    def test_the_exact_name_comes_before_those_that_look_like_it(self) -> None:
        for name in ("Portail des Ports", "Pôle des Ports de Normandie", "Pôle des Ports"):
            OrganisationFactory(listed=True, name=name)
        assert found(text="pole des ports")[:2] == ["Pôle des Ports", "Pôle des Ports de Normandie"]

    @pytest.mark.parametrize("typed", ["cybersécurité", "cyber", "associations", "exportations"])
    def test_an_expertise_a_kind_or_what_one_says_finds_it(self, nwx: Organisation, typed: str) -> None:
        nwx.expertises, nwx.description = ["cybersecurity"], "Aide les entreprises à exporter, comme une association."
        nwx.save()
        assert found(text=typed) == [nwx.name]

    def test_what_is_not_listed_is_never_found(self) -> None:
        OrganisationFactory(name="Société discrète")
        assert found(text="société discrète") == []

    def test_those_of_the_past_come_last(self) -> None:
        OrganisationFactory(listed=True, name="Pôle TES", is_active=False)
        OrganisationFactory(listed=True, name="Pôle TES et voisins")
        assert found(text="pole tes") == ["Pôle TES et voisins", "Pôle TES"]
        assert found() == ["Pôle TES et voisins", "Pôle TES"]

    def test_without_an_answer_to_all_the_words_the_nearest_are_shown(self, client: Client, nwx: Organisation) -> None:
        page = shown(client, "/annuaire/?q=normandy+zzzzzzzz+qqqqqqqqq+wwwwwwww")
        assert "Aucune structure ne répond à tous ces mots" in page
        assert nwx.name in page

    def test_an_empty_answer_says_what_to_do(self, client: Client, nwx: Organisation) -> None:
        page = shown(client, "/annuaire/?q=zzzzzz")
        assert "Aucune structure ne répond à cette recherche" in page
        assert "Voir tout l’annuaire" in page

    @pytest.mark.parametrize("typed", ["%27%22%3C", "a" * 300, "%25%5F", "!&|()", "&before=x&after=9e9"])
    def test_nothing_that_is_typed_breaks_the_page(self, client: Client, typed: str) -> None:
        assert client.get(f"/annuaire/?q={typed}").status_code == 200
        assert client.get(f"/annuaire/?territoire={typed}&reseau={typed}&filtres={typed}").status_code == 200


class TestFilters:
    """What narrows the list."""

    def test_each_filter_keeps_those_that_have_the_value(self, nwx: Organisation) -> None:
        nwx.sector, nwx.expertises = "digital", ["ai", "cloud"]
        nwx.save()
        network = AffiliationFactory(organisation=nwx).network.organisation
        place = PlaceFactory(host=nwx)
        asked = {"kind": "association", "sector": "digital", "expertise": "ai"}
        asked |= {"network": network.slug, "place": place.slug}
        assert {name: found(**{name: value}) for name, value in asked.items()} == {name: [nwx.name] for name in asked}
        assert found(**asked) == [nwx.name]
        assert found(**asked | {"sector": "health"}) == []

    def test_who_left_a_network_is_not_among_its_members(self, nwx: Organisation) -> None:
        row = AffiliationFactory(organisation=nwx, ended=True)
        assert found(network=row.network.organisation.slug) == []

    def test_only_values_that_exist_are_offered_with_how_many(self, client: Client, nwx: Organisation) -> None:
        page = shown(client, "/annuaire/?filtres=nature")
        assert '<a href="?nature=association">Association</a> 1' in page
        assert '<a href="?nature=cluster">Cluster</a> 3' in page
        assert "Université" not in page
        page = shown(client, "/annuaire/?filtres=nature&q=bocage")
        assert '<a href="?q=bocage&nature=cluster">Cluster</a> 1' in page
        assert "Association" not in page

    def test_a_chosen_value_can_be_taken_away(self, client: Client, nwx: Organisation) -> None:
        page = shown(client, "/annuaire/?q=nwx&nature=association")
        assert 'href="?q=nwx"' in page
        assert '<input type="hidden" name="nature" value="association">' in page

    def test_a_value_without_anybody_is_told_by_its_name(self, client: Client, nwx: Organisation) -> None:
        assert "Université" in shown(client, "/annuaire/?nature=university")


class TestTerritory:
    """Where."""

    @pytest.mark.parametrize(
        ("typed", "kind"),
        [
            ("Calvados", "department"),
            ("14", "department"),
            ("le calvados", "department"),
            ("normandie", "region"),
            ("Caen", "commune"),
            ("14000 caen", "commune"),
            ("14050 Caen cedex 4", "commune"),
        ],
    )
    def test_a_territory_is_named_as_people_do(self, typed: str, kind: str) -> None:
        commune()
        commune("50218", "Granville")
        territory = territory_named(typed)
        assert territory is not None
        assert territory.kind == kind

    def test_those_established_there_are_found(self) -> None:
        OrganisationFactory(listed=True, name="À Caen", commune=commune())
        OrganisationFactory(listed=True, name="À Granville", commune=commune("50218", "Granville"))
        assert found(territory=department("14")) == ["À Caen"]
        assert found(territory=commune("50218", "Granville")) == ["À Granville"]
        assert found(territory=region()) == ["À Caen", "À Granville"]

    def test_networks_and_offers_of_a_wider_territory_reach_it(self, client: Client) -> None:
        for name, ground in (("Réseau normand", region()), ("Réseau breton", region("53"))):
            NetworkFactory(organisation__name=name, organisation__commune=None, territory=ground)
        offer = OfferFactory(organisation=OrganisationFactory(listed=True, name="Qui se déplace", commune=None))
        offer.territories.add(department("14"))
        commune()
        page = shown(client, "/annuaire/?territoire=caen")
        assert ("Réseau normand" in page, "Qui se déplace" in page, "Réseau breton" in page) == (True, True, False)

    def test_an_unknown_territory_is_told(self, client: Client, nwx: Organisation) -> None:
        page = shown(client, "/annuaire/?territoire=zzzzzz")
        assert "ne désigne pas un territoire" in page
        assert nwx.name in page

    def test_a_near_name_is_proposed_and_never_taken(self, client: Client, nwx: Organisation) -> None:
        commune("50218", "Granville")
        assert territory_named("granvile") is None
        page = shown(client, "/annuaire/?territoire=granvile")
        assert "ne désigne pas un territoire" in page
        assert "?territoire=Granville+%2850%29" in client.get("/annuaire/?territoire=granvile").content.decode()
        assert "Structures établies" in shown(client, "/annuaire/?territoire=Granville+(50)")

    def test_namesakes_are_proposed(self, client: Client) -> None:
        commune("14562", "Saint-Aubin")
        commune("76556", "Saint-Aubin")
        assert territory_named("Saint-Aubin") is None
        page = shown(client, "/annuaire/?territoire=saint-aubin")
        assert "Saint-Aubin (14)" in page
        assert "Saint-Aubin (76)" in page


def test_pages_follow_one_another_without_losing_anybody(client: Client) -> None:
    names = [OrganisationFactory(listed=True, name=f"Structure {number:02d}").name for number in range(25)]
    page, seen = client.get("/annuaire/?q=structure").context["page"], []
    for _number in range(3):
        seen += [row.name for row in page.rows]
        page = client.get(f"/annuaire/?q=structure&after={page.after}").context["page"] if page.after else page
    assert sorted(seen) == sorted(names)


class TestMap:
    """The départements, drawn and told."""

    def test_the_table_says_what_the_map_shows(self, client: Client) -> None:
        HubFactory(is_default=True)
        for town in (commune(), commune(), commune("50218", "Granville")):
            OrganisationFactory(listed=True, commune=town)
        OrganisationFactory(listed=True, is_active=False, commune=commune())
        OrganisationFactory(listed=True, commune=None)
        page = shown(client, "/annuaire/carte/")
        assert '<a href="/annuaire/?territoire=14">Calvados</a></th><td class="n">2</td>' in page
        assert "Calvados\u202f: 2, Manche\u202f: 1" in page
        assert "1 structure n’est pas comptée" in page

    def test_another_figure_leads_to_its_own_list(self, client: Client) -> None:
        HubFactory(is_default=True)
        PlaceFactory(commune=commune())
        assert '<a href="/lieux/?territoire=14">Calvados</a>' in shown(client, "/annuaire/carte/?chiffre=places")
        offer = OfferFactory(organisation=OrganisationFactory(of_hub=HubFactory()))
        offer.territories.add(region())
        assert "Calvados vient en tête\u202f: 1" in shown(client, "/annuaire/carte/?chiffre=sujets")

    def test_without_a_hub_it_says_so(self, client: Client) -> None:
        assert "La carte n’a pas encore de territoire" in shown(client, "/annuaire/carte/")
