"""The aggregates say what the rows say, whatever happened to them, for any filter, at any instant."""

import threading
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diginor.workflow.working_days import PARIS
from members.territories.models import Territory
from services.figures.actions.refresh import refresh_figures
from services.figures.models import FigureCell, FigureDetail, FigureStamp, StaleDay
from services.figures.queries.published import published, without_single
from services.figures.queries.reading import Reading, Selection
from services.figures.queries.requests_behind import behind
from services.figures.rules import figures as rules
from services.figures.rules import periods
from services.figures.rules.figures import BY_CODE, COUNTERS, FIGURES, nothing
from services.figures.rules.periods import Period
from services.requests.actions import company
from services.requests.actions import referral as referral_actions
from services.requests.models import Referral, ServiceRequest
from services.requests.rules.contacts import without_contacts
from services.triage import actions as triage
from steering.dashboard.panels.stats import _made_of
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, territory
from tests.factories.services import ReferralFactory, RequestFactory, SatisfactionFactory, TopicFactory
from tests.services.figures_by_hand import FAMILIES, SECTORS, SIZES, by_hand, make_referral, make_world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=PARIS)

# Each figure whose requests are listed: the counter of what it counts, and of what it is a part.
LISTED = [
    ("transmitted", "routed", "submitted"),
    ("taken", "taken", "routed"),
    ("helped", "helped", "mature"),
    ("abandoned", "abandoned", "routed"),
    ("satisfaction", "rated", "asked"),
]


def a_world(seed: int, count: int = 40):
    """Hubs, communes and organisations, and requests of every fate."""
    random = Random(seed)
    hubs = [HubFactory(), HubFactory()]
    epci = territory("epci", "200000001", "Communauté de Caen")
    places = [commune(epci=epci), commune("50218", "Granville"), commune("35238", "Rennes")]
    organisations = [OrganisationFactory() for _ in range(3)]
    make_world(random, hubs, places, organisations, NOW, count)
    return random, hubs, organisations


def a_selection(random: Random, hubs, organisations, as_of: datetime) -> Selection:
    """Any period, any filters, any hubs."""
    start = as_of.date() - timedelta(days=random.randrange(230))
    end = min(start + timedelta(days=random.choice([0, 6, 29, 80, 200])), as_of.date())
    values = {
        "family": random.choice(FAMILIES),
        "size": random.choice([size for size in SIZES if size]),
        "sector": random.choice(SECTORS),
        "organisation": random.choice(organisations).pk,
    }
    kind = random.choice(["department", "epci"])
    values[kind] = random.choice(Territory.objects.of_kind(kind).order_by("pk")).pk
    chosen = {name: value for name, value in values.items() if random.random() < random.choice([0, 0.3, 0.8])}
    return Selection(tuple(hub.pk for hub in random.choice([hubs, hubs[:1]])), Period(start, end), as_of, chosen)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_aggregates_say_what_the_rows_say(seed):
    with transaction.atomic():
        random, hubs, organisations = a_world(seed)
        refresh_figures(now=NOW, is_full=True)
        for _ in range(6):
            selection = a_selection(random, hubs, organisations, NOW)
            reading = Reading(selection)
            assert reading.now == by_hand(selection), selection
            before = Selection(selection.hub_ids, selection.period.previous, NOW, selection.chosen)
            assert reading.before == by_hand(before)
            for dimension, values in (("family", FAMILIES), ("organisation", [row.pk for row in organisations])):
                for value in set(values) - {selection.chosen.get(dimension)}:
                    if dimension not in selection.chosen:
                        part = Selection(
                            selection.hub_ids, selection.period, NOW, {**selection.chosen, dimension: value}
                        )
                        assert reading.by(dimension).get(value, nothing()) == by_hand(part)
            steps = [counts["submitted"] for _step, counts in reading.steps]
            assert sum(steps) == reading.now["submitted"]
        transaction.set_rollback(True)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_what_changes_and_what_ages_is_counted_again_and_nothing_else(seed):
    with transaction.atomic():
        random, hubs, organisations = a_world(seed, 30)
        refresh_figures(now=NOW)
        now = NOW
        for _ in range(5):
            now += timedelta(days=random.choice([0, 1, 6, 20]), minutes=random.randrange(600))
            _anything(random, hubs, organisations, now)
            refresh_figures(now=now)
            kept = list(FigureDetail.objects.order_by("pk").values_list("pk", flat=True))
            assert refresh_figures(now=now) == 0
            assert kept == list(FigureDetail.objects.order_by("pk").values_list("pk", flat=True))
            for _ in range(3):
                selection = a_selection(random, hubs, organisations, now)
                assert Reading(selection).now == by_hand(selection)
        transaction.set_rollback(True)


