"""Filing: three steps without an account; each wrong answer is said beside its field and loses nothing."""

import threading

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from services.filing import actions
from services.requests.enums import RequestState, Suspicion
from services.requests.links import resume_token, resume_url
from services.requests.models import Attachment, RequestEvent, ServiceRequest
from tests.factories.members import HubFactory, UserFactory, commune
from tests.factories.services import QuestionFactory, TopicFactory
from tests.services.filing_walk import COMPANY, CONTACT, NEED, fields_of, file_request, last, leads, send, write_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hub():
    """A hub for Normandie, with somebody at its desk, and two communes of the same beginning."""
    commune("50218", "Granville", "50400")
    hub = HubFactory(name="Guichet de Normandie", is_default=True)
    UserFactory(staff_of=hub)
    return hub


def errors(response, name):
    """What the page says beside a field."""
    return " ".join(response.context["form"].errors.get(name, []))


def test_three_steps_file_a_request_at_the_hub_of_the_commune(client, hub, clock):
    draft = write_draft(client)
    clock.advance(minutes=3)
    send(client, "filing_contact", CONTACT)
    draft.refresh_from_db()
    assert (draft.state, draft.hub, draft.siret) == (RequestState.SUBMITTED, hub, "73282932000074")
    assert (draft.commune.name, draft.suspicions, draft.organisation.name) == ("Granville", [], "Menuiserie du Roc")
    assert OutgoingMail.objects.filter(recipient="anne@menuiserie.example").count() == 1


def test_the_confirmation_says_the_number_and_what_happens_next(client, clock):
    filed = file_request(client)
    page = client.get(reverse("filing_done")).content.decode()
    assert filed.code in page
    assert "choisit qui vous aide avant le jeudi 12 mars 2026" in page
    assert "/suivi/" in page


def test_the_topic_asks_its_questions_and_keeps_the_answers(client):
    topic = TopicFactory()
    QuestionFactory(topic=topic, position=1, choice=True, is_required=True)
    number = QuestionFactory(topic=topic, position=2, number=True)
    data = {**NEED, "sujet": topic.slug}
    missing = send(client, "filing_need", data)
    first = topic.questions.get(position=1)
    assert errors(missing, f"question_{first.pk}") == "Répondez à cette question."
    assert not ServiceRequest.objects.exists()
    send(client, "filing_need", data, **{f"question_{first.pk}": "soon", f"question_{number.pk}": "3"})
    draft = ServiceRequest.objects.get()
    assert (draft.topic, draft.family) == (topic, topic.family)
    answers = [(row["label"], row["text"]) for row in draft.answers]
    assert answers == [("Pour quand ?", "Bientôt"), ("Combien de postes ?", "3")]


def test_not_knowing_the_topic_is_fine_and_keeps_the_family(client):
    send(client, "filing_need", NEED, famille="financement")
    draft = ServiceRequest.objects.get()
    assert (draft.topic, draft.family) == (None, "funding")


@pytest.mark.parametrize("need", ["", "   ", "un robot"])
def test_an_empty_or_short_need_is_refused_with_a_sentence(client, need):
    response = send(client, "filing_need", NEED, need=need)
    assert errors(response, "need") in {
        "Décrivez votre besoin en quelques phrases.",
        "Dites-en un peu plus : au moins 20 caractères.",
    }
    assert 'aria-invalid="true"' in response.content.decode()
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize(
    ("siret", "message"),
    [
        ("732 829 320", "Ces 9 chiffres sont un SIREN"),
        ("732 829 320 0007", "Vous en avez écrit 13"),
        ("732 829 320 00075", "un chiffre est faux"),
        ("FR 732 829 320 00074", "que des chiffres"),
        ("", "dites ci-dessous pourquoi vous n’en avez pas"),
    ],
)
def test_a_wrong_siret_is_explained_and_nothing_is_lost(client, siret, message):
    draft = write_draft(client, until="company")
    response = send(client, "filing_company", COMPANY, siret=siret)
    assert message in errors(response, "siret")
    page = response.content.decode()
    assert 'value="Menuiserie du Roc"' in page
    assert 'value="Granville"' in page
    draft.refresh_from_db()
    assert (draft.company_name, draft.siret) == ("", "")


