"""The desk's queue: its views, its pages by key, its search."""

from datetime import timedelta

import pytest
from django.utils import timezone

from services.requests.models import ServiceRequest
from services.requests.queries import queue as queue_of
from tests.factories.members import HubFactory, UserFactory
from tests.factories.services import RequestFactory
from tests.services.desk import names, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return HubFactory(name="Guichet Normandie")


@pytest.fixture
def lea(hub):
    return UserFactory(first_name="Léa", last_name="Marchand", staff_of=hub)


@pytest.fixture
def desk(client, lea):
    client.force_login(lea)
    return client


def test_each_view_shows_its_requests_the_most_urgent_first(desk, hub):
    rows = {
        "new": RequestFactory(hub=hub, company_name="Nouvelle"),
        "late": RequestFactory(hub=hub, company_name="En retard", late=True),
        "back": RequestFactory(hub=hub, company_name="Revenue", to_reroute=True),
        "asked": RequestFactory(hub=hub, company_name="Interrogée", asked=True),
        "suspect": RequestFactory(hub=hub, company_name="Douteuse", suspect=True),
        "routed": RequestFactory(hub=hub, company_name="Orientée", routed=True),
        "closed": RequestFactory(hub=hub, company_name="Terminée", closed=True),
    }
    stalled = RequestFactory(hub=hub, company_name="Arrêtée", in_progress=True)
    ServiceRequest.objects.filter(pk=stalled.pk).update(responsible="hub", responsible_organisation=None)
    shown = {view.slug: set(names(page(desk, vue=view.slug))) for view in queue_of.VIEWS}
    assert shown["a-faire"] == {"Nouvelle", "En retard", "Revenue", "Arrêtée"}
    assert shown["nouvelles"] == {"Nouvelle", "En retard"}
    assert shown["a-reorienter"] == {"Revenue"}
    assert shown["en-retard"] == {"En retard"}
    assert shown["a-l-arret"] == {"Arrêtée"}
    assert shown["en-attente"] == {"Interrogée"}
    assert shown["mises-a-part"] == {"Douteuse"}
    assert shown["ouvertes"] == {row.company_name for row in rows.values()} - {"Terminée"} | {"Arrêtée"}
    assert shown["terminees"] == {"Terminée"}
    assert names(page(desk))[0] == "En retard"


def test_an_empty_view_says_why(desk):
    for view in queue_of.VIEWS:
        assert str(view.why_empty) in page(desk, vue=view.slug).content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("slug", ["a-faire", "terminees"])
def test_pages_by_key_show_every_request_once(desk, hub, slug):
    moment = timezone.now().replace(microsecond=123456)
    traits = {"closed": True, "referral": None} if slug == "terminees" else {}
    for number in range(70):
        due = {} if traits else {"due_at": moment + timedelta(hours=number // 3)}
        RequestFactory(hub=hub, company_name=f"{number:02d}", at=moment - timedelta(hours=number // 3), **traits, **due)
    seen, response = [], page(desk, vue=slug)
    while True:
        seen.append(names(response))
        after = response.context["queue_pane"].pages["after"]
        if not after:
            break
        response = desk.get(after)
    assert [len(rows) for rows in seen] == [30, 30, 10]
    assert len({name for rows in seen for name in rows}) == 70
    back = desk.get(response.context["queue_pane"].pages["before"])
    assert names(back) == seen[1]
    assert names(desk.get(back.context["queue_pane"].pages["before"])) == seen[0]


def test_a_key_that_is_not_one_gives_the_first_page(desk, hub):
    RequestFactory(hub=hub, company_name="Seule")
    for key in ("x", "12", "-", "9" * 40 + "-1", "12-٣"):
        assert names(page(desk, after=key)) == ["Seule"]


@pytest.mark.parametrize(
    "text",
    ["Lemaître", "lemaitre", "LEMAITRE menuiserie", "menuisrie", "lemaittre", "gérante au numérique", "numerique",
     "443 061 841 00047", "anne@lemaitre.example"],
)  # fmt: skip
def test_search_forgives_accents_spaces_and_typing_errors(desk, hub, text):
    RequestFactory(
        hub=hub, company_name="Menuiserie Lemaître", siret="44306184100047", no_siret_reason="",
        contact_email="anne@lemaitre.example", need="La gérante veut passer au numérique.",
    )  # fmt: skip
    RequestFactory(hub=hub, company_name="Conserverie de la Baie", need="Automatiser la nuit.")
    RequestFactory(company_name="Menuiserie Lemaître, ailleurs")
    assert names(page(desk, q=text)) == ["Menuiserie Lemaître"]


def test_search_finds_a_number_and_ended_requests_the_newest_first(desk, hub):
    old = RequestFactory(hub=hub, company_name="Fonderie", closed=True, at=timezone.now() - timedelta(days=200))
    new = RequestFactory(hub=hub, company_name="Fonderie")
    assert names(page(desk, q=old.code.lower())) == ["Fonderie"]
    found = page(desk, q="fonderie").context["queue_pane"].lines
    assert [line["row"].pk for line in found] == [new.pk, old.pk]
    nothing = page(desk, q="zzzz")
    assert "Aucune demande ne répond" in nothing.content.decode()
