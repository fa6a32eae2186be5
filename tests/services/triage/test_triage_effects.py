"""What each step of the desk leaves behind: who is written to and who is not, what moves, stays, is logged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.catalogue.enums import Family
from services.requests.actions import links as filing
from services.requests.actions import thread
from services.requests.enums import RejectReason, RequestState
from services.requests.models import RequestEvent
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import AttachmentFactory, MessageFactory, ReferralFactory, RequestFactory, TopicFactory
from tests.services.cast import Desk, fresh, mails_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock):
    return Desk.open()


@pytest.fixture
def filed(desk):
    """A request in the queue, whose mails are forgotten."""
    request = desk.file()
    OutgoingMail.objects.all().delete()
    return request


def steps(request):
    return list(request.events.order_by("at", "pk").values_list("step", flat=True))


def last(request, step):
    return RequestEvent.objects.filter(request=request, step=step).order_by("at", "pk").last()


class TestFiling:
    def test_the_company_and_the_desk_are_told(self, desk):
        request = desk.file()
        assert mails_of("RequestReceived") == [request.contact_email]
        assert mails_of("NewRequest") == [desk.staff.email]

    def test_it_is_announced_once_it_is_trusted(self, desk):
        request = RequestFactory(suspect=True, hub=desk.hub, topic=desk.topic)
        triage.release(request, by=desk.staff)
        assert not fresh(request).is_suspect
        assert last(request, "trust").by == desk.staff
        assert mails_of("RequestReceived") == [request.contact_email]
        assert mails_of("NewRequest") == [desk.staff.email]
        with pytest.raises(StepRefused):
            triage.release(request, by=desk.staff)

    def test_a_fresh_link_closes_those_made_before_and_goes_to_the_company_alone(self, desk, filed):
        before = filed.link_version
        filing.replace_tracking_link(filed, by=desk.staff)
        assert fresh(filed).link_version == before + 1
        assert last(filed, "relink").by == desk.staff
        assert mails_of() == [filed.contact_email]


class TestRouting:
    def test_the_company_and_those_who_received_it_are_told_nobody_else(self, desk, filed):
        triage.route(filed, desk.places[:2], by=desk.staff, staff_note="Une belle histoire")
        assert sorted(mails_of("ReferralSent")) == sorted(person.email for person in desk.advisers[:2])
        assert mails_of("RequestRouted") == [filed.contact_email]
        assert OutgoingMail.objects.count() == 3

    def test_each_referral_carries_the_word_its_reasons_and_its_deadline(self, desk, filed):
        first, second = desk.places[:2]
        triage.route(
            filed, [first, second], by=desk.staff, staff_note="Une belle histoire", reasons={first.pk: ["proche"]}
        )
        rows = {row.organisation: row for row in filed.referrals.all()}
        assert [rows[place].staff_note for place in (first, second)] == ["Une belle histoire"] * 2
        assert [rows[place].reasons for place in (first, second)] == [["proche"], []]
        for row in rows.values():
            assert row.sent_at == row.active_at == timezone.now()
            assert row.sent_at < row.answer_in_time_until < row.expires_at == row.due_at

    def test_it_is_logged_with_who_and_to_whom(self, desk, filed):
        triage.route(filed, desk.places[:2], by=desk.staff, staff_note="Une belle histoire")
        row = last(filed, "route")
        assert (row.by, row.why) == (desk.staff, "Une belle histoire")
        assert row.data["to"] == [str(place) for place in desk.places[:2]]

    def test_routing_ends_the_question_and_the_suspicion(self, desk):
        request = RequestFactory(hub=desk.hub, topic=desk.topic, asked=True, is_suspect=True, suspicions=["too_fast"])
        triage.route(request, desk.places[:1], by=desk.staff)
        after = fresh(request)
        assert (after.state, after.asked_at, after.is_suspect) == (RequestState.ROUTED, None, False)
        assert after.responsible_organisation == desk.places[0]

    def test_a_second_routing_reaches_only_the_newcomers_and_keeps_the_first_date(self, desk, filed, clock):
        triage.route(filed, desk.places[:1], by=desk.staff)
        routed_at = fresh(filed).routed_at
        OutgoingMail.objects.all().delete()
        clock.advance(days=1)
        added = triage.route(fresh(filed), desk.places[:2], by=desk.staff)
        assert [row.organisation for row in added] == [desk.places[1]]
        assert filed.referrals.count() == 2
        assert mails_of("ReferralSent") == [desk.advisers[1].email]
        assert mails_of("RequestRouted") == [filed.contact_email]
        assert fresh(filed).routed_at == routed_at

    def test_who_has_it_already_cannot_receive_it_twice(self, desk, filed):
        triage.route(filed, desk.places[:1], by=desk.staff)
        events, mails = filed.events.count(), OutgoingMail.objects.count()
        with pytest.raises(StepRefused):
            triage.route(fresh(filed), desk.places[:1], by=desk.staff)
        assert (filed.referrals.count(), filed.events.count(), OutgoingMail.objects.count()) == (1, events, mails)

    def test_who_declined_may_receive_it_again(self, desk):
        declined = ReferralFactory(declined=True, organisation=desk.places[0])
        again = triage.route(declined.request, [desk.places[0]], by=desk.staff)
        assert [row.organisation for row in again] == [desk.places[0]]


class TestRejecting:
    def test_the_company_alone_is_answered_and_the_request_is_over(self, desk, filed):
        triage.reject(filed, reason=RejectReason.OUT_OF_SCOPE, answer="Voyez votre région.", by=desk.staff)
        after = fresh(filed)
        assert (after.state, after.reject_reason, after.ended_at) == ("rejected", "out_of_scope", timezone.now())
        row = last(filed, "reject")
        assert (row.by, row.why, row.data["reason"]) == (desk.staff, "Voyez votre région.", "out_of_scope")
        assert mails_of() == [filed.contact_email]
        assert "Voyez votre région." in OutgoingMail.objects.get().text


class TestRequalifying:
    def test_topic_and_family_change_and_the_history_names_both(self, desk, filed):
        before, topic = str(filed.topic), TopicFactory(funding=True)
        triage.requalify(filed, topic=topic, by=desk.staff, why="Elle cherche une aide.")
        after = fresh(filed)
        assert (after.topic, after.family) == (topic, Family.FUNDING)
        row = last(filed, "requalify")
        assert (row.by, row.why) == (desk.staff, "Elle cherche une aide.")
        assert (row.data["from_topic"], row.data["to_topic"]) == (before, str(topic))
        assert mails_of() == []

    def test_a_routed_request_keeps_its_topic(self, desk):
        request = RequestFactory(hub=desk.hub, routed=True)
        with pytest.raises(StepRefused):
            triage.requalify(request, topic=TopicFactory(funding=True), by=desk.staff)
        assert fresh(request).topic != TopicFactory(funding=True)


class TestMerging:
    def test_the_files_of_the_filing_go_along_those_of_messages_stay(self, desk):
        kept, double = desk.file(), desk.file()
        joined = AttachmentFactory(request=double)
        said = AttachmentFactory(request=double, message=MessageFactory(request=double))
        others = AttachmentFactory(request=desk.file())
        triage.merge(double, kept, by=desk.staff)
        for row in (joined, said, others):
            row.refresh_from_db()
        assert (joined.request, said.request) == (kept, double)
        assert others.request not in (kept, double)

    def test_the_duplicate_is_over_the_other_one_knows_its_words(self, desk):
        kept, double = desk.file(), desk.file()
        OutgoingMail.objects.all().delete()
        triage.merge(double, kept, by=desk.staff)
        after = fresh(double)
        assert (after.merged_into, after.ended_at) == (kept, timezone.now())
        assert not after.is_open
        assert fresh(kept).is_open
        row = last(kept, "absorb")
        assert (row.by, row.why, row.data["code"]) == (desk.staff, double.need, double.code)
        assert (last(double, "merge").by, last(double, "merge").why) == (desk.staff, kept.code)
        assert mails_of() == [double.contact_email]

    @pytest.mark.parametrize("which", ["itself", "of another hub", "ended"])
    def test_what_is_no_duplicate_is_refused_and_nothing_moves(self, desk, filed, which):
        into = {
            "itself": lambda: filed,
            "of another hub": lambda: RequestFactory(hub=HubFactory(slug="autre")),
            "ended": lambda: RequestFactory(hub=desk.hub, rejected=True),
        }[which]()
        with pytest.raises(StepRefused):
            triage.merge(filed, into, by=desk.staff)
        assert fresh(filed).is_open
        assert mails_of() == []


class TestAsking:
    def test_the_company_alone_is_asked_and_it_is_its_turn(self, desk, filed):
        triage.ask_company(filed, question="Quel est votre effectif ?", by=desk.staff)
        after = fresh(filed)
        assert (after.asked_at, after.responsible) == (timezone.now(), Party.COMPANY)
        assert (last(filed, "ask").by, last(filed, "ask").why) == (desk.staff, "Quel est votre effectif ?")
        said = filed.messages.get()
        assert (said.body, said.is_question, said.author) == ("Quel est votre effectif ?", True, desk.staff)
        assert mails_of("QuestionAsked") == mails_of() == [filed.contact_email]

    def test_its_answer_gives_the_turn_back_and_tells_the_desk_alone(self, desk, filed, clock):
        triage.ask_company(filed, question="Quel est votre effectif ?", by=desk.staff)
        OutgoingMail.objects.all().delete()
        clock.advance(days=1)
        thread.write(fresh(filed), body="Douze.", by=Party.COMPANY)
        after = fresh(filed)
        assert (after.asked_at, after.responsible) == (None, Party.HUB)
        assert after.queued_at == after.person_acted_at == timezone.now()
        assert last(filed, "answer").party == Party.COMPANY
        assert mails_of() == [desk.staff.email]

    def test_words_that_answer_no_question_keep_the_place_in_the_queue(self, desk, filed, clock):
        before = fresh(filed).queued_at
        clock.advance(days=1)
        thread.write(filed, body="J’oubliais : lundi de préférence.", by=Party.COMPANY)
        assert fresh(filed).queued_at == before
        assert fresh(filed).person_acted_at == timezone.now()
        assert "answer" not in steps(filed)


class TestHandingOver:
    @pytest.fixture
    def other(self):
        hub = HubFactory(slug="autre", name="Autre guichet")
        UserFactory(staff_of=hub, email="lea@autre.example")
        return hub

    def test_the_company_and_the_new_desk_are_told_not_the_old_one(self, desk, filed, other):
        triage.hand_over(filed, other, why="Votre territoire", by=desk.staff)
        assert mails_of("RequestHandedOver") == [filed.contact_email]
        assert mails_of("HandOverReceived") == ["lea@autre.example"]
        assert OutgoingMail.objects.count() == 2

    def test_it_waits_anew_in_the_new_queue_and_the_question_is_over(self, desk, other, clock):
        place = OrganisationFactory()
        request = RequestFactory(hub=desk.hub, asked=True, organisation=place, at=timezone.now() - timedelta(days=3))
        triage.hand_over(request, other, why="Votre territoire", by=desk.staff)
        after = fresh(request)
        assert (after.hub, after.asked_at, after.queued_at) == (other, None, timezone.now())
        assert after.responsible == Party.HUB
        assert other in place.known_by.all()
        row = last(request, "hand_over")
        assert (row.by, row.why) == (desk.staff, "Votre territoire")
        assert (row.data["from_hub"], row.data["to_hub"]) == (str(desk.hub), str(other))

    def test_its_own_hub_and_a_closed_one_are_refused(self, desk, filed):
        for hub in (desk.hub, HubFactory(slug="ferme", is_open=False)):
            with pytest.raises(StepRefused):
                triage.hand_over(filed, hub, why="", by=desk.staff)
        assert fresh(filed).hub == desk.hub
        assert mails_of() == []
