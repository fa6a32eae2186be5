"""An installation whose hubs are not set up yet answers every visitor with a page, and says what is missing."""

import pytest
from django.urls import get_resolver, reverse

from services.requests.models import ServiceRequest
from tests.factories.members import HubFactory, UserFactory
from tests.factories.services import TopicFactory

pytestmark = pytest.mark.django_db
# Every address that needs no argument.
PUBLIC = sorted(
    name
    for name, ways in get_resolver().reverse_dict.lists()
    if isinstance(name, str) and any(not parameters for way in ways for _path, parameters in way[0])
)


@pytest.fixture(params=["none", "closed"])
def without_hub(request):
    """No hub at all, or none that receives requests."""
    if request.param == "closed":
        HubFactory(is_open=False)


def test_filing_says_that_no_hub_receives_requests_yet(client, without_hub):
    TopicFactory()
    page = client.get(reverse("filing_need"))
    assert page.status_code == 503
    assert "Aucun guichet ne reçoit encore de demandes" in page.content.decode()
    assert page["Retry-After"]
    sent = client.post(reverse("filing_need"), {"need": "Un robot de soudure à essayer"})
    assert sent.status_code == 503
    assert "Un robot de soudure à essayer" in sent.content.decode()
    assert not ServiceRequest.objects.exists()


def test_an_administrator_is_led_to_the_hubs(client, without_hub):
    client.force_login(UserFactory(administrator=True))
    assert reverse("admin:members_hub_changelist") in client.get(reverse("filing_need")).content.decode()


def test_every_address_answers_a_first_visitor(client, without_hub):
    answers = {name: client.get(reverse(name)) for name in PUBLIC}
    failed = {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 500}
    assert set(failed) == {"filing_need", "filing_save", "filing_start"}
    assert len(answers) > 60
    assert all("Aucun guichet ne reçoit encore" in answers[name].content.decode() for name in failed)
