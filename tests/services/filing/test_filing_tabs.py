"""Filing in several tabs of one browser: each writes its own draft, whatever the order, and shows no other's."""

import threading

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.filing import actions
from services.filing.views.session import MOST_FILINGS, Filing
from services.requests.enums import RequestState, Suspicion
from services.requests.links import read_tracking_token, resume_token
from services.requests.models import ServiceRequest
from tests.factories.members import HubFactory, UserFactory, commune
from tests.services.filing_walk import COMPANY, NEED, begun, leads, send, write_draft
from tests.visitor import PageForm, forms_of

pytestmark = pytest.mark.django_db
STEPS = ["filing_need", "filing_company", "filing_contact"]


@pytest.fixture(autouse=True)
def hub():
    """A hub, with somebody at its desk."""
    commune("50218", "Granville", "50400")
    hub = HubFactory(name="Guichet de Normandie", is_default=True)
    UserFactory(staff_of=hub)
    return hub


class Tab:
    """One tab of a browser: the page that it shows, of which only what a person sees is known."""

    def __init__(self, client: Client, company: str):
        self.client, self.company = client, company
        self.address, self.page = "", ""
        self.sent: list[tuple[str, PageForm]] = []
        self.open(reverse("filing_need") + "?sujet=")

    def open(self, address: str) -> None:
        """Visit an address, and follow where it leads."""
        answer = self.client.get(address, follow=True)
        self.address = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        self.page = answer.content.decode()

    @property
    def step(self) -> str:
        """The name of the step that is shown, else nothing."""
        return next((name for name in STEPS if self.address.startswith(reverse(name))), "")

    def form(self) -> PageForm:
        """The form of the step."""
        return next(form for form in forms_of(self.page) if "draft" in form.fields and not form.action)

    def data(self, **more: str) -> dict[str, str]:
        """What this person types in the step that is shown."""
        typed = {
            "filing_need": {"need": f"{self.company} veut essayer un robot la nuit."},
            "filing_company": {"company_name": self.company, "siret": "", "no_siret_reason": "project_holder"}
            | {"commune": "Granville"},
            "filing_contact": {"contact_name": self.company, "contact_email": f"{self.company.lower()}@a.example"},
        }
        return {**self.form().fields, **typed[self.step], **more}

    def send(self, **more: str) -> None:
        """Fill in the step and send it."""
        answer = self.client.post(self.address, self.data(**more))
        assert answer.status_code == 302, answer.content.decode()
        self.open(answer.url)

    def shows(self, company: str) -> bool:
        """Whether the page holds anything of that company, but for the drafts it offers to go on with."""
        return company in self.page.split('<form method="post" novalidate')[-1]


def written(company: str) -> ServiceRequest:
    """The one request of a company."""
    return ServiceRequest.objects.get(company_name=company)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["send", "send", "send", "back", "reload"])), max_size=24
    )
)
def test_in_every_order_each_tab_writes_its_own_request(turns: list[tuple[int, str]]) -> None:
    ServiceRequest.objects.all().delete()
    # What one address filed in the examples before counts for nothing.
    cache.clear()
    client = Client()
    tabs = [Tab(client, company) for company in ("Alpha", "Boulon", "Cidrerie")]
    for number, act in [*turns, *[(number, "send") for number in (0, 1, 2) for _step in STEPS]]:
        tab = tabs[number]
        if not tab.step:
            continue
        if act == "reload":
            tab.open(tab.address)
        elif act == "back" and tab.step != "filing_need":
            tab.send(back="1")
        else:
            tab.send()
        others = [other.company for other in tabs if other is not tab]
        assert not [company for company in others if tab.shows(company)]
    assert ServiceRequest.objects.count() == 3
    for tab in tabs:
        filed = written(tab.company)
        assert tab.company in filed.need
        assert filed.contact_name in ("", tab.company)
        assert filed.state == (RequestState.DRAFT if tab.step else RequestState.SUBMITTED)


def test_a_first_step_opened_blank_is_blank_and_opens_another_request_while_the_first_goes_on(client):
    first = Tab(client, "Alpha")
    first.send()
    second = Tab(client, "Boulon")
    assert not second.shows("Alpha")
    assert "Vous avez commencé une demande" in second.page
    second.send()
    first.send()
    assert written("Alpha").need.startswith("Alpha")
    first.open(first.address.replace(reverse("filing_contact"), reverse("filing_company")))
    assert 'value="Alpha"' in first.page
    second.send()
    assert written("Boulon").need.startswith("Boulon")


