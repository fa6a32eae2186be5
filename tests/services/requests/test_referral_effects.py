"""What each step of an organisation leaves behind: who is written to and who is not, what moves, what is logged."""

from datetime import date

import pytest
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.requests.actions import referral as actions
from services.requests.actions import thread
from services.requests.enums import DeclineReason, Outcome, ReferralState, RequestState, ThreadKind
from services.requests.models import RequestEvent
from services.triage import actions as triage
from tests.factories.members import UserFactory
from tests.factories.services import RequestFactory
from tests.services.cast import Desk, fresh, mails_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock):
    return Desk.open()


@pytest.fixture
def two(desk):
    """One request in the hands of two organisations, whose mails are forgotten."""
    rows = triage.route(desk.file(), desk.places[:2], by=desk.staff)
    OutgoingMail.objects.all().delete()
    return rows


@pytest.fixture
def taken(desk, two, clock):
    """The first of them, taken on a day later."""
    clock.advance(days=1)
    actions.accept(two[0], by=desk.advisers[0])
    OutgoingMail.objects.all().delete()
    return two[0]


def last(referral, step):
    return RequestEvent.objects.filter(request=referral.request_id, step=step).order_by("at", "pk").last()


class TestAccepting:
    def test_the_company_alone_is_told(self, desk, two):
        actions.accept(two[0], by=desk.advisers[0])
        assert mails_of() == [two[0].request.contact_email]

    def test_the_referral_has_its_adviser_and_dates_and_the_request_its_first_one(self, desk, two, clock):
        at = clock.advance(days=1)
        actions.accept(two[0], by=desk.advisers[0], next_step="Je vous appelle", due_on=date(2026, 3, 20))
        row = fresh(two[0])
        assert (row.state, row.adviser, row.open_promises()[0].text) == (
            "accepted",
            desk.advisers[0],
            "Je vous appelle",
        )
        assert row.answered_at == row.accepted_at == row.active_at == at
        assert timezone.localtime(row.due_at).date() == date(2026, 3, 20)
        request = fresh(row.request)
        assert (request.state, request.taken_at) == (RequestState.IN_PROGRESS, at)
        assert last(row, "accept").by == desk.advisers[0]

    def test_a_second_organisation_does_not_change_since_when_it_is_helped(self, desk, two, taken, clock):
        before = fresh(taken.request).taken_at
        clock.advance(days=1)
        actions.accept(two[1], by=desk.advisers[1])
        assert fresh(taken.request).taken_at == before
        assert fresh(two[1]).accepted_at == timezone.now()


class TestDeclining:
    def test_the_company_is_told_and_the_others_go_on(self, desk, two):
        actions.decline(two[0], reason=DeclineReason.NO_CAPACITY, note="Complet en mars.", by=desk.advisers[0])
        row = fresh(two[0])
        assert (row.state, row.decline_reason, row.decline_note) == ("declined", "no_capacity", "Complet en mars.")
        assert row.answered_at == row.ended_at == timezone.now()
        assert (last(row, "decline").by, last(row, "decline").why) == (desk.advisers[0], "Complet en mars.")
        assert mails_of() == [row.request.contact_email]
        assert fresh(two[1]).state == ReferralState.SENT
        assert fresh(row.request).state == RequestState.ROUTED

    def test_the_last_refusal_tells_the_desk_and_the_request_queues_anew(self, desk, two, clock):
        actions.decline(two[0], reason=DeclineReason.NO_CAPACITY, by=desk.advisers[0])
        OutgoingMail.objects.all().delete()
        at = clock.advance(days=1)
        actions.decline(two[1], reason=DeclineReason.NO_CAPACITY, by=desk.advisers[1])
        request = fresh(two[0].request)
        assert (request.state, request.queued_at, request.responsible) == ("to_reroute", at, Party.HUB)
        assert mails_of("RequestToReroute") == [desk.staff.email]
        assert mails_of("ReferralRefused") == [request.contact_email]
        assert last(two[0], "send_back").party == Party.CLOCK


