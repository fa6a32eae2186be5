"""The pages of networks, and what the desk does with them in the administration."""

import re

import pytest
from django.urls import reverse

from members.networks.models import Affiliation, KeyFigure, Network, Partnership
from tests.factories.members import HubFactory, OrganisationFactory, SuccessionFactory, UserFactory, commune, region
from tests.factories.networks import (
    AccreditationFactory,
    AffiliationFactory,
    EndorsementFactory,
    KeyFigureFactory,
    NetworkFactory,
    OfficeFactory,
    PartnershipFactory,
    RoundFactory,
)
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text.replace("\u202f", " "))


class TestList:
    """Those of today first, ten a page."""

    def test_networks_of_today_come_first_and_the_others_say_what_they_are(self, client):
        heir = OrganisationFactory(listed=True, name="Pôle neuf")
        NetworkFactory(organisation__name="Ancien pôle", organisation__is_active=False, organisation__succeeded_by=heir)
        NetworkFactory(organisation__name="Autre ancien", organisation__is_active=False)
        planned = NetworkFactory(organisation__name="Pôle à venir", organisation__is_active=False).organisation
        SuccessionFactory(old=[OrganisationFactory()], new=planned, is_effective_planned=True)
        NetworkFactory(organisation__name="Zone numérique")
        text = page(client, reverse("networks"))
        names = ("Zone numérique", "Ancien pôle", "Autre ancien", "Pôle à venir")
        assert sorted(names, key=text.index) == list(names)
        for words in ("Devenu Pôle neuf", "N’existe plus", "Annoncé"):
            assert words in text

    def test_a_line_says_what_where_how_many_and_how_it_is_recognised(self, client, clock):
        network = NetworkFactory()
        AffiliationFactory.create_batch(2, network=network)
        AffiliationFactory(network=network, ended=True)
        AffiliationFactory(network=network, organisation__is_listed=False)
        AccreditationFactory(network=network, conditional=True)
        text = page(client, reverse("networks"))
        assert "Cluster · Normandie · 2 membres au portail · labellisé sous condition jusqu’en 2024" in text

    def test_only_networks_of_the_directory_are_shown(self, client):
        hidden = NetworkFactory(organisation__is_listed=False, organisation__name="Caché")
        assert "Caché" not in page(client, reverse("networks"))
        assert client.get(hidden.get_absolute_url()).status_code == 404

    def test_a_territory_shows_those_around_it_and_within_it(self, client):
        NetworkFactory(organisation__name="De la région")
        NetworkFactory(organisation__name="De la commune", territory=commune())
        NetworkFactory(organisation__name="D’ailleurs", territory=region("53"))
        NetworkFactory(organisation__name="De nulle part", territory=None)
        here = page(client, "/reseaux/?territoire=commune-14118")
        assert [name in here for name in ("De la région", "De la commune", "D’ailleurs", "De nulle part")] == [
            True, True, False, False
        ]  # fmt: skip
        assert "De nulle part" in page(client, reverse("networks"))

    @pytest.mark.parametrize("asked", ["rien", "region-", "-28", "region-99", "x" * 300, "%F0%9F%98%80-1"])
    def test_what_is_no_territory_shows_every_network(self, client, asked):
        NetworkFactory(organisation__name="Zone numérique")
        answer = client.get(reverse("networks"), {"territoire": asked})
        assert "Zone numérique" in answer.content.decode()

    def test_pages_of_ten(self, client):
        for number in range(12):
            NetworkFactory(organisation__name=f"Réseau {number:02d}")
        first = client.get(reverse("networks"))
        after = re.search(r"after=(\d+)", first.content.decode()).group(1)
        second = page(client, f"/reseaux/?after={after}")
        assert "Réseau 09" in first.content.decode()
        assert ("Réseau 09" in second, "Réseau 10" in second, "Réseau 11" in second) == (False, True, True)


