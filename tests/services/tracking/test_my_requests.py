"""« Mes demandes »: one's own, all of them, and nobody else's."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.members import UserFactory
from tests.factories.services import RequestFactory

pytestmark = pytest.mark.django_db
EMAIL = "anne@entreprise.example"


@pytest.fixture
def anne(client):
    """A person of a company, signed in."""
    user = UserFactory(email=EMAIL)
    client.force_login(user)
    return user


def test_the_list_asks_to_sign_in(client):
    assert client.get(reverse("my_requests")).status_code == 302
    assert client.get(reverse("my_request", args=["ABCDE23456"])).status_code == 302


def test_one_sees_the_requests_of_ones_own_address_only(client, anne):
    own = RequestFactory(contact_email="Anne@Entreprise.example")
    other = RequestFactory()
    erased = RequestFactory(contact_email=EMAIL, erased_at=timezone.now())
    page = client.get(reverse("my_requests")).content.decode()
    assert own.code in page
    assert other.code not in page
    assert erased.code not in page
    assert client.get(reverse("my_request", args=[own.code])).status_code == 200
    assert client.get(reverse("my_request", args=[other.code])).status_code == 404


def test_each_line_says_what_happens_next(client, anne):
    RequestFactory(contact_email=EMAIL, routed=True, responsible_organisation__acronym="NWX")
    assert "NWX vous répond avant le" in client.get(reverse("my_requests")).content.decode()


def test_a_draft_goes_on_where_it_was(client, anne):
    draft = RequestFactory(draft=True, contact_email=EMAIL, company_name="")
    assert "Ouvrez-la pour continuer" in client.get(reverse("my_requests")).content.decode()
    response = client.get(reverse("my_request", args=[draft.code]), follow=True)
    assert response.request["PATH_INFO"] == reverse("filing_company")


def test_no_request_says_why_and_what_to_do(client, anne):
    page = client.get(reverse("my_requests")).content.decode()
    assert "Aucune demande à cette adresse" in page
    assert reverse("filing_start") in page


def test_older_requests_are_on_the_next_page_and_back(client, anne, clock):
    codes = []
    for _number in range(25):
        codes.append(RequestFactory(contact_email=EMAIL).code)
        clock.advance(hours=1)
    first = client.get(reverse("my_requests"))
    assert [line["asked"].code for line in first.context["lines"]] == codes[:4:-1]
    second = client.get(reverse("my_requests"), {"before": first.context["older"]})
    assert [line["asked"].code for line in second.context["lines"]] == codes[4::-1]
    back = client.get(reverse("my_requests"), {"after": second.context["newer"]})
    assert back.context["lines"][0]["asked"].code == codes[-1]
    assert client.get(reverse("my_requests"), {"before": "n’importe quoi"}).status_code == 200


def test_the_list_costs_the_same_with_thirty_requests(client, anne, django_assert_num_queries):
    RequestFactory(contact_email=EMAIL, routed=True)
    client.get(reverse("my_requests"))
    with django_assert_num_queries(7):
        client.get(reverse("my_requests"))
    for _number in range(15):
        RequestFactory(contact_email=EMAIL, routed=True)
        RequestFactory(contact_email=EMAIL, in_progress=True, late=True)
    with django_assert_num_queries(7):
        client.get(reverse("my_requests"))
