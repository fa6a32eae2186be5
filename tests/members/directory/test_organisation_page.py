"""The sheet of an organisation: facts with their sources, history, card, logo and what machines read."""

import datetime as dt
import html
import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client

from members.organisations import sections as sheets
from members.organisations.models import Organisation
from tests.factories.members import HubFactory, OrganisationFactory, SuccessionFactory, commune
from tests.factories.networks import (
    AccreditationFactory,
    AffiliationFactory,
    KeyFigureFactory,
    NetworkFactory,
    OfficeFactory,
    PartnershipFactory,
)
from tests.factories.places import PlaceFactory
from tests.factories.services import OfferFactory, TopicFactory

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 300


@pytest.fixture
def tes() -> Organisation:
    """A pole with everything that a sheet can tell."""
    row: Organisation = OrganisationFactory(
        listed=True,
        name="Transactions Électroniques Sécurisées",
        acronym="TES",
        slug="tes",
        kind="pole",
        sector="digital",
        expertises=["cybersecurity"],
        public_email="bonjour@tes.example",
        public_phone="02 31 00 00 00",
        website="https://tes.example/",
        street="1, rue des Ports",
        postcode="14000",
        description="Pôle de </script><b>Normandie</b> & d’ailleurs.",
        description_en="Pole of Normandy.",
        founded_on=dt.date(2005, 7, 12),
        source="Un communiqué",
        stated_on="2017-10-25",
        commune=commune(),
    )
    return row


def page_of(client: Client, organisation: Organisation, start: str = "") -> str:
    """The text of a sheet, its tags taken away."""
    answer = client.get(start + organisation.get_absolute_url())
    assert answer.status_code == 200
    text = re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_what_is_not_listed_has_no_sheet_no_card_and_no_logo(client: Client, tes: Organisation) -> None:
    addresses = [f"/annuaire/tes/{end}" for end in ("", "carte.vcf", "logo/")]
    tes.is_listed = False
    tes.logo.save("logo.png", ContentFile(PNG))
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


@pytest.mark.parametrize("slug", ["carte", "inscrire"])
def test_no_organisation_takes_the_address_of_a_page_of_the_directory(slug: str) -> None:
    with pytest.raises(ValidationError, match="page de l’annuaire"):
        OrganisationFactory.build(slug=slug, commune=None).full_clean()


def test_facts_come_with_their_source_and_their_date(client: Client, tes: Organisation) -> None:
    OfficeFactory(organisation=tes, person="Jacques Belin", function="président", stated_on="2017-10-25", source="C")
    AffiliationFactory(organisation=tes, network=NetworkFactory(organisation__name="Réseau des réseaux"), since="2015")
    KeyFigureFactory(organisation=tes, label="membres", value=400, known_on="2018-10-01", source="Une annonce")
    PartnershipFactory(organisation=tes, partner__name="EMC2", subject="Fabrication avancée")
    page = page_of(client, tes)
    for words in (
        "Nature Pôle de compétitivité ¹",
        "Sigle TES",
        "Adresse 1, rue des Ports, 14000 Caen (14)",
        "Expertises Cybersécurité",
        "Jacques Belin, président, en fonction le 25 octobre 2017",
        "Réseau des réseaux , depuis 2015",
        "Fabrication avancée, avec EMC2",
        "400 membres, 1er octobre 2018",
        "Un communiqué, 25 octobre 2017",
        "bonjour@tes.example",
    ):
        assert words in page, words


def test_the_history_tells_every_dated_fact_in_order(client: Client, tes: Organisation) -> None:
    network = NetworkFactory(organisation=tes)
    merged = OrganisationFactory(listed=True, name="Pôle réuni", is_active=False)
    sourced = {"source": "Une annonce", "stated_on": "2018-10-01"}
    dates = {"announced_on": "2018-10-01", "filed_on": "2018-10-19", "is_effective_planned": True}
    SuccessionFactory(old=[tes], new=merged, **sourced, **dates)
    AccreditationFactory(network=network, round__name="Phase III", granted_on="2013", valid_until="2018")
    OfficeFactory(organisation=tes, person="Jacques Belin", function="président", stated_on="2017-10-25")
    answer = client.get("/annuaire/tes/").content.decode()
    line = re.search(r'<ol class="history">(.*?)</ol>', answer, re.S)
    assert line
    rows = re.findall(r"<li[^>]*>(.*?)</li>", line.group(1), re.S)
    assert [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row)).strip() for row in rows] == [
        "12 juillet 2005 Création ¹",
        "2013 Labellisation accordée : Phase III ³",
        "25 octobre 2017 Jacques Belin, président (cité à cette date) ²",
        "2018 Fin de la labellisation : Phase III ³",
        "1er octobre 2018 Annonce : fusion de TES pour former Pôle réuni ⁴",
        "19 octobre 2018 Dossier déposé : fusion de TES pour former Pôle réuni ⁴",
        "prévue fin 2019 Fusion de TES pour former Pôle réuni ⁴",
    ]
    assert line.group(1).count('class="planned"') == 1