def _anything(random: Random, hubs, organisations, now: datetime) -> None:
    """Change, move, delete or add some rows, the way any code may."""
    for request in random.sample(list(ServiceRequest.objects.order_by("pk")), 4):
        change = random.choice(["family", "hub", "suspect", "delete", "refer", "answer"])
        rows = ServiceRequest.objects.filter(pk=request.pk)
        if change == "family":
            rows.update(family=random.choice(FAMILIES), size=random.choice(SIZES))
        elif change == "hub":
            rows.update(hub=random.choice(hubs))
        elif change == "suspect":
            rows.update(is_suspect=random.random() < 0.5)
        elif change == "delete":
            ServiceRequest.objects.filter(merged_into=request).exclude(pk=request.pk).update(merged_into=None)
            rows.delete()
        elif change == "refer" and request.routed_at:
            free = random.choice(organisations)
            if not request.referrals.live().filter(organisation=free).exists():
                make_referral(random, request, free, now)
        elif change == "answer":
            Referral.objects.filter(request=request, state="sent").update(answered_at=now, accepted_at=now)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_the_list_behind_a_figure_has_as_many_requests_as_the_figure_counts(seed):
    with transaction.atomic():
        random, hubs, organisations = a_world(seed)
        refresh_figures(now=NOW, is_full=True)
        for _ in range(5):
            selection = a_selection(random, hubs, organisations, NOW)
            now = Reading(selection).now
            assert behind(selection, "submitted").count() == now["submitted"]
            for code, top, base in LISTED:
                assert behind(selection, code).count() == now[top], code
                assert behind(selection, code, is_missed=True).count() == now[base] - now[top], code
        transaction.set_rollback(True)


def test_every_step_of_a_request_reaches_the_figures(clock):
    hub = HubFactory()
    nwx = OrganisationFactory(of_hub=hub)
    staff, adviser = UserFactory(staff_of=hub), UserFactory(adviser_of=nwx)
    selection = Selection((hub.pk,), Period(date(2026, 3, 1), date(2026, 3, 31)), clock.now)

    def figure(code):
        refresh_figures()
        return BY_CODE[code].value(Reading(selection).now)

    request = RequestFactory(hub=hub, topic=TopicFactory())
    assert figure("transmitted") == 0
    [sent] = triage.route(request, [nwx], by=staff)
    assert figure("transmitted") == 100
    assert figure("answered") is None
    clock.advance(days=8)
    assert figure("answered") == 0
    assert figure("taken") == 0
    referral_actions.accept(sent, by=adviser)
    assert figure("taken") == 100
    assert figure("answered") == 0
    assert figure("helped") is None
    referral_actions.close(sent, outcome="helped", by=adviser)
    clock.advance(days=40)
    assert figure("helped") == 100


def test_a_rating_reaches_the_figures(clock):
    asked = SatisfactionFactory()
    selection = Selection((asked.request.hub_id,), Period(date(2026, 3, 1), date(2026, 3, 31)), clock.now)
    refresh_figures()
    company.rate(asked.request, by=UserFactory(), score=4)
    refresh_figures()
    now = Reading(selection).now
    assert (now["asked"], now["rated"], now["score"]) == (1, 1, 4)


def test_an_answer_five_working_days_later_to_the_minute_is_in_time_over_easter(clock):
    clock.set("2026-04-02 10:00")
    sent = ReferralFactory()
    day = Period(date(2026, 4, 2), date(2026, 4, 2))
    # Easter Monday is not worked: five working days lead to Friday of the week after, same time.
    assert sent.answer_in_time_until == datetime(2026, 4, 10, 10, 0, tzinfo=PARIS)
    for minutes, expected in ((0, 1), (1, 0)):
        answered = sent.answer_in_time_until + timedelta(minutes=minutes)
        Referral.objects.filter(pk=sent.pk).update(answered_at=answered)
        clock.set(answered + timedelta(hours=1))
        refresh_figures()
        now = Reading(Selection((sent.request.hub_id,), day, clock.now)).now
        assert BY_CODE["answered"].top(now) == expected
        assert BY_CODE["answered"].bottom(now) == 1


def test_a_change_that_changes_no_figure_leaves_no_note():
    sent = ReferralFactory()
    StaleDay.objects.all().delete()
    Referral.objects.filter(pk=sent.pk).update(staff_note="appeler", due_at=NOW)
    ServiceRequest.objects.filter(pk=sent.request_id).update(need="autre chose", due_at=NOW)
    assert not StaleDay.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_once():
    RequestFactory.create_batch(3, closed=True, at=NOW)
    refresh_figures(now=NOW)
    ServiceRequest.objects.update(size="250+")
    failures: list[BaseException] = []

    def work():
        try:
            refresh_figures(now=NOW + timedelta(minutes=1))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refresh_figures(now=NOW + timedelta(minutes=2))
    assert not failures
    rows = FigureCell.objects.filter(cut="size", grain="day")
    assert sum(row.submitted for row in rows) == 3
    assert {row.size for row in rows} == {"250+"}
    assert FigureStamp.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_committed_after_the_count_is_counted_the_next_time():
    request = RequestFactory(at=NOW)
    refresh_figures(now=NOW)
    entered, leave = threading.Event(), threading.Event()

    def slow_change():
        with transaction.atomic():
            ServiceRequest.objects.filter(pk=request.pk).update(family="training")
            entered.set()
            leave.wait(10)
        connection.close()

    thread = threading.Thread(target=slow_change)
    thread.start()
    entered.wait(10)
    refresh_figures(now=NOW + timedelta(minutes=1))
    leave.set()
    thread.join()
    refresh_figures(now=NOW + timedelta(minutes=2))
    day = NOW.date()
    reading = Reading(Selection((request.hub_id,), Period(day, day), NOW))
    assert reading.by("family")["training"]["submitted"] == 1


