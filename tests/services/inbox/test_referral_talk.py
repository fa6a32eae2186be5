"""Calls and messages about a referral, from its page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from diginor.outbox.models import OutgoingMail
from services.requests.actions import referral as actions
from services.requests.enums import RequestNote, ThreadKind
from services.requests.models import Message
from tests.factories.members import OrganisationFactory
from tests.factories.services import MessageFactory, ReferralFactory
from tests.services.referral_walk import do, in_days

pytestmark = pytest.mark.django_db


def test_a_call_is_noted_with_what_comes_next(client, accepted):
    do(client, "call", accepted, {"note": "Ils hésitent.", "next_step": "J’envoie un devis", "due_on": in_days(5)})

    accepted.refresh_from_db()
    assert [promise.text for promise in accepted.open_promises()] == ["J’envoie un devis"]
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