def test_an_establishment_of_la_poste_follows_its_own_checksum(client):
    draft = write_draft(client, until="company")
    send(client, "filing_company", COMPANY, siret="356 000 000 49837")
    draft.refresh_from_db()
    assert draft.siret == "35600000049837"


def test_having_no_siret_is_a_valid_answer(client):
    draft = write_draft(client, until="company")
    send(client, "filing_company", COMPANY, siret="", no_siret_reason="project_holder")
    draft.refresh_from_db()
    assert (draft.siret, draft.no_siret_reason) == ("", "project_holder")


def test_an_unknown_commune_is_said_beside_the_field(client):
    write_draft(client, until="company")
    response = send(client, "filing_company", COMPANY, commune="Atlantide")
    assert "aucune commune de ce nom" in errors(response, "commune")
    assert 'value="Atlantide"' in response.content.decode()


def test_a_postcode_of_several_communes_asks_which_one(client):
    commune("50647", "Yquelon", "50400")
    draft = write_draft(client, until="company")
    response = send(client, "filing_company", COMPANY, commune="50400")
    assert "Plusieurs communes" in errors(response, "commune")
    page = response.content.decode()
    assert "Granville (50)" in page
    assert "Yquelon (50)" in page
    send(client, "filing_company", COMPANY, commune="50400", commune_code="50647")
    draft.refresh_from_db()
    assert draft.commune.name == "Yquelon"


def test_the_chosen_commune_must_answer_to_what_was_typed(client):
    commune("14118", "Caen", "14000")
    commune("50647", "Yquelon", "50400")
    write_draft(client, until="company")
    response = send(client, "filing_company", COMPANY, commune="50400", commune_code="14118")
    assert "Plusieurs communes" in errors(response, "commune")


def test_a_slip_in_the_address_is_pointed_out_once(client):
    draft = write_draft(client)
    slip = "anne@gmial.com"
    response = send(client, "filing_contact", CONTACT, contact_email=slip)
    assert "anne@gmail.com" in errors(response, "contact_email")
    assert response.context["form"].doubtful_email == slip
    send(client, "filing_contact", CONTACT, contact_email=slip, confirmed_email=slip)
    draft.refresh_from_db()
    assert (draft.state, draft.contact_email) == (RequestState.SUBMITTED, slip)


def test_good_files_are_kept_when_another_field_is_wrong(client):
    draft = write_draft(client)
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    response = send(client, "filing_contact", CONTACT, contact_name="", files=[plan])
    assert errors(response, "contact_name") == "Indiquez votre nom."
    assert "plan.pdf" in response.content.decode()
    assert draft.attachments.count() == 1
    send(client, "filing_contact", CONTACT)
    assert Attachment.objects.get().request.state == RequestState.SUBMITTED


def test_a_file_of_60_mb_is_refused_with_its_size_and_loses_nothing(client):
    draft = write_draft(client)
    film = SimpleUploadedFile("film.pdf", b"%PDF-1.7\n" + bytes(60_000_000), "application/pdf")
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    response = send(client, "filing_contact", CONTACT, files=[film, plan])
    assert "trop lourd : 60\u202fMo" in errors(response, "files")
    assert 'value="Anne Lebrun"' in response.content.decode()
    draft.refresh_from_db()
    assert (draft.state, [row.name for row in draft.attachments.all()]) == (RequestState.DRAFT, ["plan.pdf"])


def test_a_signed_in_person_need_not_say_who_they_are(client):
    client.force_login(UserFactory(first_name="Anne", last_name="Lebrun", email="anne@roc.example"))
    write_draft(client)
    form = client.get(reverse("filing_contact")).context["form"]
    assert (form["contact_name"].value(), form["contact_email"].value()) == ("Anne Lebrun", "anne@roc.example")