def test_a_figure_of_fewer_than_five_companies_is_not_published(clock):
    hub = HubFactory()
    for number in range(4):
        RequestFactory(hub=hub, closed=True, contact_email=f"c{number}@exemple.example")
    RequestFactory(hub=hub, closed=True, contact_email="C3@exemple.example")
    refresh_figures(is_full=True)
    assert published().shown == frozenset()
    assert list(published().families.values()) == [None]


def test_five_companies_are_published_and_a_lone_small_part_hides_another(clock):
    hub = HubFactory()
    training, funding = TopicFactory(training=True), TopicFactory(funding=True)
    for topic, count in ((None, 9), (training, 6), (funding, 2)):
        for number in range(count):
            topic_or_own = {"topic": topic} if topic else {}
            RequestFactory(hub=hub, contact_email=f"{topic}{number}@exemple.example".replace(" ", ""), **topic_or_own)
    refresh_figures(is_full=True)
    found = published()
    assert "submitted" in found.shown
    assert found.families == {"demonstration": 9, "training": None, "funding": None}


def test_hiding_one_value_hides_the_smallest_other():
    assert without_single({"a": 3, "b": 9, "c": 7}, {"a"}) == {"a": None, "b": 9, "c": None}
    assert without_single({"a": 3, "b": 2, "c": 7}, {"a", "b"}) == {"a": None, "b": None, "c": 7}
    assert without_single({"a": 1, "b": 2, "c": 7, "d": 9}, {"a", "b"}) == {"a": None, "b": None, "c": None, "d": 9}
    assert without_single({"a": 9}, set()) == {"a": 9}


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_the_pieces_of_a_period_make_the_period(start, length):
    period = Period(start, start + timedelta(days=length))
    months, days = period.pieces()
    covered = sorted([*days, *(day for month in months for day in periods_of(month))])
    assert covered == [start + timedelta(days=rank) for rank in range(length + 1)]
    assert period.previous.days == period.days
    assert period.previous.end == start - timedelta(days=1)


def periods_of(month: date) -> list[date]:
    """The days of a month."""
    days = [month + timedelta(days=rank) for rank in range(31)]
    return [day for day in days if day.month == month.month]


def test_periods_are_counted_in_whole_days():
    today = date(2026, 3, 31)
    assert periods.last_days(today, 30) == Period(date(2026, 3, 2), today)
    assert periods.last_months(date(2026, 3, 10), 12) == Period(date(2025, 4, 1), date(2026, 3, 10))
    assert periods.quarter_to_date(today) == Period(date(2026, 1, 1), today)
    assert periods.year_to_date(today) == Period(date(2026, 1, 1), today)


def test_each_figure_has_its_definition_and_uses_known_counters():
    assert [(one.code, one.listed[1].code, one.listed[0].code) for one in FIGURES if one.listed] == LISTED
    for figure in FIGURES:
        assert str(figure.definition)
        assert set(figure.numerator) | set(figure.denominator) <= set(COUNTERS)
        assert figure.value(nothing()) is None


def test_ways_to_reach_a_person_are_taken_out():
    text = "Appelez Anne au 02 33 12 34 56 ou +33 6 12 34 56 78, anne.lebrun@exemple.fr, pour 3 robots en 2026."
    assert without_contacts(text) == "Appelez Anne au […] ou […], […], pour 3 robots en 2026."


@pytest.mark.parametrize(
    ("counts", "code", "said"),
    [
        ({"submitted": 1}, "transmitted", "0 sur 1 demande."),
        ({"submitted": 2, "routed": 1}, "transmitted", "1 sur 2 demandes."),
        ({"answer_none": 1}, "answered", "0 sur 1 orientation."),
        ({"asked": 1}, "satisfaction", "Aucun avis sur 1 demandé."),
        ({"asked": 3}, "satisfaction", "Aucun avis sur 3 demandés."),
        ({"asked": 1, "rated": 1, "score": 5}, "satisfaction", "1 avis sur 1 demandé\u202f: 100\u202f% de réponse."),
        ({"asked": 4, "rated": 2, "score": 5}, "satisfaction", "2 avis sur 4 demandés\u202f: 50\u202f% de réponse."),
    ],
)
def test_what_a_figure_is_made_of_agrees_in_number(counts, code, said):
    figure = rules.BY_CODE[code]
    assert _made_of(figure, {**rules.nothing(), **counts}).startswith(said)
