"""The officers' dashboards: what they show, to whom, and what they keep to themselves."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from services.figures.actions.refresh import refresh_figures
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.services import MessageFactory, ReferralFactory, RequestFactory, SatisfactionFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def normandy():
    """A hub with an organisation and some requests, counted."""
    hub = HubFactory(name="Guichet de Normandie")
    nwx = OrganisationFactory(of_hub=hub, name="NWX", slug="nwx")
    now = timezone.now()
    for days in (3, 20, 60, 100):
        at = now - timedelta(days=days)
        closed = RequestFactory(hub=hub, closed=True, referral__organisation=nwx, at=at)
        SatisfactionFactory(request=closed, answered=True)
    ReferralFactory(organisation=nwx, expired=True, at=now - timedelta(days=30))
    RequestFactory(hub=hub, topic=TopicFactory(training=True), commune=commune("50218", "Granville"))
    RequestFactory(hub=hub, suspect=True)
    refresh_figures(is_full=True)
    return hub


@pytest.fixture
def brittany():
    """Another region's hub, with one request in Rennes."""
    hub = HubFactory(name="Guichet de Bretagne")
    RequestFactory(hub=hub, commune=commune("35238", "Rennes"), company_name="Galettes de Rennes")
    refresh_figures(is_full=True)
    return hub


def page(client, user, query=""):
    """Open the dashboard."""
    client.force_login(user)
    return client.get(reverse("steering") + query)


def test_every_figure_is_shown_with_its_definition_and_what_it_divides(client, normandy):
    answer = page(client, UserFactory(officer_of=normandy))
    text = answer.content.decode()
    assert "6 demandes" in text
    assert "5 sur 6 demandes" in text  # transmitted
    assert "4 sur 5 demandes" in text  # taken in charge
    assert "Demandes acceptées par au moins une structure, divisées par les demandes transmises." in text
    assert "4 avis sur 4 demandés" in text
    assert "Chiffres du" in text


def test_every_chart_states_a_finding_and_has_its_table_and_its_file(client, normandy):
    text = page(client, UserFactory(officer_of=normandy)).content.decode()
    for code in ("mois", "territoire", "familles", "delais", "suites", "structures", "secteurs", "tailles"):
        assert f'id="panel-{code}"' in text
        assert reverse("steering_csv", args=[code]) in text
    assert text.count('<svg class="chart"') == 8
    assert "En tête\u202f: Démonstration (83\u202f% des demandes)" in text


def test_filters_change_the_figures(client, normandy):
    officer = UserFactory(officer_of=normandy)
    assert "1 demande<" in page(client, officer, "?famille=training").content.decode()
    assert "1 demande<" in page(client, officer, "?territoire=dep-50").content.decode()
    assert "5 demandes<" in page(client, officer, "?structure=nwx").content.decode()
    assert (
        "2 demandes<" in page(client, officer, "?periode=30-jours&famille=demonstration&structure=nwx").content.decode()
    )


def test_wrong_dates_are_said_and_the_page_still_answers(client, normandy):
    officer = UserFactory(officer_of=normandy)
    answer = page(client, officer, "?periode=dates&du=2026-03-10&au=2026-03-01")
    assert answer.status_code == 200
    assert "La fin précède le début." in answer.content.decode()
    assert "Donnez les deux dates." in page(client, officer, "?periode=dates").content.decode()


@pytest.mark.parametrize(
    "query", ["?territoire=dep-35", "?structure=nwx2", "?guichet=autre", "?famille=cuisine", "?periode=x"]
)
def test_what_is_not_offered_does_not_exist(client, normandy, brittany, query):
    answer = page(client, UserFactory(officer_of=normandy), query)
    assert answer.status_code == (200 if query.startswith("?guichet") else 404)


def test_an_officer_of_two_regions_chooses_one(client, normandy, brittany):
    officer = UserFactory(officer_of=normandy)
    officer.hub_roles.create(hub=brittany, kind="officer")
    assert "7 demandes<" in page(client, officer).content.decode()
    assert "1 demande<" in page(client, officer, f"?guichet={brittany.slug}").content.decode()
    assert page(client, officer, "?guichet=inconnu").status_code == 404


def test_an_officer_sees_nothing_of_another_region(client, normandy, brittany):
    client.force_login(UserFactory(officer_of=normandy))
    theirs = brittany.requests.get()
    assert client.get(reverse("steering_request", args=[theirs.code])).status_code == 404
    for name in ("steering", "steering_requests"):
        assert "Rennes" not in client.get(reverse(name)).content.decode()
    for code in ("chiffres", "territoire"):
        assert "Rennes" not in client.get(reverse("steering_csv", args=[code])).content.decode()


@pytest.mark.parametrize(
    "figure", ["submitted", "transmitted", "answered", "taken", "helped", "abandoned", "satisfaction"]
)
def test_each_figure_leads_to_its_requests(client, normandy, figure):
    client.force_login(UserFactory(officer_of=normandy))
    for part in ("", "&part=autres"):
        assert client.get(reverse("steering_requests") + f"?chiffre={figure}{part}").status_code == 200


