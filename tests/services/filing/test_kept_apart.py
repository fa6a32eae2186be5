"""Nothing that a stranger typed is mailed to an address that nobody has proven, and robots make us write to nobody."""

import pytest
from django.db import transaction
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from members.organisations.models import Organisation
from services.filing import actions as filing
from services.requests.actions import company
from services.requests.enums import RejectReason, RequestState
from services.requests.links import tracking_token
from services.requests.notifications.base import ToCompany
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import ReferralFactory, RequestFactory
from tests.services.cast import Desk, fresh, mails_of
from tests.services.requests.test_mails import mails_to, write

pytestmark = pytest.mark.django_db

SIRET = "73282932000074"
VICTIM = "victime@exemple.example"
TYPED = {
    "contact_name": "GAGNEZ http://loto.example",
    "contact_function": "LOTERIE",
    "contact_phone": "0899000000",
    "company_name": "CASINO",
    "need": "PUBLICITE " * 9,
    "answers": [{"label": "Pour quand", "text": "BONUS"}],
}
WORDS = ("GAGNEZ", "loto.example", "LOTERIE", "0899000000", "CASINO", "PUBLICITE", "BONUS")
SAID_BY_STAFF = {"QuestionAsked", "QuestionReminder", "MessageToCompany"}


@pytest.fixture
def desk(clock):
    return Desk.open()


@pytest.fixture
def suspect(desk):
    """A filing that looks like a robot's, with the SIRET of a company that the portal does not know."""
    draft = RequestFactory(draft=True, hub=desk.hub, topic=desk.topic, siret=SIRET)
    return filing.submit(draft, suspicions=["too_fast"])


@pytest.mark.parametrize("kind", mails_to(ToCompany), ids=lambda kind: kind.name)
def test_until_staff_have_read_no_mail_quotes_what_was_typed(kind, desk):
    request = RequestFactory(hub=desk.hub, contact_email=VICTIM, **TYPED)
    referral = ReferralFactory(accepted=True, request=request, adviser=UserFactory())
    request.routed_at = None
    written = [mail for mail in write(kind, referral) if mail.recipient == VICTIM]
    assert written
    for mail in written:
        assert [word for word in WORDS if word in mail.subject + mail.text + mail.html] == []


def test_the_mails_of_an_unfinished_request_quote_nothing_typed(desk):
    draft = RequestFactory(draft=True, hub=desk.hub, topic=desk.topic, **TYPED)
    filing.send_resume_link(draft, email=VICTIM)
    filing.submit(draft)
    for mail in OutgoingMail.objects.filter(recipient=VICTIM).order_by("pk"):
        assert [word for word in WORDS if word in mail.subject + mail.text + mail.html] == []
    assert sorted(OutgoingMail.objects.filter(recipient=VICTIM).values_list("kind", flat=True).order_by("pk")) == [
        "RequestReceived",
        "ResumeLink",
    ]


def test_once_staff_have_routed_it_mails_greet_the_person(desk):
    request = desk.file()
    triage.route(request, desk.places[:1], by=desk.staff)
    assert "Bonjour Anne Morel" in OutgoingMail.objects.get(kind="RequestRouted").text


@pytest.mark.parametrize("kind", mails_to(ToCompany), ids=lambda kind: kind.name)
def test_a_request_kept_apart_makes_us_write_to_nobody_but_what_staff_say(kind, desk):
    request = RequestFactory(hub=desk.hub, suspect=True, contact_email=VICTIM)
    referral = ReferralFactory(accepted=True, request=request, adviser=UserFactory())
    written = [mail for mail in write(kind, referral) if mail.recipient == VICTIM]
    assert bool(written) is (kind.__name__ in SAID_BY_STAFF)


def test_a_suspect_filing_writes_to_nobody_and_creates_no_record(suspect):
    assert (suspect.state, suspect.is_suspect, suspect.organisation) == (RequestState.SUBMITTED, True, None)
    assert mails_of() == []
    assert not Organisation.objects.filter(siret=SIRET).exists()


def test_the_person_follows_it_all_the_same(suspect, client):
    page = client.get(reverse("tracking", args=[tracking_token(suspect)]))
    assert suspect.code in page.content.decode()


def test_taking_it_back_writes_to_nobody(suspect):
    company.withdraw(suspect, by=Party.COMPANY)
    assert mails_of() == []


def test_once_trusted_both_sides_are_told_and_the_record_is_made(suspect, desk):
    triage.release(suspect, by=desk.staff)
    assert fresh(suspect).organisation.siret == SIRET
    assert list(fresh(suspect).organisation.known_by.order_by("pk")) == [desk.hub]
    assert mails_of("RequestReceived") == [suspect.contact_email]
    assert mails_of("NewRequest") == [desk.staff.email]


def test_routing_it_says_so_at_once_and_makes_the_record(suspect, desk):
    triage.route(suspect, [desk.places[0]], by=desk.staff)
    assert fresh(suspect).organisation.siret == SIRET
    assert mails_of("RequestRouted") == [suspect.contact_email]
    assert mails_of("RequestReceived") == []


def test_a_robot_set_aside_is_not_answered_nor_asked_its_opinion(suspect, desk):
    triage.reject(suspect, reason=RejectReason.SPAM, answer="Ceci n’est pas une demande.", by=desk.staff)
    assert mails_of() == []
    assert fresh(suspect).is_suspect
    assert not Organisation.objects.filter(siret=SIRET).exists()


def test_a_request_that_staff_read_and_set_aside_for_another_reason_is_answered(suspect, desk):
    triage.reject(suspect, reason=RejectReason.OUT_OF_SCOPE, answer="Voyez votre région.", by=desk.staff)
    assert mails_of() == [suspect.contact_email]
    assert not fresh(suspect).is_suspect


def test_joining_it_to_another_request_takes_it_for_a_real_one(suspect, desk):
    triage.merge(suspect, desk.file(), by=desk.staff)
    assert not fresh(suspect).is_suspect
    assert mails_of("RequestMerged") == [suspect.contact_email]


def test_handed_over_it_is_still_kept_apart(suspect, desk):
    other = HubFactory()
    staff = UserFactory(staff_of=other)
    triage.hand_over(suspect, other, why="Chez vous", by=desk.staff)
    assert mails_of() == [staff.email]
    triage.release(fresh(suspect), by=staff)
    assert list(fresh(suspect).organisation.known_by.order_by("pk")) == [other]


def test_a_record_known_already_is_kept(desk):
    known = OrganisationFactory(siret=SIRET)
    request = RequestFactory(suspect=True, hub=desk.hub, topic=desk.topic, organisation=known)
    with transaction.atomic():
        filing.clear(request)
    assert fresh(request).organisation == known