class TestTransferring:
    def test_a_colleague_receives_it_and_only_the_colleague_and_the_company_are_told(self, desk, taken):
        colleague = UserFactory(adviser_of=desk.places[0])
        actions.transfer(taken, by=desk.advisers[0], adviser=colleague, why="Je pars en congé.")
        row = fresh(taken)
        assert (row.adviser, row.organisation, row.state) == (colleague, desk.places[0], ReferralState.ACCEPTED)
        assert mails_of("ReferralHandedToYou") == [colleague.email]
        assert mails_of("ReferralTransferred") == [row.request.contact_email]
        assert OutgoingMail.objects.count() == 2
        note = last(row, "transfer")
        assert (note.by, note.why) == (desk.advisers[0], "Je pars en congé.")
        assert note.data["to_adviser"] == str(colleague)

    def test_who_takes_it_over_is_not_written_to(self, desk, taken):
        colleague = UserFactory(adviser_of=desk.places[0])
        actions.transfer(taken, by=colleague, adviser=colleague)
        assert mails_of() == [taken.request.contact_email]

    def test_another_organisation_receives_it_and_the_history_keeps_who_had_it(self, desk, taken):
        actions.transfer(taken, by=desk.advisers[0], organisation=desk.places[2], why="C’est leur métier.")
        row = fresh(taken)
        assert (row.organisation, row.adviser) == (desk.places[2], None)
        assert mails_of("ReferralHandedToYou") == [desk.advisers[2].email]
        note = last(row, "transfer")
        assert note.data["from_organisation"] == str(desk.places[0])
        assert note.data["to_organisation"] == str(desk.places[2])

    def test_it_starts_the_clock_again_and_what_was_announced_stays(self, desk, two, clock):
        actions.accept(two[0], by=desk.advisers[0], next_step="Je vous appelle", due_on=date(2026, 3, 12))
        at = clock.advance(days=1)
        actions.transfer(two[0], by=desk.advisers[0], organisation=desk.places[2])
        row = fresh(two[0])
        assert row.active_at == at
        assert [promise.text for promise in row.open_promises()] == ["Je vous appelle"]
        assert timezone.localtime(row.due_at).date() == date(2026, 3, 12)

    def test_an_organisation_that_has_the_request_already_cannot_receive_it(self, desk, two, taken):
        with pytest.raises(StepRefused):
            actions.transfer(taken, by=desk.advisers[0], organisation=desk.places[1])
        assert fresh(taken).organisation == desk.places[0]
        assert mails_of() == []

    def test_one_that_had_it_and_declined_can(self, desk, two, taken):
        actions.decline(two[1], reason=DeclineReason.NO_CAPACITY, by=desk.advisers[1])
        actions.transfer(taken, by=desk.advisers[0], organisation=desk.places[1])
        assert fresh(taken).organisation == desk.places[1]


class TestEnding:
    def test_the_last_one_closes_the_request_and_tells_the_company_alone(self, desk, two, taken, clock):
        actions.decline(two[1], reason=DeclineReason.NO_CAPACITY, by=desk.advisers[1])
        OutgoingMail.objects.all().delete()
        at = clock.advance(days=5)
        actions.close(taken, outcome=Outcome.HELPED, note="Un essai de deux jours.", by=desk.advisers[0])
        row, request = fresh(taken), fresh(taken.request)
        assert (row.outcome, row.outcome_note, row.ended_at) == (Outcome.HELPED, "Un essai de deux jours.", at)
        assert (request.state, request.ended_at, request.helped_at) == (RequestState.CLOSED, at, at)
        assert (last(row, "close").by, last(row, "close").why) == (desk.advisers[0], "Un essai de deux jours.")
        assert mails_of("RequestClosed") == mails_of() == [request.contact_email]

    def test_as_long_as_another_works_it_stays_open_and_nobody_is_told(self, desk, two, taken):
        actions.accept(two[1], by=desk.advisers[1])
        OutgoingMail.objects.all().delete()
        actions.close(taken, outcome=Outcome.HELPED, by=desk.advisers[0])
        assert fresh(taken.request).is_open
        assert mails_of() == []

    def test_the_desk_takes_one_back_and_tells_that_organisation_and_the_company(self, desk, two):
        actions.take_back(two[0], by=desk.staff, why="Erreur de ma part.")
        row = fresh(two[0])
        assert (row.state, row.ended_at) == (ReferralState.CANCELLED, timezone.now())
        assert (last(row, "cancel").by, last(row, "cancel").why) == (desk.staff, "Erreur de ma part.")
        assert sorted(mails_of()) == sorted([desk.advisers[0].email, row.request.contact_email])
        assert "Erreur de ma part." in OutgoingMail.objects.get(kind="ReferralCancelled").text
        assert fresh(two[1]).state == ReferralState.SENT


