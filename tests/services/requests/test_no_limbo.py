"""No limbo: whatever people do or leave undone, an open request has one responsible party and one next date."""

import html
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from diginor.outbox.models import OutgoingMail
from diginor.text import wording
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from diginor.workflow.working_days import PARIS
from members.hubs.enums import HubRoleKind
from members.hubs.models import HubRole
from members.people.models import Absence, Membership, User
from services.requests.actions import company, referral, thread
from services.requests.actions import departures as people
from services.requests.enums import TRIAGE_STATES, DeclineReason, Outcome, RequestNote, RequestStep
from services.requests.links import tracking_token
from services.requests.models import FollowUp, Referral, RequestEvent, ServiceRequest
from services.triage import actions as triage
from tests.factories.members import HubFactory, UserFactory
from tests.services.cast import Desk, run_clock

MOST_OPEN = 3
ALERTS = {"TriageReminder", "TriageEscalation", "RequestToReroute", "ActivityAlert", "CompanySilent", "NewRequest"}


def waits_for_the_desk():
    """Whether a request waits to be routed."""
    return ServiceRequest.objects.open().filter(state__in=TRIAGE_STATES).exists()


class Shop(RuleBasedStateMachine):
    """A hub, three organisations and a few companies, played in any order."""

    def __init__(self):
        super().__init__()
        self.traveller = time_machine.travel(datetime(2026, 4, 24, 9, 0, tzinfo=PARIS), tick=False)
        self.time = self.traveller.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        """Nobody acts any more: everything still open must come to the desk, with an alert; then forget it all."""
        try:
            if hasattr(self, "desk"):
                self.see_the_pages()
                self.leave_it_alone()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.traveller.stop()

    @initialize(start=st.sampled_from(["filed", "routed", "accepted", "promised", "twice"]))
    def open_desk(self, start):
        """Begin anywhere on the way, so that short plays reach every corner."""
        self.desk = Desk.open()
        self.other_hub = HubFactory(slug="autre", name="Autre guichet")
        UserFactory(staff_of=self.other_hub)
        request = self.desk.file()
        if start == "filed":
            return
        places = self.desk.places[:2] if start == "twice" else self.desk.places[:1]
        first = triage.route(request, places, by=self.desk.staff)[0]
        if start != "routed":
            due = timezone.localdate() + timedelta(days=400) if start == "promised" else None
            referral.accept(first, by=self.desk.advisers[0], due_on=due)

    def attempt(self, action, *args, **kwargs):
        """Do something that may be refused; a refusal changes nothing."""
        try:
            with transaction.atomic():
                return action(*args, **kwargs)
        except StepRefused:
            return None

    def request(self, number):
        """An open request if there is one, so that most steps have something to bite on; an ended one otherwise."""
        rows = list(ServiceRequest.objects.open().with_details().order_by("pk"))
        rows = rows or list(ServiceRequest.objects.with_details().order_by("pk"))
        return rows[number % len(rows)]

    def live(self, number):
        rows = list(Referral.objects.live().select_related("organisation", "request", "adviser").order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def somebody_of(self, organisation):
        found = Membership.objects.filter(organisation=organisation, is_active=True).select_related("user")
        return (row := found.order_by("pk").first()) and row.user

    @precondition(lambda self: ServiceRequest.objects.open().count() < MOST_OPEN)
    @rule()
    def file(self):
        self.desk.file()

    @precondition(lambda self: waits_for_the_desk())
    @rule(number=st.integers(0, 9), chosen=st.sets(st.integers(0, 2), min_size=1))
    def route(self, number, chosen):
        self.attempt(triage.route, self.request(number), [self.desk.places[i] for i in chosen], by=self.desk.staff)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9), days=st.none() | st.integers(0, 200))
    def accept(self, number, days):
        row = self.live(number)
        if row and (who := self.somebody_of(row.organisation)):
            due = None if days is None else timezone.localdate() + timedelta(days=days)
            self.attempt(referral.accept, row, by=who, next_step="Appel", due_on=due)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9), reason=st.sampled_from(DeclineReason.values))
    def decline(self, number, reason):
        row = self.live(number)
        if row and (who := self.somebody_of(row.organisation)):
            self.attempt(referral.decline, row, reason=reason, note="Non", by=who)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9), outcome=st.sampled_from(Outcome.values))
    def close(self, number, outcome):
        row = self.live(number)
        if row and (who := self.somebody_of(row.organisation)):
            self.attempt(referral.close, row, outcome=outcome, note="Fait", by=who)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9), to=st.none() | st.integers(0, 2))
    def transfer(self, number, to):
        row = self.live(number)
        if row and (who := self.somebody_of(row.organisation)):
            place = None if to is None else self.desk.places[to]
            has_it = place and row.request.referrals.live().filter(organisation=place).exists()
            if not has_it:
                self.attempt(referral.transfer, row, by=who, organisation=place)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9))
    def call(self, number):
        row = self.live(number)
        if row and (who := self.somebody_of(row.organisation)):
            self.attempt(referral.note_call, row, note="Appel", by=who)

    @precondition(lambda self: Referral.objects.live().exists())
    @rule(number=st.integers(0, 9))
    def take_back(self, number):
        if row := self.live(number):
            self.attempt(referral.take_back, row, by=self.desk.staff, why="Reprise")

    @precondition(lambda self: waits_for_the_desk())
    @rule(number=st.integers(0, 9))
    def ask(self, number):
        self.attempt(triage.ask_company, self.request(number), question="Quoi ?", by=self.desk.staff)

    @rule(number=st.integers(0, 9))
    def company_writes(self, number):
        self.attempt(thread.write, self.request(number), body="Voilà", by=Party.COMPANY)

    @rule(number=st.integers(0, 9), into=st.integers(0, 9), how=st.sampled_from(["withdraw", "reject", "merge"]))
    def end(self, number, into, how):
        request = self.request(number)
        if how == "withdraw":
            self.attempt(company.withdraw, request, by=Party.COMPANY)
        elif how == "reject":
            self.attempt(triage.reject, request, reason="out_of_scope", answer="Non", by=self.desk.staff)
        else:
            self.attempt(triage.merge, request, self.request(into), by=self.desk.staff)

    @precondition(lambda self: waits_for_the_desk())
    @rule(number=st.integers(0, 9))
    def hand_over(self, number):
        self.attempt(triage.hand_over, self.request(number), self.other_hub, why="Chez vous", by=self.desk.staff)

    @rule(place=st.integers(0, 2))
    def somebody_leaves(self, place):
        organisation = self.desk.places[place]
        if who := self.somebody_of(organisation):
            Membership.objects.filter(user=who, organisation=organisation).update(is_active=False)
            people.hand_back(who, organisation)

    @rule(place=st.integers(0, 2), days=st.integers(1, 60), whole=st.booleans())
    def somebody_is_away(self, place, days, whole):
        organisation = self.desk.places[place]
        today = timezone.localdate()
        who = None if whole else self.somebody_of(organisation)
        Absence.objects.create(
            organisation=organisation, user=who, starts_on=today, ends_on=today + timedelta(days=days)
        )

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours):
        self.time.shift(timedelta(hours=hours))
        run_clock()

    @invariant()
    def every_open_request_has_one_responsible_party_and_one_date(self):
        for request in ServiceRequest.objects.open().with_details():
            self.check(request)

    def check(self, request):
        live = {row.organisation_id for row in request.referrals.live()}
        assert request.due_at is not None
        if request.responsible == Party.ORGANISATION:
            assert request.responsible_organisation_id in live
        elif request.responsible == Party.COMPANY:
            assert request.asked_at is not None
        else:
            assert request.responsible == Party.HUB
            assert HubRole.objects.filter(hub=request.hub, kind=HubRoleKind.STAFF).exists()
        assert FollowUp.objects.pending().filter(request=request).exists(), "nothing would ever happen"

    def see_the_pages(self):
        """The company's page and the desk's both say whose turn it is and until when."""
        visitor, staff = Client(), Client()
        for request in ServiceRequest.objects.open().with_details():
            staff.force_login(User.objects.with_hub_role(request.hub_id, HubRoleKind.STAFF).first())
            tracking = reverse("tracking", args=[tracking_token(request)])
            pages = [visitor.get(tracking), staff.get(request.get_absolute_url())]
            for page, form in zip(pages, ("full", "short"), strict=True):
                assert page.status_code == 200
                text = html.unescape(page.content.decode())
                assert wording.day(request.due_at, form) in text
                if request.responsible == Party.ORGANISATION:
                    assert str(request.responsible_organisation) in text

    def leave_it_alone(self):
        """Jump from due date to due date until the desk has everything; it must not take more than 40 jumps."""
        for _jump in range(40):
            waiting = ServiceRequest.objects.open().exclude(responsible=Party.HUB)
            if not waiting.exists():
                break
            upcoming = FollowUp.objects.pending().filter(request__in=waiting).order_by("due_at").first()
            assert upcoming is not None, "nothing would ever happen"
            self.time.move_to(max(upcoming.due_at, timezone.now()), tick=False)
            run_clock()
            self.every_open_request_has_one_responsible_party_and_one_date()
        for request in ServiceRequest.objects.open():
            assert request.responsible == Party.HUB
            assert self.was_alerted(request)

    def was_alerted(self, request):
        marks = [*RequestStep.values, RequestNote.ALERT, RequestNote.HAND_OVER, RequestNote.ANSWER]
        told = RequestEvent.objects.filter(request=request, step__in=marks, at__gte=request.queued_at)
        alert = FollowUp.objects.pending().filter(request=request, kind="triage_escalation")
        mailed = OutgoingMail.objects.filter(kind__in=ALERTS, subject__contains=request.company_name)
        return told.exists() and alert.exists() and mailed.exists()


@pytest.mark.django_db
def test_no_request_is_ever_left_in_limbo():
    quick = settings(
        max_examples=70,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(Shop, settings=quick)
