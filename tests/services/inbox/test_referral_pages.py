"""The page of a referral and each thing that can be done with it, right or wrong."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from services.requests.actions import referral as actions
from services.requests.enums import Outcome, ReferralState, RequestState
from services.requests.models import Message, Referral
from tests.factories.members import OrganisationFactory, UserFactory
from tests.factories.services import AttachmentFactory, MessageFactory, ReferralFactory
from tests.services.referral_walk import do, in_days, said

pytestmark = pytest.mark.django_db
STEPS = ["accept", "decline", "transfer", "close", "call", "write"]

ACCEPTANCE = {"next_step": "Je vous appelle", "due_on": in_days(3)}


def test_the_page_tells_all_that_is_known(client, sent, hub):
    request = sent.request
    request.answers = [{"question": 1, "label": "Quelle machine ?", "value": "x", "text": "Une fraiseuse"}]
    request.save()
    sent.staff_note, sent.reasons = "Ils sont pressés.", ["dans votre territoire"]
    sent.save()
    AttachmentFactory(request=request)
    MessageFactory(request=request, body="Bonjour à tous")
    MessageFactory(request=request, internal=True, body="Entre nous")
    other = OrganisationFactory(of_hub=hub, name="TES")
    ReferralFactory(request=request, organisation=other)
    text = client.get(sent.get_absolute_url()).content.decode()

    for expected in (
        request.company_name, request.need, "Une fraiseuse", "plan de l’atelier.pdf", "Anne Lebrun", "gérante",
        f'href="tel:{request.contact_phone.replace(" ", "")}"',
        request.contact_email, "Ils sont pressés.", "dans votre territoire", "TES",
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
    visit = client.get(reverse(f"referral_{step}", args=[sent.code]))
    assert (visit.status_code, visit.url) == (302, sent.get_absolute_url())
    sent.refresh_from_db()
    assert sent.state == ReferralState.SENT


def test_accepting_says_what_comes_next(client, sent, adviser):
    answer = do(client, "accept", sent, ACCEPTANCE)

    sent.refresh_from_db()
    assert (sent.state, sent.adviser, sent.open_promises()[0].text) == (
        ReferralState.ACCEPTED,
        adviser,
        "Je vous appelle",
    )
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
    before = (row.state, row.promises.count())
    row.refresh_from_db()
    assert (row.state, row.promises.count()) == before
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
