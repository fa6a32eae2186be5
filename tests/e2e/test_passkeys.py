"""Passkeys in a real browser with a virtual authenticator; they need a host name, which `localhost` is."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.factories.members import PASSWORD, OrganisationFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keeper(browser, live):
    """The page of a person whose device keeps passkeys; any script error fails the test."""
    site = f"http://localhost:{urlsplit(live.url).port}"
    context = browser.new_context(base_url=site, locale="fr-FR")
    context.set_default_timeout(15_000)
    page, problems = context.new_page(), []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    assert not problems


def leave(page):
    """Sign out."""
    page.goto("/compte/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()


def test_a_passkey_is_made_then_opens_the_account_alone_and_proves_who_one_is(keeper):
    page = keeper
    person = UserFactory(adviser_of=OrganisationFactory(), with_password=True)
    page.goto("/compte/connexion/mot-de-passe/?next=/compte/double-securite/")
    page.get_by_label("Adresse électronique").fill(person.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    elsewhere = Client()
    elsewhere.force_login(person)
    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    assert "/connexion/" in elsewhere.get("/compte/donnees/").url
    page.goto("/compte/double-securite/cles/")
    expect(page.get_by_text("Mon téléphone")).to_be_visible()

    leave(page)
    page.goto("/compte/connexion/?next=/compte/donnees/")
    page.get_by_role("button", name="Avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="Mes données")).to_be_visible()

    leave(page)
    page.goto("/compte/connexion/mot-de-passe/?next=/compte/donnees/")
    page.get_by_label("Adresse électronique").fill(person.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/compte/double-securite/code/"))
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Mes données")).to_be_visible()


def test_without_a_key_the_page_says_what_to_do(browser, live):
    context = browser.new_context(base_url=live.url, locale="fr-FR")
    page = context.new_page()
    page.goto("/compte/connexion/")
    page.get_by_role("button", name="Avec une clé d’accès").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    context.close()
