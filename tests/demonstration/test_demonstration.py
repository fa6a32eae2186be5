"""The demonstration: what it tells could have happened by the real actions, and it is the same at every load."""

from collections import Counter
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from stdnum.fr import siret

from demonstration.pages import outbox
from demonstration.story import accounts, loading
from demonstration.story.texts import needs, words
from diginor.outbox.models import OutgoingMail
from diginor.workflow.working_days import PARIS
from members.organisations.models import Organisation
from members.people.models import User
from members.territories.actions.loading import load_territories
from services.catalogue.enums import QuestionKind
from services.catalogue.models import Topic
from services.figures.models import FigureCell
from services.figures.queries.requests_behind import counted_in, steered_hubs
from services.requests import workflow as workflows
from services.requests.actions.clock import follow_up_due
from services.requests.actions.next_action import update_next_action
from services.requests.enums import (
    ENDED_STATES,
    DeclineReason,
    Outcome,
    ReferralState,
    ReferralStep,
    RejectReason,
    RequestState,
    RequestStep,
)
from services.requests.models import FollowUp, Referral, RequestEvent, Satisfaction, ServiceRequest
from tests.filled import some

# An ordinary Tuesday, and the night of a public holiday that falls on a Saturday.
MOMENTS = [datetime(2026, 3, 10, 9, 0, tzinfo=PARIS), datetime(2026, 8, 15, 23, 50, tzinfo=PARIS)]
NEEDED_REGIONS = ["28", "52", "53", "75", "84"]


