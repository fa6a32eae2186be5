"""The page after filing: the private link is shown once, and afterwards what is true of how to get it again."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from services.requests.links import read_tracking_token, resume_token
from services.triage import actions as triage
from tests.factories.members import HubFactory, UserFactory, commune
from tests.services.filing_walk import CONTACT, fields_of, file_request, leads, send, write_draft

pytestmark = pytest.mark.django_db

DONE = "filing_done"


@pytest.fixture(autouse=True)
def hub():
    """A hub for Normandie and a commune."""
    commune("50218", "Granville", "50400")
    return HubFactory(name="Guichet de Normandie", is_default=True)


def shown(client):
    """The page, and the request that the private link on it opens, if there is one."""
    page = client.get(reverse(DONE)).content.decode()
    link = re.search(r"/suivi/([^/\"]+)/", page)
    return page, read_tracking_token(link.group(1)) if link else None


def file(client, clock):
    """File as a person does."""
    draft = write_draft(client)
    clock.advance(minutes=3)
    send(client, "filing_contact", CONTACT)
    draft.refresh_from_db()
    return draft


def test_the_private_link_is_shown_once_and_then_said_to_be_in_the_mail(client, clock):
    filed = file(client, clock)
    page, opened = shown(client)
    assert opened == filed
    assert "Un courriel part à l’adresse" in page
    again, opened = shown(client)
    assert opened is None
    assert filed.code in again
    assert "Votre lien de suivi est dans le courriel" in again
    assert CONTACT["contact_email"] not in again
    assert reverse("my_requests") in again


def test_asking_for_the_headers_alone_does_not_use_the_link_up(client, clock):
    file(client, clock)
    client.head(reverse(DONE))
    assert shown(client)[1] is not None


def test_a_filing_kept_apart_is_not_said_to_be_confirmed_by_mail(client, clock):
    filed = file_request(client)
    assert filed.is_suspect
    page, opened = shown(client)
    assert opened == filed
    assert "Un courriel part" not in page
    assert "un courriel de confirmation partira" in page
    again, opened = shown(client)
    assert opened is None
    assert "dès que l’équipe du guichet aura lu votre demande" in again
    assert "est dans le courriel" not in again


def test_each_request_filed_shows_its_own_link(client, clock):
    first = file(client, clock)
    assert shown(client)[1] == first
    second = file(client, clock)
    assert shown(client)[1] == second
    assert shown(client)[1] is None


def test_a_second_click_does_not_show_it_again(client, clock):
    write_draft(client)
    clock.advance(minutes=3)
    data = {**fields_of(client, "filing_contact"), **CONTACT}
    client.post(reverse("filing_contact"), data)
    assert shown(client)[1] is not None
    assert leads(client.post(reverse("filing_contact"), data)) == reverse(DONE)
    assert shown(client)[1] is None


def test_the_browser_where_a_draft_was_left_does_not_open_what_was_filed_elsewhere(client, clock):
    draft = write_draft(client)
    elsewhere = Client()
    elsewhere.get(reverse("filing_resume", args=[resume_token(draft)]))
    clock.advance(minutes=5)
    send(elsewhere, "filing_contact", CONTACT)
    assert shown(elsewhere)[1] == draft
    clock.advance(minutes=5)
    page, opened = shown(client)
    assert draft.code in page
    assert opened is None


def test_a_click_whose_answer_was_lost_still_shows_the_link(client, clock):
    draft = write_draft(client)
    clock.advance(minutes=3)
    before = client.session["filing"]
    send(client, "filing_contact", CONTACT)
    # The browser gave up before the session was written.
    session = client.session
    session["filing"] = before
    session.save()
    assert shown(client)[1] == draft


def test_a_fresh_link_is_not_promised_before_the_desk_has_read(client, clock, hub):
    filed = file_request(client)
    renew = reverse("tracking_renew", args=[resume_token(filed)])
    page = client.post(renew).content.decode()
    assert "Un nouveau lien est parti" not in page
    assert "dès que l’équipe du guichet aura lu votre demande" in page
    triage.release(filed, by=UserFactory(staff_of=hub))
    assert "Un nouveau lien est parti" in client.post(renew).content.decode()