class TestCalls:
    def test_a_call_is_kept_moves_the_date_and_writes_to_nobody(self, desk, taken, clock):
        at = clock.advance(days=2)
        actions.note_call(taken, note="Vu ensemble.", by=desk.advisers[0], next_step="Devis", due_on=date(2026, 3, 30))
        row = fresh(taken)
        assert (row.active_at, row.open_promises()[0].text) == (at, "Devis")
        assert timezone.localtime(row.due_at).date() == date(2026, 3, 30)
        assert (last(row, "call").by, last(row, "call").why) == (desk.advisers[0], "Vu ensemble.")
        assert last(row, "call").referral == row
        assert mails_of() == []

    def test_only_who_took_it_on_notes_calls(self, desk, two):
        with pytest.raises(StepRefused):
            actions.note_call(two[0], note="Vu ensemble.", by=desk.advisers[0])
        assert last(two[0], "call") is None

    def test_a_call_wakes_a_referral_that_stood_still(self, desk, taken):
        type(taken).objects.filter(pk=taken.pk).update(is_stalled=True)
        actions.note_call(taken, note="Vu ensemble.", by=desk.advisers[0])
        assert not fresh(taken).is_stalled


class TestWriting:
    def test_an_adviser_writes_to_the_company_and_the_other_organisation_never_to_the_own(self, desk, two, taken):
        thread.write(taken.request, body="Bonjour", by=desk.advisers[0], referral=taken)
        assert mails_of("MessageToCompany") == [taken.request.contact_email]
        assert mails_of("MessageToAdvisers") == [desk.advisers[1].email]
        assert OutgoingMail.objects.count() == 2

    def test_the_company_writes_to_those_who_have_the_request_not_to_those_who_had_it(self, desk, two, taken):
        actions.decline(two[1], reason=DeclineReason.NO_CAPACITY, by=desk.advisers[1])
        OutgoingMail.objects.all().delete()
        thread.write(taken.request, body="Bonjour", by=Party.COMPANY)
        assert mails_of() == [desk.advisers[0].email]

    def test_what_professionals_say_among_themselves_reaches_the_desk_never_the_company(self, desk, two, taken):
        thread.write(
            taken.request, body="Je la connais", by=desk.advisers[0], referral=taken, thread=ThreadKind.INTERNAL
        )
        assert sorted(mails_of()) == sorted([desk.advisers[1].email, desk.staff.email])

    def test_the_desk_among_professionals_does_not_write_to_itself(self, desk, two, taken):
        thread.write(taken.request, body="Je la connais", by=desk.staff, thread=ThreadKind.INTERNAL)
        assert sorted(mails_of()) == sorted(person.email for person in desk.advisers[:2])

    def test_a_message_is_kept_with_who_said_it_and_for_whom(self, desk, taken):
        thread.write(taken.request, body="Bonjour", by=desk.advisers[0], referral=taken)
        row = taken.request.messages.get()
        assert (row.body, row.author, row.organisation) == ("Bonjour", desk.advisers[0], desk.places[0])
        assert (row.party, row.thread, row.is_question) == (Party.ORGANISATION, ThreadKind.SHARED, False)
        assert row.author_name

    def test_a_message_is_an_activity_that_keeps_a_date_still_ahead(self, desk, two, clock):
        actions.accept(two[0], by=desk.advisers[0], next_step="Je vous appelle", due_on=date(2026, 3, 20))
        at = clock.advance(days=1)
        thread.write(fresh(two[0].request), body="Bonjour", by=desk.advisers[0], referral=two[0])
        row = fresh(two[0])
        assert row.active_at == at
        assert timezone.localtime(row.due_at).date() == date(2026, 3, 20)
        assert row.open_promises()[0].text == "Je vous appelle"

    def test_an_ended_request_takes_no_word(self, desk):
        request = RequestFactory(hub=desk.hub, rejected=True)
        with pytest.raises(StepRefused):
            thread.write(request, body="Bonjour", by=Party.COMPANY)
        assert (request.messages.count(), OutgoingMail.objects.count()) == (0, 0)
