"""The front doors of hubs: the list, the door of each, by path or by host name, in its own colour."""

import re

import pytest
from django.conf import settings as portal
from django.urls import reverse

from members.hubs.enums import Accent
from members.hubs.models import Hub
from members.territories.enums import TerritoryKind
from services.requests.models import ServiceRequest
from tests.diginor.web.test_contrast import TEXT, THEMES, contrast
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, department, region, territory
from tests.factories.services import TopicFactory

pytestmark = pytest.mark.django_db
HOST = "bretagne.exemple.example"
COMPANY = {"company_name": "Atelier", "siret": "732 829 320 00074", "size": "10-49"}


@pytest.fixture
def hubs() -> dict[str, Hub]:
    """Grand Ouest above Normandie and Bretagne."""
    west = territory(TerritoryKind.ADHOC, "grand-ouest", "Grand Ouest")
    department("14"), department("35")
    head = HubFactory(name="Grand Ouest", slug="grand-ouest", territory=west, is_open=False, accent="ink")
    normandy = HubFactory(name="Normandie", slug="normandie", parent=head, is_default=True)
    brittany = HubFactory(
        name="Bretagne",
        slug="bretagne",
        parent=head,
        territory=region("53"),
        accent="leopard",
        host=HOST,
        presentation="Porté par un pôle.",
        source="Annonce de 2018",
        phone="02 99 00 00 00",
    )
    OrganisationFactory(member=True, of_hub=normandy, name="Pôle normand")
    OrganisationFactory(member=True, of_hub=brittany, name="Pôle breton")
    TopicFactory()
    commune()
    commune("35238", "Rennes")
    return {"head": head, "normandy": normandy, "brittany": brittany}


def read(client, address: str, **query) -> str:
    """The text of a page, without the tags."""
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


class TestPages:
    """Who is who among hubs."""

    def test_the_list_draws_the_family_with_the_territory_of_each(self, client, hubs):
        answer = client.get(reverse("hubs"))
        (head,) = answer.context["family"]
        assert head["hub"] == hubs["head"]
        assert [branch["hub"] for branch in head["under"]] == [hubs["brittany"], hubs["normandy"]]
        assert "réunit 2 guichets" in answer.content.decode()
        assert answer.content.decode().count('class="of-') >= 3

    def test_a_family_of_any_depth_is_drawn(self, client, hubs):
        city = HubFactory(name="Caen", slug="caen", parent=hubs["normandy"], territory=commune())
        assert "réunit 1 guichet et reçoit des demandes" in read(client, reverse("hubs"))
        assert city.front_url in client.get(hubs["normandy"].front_url).content.decode()

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("Rennes", "Rennes (35) dépend du guichet Bretagne."),
            ("rennes 35", "Rennes (35) dépend du guichet Bretagne."),
            ("Paris", "Aucun guichet n’est encore ouvert pour Paris (75). Le guichet Normandie lira votre demande."),
            ("Xyzzy", "Nous ne connaissons aucune commune de ce nom."),
        ],
    )
    def test_a_commune_finds_its_hub(self, client, hubs, typed, told):
        commune("75056", "Paris")
        assert told in read(client, reverse("hubs"), commune=typed)

    def test_without_any_hub_the_list_says_so(self, client, db):
        assert "Aucun guichet n’est encore ouvert." in read(client, reverse("hubs"))

    def test_the_door_tells_territory_words_source_members_and_how_to_ask(self, client, hubs):
        answer = client.get(hubs["brittany"].front_url)
        page = read(client, hubs["brittany"].front_url)
        for words in ("Réuni par Grand Ouest", "Porté par un pôle.", "Annonce de 2018", "Pôle breton", "02 99 00"):
            assert words in page
        assert "Bretagne\u202f: Ille-et-Vilaine\u202f(35)." in page
        assert "Pôle normand" not in page
        assert "/demande/?guichet=bretagne" in answer.content.decode()
        assert 'data-accent="leopard"' in answer.content.decode()

    def test_a_closed_head_leads_to_its_children_instead_of_a_form(self, client, hubs):
        body = client.get(hubs["head"].front_url).content.decode()
        assert "guichet=grand-ouest" not in body
        assert hubs["normandy"].front_url in body
        assert hubs["brittany"].front_url in body

    def test_an_unknown_hub_is_not_found(self, client, hubs):
        assert client.get(reverse("hub", args=["rien"])).status_code == 404

    def test_the_pages_cost_the_same_with_more_hubs_and_organisations(
        self, client, hubs, django_assert_max_num_queries
    ):
        for number in range(5):
            hub = HubFactory(
                name=f"Ville {number}", parent=hubs["normandy"], territory=commune(f"1400{number}", "Ville")
            )
            OrganisationFactory(member=True, of_hub=hubs["normandy"])
            assert hub.front_url
        with django_assert_max_num_queries(4):
            client.get(reverse("hubs"))
        with django_assert_max_num_queries(5):
            client.get(hubs["normandy"].front_url)


def file_from(client, door: str, place: str, **extra) -> str:
    """Go from a door to the last step with a company of a commune; return what that step says."""
    client.get(door, **extra)
    client.post("/demande/besoin/", {"need": "Nous voulons tester un capteur sur notre ligne."}, **extra)
    answer = client.post("/demande/entreprise/", {**COMPANY, "commune": place}, **extra)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get("/demande/contact/", **extra).content.decode()
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", page))


