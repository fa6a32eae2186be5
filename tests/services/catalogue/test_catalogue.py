"""The catalogue and the front page: a need leads to its topic, and the topic to the filing."""

import pytest
from django.urls import reverse
from django.utils import translation

from services.catalogue.models import Topic
from services.catalogue.rules import shared_words
from tests.factories.members import HubFactory, OrganisationFactory
from tests.factories.services import OfferFactory, QuestionFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def robot():
    """A topic about robots."""
    words = "cobot automatisation usine"
    return TopicFactory(slug="robot", name="Tester un robot", name_en="Try a robot", keywords=words)


@pytest.fixture
def skills():
    """A topic of another family."""
    return TopicFactory(training=True, keywords="formation compétences équipe")


def test_addresses_say_the_family_in_french(robot, skills):
    assert reverse("topic", args=[skills.family, skills.slug]) == "/services/formation/former-mon-equipe/"
    assert robot.get_absolute_url() == "/services/demonstration/robot/"


def test_a_need_in_plain_words_finds_its_topic_and_says_why(client, robot, skills):
    response = client.get(reverse("services"), {"q": "je voudrais tester un robot dans mon usine"})
    assert [row.topic for row in response.context["found"]] == [robot]
    assert "parce que vous parlez de : tester, robot, usine" in response.content.decode()


def test_accents_and_endings_do_not_matter(robot, skills):
    assert Topic.objects.best_for("robots automatises", 5) == [robot]
    assert Topic.objects.best_for("equipes", 5) == [skills]


def test_a_typing_error_still_finds_and_says_so(client, robot):
    response = client.get(reverse("services"), {"q": "automatisaton"})
    assert [row.topic for row in response.context["found"]] == [robot]


@pytest.mark.parametrize("asked", ["", "   ", "???", "'", "a" * 500, "et ou", "<script>"])
def test_any_text_can_be_searched(client, robot, asked):
    assert client.get(reverse("services"), {"q": asked}).status_code == 200
    assert client.get(reverse("topic_suggest"), {"q": asked}).status_code == 200


def test_an_empty_search_offers_to_describe_the_need(client, robot):
    page = client.get(reverse("services"), {"q": "xyzxyz"}).content.decode()
    assert "Aucun sujet ne correspond" in page
    assert "/demande/besoin/?besoin=xyzxyz" in page


def test_a_search_shows_the_best_topics_and_the_others_on_demand(client):
    for number in range(8):
        TopicFactory(slug=f"robot-{number}", name=f"Robot {number}", keywords="robot")
    first = client.get(reverse("services"), {"q": "robot"})
    assert (len(first.context["found"]), "?q=robot&amp;tout=1" in first.content.decode()) == (5, True)
    more = client.get(reverse("services"), {"q": "robot", "tout": "1"})
    assert (len(more.context["found"]), "Voir les autres sujets" in more.content.decode()) == (8, False)


def test_families_open_on_their_topics(client, robot, skills):
    HubFactory()
    cards = client.get(reverse("services")).content.decode()
    assert (cards.count('class="door"'), "Tester un robot" in cards) == (4, False)
    for address in (reverse("family", args=["demonstration"]), "/demande/?famille=demonstration"):
        page = client.get(address).content.decode()
        assert ("Tester un robot" in page, str(skills) in page) == (True, False)
    assert "/demande/besoin/?sujet=robot" in page
    assert "/demande/besoin/?famille=demonstration" in page
    assert "?famille=formation" in client.get(reverse("filing_start"), {"famille": "inconnue"}).content.decode()


def test_suggestions_lead_to_topics(client, robot):
    page = client.get(reverse("topic_suggest"), {"q": "rob"}).content.decode()
    assert '<a href="/services/demonstration/robot/">Tester un robot <small>Démonstration</small></a>' in page


def test_a_topic_says_what_one_gets_and_who_helps(client, robot):
    hub = HubFactory()
    OfferFactory(topic=robot, organisation=OrganisationFactory(name="Les Robots de l’Orne", of_hub=hub))
    OfferFactory(topic=robot, organisation=OrganisationFactory(name="Hors du guichet"))
    OfferFactory(topic=robot, is_active=False, organisation=OrganisationFactory(name="Plus maintenant", of_hub=hub))
    page = client.get(robot.get_absolute_url()).content.decode()
    assert "Deux jours d’essai avec un ingénieur." in page
    assert "Les Robots de l’Orne" in page
    assert "Hors du guichet" not in page
    assert "Plus maintenant" not in page
    assert "/demande/besoin/?sujet=robot" in page


def test_a_topic_of_another_family_or_no_more_proposed_is_not_found(client, robot):
    assert client.get("/services/formation/robot/").status_code == 404
    Topic.objects.update(is_active=False)
    assert client.get("/services/demonstration/robot/").status_code == 404
    assert client.get("/services/ailleurs/").status_code == 404


def test_the_topic_chosen_on_its_page_is_the_one_of_the_form(client, robot):
    HubFactory()
    page = client.get(reverse("filing_need"), {"sujet": "robot"}).content.decode()
    assert "<strong>Tester un robot</strong>" in page
    assert client.get(reverse("filing_need"), {"sujet": "inconnu"}).context["topic"] is None


def test_english_pages_speak_english(client, robot):
    with translation.override("en"):
        address = reverse("topic", args=[robot.family, robot.slug])
        page = client.get(address).content.decode()
    assert address.startswith("/en/")
    assert "Try a robot" in page


def test_the_front_page_opens_four_doors_and_names_the_members(client, robot, skills):
    OrganisationFactory(name="Les Robots de l’Orne", of_hub=HubFactory())
    page = client.get(reverse("home")).content.decode()
    for address in ("demonstration", "financement", "formation", "mise-en-reseau"):
        assert f"/services/{address}/" in page
    assert "Les Robots de l’Orne" in page


def test_the_pages_cost_the_same_with_more_of_everything(client, robot, django_assert_max_num_queries):
    hub = HubFactory()
    for number in range(12):
        topic = TopicFactory(slug=f"autre-{number}")
        QuestionFactory(topic=topic)
        OfferFactory(topic=robot, organisation=OrganisationFactory(of_hub=hub))
    for address, most in ((reverse("home"), 5), (reverse("services"), 1), (robot.get_absolute_url(), 4)):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("asked", "known", "shared"),
    [
        ("former mon équipe", "formation équipe", ["former", "équipe"]),
        ("une imprimante", "imprimer 3d", ["imprimante"]),
        ("un port", "portail", []),
        ("une aide pour financer", "financement", ["financer"]),
    ],
)
def test_shared_words(asked, known, shared):
    assert shared_words(asked, known) == shared
