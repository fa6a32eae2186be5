"""A company abroad says its country and its town in its own words, and asks at the door it pushed."""

import pytest
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from services.requests.actions import erasure
from services.requests.enums import NoSiretReason
from services.requests.links import tracking_url
from services.requests.models import ServiceRequest
from services.requests.queries.routing import company_facts, proposals
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, region
from tests.factories.services import OfferFactory, ReferralFactory, RequestFactory, TopicFactory
from tests.services.filing_walk import COMPANY, CONTACT, NEED, begun, fields_of, leads, send

pytestmark = pytest.mark.django_db
JERSEY = {"siret": "", "commune": "", "country": "Jersey", "foreign_town": "Saint-Hélier"}
WHERE = "Saint-Hélier (Jersey)"


@pytest.fixture
def hub():
    """The default hub, for Normandie."""
    commune("50218", "Granville", "50400")
    hub = HubFactory(is_default=True, territory=region())
    UserFactory(staff_of=hub)
    return hub


@pytest.fixture
def door(hub):
    """Another hub, whose door is pushed."""
    return HubFactory(slug="manche", name="Manche")


def at_the_company(client, **changes):
    """Walk to the company step and send it."""
    send(client, "filing_need", NEED)
    return send(client, "filing_company", COMPANY, **changes)


def draft_of(client):
    """The draft of this browser."""
    return begun(client)


def errors(response, name):
    """What is said beside a field."""
    return " ".join(response.context["form"].errors.get(name, []))


class TestStep:
    """The company step."""

    def test_country_and_town_are_enough_and_say_why_there_is_no_siret(self, client, hub):
        assert leads(at_the_company(client, **JERSEY)) == reverse("filing_contact")
        draft = draft_of(client)
        assert (draft.commune, draft.country, draft.foreign_town) == (None, "Jersey", "Saint-Hélier")
        assert (draft.siret, draft.no_siret_reason) == ("", NoSiretReason.ABROAD)
        assert (draft.place, draft.place_label) == (WHERE, WHERE)

    def test_another_reason_or_a_siret_that_was_given_stays(self, client, hub):
        at_the_company(client, **JERSEY, no_siret_reason="project_holder")
        assert draft_of(client).no_siret_reason == "project_holder"
        send(client, "filing_company", COMPANY, **{**JERSEY, "siret": COMPANY["siret"]})
        assert (draft_of(client).siret, draft_of(client).no_siret_reason) == ("73282932000074", "")

    def test_the_town_typed_as_a_commune_does_not_count_once_the_country_is_said(self, client, hub):
        response = at_the_company(client, **{**JERSEY, "commune": "Jersey"})
        assert response.status_code == 302
        assert draft_of(client).commune is None

    @pytest.mark.parametrize(("left", "said"), [("country", "pays"), ("foreign_town", "ville")])
    def test_one_without_the_other_is_asked_beside_the_field(self, client, hub, left, said):
        response = at_the_company(client, **{**JERSEY, left: ""})
        assert said in errors(response, left)
        assert "commune" not in response.context["form"].errors
        assert response.context["form"].explains_abroad

    @pytest.mark.parametrize("france", ["France", "FRANCE ", "la France", "fr"])
    def test_a_browser_that_fills_in_france_changes_nothing(self, client, hub, france):
        filled = {"country": france, "foreign_town": "Granville"}
        assert at_the_company(client, **filled).status_code == 302
        draft = draft_of(client)
        assert (draft.commune.name, draft.country, draft.foreign_town) == ("Granville", "", "")

    def test_france_without_a_commune_asks_for_the_commune(self, client, hub):
        response = at_the_company(client, commune="", country="France", foreign_town="Granville")
        assert "Indiquez votre commune" in errors(response, "commune")

    @pytest.mark.parametrize("typed", ["Jersey", "zzzzzz"])
    def test_a_commune_that_is_not_known_opens_the_part_for_companies_abroad(self, client, hub, typed):
        response = at_the_company(client, commune=typed)
        assert "hors de France" in errors(response, "commune")
        assert response.context["form"].explains_abroad
        assert not at_the_company(client, commune="").context["form"].explains_abroad

    def test_who_says_to_be_abroad_instead_of_a_siret_is_shown_where_to_say_it(self, client, hub):
        response = at_the_company(client, siret="", no_siret_reason="abroad", commune="")
        assert response.context["form"].explains_abroad

    def test_what_is_too_long_is_said(self, client, hub):
        response = at_the_company(client, **{**JERSEY, "country": "J" * 61, "foreign_town": "S" * 121})
        assert errors(response, "country")
        assert errors(response, "foreign_town")

    def test_the_step_opened_again_shows_it_and_france_can_be_chosen_again(self, client, hub):
        at_the_company(client, **JERSEY)
        page = client.get(reverse("filing_company"))
        assert page.context["form"].explains_abroad
        assert 'value="Saint-Hélier"' in page.content.decode()
        send(client, "filing_company", COMPANY, country="", foreign_town="")
        draft = draft_of(client)
        assert (draft.commune.name, draft.place_abroad) == ("Granville", "")

    def test_what_is_right_is_kept_on_the_way_back(self, client, hub):
        at_the_company(client, **JERSEY, company_name="", back="1")
        assert draft_of(client).place_abroad == WHERE


