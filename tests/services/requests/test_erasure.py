"""Erasing a request, and the name of who closes an account: what goes, what stays, who is told and who is not."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.registries.personal_data import ERASED, Target, erase, found
from diginor.workflow.history import Party
from members.organisations.models import Organisation
from members.people.actions.teams import close_account
from services.filing import actions as filing
from services.requests.actions import company, referral, thread
from services.requests.actions.erasure import erase as erase_request
from services.requests.enums import RequestState
from services.requests.models import Attachment, DelaySet, FollowUp, Message, RequestEvent, ServiceRequest
from services.requests.tasks import follow_up
from services.triage import actions as triage
from tests.factories.members import HubFactory, UserFactory
from tests.factories.members import siret as siret_of
from tests.factories.services import AttachmentFactory, RequestFactory, SatisfactionFactory
from tests.services.cast import Desk, fresh, mails_of

pytestmark = pytest.mark.django_db
ANNE = "anne1@atelier.example"


@pytest.fixture
def desk(clock):
    clock.set("2026-04-28 10:00")
    return Desk.open()


def accepted(desk):
    """A request that an adviser follows, with words and files everywhere."""
    asked = desk.file()
    (given,) = triage.route(asked, desk.places[:1], by=desk.staff, staff_note="Anne Morel attend votre appel")
    referral.accept(given, by=desk.advisers[0], next_step="J’appelle Anne Morel", due_on=timezone.localdate())
    thread.write(fresh(asked), body="Bonjour, Anne Morel", by=Party.COMPANY)
    thread.write(fresh(asked), body="Anne Morel est pressée", by=desk.staff, thread="internal")
    AttachmentFactory(request=asked)
    return fresh(asked)


def everything_said(asked):
    """All that the database holds about a request, and its mails, as one text."""
    rows = [
        *ServiceRequest.objects.filter(pk=asked.pk).values(),
        *asked.referrals.values(),
        *asked.events.values(),
        *asked.messages.values(),
        *asked.attachments.values(),
        *asked.follow_ups.values(),
        *OutgoingMail.objects.values("recipient", "subject", "text", "html", "dedupe_key"),
    ]
    return str(rows)


def test_erasing_leaves_no_word_of_the_person_anywhere(desk, django_capture_on_commit_callbacks):
    asked = accepted(desk)
    (file,) = [(row.file.storage, row.file.name) for row in Attachment.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        erase_request(asked, by=desk.head)
    left = everything_said(asked)
    for words in ("Anne", "Morel", ANNE, "Atelier 1", "capteur"):
        assert words not in left, words
    assert not file[0].exists(file[1])
    assert not asked.attachments.exists()


def test_what_is_counted_stays(desk):
    asked = accepted(desk)
    erase_request(asked, by=desk.head)
    gone = fresh(asked)
    kept = ("topic", "family", "size", "sector", "commune", "submitted_at", "routed_at", "taken_at")
    assert [getattr(gone, name) for name in kept] == [getattr(asked, name) for name in kept]


def test_an_open_request_is_withdrawn_first_and_its_organisations_are_told_without_a_quote(desk):
    asked = accepted(desk)
    OutgoingMail.objects.all().delete()
    erase_request(asked, by=desk.head)
    assert fresh(asked).state == RequestState.WITHDRAWN
    assert mails_of() == [desk.advisers[0].email]
    told = OutgoingMail.objects.get()
    assert asked.code in told.text
    assert "effacées" in told.text
    assert "Atelier" not in told.subject + told.text + told.html


def test_an_ended_request_is_erased_without_a_mail_and_its_opinion_is_not_asked(desk, clock):
    asked = desk.file()
    company.withdraw(asked, by=Party.COMPANY)
    OutgoingMail.objects.all().delete()
    erase_request(asked, by=desk.head)
    assert not FollowUp.objects.filter(request=asked, done_at=None).exists()
    clock.advance(days=30)
    follow_up()
    assert mails_of() == []


def test_the_history_says_who_erased_and_nothing_else(desk):
    asked = accepted(desk)
    erase_request(asked, by=desk.head)
    last = asked.events.order_by("-pk").first()
    assert (last.step, last.by, last.party) == ("erase", desk.head, Party.HUB)
    assert set(asked.events.exclude(pk=last.pk).values_list("by_name", "why", "by")) == {("", "", None)}


def test_a_second_erasing_changes_nothing(desk):
    asked = accepted(desk)
    erase_request(fresh(asked), by=desk.head)
    before = everything_said(asked)
    # As it was read before the first erasing, by another page.
    erase_request(asked, by=desk.staff)
    assert everything_said(asked) == before


def test_the_comment_of_an_opinion_goes_and_its_score_stays(desk):
    opinion = SatisfactionFactory(answered=True)
    erase_request(opinion.request)
    opinion.refresh_from_db()
    assert (opinion.comment, opinion.score) == ("", 5)


def test_a_draft_goes_whole_with_its_file(desk, django_capture_on_commit_callbacks):
    draft = RequestFactory(draft=True)
    file = AttachmentFactory(request=draft).file
    with django_capture_on_commit_callbacks(execute=True):
        erase_request(draft)
    assert not ServiceRequest.objects.filter(pk=draft.pk).exists()
    assert not file.storage.exists(file.name)


def test_the_mails_that_resume_a_draft_go_with_it(desk):
    draft = filing.start_draft()
    filing.send_resume_link(draft, email=ANNE)
    other = desk.file()
    erase_request(draft)
    assert not OutgoingMail.objects.filter(kind="ResumeLink").exists()
    assert OutgoingMail.objects.filter(recipient=other.contact_email).exists()


def test_the_words_that_a_duplicate_left_with_another_request_go_with_it(desk):
    first, second = desk.file(), desk.file()
    triage.merge(second, first, by=desk.staff)
    erase_request(fresh(second))
    assert first.events.get(step="absorb").why == ""
    assert fresh(first).need != ERASED


def test_mails_about_another_request_stay(desk):
    asked, other = desk.file(), desk.file()
    erase_request(asked, by=desk.head)
    assert not OutgoingMail.objects.filter(text__contains=asked.code, kind="NewRequest").exists()
    assert OutgoingMail.objects.filter(text__contains=other.code, recipient=other.contact_email).exists()


class TestRecord:
    """The record of a company that asked."""

    def test_it_goes_with_its_last_request(self, desk):
        number = siret_of(1)
        first, second = desk.file(siret=number), desk.file(siret=number)
        erase_request(first, by=desk.head)
        assert Organisation.objects.filter(siret=number).exists()
        erase_request(second, by=desk.head)
        assert not Organisation.objects.filter(siret=number).exists()

    @pytest.mark.parametrize("kept", [{"is_listed": True}, {"source": "La presse"}, {"kind": "cluster"}])
    def test_a_published_structure_stays(self, desk, kept):
        asked = desk.file(siret=siret_of(1))
        Organisation.objects.filter(pk=asked.organisation_id).update(**kept)
        erase_request(fresh(asked), by=desk.head)
        assert Organisation.objects.filter(pk=asked.organisation_id).exists()

    def test_one_that_has_a_team_stays(self, desk):
        asked = desk.file(siret=siret_of(1))
        UserFactory(manager_of=asked.organisation)
        erase_request(fresh(asked), by=desk.head)
        assert Organisation.objects.filter(pk=asked.organisation_id).exists()


class TestClosingAnAccount:
    """What the page promises: the history keeps that a person acted, without their name."""

    def test_the_name_leaves_histories_messages_and_transfers(self, desk):
        asked = accepted(desk)
        adviser, colleague = desk.advisers[0], UserFactory(adviser_of=desk.places[0])
        given = asked.referrals.get()
        thread.write(fresh(asked), body="J’appelle demain", by=adviser, referral=given)
        referral.transfer(fresh(given), adviser=colleague, by=adviser)
        name = str(adviser)
        assert name in everything_said(asked)
        OutgoingMail.objects.all().delete()
        close_account(adviser)
        OutgoingMail.objects.all().delete()
        assert name not in everything_said(asked)
        assert asked.events.filter(by=adviser, step="accept").exists()
        assert Message.objects.get(author=adviser).author_name == ERASED
        assert str(colleague) in str(asked.events.get(step="transfer").data)

    def test_who_received_a_transfer_is_forgotten_and_who_else_did_stays(self, desk):
        asked = accepted(desk)
        first, second = UserFactory(adviser_of=desk.places[0]), UserFactory(adviser_of=desk.places[0])
        for colleague in (first, second):
            referral.transfer(fresh(asked.referrals.get()), adviser=colleague, by=desk.managers[0])
        close_account(first)
        told = [row.data["to_adviser"] for row in asked.events.filter(step="transfer", by=desk.managers[0])]
        assert sorted(told) == ["", str(second)]

    def test_the_names_of_others_stay(self, desk):
        asked = accepted(desk)
        close_account(desk.advisers[0])
        assert asked.events.filter(by_name=str(desk.staff)).exists()
        assert fresh(asked).contact_name == "Anne Morel"

    def test_names_kept_by_accounts_closed_before_go_at_the_next_retention(self, desk):
        from diginor.registries.tasks import expire_personal_data

        asked = accepted(desk)
        adviser = desk.advisers[0]
        close_account(adviser)
        RequestEvent.objects.filter(by=adviser).update(by_name="Jeanne Dupuis")
        expire_personal_data()
        assert not asked.events.filter(by_name="Jeanne Dupuis").exists()

    def test_a_closed_account_is_never_called_by_its_dead_address(self, desk):
        adviser = desk.advisers[0]
        close_account(adviser)
        assert str(adviser) == "compte fermé"


class TestPerson:
    """Everything of one address."""

    def test_all_requests_of_the_address_go_in_any_case_of_letters_and_those_of_others_stay(self, desk):
        mine, other = desk.file(), desk.file()
        outcome = erase(Target(address=ANNE.upper()))
        assert outcome.failed == []
        assert fresh(mine).erased_at
        assert not fresh(other).erased_at
        assert not OutgoingMail.objects.filter(recipient=ANNE).exists()
        assert found(Target(address=ANNE)) == []

    def test_what_is_shown_before_is_what_goes(self, desk):
        asked = accepted(desk)
        shown = {line.part.code: len(line.pieces) for line in found(Target(number=asked.code))}
        assert shown == {"requests": 1}
        (line,) = found(Target(number=asked.code.lower()))
        assert asked.code in line.pieces[0].label
        assert "retirée" in line.pieces[0].note
        assert erase(Target(number=asked.code)).erased == shown

    def test_a_head_reaches_the_filed_requests_of_their_hubs_alone(self, desk):
        mine = desk.file()
        draft = RequestFactory(draft=True, hub=desk.hub, contact_email=ANNE)
        elsewhere = RequestFactory(hub=HubFactory(), contact_email=ANNE)
        erase(Target(address=ANNE, hubs=frozenset({desk.hub.pk}), by=desk.head))
        assert fresh(mine).erased_at
        assert not fresh(elsewhere).erased_at
        assert fresh(draft).contact_email == ANNE

    def test_erasing_in_one_hub_leaves_the_account(self, desk):
        person = UserFactory(email=ANNE)
        desk.file()
        erase(Target(address=ANNE, hubs=frozenset({desk.hub.pk}), by=desk.head))
        person.refresh_from_db()
        assert person.is_active


class TestRetention:
    """When requests go by themselves."""

    @pytest.fixture
    def sweep(self):
        from diginor.registries.tasks import expire_personal_data

        return expire_personal_data

    def test_an_abandoned_third_step_goes_after_ninety_days(self, desk, clock, sweep):
        draft = filing.start_draft()
        filing.save_contact(draft, contact_name="Anne Morel", contact_email=ANNE, contact_phone="0231000000")
        clock.advance(days=89)
        sweep()
        assert ServiceRequest.objects.filter(pk=draft.pk).exists()
        clock.advance(days=2)
        sweep()
        assert not ServiceRequest.objects.filter(pk=draft.pk).exists()

    def test_an_ended_request_goes_three_years_after_the_last_act_of_the_person(self, desk, clock, sweep):
        asked = desk.file()
        company.withdraw(asked, by=Party.COMPANY)
        clock.set("2029-04-28 09:59")
        sweep()
        assert fresh(asked).contact_email
        clock.set("2029-04-28 10:01")
        sweep()
        gone = fresh(asked)
        assert (gone.contact_email, gone.contact_name, gone.need) == ("", "", ERASED)
        assert (gone.topic, gone.ended_at) == (asked.topic, asked.ended_at)

    @pytest.mark.parametrize(("of_hub", "of_topic", "years"), [(1, None, 1), (None, 2, 2), (1, 5, 5), (0, None, 1)])
    def test_the_hub_and_the_topic_say_how_long(self, desk, clock, sweep, of_hub, of_topic, years):
        DelaySet.objects.create(hub=desk.hub, erasure=of_hub)
        DelaySet.objects.create(hub=desk.hub, topic=desk.topic, erasure=of_topic)
        asked = desk.file()
        company.withdraw(asked, by=Party.COMPANY)
        clock.set(f"{2026 + years}-04-27 10:00")
        sweep()
        assert fresh(asked).erased_at is None
        clock.set(f"{2026 + years}-04-29 10:00")
        sweep()
        assert fresh(asked).erased_at

    def test_an_open_request_that_everybody_left_is_withdrawn_then_erased(self, desk, clock, sweep):
        asked = desk.file()
        clock.set("2029-04-29 10:00")
        sweep()
        gone = fresh(asked)
        assert (gone.state, gone.contact_email) == (RequestState.WITHDRAWN, "")

    def test_an_open_request_on_which_an_organisation_works_stays(self, desk, clock, sweep):
        asked = accepted(desk)
        clock.set("2029-04-01 10:00")
        referral.note_call(asked.referrals.get(), note="Toujours en cours", by=desk.advisers[0])
        clock.set("2029-05-01 10:00")
        sweep()
        assert fresh(asked).erased_at is None

    def test_a_person_who_comes_back_meanwhile_is_not_erased(self, desk, clock):
        from services.requests.personal_data import REQUESTS

        asked = desk.file()
        company.withdraw(asked, by=Party.COMPANY)
        clock.set("2029-04-29 10:00")
        (piece,) = REQUESTS.expired(timezone.now())
        ServiceRequest.objects.filter(pk=asked.pk).update(person_acted_at=timezone.now())
        piece.erase()
        assert fresh(asked).erased_at is None

    def test_a_file_that_no_row_knows_goes_after_a_day_and_those_of_requests_stay(self, desk, sweep):
        kept, lost, fresh_one = (AttachmentFactory(request=desk.file()) for _number in range(3))
        for row, age in ((kept, 2), (lost, 2), (fresh_one, 0)):
            moment = (timezone.now() - timedelta(days=age)).timestamp()
            os.utime(row.file.path, (moment, moment))
        Attachment.objects.filter(pk__in=[lost.pk, fresh_one.pk]).delete()
        sweep()
        there = [row.file.storage.exists(row.file.name) for row in (kept, lost, fresh_one)]
        assert there == [True, False, True]