class TestPage:
    """What a network is, who belongs to it, what became of it."""

    def test_members_of_today_come_first_then_those_of_the_past(self, client):
        network = NetworkFactory()
        AffiliationFactory(network=network, organisation__name="Ancienne", since="2010", ended=True)
        AffiliationFactory(network=network, organisation__name="Présente", since="2019-Q4")
        text = page(client, network.get_absolute_url())
        assert text.index("Présente") < text.index("Ancienne")
        assert "depuis fin 2019" in text
        assert "2010–2018" in text

    def test_members_come_ten_a_page(self, client):
        network = NetworkFactory()
        for number in range(11):
            AffiliationFactory(network=network, organisation__name=f"Membre {number:02d}")
        url = network.get_absolute_url()
        after = re.search(r"after=(\d+)", client.get(url).content.decode()).group(1)
        assert "Membre 10" in page(client, f"{url}?after={after}")

    def test_a_person_named_once_is_not_said_to_be_in_charge_today(self, client):
        network = NetworkFactory()
        OfficeFactory(
            organisation=network.organisation, person="Anne Roy", function="présidente", stated_on="2017-10-25"
        )
        text = page(client, network.get_absolute_url())
        assert "Anne Roy, présidente, en fonction le 25 octobre 2017" in text

    def test_supporters_that_the_directory_hides_are_named_without_a_link(self, client):
        network = NetworkFactory()
        accreditation = AccreditationFactory(network=network)
        EndorsementFactory(accreditation=accreditation, organisation__name="Grand groupe")
        EndorsementFactory(accreditation=accreditation, organisation=None, group="des laboratoires")
        shown = EndorsementFactory(accreditation=accreditation, organisation__is_listed=True).organisation
        answer = client.get(network.get_absolute_url()).content.decode()
        assert "Grand groupe, " in answer
        assert "des laboratoires." in answer
        assert f'href="{shown.get_absolute_url()}"' in answer

    def test_names_are_escaped(self, client):
        network = NetworkFactory(axes=["<script>x</script>"], mission_statement="<b>y</b>", source="<i>z</i>")
        AffiliationFactory(network=network, organisation__name="<u>w</u>", note="<em>v</em>")
        RoundFactory(name="<s>")
        answer = client.get(network.get_absolute_url()).content.decode()
        for tag in ("<script>x", "<b>y", "<i>z", "<u>w", "<em>v"):
            assert tag not in answer

    def test_english_readers_are_told_which_words_are_french(self, client):
        network = NetworkFactory(mission_statement="Une filière sobre", axes=["Les talents"])
        accreditation = AccreditationFactory(network=network)
        EndorsementFactory(accreditation=accreditation, organisation=None, group="des laboratoires")
        answer = client.get(f"/en{network.get_absolute_url()}").content.decode()
        for words in ("Une filière sobre", "Les talents", "des laboratoires"):
            assert f'<span lang="fr">{words}</span>' in answer


class TestRound:
    """A round and its networks."""

    def test_networks_that_the_directory_hides_are_left_out(self, client):
        one = RoundFactory(orientations=["Un label lisible"], accredited=55)
        AccreditationFactory(round=one, network__organisation__name="Visible")
        AccreditationFactory(round=one, network__organisation__is_listed=False, network__organisation__name="Caché")
        text = page(client, one.get_absolute_url())
        for words in ("Visible", "55", "Un label lisible", "2019–2022"):
            assert words in text
        assert "Caché" not in text


@pytest.fixture
def desk(client):
    """The desk of a hub with one network."""
    hub = HubFactory()
    client.force_login(UserFactory(staff_of=hub))
    return NetworkFactory(organisation=OrganisationFactory(listed=True, of_hub=hub, name="Pôle du guichet"))


def post(client, name, row=None, **data):
    action = ("change", [row.pk]) if row else ("add", [])
    url = reverse(f"admin:members_{name}_{action[0]}", args=action[1])
    seal = seal_of(client, url) if row else {}
    return client.post(url, {"note": "", "source": "La presse", "stated_on": "2020", **seal, **data})