@pytest.fixture(scope="module", params=MOMENTS, ids=["tuesday", "holiday"])
def moment(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Any:
    """The instant at which the demonstration was loaded; time stands still there, and nothing stays afterwards."""
    with django_db_blocker.unblock(), time_machine.travel(request.param, tick=False), transaction.atomic():
        load_territories(regions=NEEDED_REGIONS)
        loading.load()
        # Checked once here, and not again at the end of each test.
        connection.check_constraints()
        yield request.param
        transaction.set_rollback(True)


@pytest.fixture
def told(moment: datetime, db: None) -> datetime:
    """The demonstration, and a transaction of the test's own on top of it."""
    return moment


def steps_of(rows: Any) -> dict[int, list[RequestEvent]]:
    """The history of each request, in order."""
    found: dict[int, list[RequestEvent]] = {}
    for row in rows.order_by("at", "pk"):
        found.setdefault(row.request_id, []).append(row)
    return found


def test_every_history_is_a_path_of_the_workflow(told):
    histories = steps_of(RequestEvent.objects.select_related("referral"))
    for request in some(ServiceRequest.objects.order_by("pk")):
        here: str = RequestState.DRAFT
        places: dict[int, str] = {}
        for row in histories.get(request.pk, []):
            if row.step in workflows.REQUEST and row.to_state:
                allowed, target = workflows.REQUEST[row.step]
                assert (row.from_state, row.to_state) == (here, target)
                assert here in allowed
                here = target
            elif row.step in workflows.REFERRAL and row.to_state:
                before = places.get(row.referral_id, ReferralState.SENT)
                allowed, target = workflows.REFERRAL[row.step]
                assert (row.from_state, row.to_state) == (before, target)
                assert before in allowed
                places[row.referral_id] = target
        assert here == request.state
        for referral in request.referrals.order_by("pk"):
            assert places.get(referral.pk, ReferralState.SENT) == referral.state


def follow_ups(request: ServiceRequest) -> set[tuple[Any, ...]]:
    """What the clock has done and will do for a request."""
    return set(request.follow_ups.values_list("referral", "kind", "basis_at", "due_at", "done_at"))


def test_settling_any_request_changes_nothing_and_writes_to_nobody(told):
    names = ("state", "responsible", "responsible_organisation_id", "due_at", "is_abandoned", "helped_at", "ended_at")
    mails = OutgoingMail.objects.count()
    for request in ServiceRequest.objects.order_by("pk"):
        before = [getattr(request, name) for name in names], follow_ups(request)
        update_next_action(request)
        request.refresh_from_db()
        assert ([getattr(request, name) for name in names], follow_ups(request)) == before, request.code
    assert OutgoingMail.objects.count() == mails


def test_an_open_request_has_one_responsible_and_one_date(told):
    for request in some(ServiceRequest.objects.open().order_by("pk")):
        assert request.due_at is not None
        assert (request.responsible == "organisation") == (request.responsible_organisation_id is not None)


def first(rows: list[RequestEvent], *steps: str) -> datetime | None:
    """When one of these steps was first taken."""
    return next((row.at for row in rows if row.step in steps and row.to_state), None)


def test_the_dates_of_a_request_are_those_of_its_history(told):
    histories = steps_of(RequestEvent.objects)
    for request in some(ServiceRequest.objects.order_by("pk")):
        rows = histories.get(request.pk, [])
        assert request.submitted_at == first(rows, RequestStep.SUBMIT)
        assert request.routed_at == first(rows, RequestStep.ROUTE)
        assert request.taken_at == first(rows, ReferralStep.ACCEPT)
        ended = first(rows, RequestStep.FINISH, RequestStep.REJECT, RequestStep.MERGE, RequestStep.WITHDRAW)
        assert request.ended_at == ended
        assert (request.state in ENDED_STATES) == (ended is not None)
        helped = request.referrals.filter(state=ReferralState.CLOSED, outcome=Outcome.HELPED).exists()
        assert (request.helped_at is not None) == (helped and request.state == RequestState.CLOSED)
        assert request.created_at <= (request.submitted_at or request.created_at) <= told
        assert all(row.at <= told for row in rows)


def test_the_dates_of_a_referral_are_those_of_its_history(told):
    for referral in some(Referral.objects.order_by("pk").prefetch_related("events")):
        at = {row.step: row.at for row in referral.events.all()}
        assert referral.accepted_at == at.get(ReferralStep.ACCEPT)
        assert referral.answered_at == at.get(ReferralStep.ACCEPT, at.get(ReferralStep.DECLINE))
        ends = (ReferralStep.DECLINE, ReferralStep.EXPIRE, ReferralStep.CLOSE, ReferralStep.CANCEL)
        assert referral.ended_at == next((at[step] for step in ends if step in at), None)
        assert referral.sent_at <= referral.active_at <= told
        assert referral.sent_at < referral.answer_in_time_until < referral.expires_at
        assert referral.adviser is not None or referral.accepted_at is None


def test_the_clock_has_already_done_what_was_due(told):
    assert not FollowUp.objects.due(timezone.now()).exists()
    assert FollowUp.objects.exclude(done_at=None).count() > 500
    assert follow_up_due() == 0


def test_what_is_due_tomorrow_is_little_and_goes_well(told):
    tomorrow = told + timezone.timedelta(days=1)
    due = FollowUp.objects.due(tomorrow).count()
    assert follow_up_due(tomorrow) == due <= 20


def test_every_situation_is_there(told):
    for name, choices, rows in (
        ("state", RequestState, ServiceRequest.objects),
        ("state", ReferralState, Referral.objects),
        ("reject_reason", RejectReason, ServiceRequest.objects),
        ("decline_reason", DeclineReason, Referral.objects),
        ("outcome", Outcome, Referral.objects),
    ):
        assert set(choices.values) <= set(rows.values_list(name, flat=True)), name
    requests = ServiceRequest.objects
    assert requests.exclude(merged_into=None).exists()
    assert requests.open().filter(is_suspect=True).count() == 3
    assert requests.open().exclude(asked_at=None).count() >= 2
    assert requests.filter(events__step="hand_over").exists()
    assert Referral.objects.filter(is_stalled=True).count() >= 2
    assert requests.open().filter(due_at__lt=told).count() >= 3
    assert Satisfaction.objects.filter(answered_at=None).exists()


def test_the_figures_tell_a_story(told):
    filed = ServiceRequest.objects.filed().filter(hub__slug="normandie", is_suspect=False, merged_into=None)
    filed = filed.exclude(reject_reason="spam")
    routed = filed.exclude(routed_at=None)
    answered = Referral.objects.filter(request__in=filed, answer_in_time_until__lte=told)
    in_time = answered.filter(answered_at__lte=F("answer_in_time_until"))
    old = routed.filter(routed_at__lte=told - timezone.timedelta(days=45))
    scores = [row.score for row in Satisfaction.objects.order_by("pk") if row.score]
    assert 0.9 < routed.count() / filed.count() < 0.99
    assert 0.62 < in_time.count() / answered.count() < 0.8
    assert 0.74 < routed.exclude(taken_at=None).count() / routed.count() < 0.9
    assert 0.52 < old.exclude(helped_at=None).count() / old.count() < 0.7
    assert 3.9 < sum(scores) / len(scores) < 4.5
    assert 0.35 < len(scores) / Satisfaction.objects.count() < 0.58
    assert FigureCell.objects.exists()


def digest() -> list[tuple[Any, ...]]:
    """What was told, without the numbers that the database gives."""
    rows = RequestEvent.objects.order_by("request__code", "at", "pk")
    return list(rows.values_list("request__code", "at", "step", "by_name", "why", "referral__code"))


def test_the_same_day_tells_the_same_story(told):
    before = digest()
    loading.load_again()
    assert digest() == before


def test_a_second_load_changes_nothing(told):
    said = StringIO()
    before = Counter(User.objects.values_list("password", flat=True)), ServiceRequest.objects.count()
    call_command("load_demonstration", stdout=said)
    assert "déjà chargées" in said.getvalue()
    assert (Counter(User.objects.values_list("password", flat=True)), ServiceRequest.objects.count()) == before


def test_what_is_invented_is_marked_and_belongs_to_nobody(told):
    companies = Organisation.objects.filter(is_demo=True, hubs=None)
    assert 60 <= companies.count() <= 100
    for company in companies.order_by("pk"):
        assert siret.is_valid(company.siret)
        assert company.siret.startswith("000")
    assert not ServiceRequest.objects.filter(is_demo=False).exists()
    for email in {
        *User.objects.values_list("email", flat=True),
        *ServiceRequest.objects.values_list("contact_email", flat=True),
    }:
        assert email.endswith(".example")


def test_each_account_signs_in_as_it_is_told(told, client):
    for role in some(accounts.roles()):
        for account in some(role.accounts):
            person = User.objects.get(email=account.person.email)
            assert person.is_demo
            assert person.check_password(accounts.PASSWORD) == role.has_password


def test_each_adviser_shown_has_something_to_answer(told):
    for slug in accounts.SHOWN_TEAMS:
        assert Referral.objects.filter(organisation__slug=slug).to_answer().count() >= 2


def test_an_officer_of_another_region_counts_other_requests(told):
    counts = []
    for hub in (accounts.MAIN_HUB, accounts.OTHER_HUB):
        officer = User.objects.get(email=accounts.desk(hub)["officer"][0].email)
        hubs = tuple(row.pk for row in steered_hubs(officer))
        counts.append(set(counted_in(hubs).values_list("pk", flat=True)))
    assert all(counts)
    assert not counts[0] & counts[1]


def test_a_page_tells_the_accounts_and_the_last_mails(told, client):
    page = client.get(reverse("demonstration")).content.decode()
    assert accounts.PASSWORD in page
    assert "maud.lecarpentier@voilerie-de-lestran.example" in page
    assert OutgoingMail.objects.recent()[0].subject in page.replace("&#x27;", "'")


def test_mails_are_read_page_after_page(told, client):
    seen: list[str] = []
    after = ""
    for _number in range(20):
        page = outbox.page(after=after)
        seen += [str(line.mail.pk) for line in page.lines]
        after = page.after
        if not after:
            break
    assert seen == [str(mail.pk) for mail in OutgoingMail.objects.recent()]
    assert outbox.page(before=seen[30]).lines[-1].mail.pk == OutgoingMail.objects.recent()[29].pk
    assert (
        client.get(reverse("demonstration_mails"), {"before": "rubbish", "adresse": "x@y.example"}).status_code == 200
    )


@pytest.mark.django_db
def test_a_sign_in_code_is_read_in_the_list(client):
    OutgoingMail.objects.create(
        dedupe_key="code", kind="AccountMail", recipient="a@b.example", subject="Votre code",
        text="Recopiez ce code :\n\n    1234-5678\n\nCe code sert une fois.\n",
    )  # fmt: skip
    mail = OutgoingMail.objects.get(dedupe_key="code")
    assert "1234-5678" in client.get(reverse("demonstration_mails")).content.decode()
    assert "1234-5678" in client.get(reverse("demonstration_mail", args=[mail.pk])).content.decode()


@pytest.mark.django_db
def test_the_link_of_an_older_mail_leads_to_the_present_address(client, settings):
    settings.SITE_URL = "http://127.0.0.1:8042"
    then = "http://127.0.0.1:8000/suivi/abc/"
    mail = OutgoingMail.objects.create(dedupe_key="link", recipient="a@b.example", text=f"Suivre\n{then}\n", url=then)
    page = client.get(reverse("demonstration_mail", args=[mail.pk])).content.decode()
    assert 'href="/suivi/abc/"' in page
    assert 'href="http://127.0.0.1:8042/suivi/abc/"' in page


@pytest.mark.django_db
def test_outside_the_demonstration_nothing_is_invented(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="démonstration"):
        call_command("load_demonstration")
    with pytest.raises(CommandError, match="démonstration"):
        call_command("demonstration_accounts")


def test_there_are_enough_words():
    assert len(needs()) >= 60
    assert len({need.text for need in needs()}) == len(needs())
    pairs = sum(2 for _exchange in [*words("opening"), *words("exchanges")])
    assert pairs + sum(len(words(name)) for name in ("questions", "replies", "internal", "calls", "impatience")) >= 40


def test_each_need_answers_the_questions_of_its_topic(told):
    topics = Topic.objects.prefetch_related("questions").in_bulk(field_name="slug")
    assert {need.topic for need in needs()} == set(topics)
    for need in needs():
        questions = sorted(topics[need.topic].questions.all(), key=lambda row: row.position)
        required = [row for row in questions if row.is_required]
        assert len(required) <= len(need.answers) <= len(questions)
        for question, given in zip(questions, need.answers, strict=False):
            kinds = {QuestionKind.NUMBER: int, QuestionKind.YES_NO: bool}
            assert type(given) is kinds.get(QuestionKind(question.kind), str), need.topic
            if question.kind == QuestionKind.CHOICE:
                assert given in {row[0] for row in question.choices}, need.topic
