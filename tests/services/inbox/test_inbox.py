"""The inbox of an organisation: what waits, for whom, and how much it costs to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from services.inbox.queries.inbox import MOST_COUNTED, PAGE
from tests.factories.members import HubFactory, MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.services import ReferralFactory

pytestmark = pytest.mark.django_db
VIEWS = ["a-repondre", "en-cours", "en-retard", "terminees"]


@pytest.fixture
def place():
    return OrganisationFactory(of_hub=HubFactory(), name="Normandie Web Xperts", acronym="NWX")


@pytest.fixture
def adviser(place, client):
    person = UserFactory(adviser_of=place, first_name="Claire", last_name="Dumont")
    client.force_login(person)
    return person


def show(client, **query):
    answer = client.get(reverse("inbox"), query)
    assert answer.status_code == 200
    return answer


def names(answer):
    return [row.request.company_name for row, _sentence, _tone in answer.context["lines"]]


def test_each_state_has_its_tab(client, adviser, place):
    for name, traits in {"À répondre": {}, "En cours": {"accepted": True}, "Close": {"closed": True}}.items():
        row = ReferralFactory(organisation=place, **traits)
        row.request.company_name = name
        row.request.save()
    ReferralFactory(organisation=place, declined=True)
    ReferralFactory(organisation=place, expired=True)

    assert names(show(client)) == ["À répondre"]
    assert names(show(client, vue="en-cours")) == ["En cours"]
    assert names(show(client, vue="en-retard")) == []
    assert len(names(show(client, vue="terminees"))) == 3
    assert [tab["count"] for tab in show(client).context["tabs"]] == [1, 1, 0, 3]


def test_what_is_late_is_said_late(client, adviser, place):
    ReferralFactory(organisation=place, late=True)
    ReferralFactory(organisation=place, accepted=True, late=True, next_step="Envoyer un devis")
    text = show(client, vue="en-retard").content.decode()

    assert "En retard : réponse attendue le" in text
    assert "« Envoyer un devis » était promis pour le" in text


def test_another_organisation_shows_nothing(client, adviser):
    ReferralFactory()
    ReferralFactory(accepted=True)

    assert [names(show(client, vue=view)) for view in VIEWS] == [[], [], [], []]


def test_an_empty_view_says_why(client, adviser):
    for view in VIEWS:
        assert 'class="empty"' in show(client, vue=view).content.decode()


def test_mine_are_those_i_follow(client, adviser, place):
    ReferralFactory(organisation=place, accepted=True, adviser=adviser)
    ReferralFactory(organisation=place, accepted=True)

    assert len(names(show(client, vue="en-cours"))) == 2
    assert len(names(show(client, vue="en-cours", qui="moi"))) == 1
    assert [tab["count"] for tab in show(client, qui="moi").context["tabs"]] == [0, 1, 0, 0]


def test_what_nobody_follows_is_found(client, adviser, place):
    ReferralFactory(organisation=place, accepted=True, adviser=None)
    ReferralFactory(organisation=place, accepted=True)

    assert len(names(show(client, vue="en-cours", qui="personne"))) == 1
    assert len(names(show(client, vue="en-cours", qui="n’importe"))) == 2


@pytest.mark.parametrize("view", ["a-repondre", "terminees"])
def test_pages_follow_each_other_and_come_back(client, adviser, place, view):
    traits = {"closed": True} if view == "terminees" else {}
    rows = [ReferralFactory(organisation=place, **traits) for _number in range(PAGE * 2 + 3)]
    seen, answer = [], show(client, vue=view)
    while True:
        seen += names(answer)
        if not answer.context["page"].after:
            break
        last, answer = answer, show(client, vue=view, after=answer.context["page"].after)

    assert len(seen) == len(set(seen)) == len(rows)
    assert names(show(client, vue=view, before=answer.context["page"].before)) == names(last)


@pytest.mark.parametrize("key", ["x", "1-", "-1", "99999999999999999999-1", "1-99999999999999999999", "²-1"])
def test_a_key_that_is_none_shows_the_first_page(client, adviser, place, key):
    ReferralFactory(organisation=place)

    assert len(names(show(client, after=key))) == 1
    assert len(names(show(client, before=key, vue="nulle-part"))) == 1


def test_counts_stop_where_nobody_looks(client, adviser, place):
    for _number in range(MOST_COUNTED + 1):
        ReferralFactory(organisation=place)

    assert '<span class="count">50+</span>' in show(client).content.decode()


@pytest.mark.parametrize("view", VIEWS)
def test_thirty_rows_cost_as_many_queries_as_one(client, adviser, place, view):
    traits = {"en-cours": {"accepted": True}, "en-retard": {"late": True}, "terminees": {"closed": True}}.get(view, {})
    ReferralFactory(organisation=place, **traits)
    with CaptureQueriesContext(connection) as one:
        show(client, vue=view)
    for _number in range(PAGE - 1):
        ReferralFactory(organisation=place, **traits)
    with CaptureQueriesContext(connection) as many:
        show(client, vue=view)

    assert len(many) == len(one)


def test_the_hat_says_whose_inbox_it_is(client, adviser, place):
    other = OrganisationFactory(name="Autre structure")
    MembershipFactory(user=adviser, organisation=other)
    ReferralFactory(organisation=other)
    assert show(client).context["organisation"] == other  # first by name
    session = client.session
    session["active_role"] = f"organisation-{place.pk}"
    session.save()

    assert show(client).context["organisation"] == place
    assert names(show(client)) == []


def test_who_works_nowhere_is_kept_out(client):
    client.force_login(UserFactory())
    assert client.get(reverse("inbox")).status_code == 403


def test_a_visitor_is_asked_to_sign_in(client):
    answer = client.get(reverse("inbox"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]