def test_an_unknown_figure_does_not_exist(client, normandy):
    client.force_login(UserFactory(officer_of=normandy))
    assert client.get(reverse("steering_requests") + "?chiffre=secret").status_code == 404
    assert client.get(reverse("steering_csv", args=["secret"])).status_code == 404


def test_the_list_goes_on_by_key_without_gap_nor_repeat(client, normandy):
    RequestFactory.create_batch(70, hub=normandy)
    client.force_login(UserFactory(officer_of=normandy))
    seen, url = [], reverse("steering_requests")
    while url:
        answer = client.get(url)
        seen += [row.code for row in answer.context["page"].rows]
        url = answer.context["after_url"] if answer.context["page"].after else ""
    assert len(seen) == len(set(seen)) == 76


def test_an_officer_reads_the_request_without_contacts_threads_or_names(client, normandy):
    asked = RequestFactory(
        hub=normandy,
        closed=True,
        need="Un robot. Appelez-moi au 06 12 34 56 78 ou paul@atelier.example.",
        contact_name="Paul Secret",
        contact_email="paul@atelier.example",
        contact_phone="06 12 34 56 78",
    )
    MessageFactory(request=asked, body="Mot confidentiel")
    asked.log("reject", by=UserFactory(first_name="Zoé", staff_of=normandy), why="Raison confidentielle")
    client.force_login(UserFactory(officer_of=normandy))
    text = client.get(reverse("steering_request", args=[asked.code])).content.decode()
    assert "Un robot." in text
    for secret in ("Paul Secret", "paul@atelier", "06 12", "confidentiel", "Zoé"):
        assert secret not in text, secret


def test_an_officer_does_not_see_what_no_figure_counts(client, normandy):
    suspect = normandy.requests.get(is_suspect=True)
    client.force_login(UserFactory(officer_of=normandy))
    assert client.get(reverse("steering_request", args=[suspect.code])).status_code == 404


def test_staff_read_their_own_hub_and_go_to_the_desk(client, normandy):
    staff = UserFactory(staff_of=normandy)
    assert page(client, staff).status_code == 200
    request = normandy.requests.filter(is_suspect=False).order_by("pk").first()
    text = client.get(reverse("steering_request", args=[request.code])).content.decode()
    assert reverse("admin:triage_request", args=[request.code]) in text


def test_a_file_opens_in_a_french_spreadsheet(client, normandy):
    client.force_login(UserFactory(officer_of=normandy))
    answer = client.get(reverse("steering_csv", args=["familles"]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Famille", "Demandes", "Part (%)"]
    assert rows[1][:3] == ["Démonstration", "5", "83,3"]


def test_a_file_never_holds_a_formula(client, normandy):
    evil = OrganisationFactory(of_hub=normandy, name="=cmd()", slug="evil")
    ReferralFactory(organisation=evil)
    refresh_figures(is_full=True)
    client.force_login(UserFactory(officer_of=normandy))
    assert "'=cmd()" in client.get(reverse("steering_csv", args=["structures"])).content.decode()


def test_the_page_answers_before_anything_was_counted(client):
    answer = page(client, UserFactory(officer_of=HubFactory()))
    assert answer.status_code == 200
    assert "0 demande" in answer.content.decode()


def test_an_administrator_without_any_hub_sees_an_empty_page(client):
    administrator = UserFactory(administrator=True)
    assert "0 demande" in page(client, administrator).content.decode()
    assert client.get(reverse("steering_requests")).status_code == 200
    assert client.get(reverse("key_figures")).status_code == 200


def test_an_administrator_sees_every_hub_and_chooses_one(client, normandy, brittany):
    administrator = UserFactory(administrator=True)
    assert "7 demandes<" in page(client, administrator).content.decode()
    of_brittany = f"?guichet={brittany.slug}&famille=demonstration"
    assert "1 demande<" in page(client, administrator, of_brittany).content.decode()


def test_the_page_costs_as_many_queries_for_much_as_for_little(client, normandy, django_assert_num_queries):
    officer = UserFactory(officer_of=normandy)
    client.force_login(officer)
    client.get(reverse("steering"))
    with django_assert_num_queries(10):
        client.get(reverse("steering"))
    for _ in range(30):
        ReferralFactory(organisation=OrganisationFactory(of_hub=normandy))
    refresh_figures()
    with django_assert_num_queries(10):
        client.get(reverse("steering"))


def test_anyone_reads_the_key_figures_and_nothing_that_few_companies_make(client, normandy):
    text = client.get(reverse("key_figures")).content.decode()
    assert "6 demandes" in text
    assert "2 autres familles ne sont pas montrées" in text
    assert "Abandonnées" not in text  # one company only


def test_key_figures_say_that_there_are_none_yet(client):
    assert "Pas encore de chiffres" in client.get(reverse("key_figures")).content.decode()