def test_each_tab_shows_the_link_of_what_it_filed(client):
    tabs = [Tab(client, "Alpha"), Tab(client, "Boulon")]
    for _step in STEPS[:2]:
        for tab in tabs:
            tab.send()
    addresses = [client.post(tab.address, tab.data()).url for tab in tabs]
    for tab, address in zip(tabs, addresses, strict=True):
        tab.open(address)
        link = tab.page.partition("/suivi/")[2].partition("/")[0]
        assert read_tracking_token(link) == written(tab.company)
        tab.open(address)
        assert "/suivi/" not in tab.page
        assert written(tab.company).code in tab.page


def test_the_history_of_a_tab_leads_from_what_was_filed_to_its_confirmation(client):
    tab = Tab(client, "Alpha")
    tab.send()
    company = tab.address
    tab.send()
    tab.send()
    tab.open(company)
    assert tab.address.startswith(reverse("filing_done"))
    assert written("Alpha").code in tab.page


def test_a_second_click_on_a_blank_step_opens_one_request(client):
    tab = Tab(client, "Alpha")
    client.get(reverse("filing_start"), {"guichet": "normandie"})
    data = tab.data()
    assert client.post(tab.address, data).url == client.post(tab.address, data).url
    assert ServiceRequest.objects.count() == 1


def test_the_doubts_of_one_tab_are_not_those_of_another(client, clock):
    trapped, clean = Tab(client, "Alpha"), Tab(client, "Boulon")
    trapped.send(other_subject="http://pub.example")
    clean.send()
    clock.advance(minutes=3)
    for _step in STEPS[:2]:
        trapped.send()
        clean.send()
    assert written("Alpha").suspicions == [Suspicion.HONEYPOT]
    assert written("Boulon").suspicions == []


def test_changing_the_subject_stays_in_the_tab(client):
    tab = Tab(client, "Alpha")
    tab.send()
    tab.send(back="1")
    tab.open(tab.page.partition('<p class="chosen">')[2].partition('href="')[2].partition('"')[0])
    unsure = tab.page.partition('href="/demande/besoin/?sujet=&amp;')[2].partition('"')[0]
    tab.open(f"/demande/besoin/?sujet=&{unsure}")
    assert "Alpha veut essayer un robot" in tab.page
    tab.send()
    assert ServiceRequest.objects.count() == 1


def test_the_page_that_sends_a_link_speaks_of_its_own_tab(client):
    first, second = Tab(client, "Alpha"), Tab(client, "Boulon")
    first.send()
    second.send()
    first.send(later="1")
    assert first.address.startswith(reverse("filing_save"))
    form = next(form for form in forms_of(first.page) if "email" in form.fields)
    client.post(first.address, {**form.fields, "email": "a@exemple.example"})
    assert [row.contact_email for row in ServiceRequest.objects.order_by("pk")] == ["a@exemple.example", ""]


@pytest.mark.parametrize("name", ["unknown", "code"])
@pytest.mark.parametrize("step", ["filing_company", "filing_contact", "filing_save"])
def test_a_draft_of_another_browser_is_neither_shown_nor_written(client, step, name):
    draft = write_draft(Client())
    named = {"unknown": "inconnu", "code": draft.code}[name]
    assert leads(client.get(reverse(step), {"demande": named})) == reverse("filing_start")
    typed = {**COMPANY, "company_name": "Boulon", "contact_name": "Boulon", "email": "b@exemple.example"}
    page = client.post(reverse(step), {**typed, "draft": named}, follow=True)
    assert page.request["PATH_INFO"] == reverse("filing_need")
    assert NEED["need"] not in page.content.decode()
    assert "reprenez-la par le lien reçu" in page.content.decode()
    before = (draft.company_name, draft.contact_name, draft.contact_email)
    draft.refresh_from_db()
    assert (draft.company_name, draft.contact_name, draft.contact_email) == before


def test_a_form_whose_session_is_gone_begins_again_with_what_was_typed(client):
    page = client.post(reverse("filing_company"), {**COMPANY, "draft": "ABCDE23456"}, follow=True)
    assert "Ce que vous venez d’écrire est conservé" in page.content.decode()
    assert begun(client).company_name == COMPANY["company_name"]
    answer = client.post(reverse("filing_need"), {**NEED, "draft": page.context["filing"].name})
    assert 'value="Menuiserie du Roc"' in client.get(answer.url).content.decode()
    assert ServiceRequest.objects.count() == 1


