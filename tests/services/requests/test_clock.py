"""Every line of the clock, on a frozen calendar around 1 May 2026, a public holiday that is a Friday."""

import pytest

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from services.filing import actions as filing
from services.requests.actions import clock as clock_actions
from services.requests.actions import company, referral, thread
from services.requests.enums import FollowUpKind, ReferralState, RequestState
from services.requests.models import DelaySet, FollowUp, Satisfaction
from services.triage import actions as triage
from tests.services.cast import Desk, fresh, mails_of, run_clock

pytestmark = pytest.mark.django_db

START = "2026-04-28 10:00"


@pytest.fixture
def desk(clock):
    """A desk on Tuesday 28 April 2026, at ten."""
    clock.set(START)
    return Desk.open()


def routed(desk, places=1):
    """A request given to the first organisations."""
    request = desk.file()
    return request, triage.route(request, desk.places[:places], by=desk.staff)


def accepted(desk):
    """A request taken on by the first organisation."""
    request, referrals = routed(desk)
    referral.accept(referrals[0], by=desk.advisers[0])
    return request, fresh(referrals[0])


def at(clock, moment):
    """Move to a moment and let the clock run, three times: the second and the third change nothing."""
    clock.set(moment)
    run_clock()
    before = (OutgoingMail.objects.count(), FollowUp.objects.count())
    run_clock()
    run_clock()
    assert (OutgoingMail.objects.count(), FollowUp.objects.count()) == before


def test_staff_are_reminded_after_two_working_days(desk, clock):
    desk.file()
    at(clock, "2026-04-30 09:59")
    assert mails_of("TriageReminder") == []
    at(clock, "2026-04-30 10:00")
    assert mails_of("TriageReminder") == [desk.staff.email]


def test_the_head_is_told_after_four_working_days_and_the_holiday_does_not_count(desk, clock):
    desk.file()
    at(clock, "2026-05-04 23:00")
    assert mails_of("TriageEscalation") == []
    at(clock, "2026-05-05 10:00")
    assert sorted(mails_of("TriageEscalation")) == sorted([desk.staff.email, desk.head.email])


def test_the_alert_comes_back_as_long_as_nobody_acts_twice_as_late_each_time(desk, clock):
    desk.file()
    alerts = ["2026-05-05 10:00", "2026-05-19 10:00", "2026-06-11 10:00", "2026-07-28 10:00", "2026-09-10 10:00"]
    for rank, moment in enumerate(alerts):
        clock.set(moment)
        clock.advance(minutes=-1)
        run_clock()
        assert mails_of("TriageEscalation").count(desk.head.email) == rank
        at(clock, moment)
        assert mails_of("TriageEscalation").count(desk.head.email) == rank + 1


def test_a_routed_request_reminds_nobody_of_triage(desk, clock):
    routed(desk)
    at(clock, "2026-05-06 10:00")
    assert mails_of("TriageReminder") == mails_of("TriageEscalation") == []


def test_an_unfinished_draft_is_recalled_once(desk, clock):
    draft = filing.start_draft()
    filing.send_resume_link(draft, email="anne@atelier.example")
    at(clock, "2026-04-29 10:00")
    at(clock, "2026-05-29 10:00")
    assert mails_of("DraftReminder") == ["anne@atelier.example"]


def test_a_draft_finished_in_time_is_not_recalled(desk, clock):
    draft = filing.start_draft()
    filing.send_resume_link(draft, email="anne@atelier.example")
    filing.submit(draft)
    at(clock, "2026-05-01 10:00")
    assert mails_of("DraftReminder") == []


@pytest.mark.parametrize(
    ("kind", "before", "moment", "who"),
    [
        ("AnswerReminder", "2026-05-04 09:59", "2026-05-04 10:00", "advisers"),
        ("TeamReminder", "2026-05-07 09:59", "2026-05-07 10:00", "team"),
        ("ReferralExpired", "2026-05-13 09:59", "2026-05-13 10:00", "team"),
    ],
)
def test_an_unanswered_referral_is_recalled_then_expires(desk, clock, kind, before, moment, who):
    routed(desk)
    at(clock, before)
    assert mails_of(kind) == []
    at(clock, moment)
    team = [desk.advisers[0].email] + ([desk.managers[0].email] if who == "team" else [])
    assert sorted(mails_of(kind)) == sorted(team)


def test_an_expired_referral_alerts_staff_and_tells_the_company(desk, clock):
    request, (first,) = routed(desk)
    at(clock, "2026-05-13 10:00")
    assert fresh(first).state == ReferralState.EXPIRED
    assert fresh(request).state == RequestState.TO_REROUTE
    assert fresh(request).is_abandoned
    assert mails_of("RequestToReroute") == [desk.staff.email]
    assert mails_of("ReferralRefused") == [request.contact_email]


def test_the_last_refusal_sends_the_request_back_the_same_day(desk, clock):
    request, referrals = routed(desk, places=2)
    referral.decline(referrals[0], reason="no_capacity", by=desk.advisers[0])
    assert mails_of("RequestToReroute") == []
    referral.decline(referrals[1], reason="not_our_field", by=desk.advisers[1])
    assert mails_of("RequestToReroute") == [desk.staff.email]
    assert not fresh(request).is_abandoned


