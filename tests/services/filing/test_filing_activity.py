"""The activity of the company: asked on demand, shown in words afterwards, never lost on the way."""

import pytest
from django.urls import reverse

from tests.factories.members import HubFactory, commune
from tests.services.filing_walk import COMPANY, send, write_draft

pytestmark = pytest.mark.django_db
DETAILS = {"sector": "", "legal_form": "sarl", "naf": "62.01Z", "founded_on": "2015-03-12"}


@pytest.fixture
def draft(client):
    """A request that waits for who asks."""
    commune("50218", "Granville", "50400")
    HubFactory(is_default=True)
    return write_draft(client, until="company")


def test_the_activity_is_asked_on_demand_and_nothing_typed_is_lost(client, draft):
    assert 'name="sector"' not in client.get(reverse("filing_company")).content.decode()
    page = send(client, "filing_company", COMPANY, siret="12", commune="Atlantide", details="1").content.decode()
    assert ('name="sector"' in page, "error-summary" in page) == (True, False)
    for kept in ('value="Menuiserie du Roc"', 'value="12"', 'value="Atlantide"', "checked"):
        assert kept in page
    draft.refresh_from_db()
    assert (draft.company_name, draft.size, draft.siret) == ("Menuiserie du Roc", "10-49", "")


def test_a_wrong_activity_is_shown_with_its_error(client, draft):
    response = send(client, "filing_company", COMPANY, **DETAILS | {"naf": "zz"})
    assert response.context["form"].errors["naf"]
    page = response.content.decode()
    assert ('name="naf" value="zz"' in page, 'name="legal_form"' in page) == (True, True)


def test_what_was_said_is_told_in_words_and_kept_by_a_page_that_did_not_ask(client, draft):
    send(client, "filing_company", COMPANY, **DETAILS)
    assert "SARL ou EURL, 62.01Z, 12 mars 2015" in client.get(reverse("filing_company")).content.decode()
    send(client, "filing_company", COMPANY, size="1-9")
    draft.refresh_from_db()
    assert (draft.size, draft.naf, draft.legal_form) == ("1-9", "62.01Z", "sarl")


def test_what_was_said_is_given_back_to_be_changed(client, draft):
    send(client, "filing_company", COMPANY, **DETAILS)
    assert 'value="62.01Z"' in send(client, "filing_company", COMPANY, details="1").content.decode()
    send(client, "filing_company", COMPANY, **DETAILS | {"naf": ""})
    draft.refresh_from_db()
    assert (draft.naf, draft.legal_form) == ("", "sarl")