def test_a_file_can_be_taken_out_again(client, django_capture_on_commit_callbacks):
    draft = write_draft(client)
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    send(client, "filing_contact", CONTACT, contact_name="", files=[plan])
    joined = draft.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("filing_contact"), {"draft": last(client)["demande"], "remove": str(joined.uid)})
    assert not draft.attachments.exists()
    assert not joined.file.storage.exists(joined.file.name)


def test_the_sixth_file_is_refused_by_name(client):
    draft = write_draft(client)
    plans = [SimpleUploadedFile(f"plan{number}.pdf", b"%PDF-1.7\nplan", "application/pdf") for number in range(6)]
    response = send(client, "filing_contact", CONTACT, files=plans)
    assert "plan5.pdf" in errors(response, "files")
    draft.refresh_from_db()
    assert (draft.state, draft.attachments.count()) == (RequestState.DRAFT, 5)


def test_a_step_out_of_order_leads_to_the_one_before(client):
    assert leads(client.get(reverse("filing_company"))) == reverse("filing_start")
    write_draft(client, until="company")
    assert leads(client.get(reverse("filing_contact"))) == reverse("filing_company")


def test_going_back_keeps_what_is_right(client):
    draft = write_draft(client, until="company")
    response = send(client, "filing_company", {"company_name": "Menuiserie du Roc", "siret": "12", "back": "1"})
    assert leads(response) == reverse("filing_need")
    draft.refresh_from_db()
    assert (draft.company_name, draft.siret) == ("Menuiserie du Roc", "")
    assert NEED["need"] in client.get(response.url).content.decode()


def test_finishing_later_keeps_a_need_too_short_to_be_filed(client):
    response = send(client, "filing_need", NEED, need="un robot", later="1")
    assert leads(response) == reverse("filing_save")
    assert ServiceRequest.objects.get().need == "un robot"
    assert leads(client.get(reverse("filing_company"))) == reverse("filing_need")


def test_finishing_later_sends_a_link_that_opens_the_draft_elsewhere(client):
    draft = write_draft(client)
    client.post(reverse("filing_save"), {"email": "anne@menuiserie.example"})
    assert resume_url(draft) in OutgoingMail.objects.get().text
    elsewhere = Client()
    response = elsewhere.get(reverse("filing_resume", args=[resume_token(draft)]))
    assert leads(response) == reverse("filing_contact")
    assert elsewhere.get(response.url).context["draft"] == draft


def test_an_old_resume_link_says_that_it_expired(client, clock):
    draft = write_draft(client)
    token = resume_token(draft)
    clock.advance(days=31)
    response = client.get(reverse("filing_resume", args=[token]))
    assert response.status_code == 410
    assert "Ce lien a expiré" in response.content.decode()


def test_the_resume_link_of_a_filed_request_shows_nothing_of_it(client):
    draft = write_draft(client)
    token = resume_token(draft)
    send(client, "filing_contact", CONTACT)
    response = Client().get(reverse("filing_resume", args=[token]))
    assert response.status_code == 410
    assert "anne@menuiserie.example" not in response.content.decode()


def test_a_second_click_files_nothing_more_and_shows_the_same_confirmation(client, clock):
    draft = write_draft(client)
    clock.advance(minutes=3)
    data = {**fields_of(client, "filing_contact"), **CONTACT}
    first = client.post(reverse("filing_contact"), data)
    again = client.post(reverse("filing_contact"), data)
    assert leads(first) == leads(again) == reverse("filing_done")
    assert RequestEvent.objects.filter(request=draft, step="submit").count() == 1
    assert OutgoingMail.objects.filter(kind="RequestReceived").count() == 1