class TestAdministration:
    """The desk keeps what is said of the organisations of its hub."""

    def test_the_desk_notes_a_member_and_a_figure(self, client, desk):
        member = OrganisationFactory(of_hub=desk.organisation.hubs.get())
        assert (
            post(client, "affiliation", organisation=member.pk, network=desk.pk, since="2019-Q4", until="").status_code
            == 302
        )
        assert str(Affiliation.objects.get().since) == "2019-Q4"
        figure = {
            "label": "membres",
            "qualifier": "exact",
            "value": "12",
            "unit": "",
            "known_on": "2020",
            "position": "0",
        }
        assert post(client, "keyfigure", organisation=desk.organisation.pk, territory="", **figure).status_code == 302
        assert KeyFigure.objects.get().value == 12

    def test_axes_are_written_one_a_line_and_keep_their_commas(self, client, desk):
        answer = post(
            client, "network", desk, organisation=desk.organisation.pk, kind="pole", territory="", code_name="",
            mission_statement="", axes="Sobre, et responsable\n\n Talents \n",
        )  # fmt: skip
        assert answer.status_code == 302
        assert Network.objects.get(pk=desk.pk).axes == ["Sobre, et responsable", "Talents"]
        url = reverse("admin:members_network_change", args=[desk.pk])
        assert "Sobre, et responsable\nTalents" in client.get(url).content.decode()

    @pytest.mark.parametrize(
        ("name", "data", "refusal"),
        [
            ("affiliation", {"since": "2020", "until": "2019"}, "La fin vient avant le début."),
            ("partnership", {"partner": "self", "kind": "thematic", "subject": "x"}, "pas sa propre partenaire"),
            ("partnership", {"kind": "thematic", "subject": "x"}, "Choisissez un partenaire, un territoire"),
            ("keyfigure", {"territory": "region", "label": "x", "qualifier": "exact", "position": 0}, "pas les deux"),
            ("affiliation", {"since": "jamais", "until": ""}, "Cette date ne se lit pas"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_sentence(self, client, desk, name, data, refusal):
        own = desk.organisation
        given = {key: {"self": own.pk, "region": region().pk}.get(value, value) for key, value in data.items()}
        answer = post(client, name, organisation=own.pk, network=desk.pk, **given)
        assert answer.status_code == 200
        assert refusal in answer.content.decode()
        assert not [model for model in (Affiliation, Partnership, KeyFigure) if model.objects.exists()]

    def test_the_desk_sees_only_what_its_hubs_know(self, client, desk):
        other = KeyFigureFactory(label="d’un autre")
        far = KeyFigureFactory(organisation=None, territory=region("53"), label="de loin")
        near = KeyFigureFactory(organisation=None, territory=region(), label="d’ici")
        PartnershipFactory(subject="d’un autre encore")
        text = page(client, reverse("admin:members_keyfigure_changelist"))
        assert [row.label in text for row in (other, far, near)] == [False, False, True]
        assert "encore" not in page(client, reverse("admin:members_partnership_changelist"))
        answer = post(
            client, "office", organisation=other.organisation.pk, function="x", person="y", since="", until=""
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("network", "pole du gui"),
            ("affiliation", "pôle du guichet"),
            ("accreditation", "guichet"),
            ("partnership", "Guichet"),
            ("office", "GUICHET"),
            ("keyfigure", "guichet"),
        ],
    )
    def test_lists_are_searched_by_the_name_of_the_organisation(self, client, desk, name, words):
        own = desk.organisation
        AffiliationFactory(network=desk)
        AccreditationFactory(network=desk)
        PartnershipFactory(organisation=own)
        OfficeFactory(organisation=own)
        KeyFigureFactory(organisation=own)
        url = reverse(f"admin:members_{name}_changelist")
        assert "1 " in page(client, url)
        assert "field-" in client.get(url, {"q": words}).content.decode()
        assert "field-" not in client.get(url, {"q": "zzzzzz"}).content.decode()
