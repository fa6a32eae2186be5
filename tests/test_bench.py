"""The main pages read through indexes whatever the size; and the benchmark loads what it says, and judges it right."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import catalogue, load, report
from bench.measure import Cost
from bench.pages import pages, session_of
from bench.server import Load
from services.figures.models import FigureCell
from services.figures.queries.requests_behind import counted_in
from services.requests.models import Referral, ServiceRequest

BIG = (
    "servicerequest",
    "referral",
    "requestevent",
    "message",
    "followup",
    "satisfaction",
    "figurecell",
    "figuredetail",
)
WALK = re.compile(rf"Seq Scan on services_({'|'.join(BIG)})\b")


@pytest.fixture
def loaded(transactional_db):
    """A thousand requests, as the benchmark loads them."""
    catalogue.build()
    load.load(1000)


def plan_of(statement: str) -> str:
    """How the database would answer when reading a whole table is the last resort."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_no_page_reads_a_whole_table(loaded):
    offences = []
    for page in pages():
        client = Client()
        if page.user:
            client.cookies["sessionid"] = session_of(page.user)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page.url)
        assert answer.status_code == 200, page.url
        for query in captured:
            statement = query["sql"].strip()
            if statement.startswith(("SELECT", "WITH")) and WALK.search(plan := plan_of(statement)):
                offences.append(f"{page.label}\n{statement}\n{plan}")
    assert not offences, "\n\n".join(offences)


def test_the_load_keeps_its_proportions_and_is_counted(loaded):
    assert ServiceRequest.objects.count() == 1000
    assert 2000 < Referral.objects.count() < 2400
    assert ServiceRequest.objects.open().count() > 350
    hub = ServiceRequest.objects.order_by("pk").first().hub_id
    cells = FigureCell.objects.filter(cut="all", grain="month").order_by("pk")
    assert sum(cell.submitted for cell in cells) == counted_in((hub,)).count()
    rates = {name: sum(getattr(cell, name) for cell in cells) for name in ("submitted", "routed", "taken", "helped")}
    assert rates["submitted"] > rates["routed"] > rates["taken"] > rates["helped"] > 100


def a_result(flat: float, queries: int = 6) -> dict[str, Cost]:
    """The cost of every page."""
    return {page.label: Cost(flat if page.is_flat else 30, 99, queries) for page in pages()}


def served(milliseconds: float) -> dict[str, dict[int, float]]:
    """How long a worker takes for each page, the floor first."""
    return {"Plancher": {1: 1.0, 8: 4.0}} | {page.label: {1: milliseconds, 8: 20.0} for page in pages()}


def test_the_report_tells_promises_kept_and_broken(loaded):
    good, quick = {1000: a_result(10), 1_000_000: a_result(12.9)}, {"Accepter": Cost(14.9, 20, 16, most_ms=15)}
    assert not report.broken_promises(good, served(4.9), quick, Load([100, 120], 500, 0, 10))
    assert "1\u202f000\u202f000 demandes" in report.table(good)
    assert "1,29" in report.table(good)
    assert "| Accueil | 4.9 ms | 4,9 | 20.0 ms | 5,0 |" in report.server_table(served(4.9))
    assert "| Accepter | 15 / 20 ms | 16 |" in report.acts_table(quick)
    slow = {1000: a_result(10), 1_000_000: a_result(13.5, 7)}
    broken = "; ".join(
        report.broken_promises(
            slow, served(5.1), {"Accepter": Cost(16, 20, 16, most_ms=15)}, Load([100, 151], 500, 2, 10)
        )
    )
    for words in (
        "1.35 times",
        "7 queries instead of 6",
        "Accueil: 5.1 ms instead of 5",
        "Accepter: 16.0 ms instead of 15",
        "151 MB",
        "2 pages failed",
    ):
        assert words in broken


def test_the_database_keeps_the_statistics_and_the_triggers_that_no_model_declares(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT stxname FROM pg_statistic_ext")
        assert ("servicerequest_who_is_awaited",) in cursor.fetchall()
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        names = {name for (name,) in cursor.fetchall()}
    assert {"figures_request", "figures_request_changed", "figures_referral", "figures_referral_changed"} <= names
    assert "figures_satisfaction" in names
