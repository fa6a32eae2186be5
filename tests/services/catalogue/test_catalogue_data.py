"""The catalogue and the offers as data: complete, coherent, and loaded twice without a change."""

import pytest

from members.directory.actions.ecosystem import load_ecosystem
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.territories.actions.loading import load_territories
from services.catalogue.actions import load_catalogue, load_offers
from services.catalogue.enums import Family, QuestionKind
from services.catalogue.models import Offer, Question, Topic
from tests.filled import some


@pytest.fixture
def topics(db):
    """The topics of the catalogue."""
    return load_catalogue()


class TestCatalogue:
    """Topics and questions."""

    def test_every_family_has_several_topics_and_there_are_at_least_twenty_eight(self, topics):
        families = [topic.family for topic in topics.values()]
        assert len(families) >= 28
        assert all(families.count(family) >= 5 for family in Family.values)

    def test_every_text_exists_in_both_languages(self, topics):
        for topic in some(topics.values()):
            for field in ("name", "summary", "benefit", "audience"):
                assert getattr(topic, field), topic
                assert getattr(topic, f"{field}_en"), topic
        for question in some(Question.objects.all()):
            assert question.label
            assert question.label_en
            assert all(len(choice) == 3 and all(choice) for choice in question.choices)
            assert (question.kind == QuestionKind.CHOICE) == bool(question.choices)

    def test_only_networking_carries_a_level_and_all_four_are_there(self, topics):
        levels = {topic.level for topic in topics.values() if topic.family == Family.NETWORKING}
        assert levels == {"regional", "national", "european", "international"}
        assert not any(topic.level for topic in topics.values() if topic.family != Family.NETWORKING)

    def test_french_texts_have_typographic_apostrophes_and_spaces(self, topics):
        for topic in some(topics.values()):
            for text in (topic.name, topic.summary, topic.benefit, topic.audience):
                assert "'" not in text, text
                assert not any(f" {mark}" in text for mark in "?!:;»"), text

    @pytest.mark.parametrize(
        ("need", "slug"),
        [
            ("je veux un site web", "vente-en-ligne"),
            ("cyber", "tester-cybersecurite"),
            ("subvention", "trouver-une-aide"),
            ("intelligence artificielle", "tester-intelligence-artificielle"),
            ("imprimante 3D", "fabrication-additive"),
            ("GPEC", "anticiper-les-competences"),
            ("Las Vegas", "partir-en-mission-de-prospection"),
            ("facture électronique", "logiciel-de-gestion"),
            ("chatbot", "tester-intelligence-artificielle"),
            ("coworking", "trouver-un-tiers-lieu"),
        ],
    )
    def test_a_need_in_plain_words_finds_its_topic(self, topics, need, slug):
        assert slug in [topic.slug for topic in Topic.objects.matching(need)[:4]]

    def test_a_second_load_changes_nothing(self, topics):
        before = list(Question.objects.order_by("pk").values())
        load_catalogue()
        assert list(Question.objects.order_by("pk").values()) == before
        assert Topic.objects.count() == len(topics)


def test_one_hub_alone_without_invented_organisations_loads(topics):
    load_territories(regions={"28"})
    load_ecosystem(only={"normandie"}, with_invented=False)
    load_offers()
    assert list(Hub.objects.values_list("slug", flat=True)) == ["normandie"]
    assert not Organisation.objects.filter(is_demo=True).exists()
    assert Offer.objects.exists()
