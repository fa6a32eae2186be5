"""The date on a page is the date that fires, whatever people do, and whatever becomes of the topic and the delays."""

import html
from datetime import timedelta
from itertools import cycle

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from diginor.text import wording
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.requests.actions import referral, thread
from services.requests.enums import TRIAGE_STATES, ReferralState
from services.requests.links import tracking_token
from services.requests.models import DelaySet, FollowUp, Referral
from services.triage import actions as triage
from tests.factories.members import UserFactory
from tests.factories.services import TopicFactory
from tests.services.cast import Desk, fresh, run_clock

DELAYS = ["triage_reminder", "triage_escalation", "company_reminder", "company_silent"]
DELAYS += ["answer_reminder", "team_reminder", "answer_expiry", "promise_alert", "activity_reminder", "activity_alert"]
# What changes whose turn it is: nothing of that kind may come before the date that is shown.
TURNS = ["triage_reminder", "company_silent", "answer_expiry", "activity_reminder", "activity_alert", "promise_alert"]


class Play:
    """A request, the two organisations that may have it, and what people do with it."""

    def __init__(self, clock):
        self.clock = clock
        clock.set("2026-11-17 10:00")
        self.desk = Desk.open()
        self.request = self.desk.file()
        self.topics = cycle([TopicFactory(), self.desk.topic])
        DelaySet.objects.create(hub=self.desk.hub, topic=next(self.topics), **self.delays(7))

    @staticmethod
    def delays(days):
        return {name: days + rank for rank, name in enumerate(DELAYS)}

    def do(self, step, days):
        """Take a step a minute later, which may be refused; each that needs a referral takes the first live one."""
        self.clock.advance(minutes=1)
        try:
            with transaction.atomic():
                getattr(self, step)(days)
        except StepRefused:
            pass

    @property
    def first(self):
        row = Referral.objects.live().select_related("organisation", "request", "adviser").order_by("pk").first()
        if row is None:
            raise StepRefused("", "")
        return row

    def who(self, row):
        return self.desk.advisers[self.desk.places.index(row.organisation)]

    def day(self, days):
        return timezone.localdate() + timedelta(days=days)

    def waits(self, days):
        self.clock.advance(days=days, hours=5)
        run_clock()

    def delays_change(self, days):
        topic = next(self.topics) if days % 2 else None
        DelaySet.objects.update_or_create(hub=self.desk.hub, topic=topic, defaults=self.delays(1 + days))

    def requalify(self, _days):
        triage.requalify(fresh(self.request), topic=next(self.topics), by=self.desk.staff)

    def route(self, days):
        triage.route(fresh(self.request), self.desk.places[: 1 + days % 2], by=self.desk.staff)

    def ask(self, _days):
        triage.ask_company(fresh(self.request), question="Quoi ?", by=self.desk.staff)

    def company_writes(self, _days):
        thread.write(fresh(self.request), body="Et alors ?", by=Party.COMPANY)

    def adviser_writes(self, _days):
        thread.write(fresh(self.request), body="J’arrive", by=self.who(self.first), referral=self.first)

    def accept(self, days):
        due_on = self.day(days) if days else None
        for row in Referral.objects.filter(state=ReferralState.SENT).order_by("pk")[:1]:
            referral.accept(row, by=self.who(row), next_step="Appel", due_on=due_on)

    def decline(self, _days):
        referral.decline(self.first, reason="no_capacity", by=self.who(self.first))

    def announce(self, days):
        said = {"next_step": "Un devis", "due_on": self.day(days)}
        referral.note_call(self.first, note="Vu", by=self.who(self.first), **said)

    def call(self, days):
        referral.note_call(self.first, note="Vu", by=self.who(self.first), is_kept=bool(days % 2))

    def transfer(self, days):
        row = self.first
        there = {"adviser": UserFactory(adviser_of=row.organisation)}
        referral.transfer(row, by=self.who(row), **(there if days % 2 else {"organisation": self.desk.places[2]}))

    def close(self, _days):
        referral.close(self.first, outcome="helped", by=self.who(self.first))

    def take_back(self, _days):
        referral.take_back(self.first, by=self.desk.staff, why="Reprise")

    # What must hold

    def check(self):
        """Of the request and of each referral that moves, the date shown is the next that counts."""
        request = fresh(self.request)
        if not request.is_open:
            return
        self.fires(request.due_at, FollowUp.objects.takes_over(request), request)
        for row in request.referrals.live().filter(is_stalled=False):
            self.fires(row.due_at, FollowUp.objects.alert_of(row), request, row)

    def fires(self, shown, then, request, row=None):
        now, pending = timezone.now(), FollowUp.objects.pending().filter(request=request)
        mine = pending.filter(referral=row) if row else pending
        if shown <= now:
            assert then is not None, "missed, and nothing comes of it"
            assert then > now
            return
        announced = {each.due_at for live in request.referrals.live() for each in live.open_promises()}
        assert shown in {each.due_at for each in mine} | announced
        stalled = request.referrals.filter(is_stalled=True)
        before = mine.filter(kind__in=TURNS, due_at__lt=shown).exclude(referral__in=stalled)
        assert list(before) == [], "something fires before the date that is shown"

    def see(self):
        """The company, the desk and the adviser read these dates, and not that what moves stands still."""
        request = fresh(self.request)
        if not request.is_open:
            return
        page = self.page(reverse("tracking", args=[tracking_token(request)]))
        assert wording.day(request.due_at) in page
        if request.is_late(timezone.now()):
            assert wording.day(FollowUp.objects.takes_over(request)) in page
        stands_still = request.responsible == Party.HUB and request.state not in TRIAGE_STATES
        assert ("n’avance plus" in page) == stands_still
        assert wording.day(request.due_at, "short") in self.page(request.get_absolute_url(), self.desk.staff)
        for row in request.referrals.live().filter(is_stalled=False):
            view = "a-repondre" if row.state == ReferralState.SENT else "en-cours"
            for address in (f"{reverse('inbox')}?vue={view}", row.get_absolute_url()):
                assert wording.day(row.due_at, "short") in self.page(address, self.who(row))

    def page(self, address, person=None):
        reader = Client()
        if person:
            reader.force_login(person)
        return html.unescape(reader.get(address).content.decode())


STEPS = ["waits", "delays_change", "requalify", "route", "ask", "company_writes", "adviser_writes", "accept", "decline"]
STEPS += ["announce", "call", "transfer", "close", "take_back"]
PLAYS = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 12)), min_size=2, max_size=9)
ROUTED, TAKEN, PROMISED = [("route", 1)], [("route", 1), ("accept", 0)], [("route", 0), ("accept", 3)]


@pytest.mark.django_db
@given(start=st.sampled_from([[], ROUTED, TAKEN, PROMISED]), steps=PLAYS)
@example(start=PROMISED, steps=[("waits", 5), ("adviser_writes", 0)])
@example(start=TAKEN, steps=[("delays_change", 1), ("adviser_writes", 0), ("company_writes", 0)])
@example(start=[], steps=[("requalify", 0), ("delays_change", 2), ("ask", 0), ("company_writes", 0)])
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_what_is_shown_is_what_fires(clock, start, steps):
    with transaction.atomic():
        play = Play(clock)
        for step, days in [*start, *steps]:
            play.do(step, days)
            play.check()
        play.see()
        transaction.set_rollback(True)