def test_a_past_organisation_stays_readable_and_leads_to_what_it_became(client: Client, tes: Organisation) -> None:
    new = OrganisationFactory(listed=True, name="Pôle réuni", slug="pole-reuni")
    SuccessionFactory(old=[tes], new=new, effective_on="2019-Q4")
    tes.is_active, tes.succeeded_by = False, new
    tes.logo.save("logo.png", ContentFile(PNG))
    page = client.get("/annuaire/tes/").content.decode()
    assert 'TES est devenue <a href="/annuaire/pole-reuni/">Pôle réuni</a> fin 2019.' in page
    assert "<h1>Transactions Électroniques Sécurisées</h1>" in page
    assert "/annuaire/tes/logo/" in page
    assert "devenu Pôle réuni" in html.unescape(client.get("/annuaire/?q=tes").content.decode())


def test_what_it_does_leads_to_a_request_on_its_topics(client: Client, tes: Organisation) -> None:
    OfferFactory(organisation=tes, topic=TopicFactory(name="Essayer un robot", slug="robot"))
    OfferFactory(organisation=tes, topic=TopicFactory(name="Sujet retiré", is_active=False))
    PlaceFactory(host=tes, name="Agri up")
    HubFactory()
    page = client.get("/annuaire/tes/").content.decode()
    assert "Sujet retiré" not in page
    assert "Agri up" in page
    ask = re.search(r'href="(/demande/\?structure=tes)"', page)
    assert ask
    assert "Demander de l’aide à TES" in page
    filing = client.get(ask.group(1)).content.decode()
    assert "sujet=robot" in filing


def test_another_part_adds_a_section(client: Client, tes: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_sections", [])
    sheets.register(30, lambda organisation: None)
    context = {"places": []}
    sheets.register(20, lambda organisation: sheets.Section("Les projets", "members/places/section.html", context))
    sheets.register(10, lambda organisation: sheets.Section("Les lieux", "members/places/section.html", context))
    page = page_of(client, tes)
    assert page.index("Les lieux") < page.index("Les projets")


def test_the_english_sheet_speaks_english(client: Client, tes: Organisation) -> None:
    page = client.get("/en/annuaire/tes/").content.decode()
    assert '<div lang="en"><p>Pole of Normandy.</p></div>' in page
    assert '<link rel="canonical" href="http://testserver/en/annuaire/tes/">' in page
    assert 'hreflang="fr" href="/annuaire/tes/"' in page


def test_what_machines_read_is_public_and_ends_no_element(client: Client, tes: Organisation) -> None:
    AffiliationFactory(organisation=tes, network=NetworkFactory(organisation__name="Réseau des réseaux"))
    tes.siret = "90000000000000"
    tes.save()
    page = client.get("/annuaire/tes/").content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert len(found) == 1
    data = json.loads(found[0])
    assert data == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": "http://testserver/annuaire/tes/",
        "name": tes.name,
        "alternateName": "TES",
        "url": "https://tes.example/",
        "description": "Pôle de </script><b>Normandie</b> & d’ailleurs.",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1, rue des Ports",
            "postalCode": "14000",
            "addressLocality": "Caen",
            "addressCountry": "FR",
        },
        "email": "bonjour@tes.example",
        "telephone": "02 31 00 00 00",
        "foundingDate": "2005-07-12",
        "knowsAbout": ["cybersécurité"],
        "memberOf": [{"@type": "Organization", "name": "Réseau des réseaux"}],
    }


def test_the_card_is_a_file_for_an_address_book(client: Client, tes: Organisation) -> None:
    answer = client.get("/annuaire/tes/carte.vcf")
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="tes.vcf"'
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert "ADR:;;1\\, rue des Ports;Caen;;14000;France" in lines
    assert "SOURCE:http://testserver/annuaire/tes/" in lines


class TestLogo:
    """The logo, served by the portal."""

    def test_an_image_is_drawn_and_kept_long_under_its_own_address(self, client: Client, tes: Organisation) -> None:
        tes.logo.save("logo.png", ContentFile(PNG))
        address = re.search(r'src="(/annuaire/tes/logo/\?v=[^"]+)"', client.get("/annuaire/tes/").content.decode())
        assert address
        answer = client.get(address.group(1))
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "immutable" not in client.get("/annuaire/tes/logo/")["Cache-Control"]

    @pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"<html>", b"GIF89a"])
    def test_what_is_not_an_accepted_image_is_not_served(
        self, client: Client, tes: Organisation, content: bytes
    ) -> None:
        tes.logo.save("logo.png", ContentFile(content))
        assert client.get("/annuaire/tes/logo/").status_code == 404

    def test_a_lost_file_is_not_found(self, client: Client, tes: Organisation) -> None:
        tes.logo.save("logo.png", ContentFile(PNG))
        tes.logo.storage.delete(tes.logo.name)
        assert client.get("/annuaire/tes/logo/").status_code == 404