class TestFiling:
    """A request started at a door."""

    MOVED = "Votre commune dépend du guichet {}\u202f: votre demande lui sera transmise."

    def test_it_goes_to_that_hub_without_a_word_when_the_commune_is_its_own(self, client, hubs):
        assert "Guichet Bretagne" in read(client, "/demande/?guichet=bretagne")
        page = file_from(client, "/demande/?guichet=bretagne", "Rennes")
        assert "dépend du guichet" not in page
        assert ServiceRequest.objects.get().hub == hubs["brittany"]

    def test_it_goes_to_the_hub_of_the_commune_and_says_so_before_sending(self, client, hubs):
        page = file_from(client, "/demande/?guichet=bretagne", "Caen")
        assert self.MOVED.format("Normandie") in page
        assert ServiceRequest.objects.get().hub == hubs["normandy"]

    def test_a_commune_of_nowhere_stays_at_the_door_that_was_pushed(self, client, hubs):
        commune("75056", "Paris")
        page = file_from(client, "/demande/?guichet=bretagne", "Paris")
        assert "dépend du guichet" not in page
        assert ServiceRequest.objects.get().hub == hubs["brittany"]

    def test_without_a_door_nothing_is_said_and_nowhere_goes_to_the_default(self, client, hubs):
        commune("75056", "Paris")
        assert "dépend du guichet" not in file_from(client, "/demande/", "Paris")
        assert ServiceRequest.objects.get().hub == hubs["normandy"]

    @pytest.mark.parametrize("door", ["grand-ouest", "rien", "x" * 300])
    def test_a_closed_or_unknown_door_is_no_door(self, client, hubs, door):
        assert "Guichet Grand Ouest" not in read(client, "/demande/", guichet=door)
        file_from(client, "/demande/", "Rennes")
        assert ServiceRequest.objects.get().hub == hubs["brittany"]


class TestHost:
    """One installation serves each hub under its own name."""

    @pytest.fixture(autouse=True)
    def _served(self, settings):
        settings.DIGINOR_HOSTS = [HOST]
        settings.ALLOWED_HOSTS = ["testserver", HOST]

    def test_the_home_shows_the_hub_its_colour_and_its_members(self, client, hubs):
        page = client.get("/", headers={"host": HOST}).content.decode()
        assert 'data-accent="leopard"' in page
        assert "Guichet Bretagne" in page
        assert "Pôle breton" in page
        assert "Pôle normand" not in page
        common = client.get("/").content.decode()
        assert "data-accent" not in common
        assert "Pôle normand" in common

    def test_a_request_filed_there_goes_to_that_hub_unless_the_commune_is_elsewhere(self, client, hubs):
        commune("75056", "Paris")
        file_from(client, "/demande/", "Paris", headers={"host": HOST})
        assert ServiceRequest.objects.get().hub == hubs["brittany"]
        page = file_from(client, "/demande/", "Caen", headers={"host": HOST})
        assert TestFiling.MOVED.format("Normandie") in page

    def test_links_in_mails_open_the_host_of_the_hub(self, hubs):
        assert hubs["brittany"].site_url == f"http://{HOST}"
        assert hubs["normandy"].site_url == portal.SITE_URL

    def test_a_host_is_read_once_and_again_after_the_hub_is_saved(
        self, client, hubs, django_assert_num_queries, settings
    ):
        settings.DIGINOR_HOSTS = [HOST, "nouveau.exemple.example"]
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "nouveau.exemple.example"]
        client.get(reverse("legal"), headers={"host": HOST})
        with django_assert_num_queries(0):
            assert "Bretagne" in client.get(reverse("legal"), headers={"host": HOST}).content.decode()
        client.force_login(UserFactory(administrator=True))
        url = reverse("admin:members_hub_change", args=[hubs["brittany"].pk])
        form = client.get(url).context["adminform"].form
        sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        sent |= {"organisations": "", "roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0}
        from django.test import TestCase

        with TestCase.captureOnCommitCallbacks(execute=True):
            assert client.post(url, {**sent, "host": "nouveau.exemple.example"}).status_code == 302
        assert "data-accent" not in client.get("/", headers={"host": HOST}).content.decode()
        assert "data-accent" in client.get("/", headers={"host": "nouveau.exemple.example"}).content.decode()

    def test_a_host_served_without_a_hub_is_the_common_portal(self, client, hubs):
        Hub.objects.filter(host=HOST).update(host="")
        assert "data-accent" not in client.get("/", headers={"host": HOST}).content.decode()


def test_a_public_page_of_the_common_portal_pays_nothing_for_hosts(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("legal"))


def _tokens(accent: str) -> dict[str, str]:
    """What a colour puts in the place of which token."""
    css = (portal.BASE_DIR / "static/css/hubs.css").read_text()
    found = re.search(rf'\[data-accent="{accent}"\] {{([^}}]*)}}', css)
    return dict(re.findall(r"--([\w-]+): var\(--([\w-]+)\)", found[1])) if found else {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("accent", Accent.values)
def test_every_accent_stays_readable_wherever_the_first_colour_stands(theme, accent):
    """The pairs of the first colour in tests/diginor/web/test_contrast.py, with the accent in its place."""
    colours = {**THEMES[theme], **{name: THEMES[theme][other] for name, other in _tokens(accent).items()}}
    pairs = [
        *((ink, surface) for ink in ("sea", "tide") for surface in ("chalk", "paper", "mist")),
        *((ink, "sea-soft") for ink in ("sea", "ink", "slate")),
        *(("on-sea", surface) for surface in ("sea", "tide")),
    ]
    weak = [(front, back, contrast(colours[front], colours[back])) for front, back in pairs]
    assert not [(front, back, round(ratio, 2)) for front, back, ratio in weak if ratio < TEXT]
    assert accent == Accent.SEA or _tokens(accent)


def test_the_sheet_of_hubs_holds_no_colour_of_its_own():
    css = (portal.BASE_DIR / "static/css/hubs.css").read_text()
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", css)
