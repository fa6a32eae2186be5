"""The state of the service, and the pages that must not need what is broken."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.running import health
from diginor.running.processes import free_port
from tests.factories.members import UserFactory

HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


@pytest.fixture(autouse=True)
def _asked_afresh():
    health.forget()
    yield
    health.forget()


def state(client):
    """What the page tells to machines."""
    health.forget()
    return json.loads(client.get("/sante/").content)


@pytest.mark.django_db
class TestPieces:
    """Each piece is really asked."""

    def test_all_is_well_but_nobody_works_in_a_test(self, client, smtp, broker):
        health.heartbeat()
        found = state(client)
        assert {name: found[name] for name in ("database", "cache", "broker", "mail_relay", "outbox", "beat")} == {
            "database": "ok",
            "cache": "ok",
            "broker": "ok",
            "mail_relay": "ok",
            "outbox": "ok",
            "beat": "ok",
        }
        assert (found["workers"], found["status"]) == ("ko", "ko")

    def test_a_stopped_relay_and_a_stopped_broker_are_seen_and_the_page_answers(self, client, smtp, broker, settings):
        smtp.stop()
        broker.stop()
        answer = client.get("/sante/")
        found = json.loads(answer.content)
        assert answer.status_code == 200
        assert {found[name] for name in ("mail_relay", "broker", "cache", "workers", "beat")} == {"ko"}
        assert found["database"] == "ok"

    def test_a_beat_that_stopped_is_seen(self, client, clock):
        health.heartbeat()
        assert state(client)["beat"] == "ok"
        clock.advance(minutes=4)
        assert state(client)["beat"] == "ko"
        cache.clear()
        assert state(client)["beat"] == "ko"

    def test_mails_that_do_not_leave_are_seen(self, client):
        late = timezone.now() - timedelta(minutes=20)
        OutgoingMail.objects.create(dedupe_key="a", kind="A", recipient="a@b.example", next_attempt_at=late)
        assert state(client)["outbox"] == "ko"

    def test_people_read_words(self, client):
        page = client.get("/sante/", **HTML)
        assert page["Content-Type"].startswith("text/html")
        assert "Relais de courriel" in page.content.decode()

    def test_reloading_without_end_asks_the_pieces_once(self, client, django_assert_num_queries):
        client.get("/sante/")
        with django_assert_num_queries(0):
            client.get("/sante/")

    def test_a_person_signed_in_without_second_factor_reads_it_too(self, client, settings):
        settings.SECOND_FACTOR_REQUIRED = True
        client.force_login(UserFactory(administrator=True))
        assert client.get("/sante/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_still_answers(client, django_db_blocker):
    person = UserFactory()
    client.force_login(person)
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = str(free_port())
    try:
        for options in ({}, HTML):
            health.forget()
            answer = client.get("/sante/", **options)
            assert answer.status_code == 503
        assert "ne peut pas servir" in answer.content.decode()
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port


@pytest.mark.django_db
class TestLegal:
    """The pages that the law asks for."""

    @pytest.mark.parametrize("name", ["legal", "accessibility", "privacy", "ecodesign"])
    def test_each_is_public_and_names_the_publisher(self, client, settings, name):
        settings.PUBLISHER = {**settings.PUBLISHER, "name": "Pôle d’essai", "email": "a@pole.example"}
        settings.PUBLISHER["data_protection"] = "dpo@pole.example"
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        words = {"legal": "Pôle d’essai", "accessibility": "a@pole.example", "privacy": "dpo@pole.example"}
        assert words.get(name, "EcoIndex") in answer.content.decode()


class TestErrors:
    """Errors say what to do."""

    @pytest.mark.django_db
    def test_what_does_not_exist(self, client):
        answer = client.get("/nulle-part/")
        assert answer.status_code == 404
        assert "<h1>" in answer.content.decode()

    def test_a_page_left_open_too_long(self):
        from django.test import Client

        answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"email": "a@b.example"})
        assert answer.status_code == 403
        assert "Relisez, puis envoyez à nouveau" in answer.content.decode()

    def test_our_own_fault_needs_no_database(self, rf):
        from diginor.pages import views

        answer = views.server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "Ce n’est pas de votre fait" in answer.content.decode()

    def test_an_unknown_host_gets_an_answer(self, client):
        assert client.get("/", headers={"host": "ailleurs.example"}).status_code == 400
