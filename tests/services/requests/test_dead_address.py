"""Whoever cannot be written to is called: an address that refuses our mails for good shows where the desk works."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import MailStatus, OutgoingMail
from tests.factories.members import HubFactory, UserFactory
from tests.factories.services import RequestFactory

pytestmark = pytest.mark.django_db
IN_QUEUE, ON_SHEET = "Adresse qui ne reçoit rien", "ne reçoit rien"


def mail(recipient, status, *, minutes=0):
    """A mail written some minutes from now."""
    at = timezone.now() + timedelta(minutes=minutes)
    sent_at = at if status == MailStatus.SENT else None
    key = str(uuid.uuid4())
    OutgoingMail.objects.create(recipient=recipient, status=status, created_at=at, sent_at=sent_at, dedupe_key=key)


@pytest.fixture
def row(client):
    hub = HubFactory()
    client.force_login(UserFactory(staff_of=hub))
    return RequestFactory(hub=hub, contact_email="ana@fermee.example", contact_phone="02 33 00 00 01")


def pages(client, row):
    """The queue, and the request beside it."""
    queue = client.get(reverse("admin:triage")).content.decode()
    sheet = client.get(reverse("admin:triage_request", args=[row.code]))
    return queue, sheet.content.decode()


def test_a_refused_address_shows_in_the_queue_and_says_whom_to_call(client, row):
    mail("ana@fermee.example", MailStatus.REFUSED)
    queue, sheet = pages(client, row)
    assert IN_QUEUE in queue
    assert "ana@fermee.example ne reçoit rien" in sheet
    assert 'href="tel:0233000001"' in sheet.split("ne reçoit rien")[-1]


def test_without_a_telephone_it_says_so(client, row):
    row.contact_phone = ""
    row.save()
    mail("ana@fermee.example", MailStatus.REFUSED)
    assert "n’a pas laissé de téléphone" in pages(client, row)[1]


@pytest.mark.parametrize("status", [MailStatus.SENT, MailStatus.QUEUED, MailStatus.HELD])
def test_an_address_that_refused_nothing_says_nothing(client, row, status):
    mail("ana@fermee.example", status)
    mail("autre@fermee.example", MailStatus.REFUSED)
    queue, sheet = pages(client, row)
    assert IN_QUEUE not in queue
    assert ON_SHEET not in sheet


def test_a_mail_that_arrived_since_ends_the_alert(client, row):
    mail("ana@fermee.example", MailStatus.REFUSED)
    mail("Ana@Fermee.example", MailStatus.SENT, minutes=5)
    assert IN_QUEUE not in pages(client, row)[0]
    mail("ana@fermee.example", MailStatus.REFUSED, minutes=9)
    assert IN_QUEUE in pages(client, row)[0]


def test_requests_without_an_address_are_not_alike(client, row):
    row.contact_email = ""
    row.save()
    mail("", MailStatus.REFUSED)
    assert IN_QUEUE not in pages(client, row)[0]