def test_an_accepted_referral_without_activity_is_recalled_then_staff_are_alerted(desk, clock):
    request, first = accepted(desk)
    # Fifteen working days from 28 April: 1, 8 and 14 May are holidays.
    at(clock, "2026-05-22 09:59")
    assert mails_of("ActivityReminder") == []
    at(clock, "2026-05-22 10:00")
    assert mails_of("ActivityReminder") == [desk.advisers[0].email]
    # Whit Monday is one too.
    at(clock, "2026-06-08 09:59")
    assert mails_of("ActivityAlert") == []
    at(clock, "2026-06-08 10:00")
    assert mails_of("ActivityAlert") == [desk.staff.email]
    assert fresh(first).is_stalled
    assert fresh(request).responsible == "hub"


def test_an_activity_starts_the_delay_again(desk, clock):
    request, first = accepted(desk)
    clock.set("2026-05-20 10:00")
    referral.note_call(first, note="Appel", by=desk.advisers[0])
    at(clock, "2026-05-29 10:00")
    assert mails_of("ActivityReminder") == []
    assert fresh(request).responsible == "organisation"


def test_a_standstill_comes_back_to_staff_until_somebody_acts(desk, clock):
    accepted(desk)
    at(clock, "2026-06-08 10:00")
    at(clock, "2026-06-10 10:00")
    assert mails_of("TriageReminder") == [desk.staff.email]
    at(clock, "2026-06-12 10:00")
    assert desk.head.email in mails_of("TriageEscalation")


def test_a_silent_company_is_recalled_then_the_request_comes_back(desk, clock):
    request = desk.file()
    triage.ask_company(request, question="Quelle ligne ?", by=desk.staff)
    at(clock, "2026-05-06 10:00")
    assert mails_of("QuestionReminder") == [request.contact_email]
    assert fresh(request).responsible == "company"
    at(clock, "2026-05-15 10:00")
    assert mails_of("CompanySilent") == [desk.staff.email]
    assert fresh(request).responsible == "hub"


def test_an_answer_gives_the_turn_back_to_staff(desk, clock):
    request = desk.file()
    triage.ask_company(request, question="Quelle ligne ?", by=desk.staff)
    clock.set("2026-04-29 10:00")
    thread.write(request, body="La ligne 2", by=Party.COMPANY)
    assert fresh(request).responsible == "hub"
    at(clock, "2026-05-15 10:00")
    assert mails_of("CompanySilent") == []


def closed(desk):
    request, first = accepted(desk)
    referral.close(first, outcome="helped", note="Capteur essayé", by=desk.advisers[0])
    return fresh(request)


def rejected(desk):
    request = desk.file()
    triage.reject(request, reason="out_of_scope", answer="Ce n’est pas notre champ.", by=desk.staff)
    return fresh(request)


def withdrawn(desk):
    request = desk.file()
    company.withdraw(request, by=Party.COMPANY)
    return fresh(request)


@pytest.mark.parametrize("ending", [closed, rejected, withdrawn])
def test_satisfaction_is_asked_once_seven_days_later_whatever_the_outcome(desk, clock, ending):
    request = ending(desk)
    at(clock, "2026-05-05 09:59")
    assert mails_of("SatisfactionAsked") == []
    at(clock, "2026-05-05 10:00")
    at(clock, "2026-06-05 10:00")
    assert mails_of("SatisfactionAsked") == [request.contact_email]
    assert Satisfaction.objects.filter(request=request).count() == 1


def test_spam_is_not_asked_for_its_opinion(desk, clock):
    triage.reject(desk.file(), reason="spam", answer="", by=desk.staff)
    at(clock, "2026-06-05 10:00")
    assert mails_of("SatisfactionAsked") == []


def test_a_second_assessment_is_proposed_a_year_after_the_help(desk, clock):
    request = closed(desk)
    at(clock, "2027-04-28 09:59")
    assert mails_of("SecondAssessment") == []
    at(clock, "2027-04-28 10:00")
    assert mails_of("SecondAssessment") == [request.contact_email]


def test_delays_are_data_of_the_hub_and_of_the_topic(desk, clock):
    DelaySet.objects.create(hub=desk.hub, triage_reminder=1)
    DelaySet.objects.create(hub=desk.hub, topic=desk.topic, answer_expiry=2)
    request, (first,) = routed(desk)
    at(clock, "2026-04-30 10:00")
    assert fresh(first).state == ReferralState.EXPIRED
    at(clock, "2026-05-04 10:00")
    assert fresh(request).state == RequestState.TO_REROUTE
    assert mails_of("TriageReminder") == [desk.staff.email]


def test_one_broken_follow_up_does_not_keep_the_others_waiting(desk, clock, monkeypatch):
    broken, sound = desk.file(), desk.file()
    kept = dict(clock_actions.EFFECTS)

    def effect(request, follow_up):
        if request.pk == broken.pk:
            raise RuntimeError("broken row")
        return kept[FollowUpKind.TRIAGE_REMINDER](request, follow_up)

    monkeypatch.setitem(clock_actions.EFFECTS, FollowUpKind.TRIAGE_REMINDER, effect)
    clock.set("2026-04-30 10:00")
    assert run_clock() == 1
    assert FollowUp.objects.pending().filter(request=broken, kind=FollowUpKind.TRIAGE_REMINDER).exists()
    assert not FollowUp.objects.pending().filter(request=sound, kind=FollowUpKind.TRIAGE_REMINDER).exists()