def test_an_empty_form_whose_session_is_gone_says_how_to_go_on(client):
    page = client.post(reverse("filing_company"), {"draft": "ABCDE23456"}, follow=True)
    assert page.request["PATH_INFO"] == reverse("filing_start")
    assert "Reprenez-la par le lien reçu" in page.content.decode()
    assert not ServiceRequest.objects.exists()


def test_the_need_of_a_form_whose_session_is_gone_opens_another_request(client):
    draft = write_draft(Client())
    assert leads(send(client, "filing_need", NEED, draft=draft.code)) == reverse("filing_company")
    assert begun(client) != draft


def test_a_link_opened_where_the_draft_is_known_keeps_its_tab(client):
    draft = write_draft(client)
    address = client.get(reverse("filing_resume", args=[resume_token(draft)])).url
    assert client.get(address).context["draft"] == draft
    assert len(client.session["filing"]["drafts"]) == 1


def test_a_browser_remembers_a_bounded_number_of_drafts_and_offers_them(client):
    for _number in range(MOST_FILINGS + 2):
        send(client, "filing_need", NEED)
    kept = client.session["filing"]["drafts"]
    assert len(kept) == MOST_FILINGS
    assert kept[-1]["code"] == ServiceRequest.objects.latest("pk").code
    page = client.get(reverse("filing_start")).content.decode()
    assert page.count("Continuer cette demande") == MOST_FILINGS


def test_a_draft_forgotten_on_this_device_is_not_offered_any_more(client):
    draft, other = write_draft(client), write_draft(client)
    name = next(row["name"] for row in client.session["filing"]["drafts"] if row["code"] == draft.code)
    client.post(reverse("filing_start"), {"draft": name})
    assert [row["code"] for row in client.session["filing"]["drafts"]] == [other.code]
    assert leads(client.get(reverse("filing_contact"), {"demande": name})) == reverse("filing_start")


@pytest.mark.parametrize("name", ["", "é" * 5, "a" * 300, "../x", "<b>", "a b"])
def test_a_name_that_is_none_of_ours_is_not_repeated(client, name):
    page = client.get(reverse("filing_need"), {"demande": name})
    assert page.status_code == 200
    assert not name or name not in page.context["filing"].name


def test_the_door_that_another_tab_pushes_does_not_move_what_was_begun(client, hub):
    commune("75056", "Paris", "75001")
    HubFactory(slug="bretagne", name="Guichet Bretagne")
    tab = Tab(client, "Alpha")
    tab.send()
    client.get(reverse("filing_start"), {"guichet": "bretagne"})
    tab.send(commune="Paris")
    assert written("Alpha").hub == hub


def test_a_tab_whose_answer_ends_last_does_not_forget_what_another_opened(client, rf):
    send(client, "filing_need", NEED)
    requests = [rf.get(reverse("filing_need"), {"demande": name}) for name in ("premier", "second")]
    for request in requests:
        request.session = SessionStore(client.cookies["sessionid"].value)
        assert request.session["filing"]
    for request in requests:
        Filing(request).open(actions.start_draft())
    for request in reversed(requests):
        if request.session.modified:
            request.session.save()
    assert [row["name"] for row in client.session["filing"]["drafts"]][1:] == ["premier", "second"]


def test_the_files_of_a_form_whose_session_is_gone_are_kept(client):
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    client.post(reverse("filing_contact"), {"contact_name": "Anne", "draft": "inconnu", "files": [plan]})
    assert begun(client).contact_name == "Anne"
    assert begun(client).attachments.get().name == "plan.pdf"


@pytest.mark.django_db(transaction=True)
def test_tabs_sent_at_the_same_instant_all_keep_their_draft():
    client = Client()
    Tab(client, "Zinc").send()
    tabs = [Tab(client, f"Atelier{number}") for number in range(4)]
    start = threading.Barrier(len(tabs))
    answers = {}

    def push(tab: Tab) -> None:
        try:
            browser = Client()
            browser.cookies["sessionid"] = client.cookies["sessionid"].value
            data = tab.data()
            start.wait()
            answers[tab.company] = browser.post(tab.address, data).url
        finally:
            connection.close()

    threads = [threading.Thread(target=push, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tab in tabs:
        tab.open(answers[tab.company])
        assert tab.step == "filing_company"
        tab.send()
        assert tab.company in written(tab.company).need
