"""Signing in without JavaScript, on a telephone: a company by a code, an adviser with two proofs and two hats."""

import re

import pytest
from playwright.sync_api import expect

from members.models import User
from tests.e2e.people import button, second_factor_code, see
from tests.factories.members import PASSWORD, HubFactory, OrganisationFactory, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(new_page):
    """A small screen, and no JavaScript."""
    return new_page(javascript=False, width=390)


def test_a_company_enters_by_code_names_itself_and_leaves(page, live, smtp):
    live.worker.start()
    page.goto("/compte/connexion/?next=/compte/")
    page.get_by_label("Adresse électronique").fill("marie@atelier.example")
    button(page, "Recevoir un code").click()
    page.get_by_label("Code reçu").fill("0000")
    button(page, "Me connecter").click()
    see(page, "Ce code ne convient pas")
    text = smtp.wait_for("marie@atelier.example").get_body(("plain",)).get_content()
    page.get_by_label("Code reçu").fill(re.search(r"\d{4}-\d{4}", text).group())
    button(page, "Me connecter").click()
    page.get_by_label("Prénom").fill("Marie")
    button(page, "Enregistrer").click()
    see(page, "Vos informations sont enregistrées.")
    assert User.objects.get().first_name == "Marie"
    page.goto("/compte/deconnexion/")
    button(page.get_by_role("main"), "Se déconnecter").click()
    page.goto("/compte/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_an_adviser_gives_two_proofs_and_changes_hats(page):
    nwx = OrganisationFactory(name="Normandie Web Experts", acronym="NWX")
    person = UserFactory(with_second_factor=True, adviser_of=nwx, staff_of=HubFactory(name="Guichet normand"))
    page.goto("/compte/connexion/mot-de-passe/?next=/compte/")
    page.get_by_label("Adresse électronique").fill(person.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    button(page, "Se connecter").click()
    page.get_by_label("Code").fill(second_factor_code())
    button(page, "Me connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon compte")
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("button", name="NWX").click()
    expect(page).to_have_url(re.compile("/espace/"))
    see(page, "Vous agissez maintenant comme")