@pytest.mark.django_db(transaction=True)
def test_six_clicks_at_once_file_once():
    client = Client()
    draft = write_draft(client)
    data = {**fields_of(client, "filing_contact"), **CONTACT}
    session = client.cookies["sessionid"].value
    answers = []

    def click():
        try:
            browser = Client()
            browser.cookies["sessionid"] = session
            plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
            answers.append(leads(browser.post(reverse("filing_contact"), {**data, "files": [plan]})))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [reverse("filing_done")] * 6
    assert RequestEvent.objects.filter(request=draft, step="submit").count() == 1
    assert draft.attachments.count() == 1


def test_a_stale_form_leads_to_the_confirmation_and_changes_nothing(client):
    draft = write_draft(client)
    typed = {**NEED, "need": "Tout autre chose, écrite dans un vieil onglet."}
    stale = {**fields_of(client, "filing_need", last(client)), **typed}
    send(client, "filing_contact", CONTACT)
    response = client.post(reverse("filing_need"), stale)
    assert leads(response) == reverse("filing_done")
    draft.refresh_from_db()
    assert draft.need == NEED["need"]
    assert ServiceRequest.objects.count() == 1


def test_another_request_can_follow_the_first(client):
    file_request(client)
    file_request(client, contact_email="autre@menuiserie.example")
    assert ServiceRequest.objects.filed().count() == 2


def test_a_filled_trap_keeps_the_request_apart_and_says_nothing(client, clock):
    draft = write_draft(client)
    clock.advance(minutes=3)
    response = send(client, "filing_contact", CONTACT, other_subject="http://pub.example")
    draft.refresh_from_db()
    assert leads(response) == reverse("filing_done")
    assert (draft.is_suspect, draft.suspicions) == (True, [Suspicion.HONEYPOT])
    assert "Votre demande est envoyée" in client.get(response.url).content.decode()


def test_a_filing_without_a_human_pause_is_suspect(client, clock):
    draft = file_request(client)
    assert draft.suspicions == [Suspicion.TOO_FAST]


def test_a_forged_stamp_is_suspect(client, clock):
    draft = write_draft(client)
    clock.advance(minutes=3)
    forged = signing.TimestampSigner(key="another", sep="~").sign("opened")
    send(client, "filing_contact", CONTACT, opened=forged)
    draft.refresh_from_db()
    assert draft.suspicions == [Suspicion.NO_STAMP]


def test_many_filings_from_one_address_become_suspect_then_wait(client, clock, broker, monkeypatch):
    monkeypatch.setattr("services.requests.throttle.SUSPECT_FROM_ADDRESS", 1)
    monkeypatch.setattr("services.requests.throttle.MOST_FROM_ADDRESS", 2)
    for number in range(2):
        write_draft(client)
        clock.advance(minutes=3)
        send(client, "filing_contact", CONTACT, contact_email=f"anne{number}@menuiserie.example")
    assert [row.is_suspect for row in ServiceRequest.objects.order_by("pk")] == [False, True]
    draft = write_draft(client)
    response = send(client, "filing_contact", CONTACT)
    assert response.status_code == 429
    page = response.content.decode()
    assert "Trop d’envois" in page
    assert 'value="anne@menuiserie.example"' in page
    draft.refresh_from_db()
    assert (draft.state, draft.contact_name) == (RequestState.DRAFT, "Anne Lebrun")


def test_the_filing_works_without_a_cache(client, broker):
    broker.stop()
    assert file_request(client).state == RequestState.SUBMITTED


def test_a_draft_taken_back_elsewhere_is_not_written_any_more(client):
    draft = write_draft(client)
    data = {**fields_of(client, "filing_contact"), **CONTACT}
    ServiceRequest.objects.filter(pk=draft.pk).update(state=RequestState.WITHDRAWN)
    assert leads(client.post(reverse("filing_contact"), data)) == reverse("filing_done")
    with pytest.raises(actions.StepRefused):
        actions.save_contact(draft, contact_name="Une autre")


def test_the_suggestions_of_communes_come_as_options(client):
    page = client.get(reverse("commune_suggest"), {"q": "granv"}).content.decode()
    assert 'data-value="Granville (50)"' in page
