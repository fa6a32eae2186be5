"""The page of a referral and each thing that can be done with it, right or wrong."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.model import OutgoingMail
from services.actions import referral as actions
from services.enums import Outcome, ReferralState, RequestNote, RequestState, ThreadKind
from services.models import Message, Referral
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import AttachmentFactory, MessageFactory, ReferralFactory

pytestmark = pytest.mark.django_db
STEPS = ["accept", "decline", "transfer", "close", "call", "write"]


@pytest.fixture
def hub():
    return HubFactory()


@pytest.fixture
def place(hub):
    return OrganisationFactory(of_hub=hub, name="Normandie Web Xperts", acronym="NWX")


@pytest.fixture
def adviser(place, client):
    person = UserFactory(adviser_of=place, first_name="Claire", last_name="Dumont")
    client.force_login(person)
    return person


@pytest.fixture
def sent(place, adviser):
    return ReferralFactory(organisation=place)


@pytest.fixture
def accepted(place, adviser):
    return ReferralFactory(accepted=True, organisation=place, adviser=adviser)


def do(client, step, row, data=None, **extra):
    return client.post(reverse(f"referral_{step}", args=[row.code]), data or {}, follow=True, **extra)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def in_days(number):
    return (timezone.localdate() + dt.timedelta(days=number)).isoformat()


ACCEPTANCE = {"next_step": "Je vous appelle", "due_on": in_days(3)}


def test_the_page_tells_all_that_is_known(client, sent, hub):
    request = sent.request
    request.answers = [{"question": 1, "label": "Quelle machine ?", "value": "x", "text": "Une fraiseuse"}]
    request.save()
    sent.word, sent.reasons = "Ils sont pressés.", ["dans votre territoire"]
    sent.save()
    AttachmentFactory(request=request)
    MessageFactory(request=request, body="Bonjour à tous")
    MessageFactory(request=request, internal=True, body="Entre nous")
    other = OrganisationFactory(of_hub=hub, name="TES")
    ReferralFactory(request=request, organisation=other)
    text = client.get(sent.get_absolute_url()).content.decode()

    for expected in (
        request.company_name, request.need, "Une fraiseuse", "plan de l’atelier.pdf", "Anne Lebrun", "gérante",
        'href="tel:0233000000"', request.contact_email, "Ils sont pressés.", "dans votre territoire", "TES",
        "Bonjour à tous", "Entre nous", "Non visible de l’entreprise", "Accepter la demande", "Caen (14)",
    ):  # fmt: skip
        assert expected in text, expected


def test_another_organisation_s_referral_does_not_exist(client, adviser):
    other = ReferralFactory(accepted=True)
    assert client.get(other.get_absolute_url()).status_code == 404
    for step in STEPS:
        assert client.post(reverse(f"referral_{step}", args=[other.code]), ACCEPTANCE).status_code == 404
    other.refresh_from_db()
    assert other.state == ReferralState.ACCEPTED


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_never_taken_by_a_link(client, sent, step):
    assert client.get(reverse(f"referral_{step}", args=[sent.code])).status_code == 405


def test_accepting_says_what_comes_next(client, sent, adviser):
    answer = do(client, "accept", sent, ACCEPTANCE)

    sent.refresh_from_db()
    assert (sent.state, sent.adviser, sent.next_step) == (ReferralState.ACCEPTED, adviser, "Je vous appelle")
    assert timezone.localdate(sent.due_at).isoformat() == in_days(3)
    assert "L’entreprise reçoit votre nom" in said(answer)
    assert OutgoingMail.objects.filter(kind="RequestAccepted").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"next_step": ""}, "Dites à l’entreprise ce que vous faites ensuite."),
        ({"next_step": "x" * 201}, "200"),
        ({"due_on": ""}, "Choisissez une date."),
        ({"due_on": "bientôt"}, "Écrivez une date"),
        ({"due_on": in_days(-1)}, "Cette date est passée."),
        ({"due_on": in_days(400)}, "dans les deux mois"),
    ],
)
def test_a_wrong_acceptance_is_explained_and_kept(client, sent, change, words):
    answer = do(client, "accept", sent, ACCEPTANCE | change)
    text = answer.content.decode()

    assert answer.status_code == 422
    assert words in text
    assert "error-summary" in text
    assert change.get("next_step", "Je vous appelle") in text
    sent.refresh_from_db()
    assert sent.state == ReferralState.SENT


def test_a_colleague_who_comes_second_is_told_who_came_first(client, sent, place, clock):
    clock.set("2026-03-03 10:12")
    colleague = UserFactory(adviser_of=place, first_name="Marc", last_name="Petit")
    actions.accept(sent, by=colleague, next_step="J’appelle")
    clock.set("2026-03-03 10:15")
    answer = do(client, "accept", sent, {"next_step": "Je vous appelle", "due_on": "2026-03-06"})

    assert "Marc Petit a déjà accepté cette demande, le 3 mars 2026 à 10\u202fh\u202f12." in said(answer)
    sent.refresh_from_db()
    assert sent.adviser == colleague
    assert OutgoingMail.objects.filter(kind="RequestAccepted").count() == 1


def test_a_second_click_changes_nothing(client, sent):
    do(client, "accept", sent, ACCEPTANCE)
    answer = do(client, "accept", sent, ACCEPTANCE)

    assert "Vous avez déjà accepté cette demande" in said(answer)
    assert sent.request.events.filter(step="accept").count() == 1


def test_declining_with_a_reason(client, sent):
    answer = do(client, "decline", sent, {"reason": "no_capacity", "note": "En mai, oui."})

    sent.refresh_from_db()
    assert (sent.state, sent.decline_reason, sent.decline_note) == (
        ReferralState.DECLINED,
        "no_capacity",
        "En mai, oui.",
    )
    assert Referral.objects.get().request.state == RequestState.TO_REROUTE
    text = answer.content.decode()
    assert "En mai, oui." in text
    assert "plus rien ne s’y change" in text
    assert "Accepter la demande" not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choisissez une raison"),
        ({"reason": "boredom"}, "boredom"),
        ({"reason": "other"}, "dites laquelle"),
        ({"reason": "other", "note": "   "}, "dites laquelle"),
    ],
)
def test_a_refusal_without_a_reason_is_not_taken(client, sent, data, words):
    answer = do(client, "decline", sent, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'class="disclosure" open' in answer.content.decode()
    sent.refresh_from_db()
    assert sent.state == ReferralState.SENT


def test_giving_it_to_a_colleague(client, accepted, place):
    colleague = UserFactory(adviser_of=place)
    do(client, "transfer", accepted, {"to": f"person-{colleague.pk}", "why": "Je pars"})

    accepted.refresh_from_db()
    assert accepted.adviser == colleague
    mail = OutgoingMail.objects.get(kind="ReferralHandedToYou")
    assert mail.recipient == colleague.email
    assert "> Je pars" in mail.text


def test_giving_it_to_another_organisation_ends_what_one_sees(client, accepted, hub):
    other = OrganisationFactory(of_hub=hub)
    UserFactory(adviser_of=other)
    answer = do(client, "transfer", accepted, {"to": f"place-{other.pk}"})

    assert answer.redirect_chain[-1][0] == reverse("inbox")
    accepted.refresh_from_db()
    assert (accepted.organisation, accepted.adviser) == (other, None)
    assert client.get(accepted.get_absolute_url()).status_code == 404


def test_taking_over_what_nobody_follows(client, accepted, adviser):
    accepted.adviser = None
    accepted.save()
    assert "Personne ne suit cette demande" in client.get(accepted.get_absolute_url()).content.decode()
    do(client, "transfer", accepted, {"to": f"person-{adviser.pk}"})

    accepted.refresh_from_db()
    assert accepted.adviser == adviser
    assert not OutgoingMail.objects.filter(kind="ReferralHandedToYou").exists()


def test_it_cannot_go_to_strangers_nor_to_who_has_it_already(client, accepted, hub):
    stranger = UserFactory(adviser_of=OrganisationFactory())
    elsewhere = OrganisationFactory()
    busy = OrganisationFactory(of_hub=hub)
    ReferralFactory(request=accepted.request, organisation=busy)
    for target in (f"person-{stranger.pk}", f"place-{elsewhere.pk}", f"place-{busy.pk}", "person-0", "", "x"):
        answer = do(client, "transfer", accepted, {"to": target})
        assert answer.status_code == 422, target
    accepted.refresh_from_db()
    assert accepted.organisation.acronym == "NWX"


@pytest.mark.parametrize("outcome", Outcome.values)
def test_closing_with_each_outcome(client, accepted, outcome):
    do(client, "close", accepted, {"outcome": outcome, "note": "Deux jours d’essai."})

    row = Referral.objects.select_related("request").get()
    assert (row.state, row.outcome, row.request.state) == (ReferralState.CLOSED, outcome, RequestState.CLOSED)
    assert "Deux jours d’essai." in client.get(row.get_absolute_url()).content.decode()


@pytest.mark.parametrize("data", [{}, {"outcome": "helped"}, {"note": "x"}, {"outcome": "won", "note": "x"}])
def test_closing_needs_an_outcome_and_a_summary(client, accepted, data):
    assert do(client, "close", accepted, data).status_code == 422
    accepted.refresh_from_db()
    assert accepted.state == ReferralState.ACCEPTED


def test_closing_before_accepting_is_refused(client, sent):
    answer = do(client, "close", sent, {"outcome": "helped", "note": "x"})

    assert "Cette étape n’est plus possible" in said(answer)
    sent.refresh_from_db()
    assert sent.state == ReferralState.SENT


def test_a_call_is_noted_with_what_comes_next(client, accepted):
    do(client, "call", accepted, {"note": "Ils hésitent.", "next_step": "J’envoie un devis", "due_on": in_days(5)})

    accepted.refresh_from_db()
    assert accepted.next_step == "J’envoie un devis"
    assert "Ils hésitent." in client.get(accepted.get_absolute_url()).content.decode()


def test_a_call_sent_twice_counts_once(client, accepted):
    data = {"note": "Ils hésitent."}
    do(client, "call", accepted, data)
    do(client, "call", accepted, data)

    assert accepted.request.events.filter(step=RequestNote.CALL).count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Écrivez une phrase sur cet échange."),
        ({"note": "x", "next_step": "Devis"}, "dites pour quand"),
        ({"note": "x", "due_on": in_days(-3)}, "Cette date est passée."),
    ],
)
def test_a_wrong_call_note_is_explained(client, accepted, data, words):
    answer = do(client, "call", accepted, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_another_organisation_s_call_note_stays_with_it(client, sent, hub):
    other = ReferralFactory(accepted=True, request=sent.request, organisation=OrganisationFactory(of_hub=hub))
    actions.note_call(other, note="Secret de fabrication", by=other.adviser)

    assert "Secret de fabrication" not in client.get(sent.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ThreadKind.values)
def test_writing_in_each_thread(client, accepted, kind):
    upload = SimpleUploadedFile("devis.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\n%%EOF", "application/pdf")
    data = {f"{kind}-thread": kind, f"{kind}-body": "Bonjour", f"{kind}-attachments": upload}
    do(client, "write", accepted, data)

    message = Message.objects.get()
    assert (message.thread, message.body, str(message.organisation)) == (kind, "Bonjour", "NWX")
    assert message.attachments.get().name == "devis.pdf"
    told_company = OutgoingMail.objects.filter(recipient=accepted.request.contact_email).exists()
    assert told_company == (kind == ThreadKind.SHARED)
    assert "devis.pdf" in client.get(accepted.get_absolute_url()).content.decode()


def test_a_message_sent_twice_is_one_message(client, accepted):
    data = {"shared-thread": "shared", "shared-body": "Bonjour"}
    do(client, "write", accepted, data)
    do(client, "write", accepted, data)

    assert Message.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="MessageToCompany").count() == 1


def test_the_same_words_later_or_after_an_answer_are_another_message(client, accepted, clock):
    data = {"shared-thread": "shared", "shared-body": "Bonjour"}
    do(client, "write", accepted, data)
    MessageFactory(request=accepted.request, body="Bonjour")
    clock.advance(seconds=5)
    do(client, "write", accepted, data)
    clock.advance(minutes=3)
    do(client, "write", accepted, data)

    assert Message.objects.count() == 4


def test_what_was_typed_for_professionals_never_goes_to_the_company(client, accepted):
    data = {"internal-thread": "shared", "internal-body": "Entre nous"}
    do(client, "write", accepted, data)

    assert Message.objects.get().thread == ThreadKind.INTERNAL


@pytest.mark.parametrize(
    ("files", "words"),
    [([], "Écrivez votre message."), (["virus.exe"], "n’est pas d’un type accepté"), (["faux.pdf"], "ne contient pas")],
)
def test_a_wrong_message_is_explained_and_kept(client, accepted, files, words):
    body = "" if not files else "Mon texte à garder"
    uploads = [SimpleUploadedFile(name, b"MZ\x90\x00program") for name in files]
    data = {"shared-thread": "shared", "shared-body": body, "shared-attachments": uploads}
    answer = do(client, "write", accepted, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert body in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("trait", ["closed", "declined", "expired", "cancelled"])
def test_an_ended_referral_is_read_only(client, adviser, place, trait):
    row = ReferralFactory(organisation=place, **{trait: True})
    text = client.get(row.get_absolute_url()).content.decode()

    assert "plus rien ne s’y change" in text
    assert "<textarea" not in text
    for step, data in {
        "accept": ACCEPTANCE,
        "decline": {"reason": "no_capacity"},
        "close": {"outcome": "helped", "note": "x"},
        "call": {"note": "x"},
        "write": {"shared-thread": "shared", "shared-body": "x"},
    }.items():
        answer = do(client, step, row, data)
        assert answer.status_code == 200, step
        assert answer.redirect_chain, step
        assert said(answer), step
    before = (row.state, row.next_step)
    row.refresh_from_db()
    assert (row.state, row.next_step) == before
    assert not Message.objects.exists()


def test_erased_details_are_said_erased(client, sent):
    request = sent.request
    request.contact_name = request.contact_email = request.contact_phone = ""
    request.save()

    assert "coordonnées ont été effacées" in client.get(sent.get_absolute_url()).content.decode()


def test_long_threads_cost_no_more_queries(client, accepted):
    MessageFactory(request=accepted.request)
    with CaptureQueriesContext(connection) as one:
        client.get(accepted.get_absolute_url())
    for _number in range(12):
        AttachmentFactory(request=accepted.request, message=MessageFactory(request=accepted.request))
    with CaptureQueriesContext(connection) as many:
        client.get(accepted.get_absolute_url())

    # One more to read the files of the messages that now have some, none more for each.
    assert len(many) <= len(one) + 1


@pytest.mark.parametrize("trait", [{}, {"accepted": True}])
def test_no_two_fields_share_a_name_on_the_page(client, adviser, place, trait):
    row = ReferralFactory(organisation=place, **trait)
    text = client.get(row.get_absolute_url()).content.decode()
    names = re.findall(r'\bid="([^"]+)"', text)

    assert len(names) == len(set(names))