class TestHub:
    """Who receives it."""

    def test_the_hub_of_the_door_receives_it(self, client, hub, door):
        client.get(reverse("filing_start"), {"guichet": door.slug})
        at_the_company(client, **JERSEY)
        assert draft_of(client).hub == door
        send(client, "filing_contact", CONTACT)
        assert ServiceRequest.objects.get().hub == door

    def test_the_default_hub_receives_it_without_a_door(self, client, hub, door):
        at_the_company(client, **JERSEY)
        assert draft_of(client).hub == hub

    def test_a_commune_said_later_decides_again(self, client, hub, door):
        client.get(reverse("filing_start"), {"guichet": door.slug})
        at_the_company(client, **JERSEY)
        send(client, "filing_company", COMPANY)
        assert draft_of(client).hub == hub

    def test_an_offer_somewhere_is_a_doubt_and_says_that_the_company_is_abroad(self, hub):
        topic = TopicFactory()
        near, everywhere = OrganisationFactory(of_hub=hub), OrganisationFactory(of_hub=hub)
        OfferFactory(organisation=near, topic=topic).territories.add(region())
        OfferFactory(organisation=everywhere, topic=topic)
        asked = RequestFactory(hub=hub, topic=topic, commune=None, country="Jersey", foreign_town="Saint-Hélier")
        assert company_facts(asked).place == WHERE
        said = {one.organisation.id: [str(check.message) for check in one.checks] for one in proposals(asked)}
        assert any("Hors de France" in text for text in said[near.pk])
        assert "Intervient partout" in said[everywhere.pk]


def test_everybody_concerned_reads_where_it_is(client, hub):
    adviser = UserFactory(adviser_of=OrganisationFactory(of_hub=hub))
    asked = RequestFactory(hub=hub, commune=None, country="Jersey", foreign_town="Saint-Hélier")
    given = ReferralFactory(request=asked, organisation=adviser.memberships.get().organisation)
    assert WHERE in client.get(tracking_url(asked)).content.decode()
    client.force_login(adviser)
    assert WHERE in client.get(reverse("inbox")).content.decode()
    assert WHERE in client.get(given.get_absolute_url()).content.decode()
    client.force_login(hub.roles.get().user)
    assert WHERE in client.get(reverse("admin:triage_request", args=[asked.code])).content.decode()


def test_the_mails_and_the_queue_tell_it(client, hub, clock):
    at_the_company(client, **JERSEY)
    clock.advance(minutes=3)
    send(client, "filing_contact", CONTACT)
    staff = hub.roles.get().user
    assert f"Menuiserie du Roc, {WHERE}." in OutgoingMail.objects.get(recipient=staff.email).text
    client.force_login(staff)
    assert WHERE in client.get(reverse("admin:triage")).content.decode()


def test_it_is_erased_with_the_request(hub):
    asked = RequestFactory(hub=hub, commune=None, country="Jersey", foreign_town="Saint-Hélier")
    erasure.erase(asked)
    asked.refresh_from_db()
    assert (asked.country, asked.foreign_town) == ("", "")


def test_the_page_works_without_javascript(client, hub):
    send(client, "filing_need", NEED)
    page = client.get(reverse("filing_company")).content.decode()
    assert "<summary>Mon entreprise est hors de France</summary>" in page
    assert fields_of(client, "filing_company")["draft"]
