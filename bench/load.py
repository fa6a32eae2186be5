"""Loading requests, referrals, history, messages, follow-ups and opinions, by stages that keep the same proportions.

Requests spread over five years. The first 400 are recent and open, so that every page is full from the first stage on;
of the others only the recent ones may be open, as in a hub that works.
"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from bench import rows
from bench.bulk import insert, quietly, run, settle_tables
from bench.catalogue import NORMANDY, ORGANISATIONS, TOPICS
from diginor.workflow.working_days import is_working_day
from members.organisations.models import Organisation
from members.territories.models import Territory
from services.figures.actions.refresh import refresh_figures
from services.figures.models import FigureCell, FigureDetail
from services.requests.models import FollowUp, Message, Referral, RequestEvent, Satisfaction, ServiceRequest

DAYS = 5 * 365
TABLES = [
    model._meta.db_table
    for model in (Organisation, ServiceRequest, Referral, RequestEvent, Message, FollowUp, Satisfaction)
]
MANY = 20_000  # rows from which indexes are better built afterwards


def load(last: int) -> None:
    """Bring the database from the requests that it has to `last` of them, then count the figures anew."""
    first = ServiceRequest.objects.count() + 1
    if first > last:
        return
    run("SELECT setseed(0.42)")
    _plan(first, last)
    with quietly(TABLES, rebuild=last - first > MANY):
        part = f"n BETWEEN {int(first)} AND {int(last)}"
        for model, columns, source in rows.inserts(part):
            insert(model, columns, source)
        for table in TABLES:
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    settle_tables(TABLES)
    refresh_figures(is_full=True)
    forget_plan()
    settle_tables([FigureCell._meta.db_table, FigureDetail._meta.db_table])


def counted() -> dict[str, int]:
    """How many rows there are of each kind."""
    models = (ServiceRequest, Referral, RequestEvent, Message, FollowUp, Satisfaction)
    return {str(model._meta.verbose_name_plural): model._base_manager.count() for model in models}


def _plan(first: int, last: int) -> None:
    """Draw what will happen to each request, and the calendar that dates it."""
    now = timezone.now()
    forget_plan()
    run(rows.TABLES_OF_PLAN, _calendar(timezone.localdate(now)))
    communes = (
        Territory.objects.communes().within(Territory.objects.get(kind="region", code=NORMANDY)).current().count()
    )
    values = {"first": first, "last": last, "now": now, "days": DAYS, "communes": communes}
    run(rows.FILL_PLAN, {**values, "places": ORGANISATIONS, "topics": TOPICS})
    run("ANALYZE bench_plan")


def _calendar(today: date) -> dict[str, list[Any]]:
    """For each day, the days that lie 2, 5, 9 and 15 working days later."""
    days = [today + timedelta(days=rank) for rank in range(-DAYS - 60, 90)]
    working = [day for day in days if is_working_day(day)]
    columns: dict[str, list[Any]] = {"days": [], "two": [], "five": [], "nine": [], "fifteen": []}
    position = 0
    for day in days:
        while position < len(working) and working[position] <= day:
            position += 1
        if position + 15 >= len(working):
            break
        columns["days"].append(day)
        for name, count in (("two", 2), ("five", 5), ("nine", 9), ("fifteen", 15)):
            columns[name].append(working[position + count - 1])
    return columns


def forget_plan() -> None:
    """Remove the tables that only served the loading."""
    run("DROP TABLE IF EXISTS bench_plan, bench_day, bench_place, bench_topic, bench_commune")
