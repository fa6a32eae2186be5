"""The SQL that counts: requests and referrals of some days of a hub, read once, into details, days and months.

What is counted, and by what it is told apart, stands in `rules.figures`; here it is only turned into SQL.
"""

from datetime import timedelta

from django.db import connection, models
from django.db.models import Q
from django.db.models.sql import Query

from services.figures.models import DAY, MONTH, PAIRS, SINGLES, cut_name
from services.figures.queries.requests_behind import COUNTED
from services.figures.rules.figures import (
    COUNTERS,
    DELAYS,
    DIMENSIONS,
    IN_TIME_UNTIL,
    OF_REQUESTS,
    OUTCOMES,
    Counter,
)
from services.requests.models import Referral, Satisfaction, ServiceRequest

_column = {dimension.code: dimension.column for dimension in DIMENSIONS}
_columns = ", ".join(_column.values())
_names = ", ".join(COUNTERS)
_sums = ", ".join(f"sum({name})" for name in COUNTERS)
_own = [dimension.column for dimension in DIMENSIONS if not dimension.is_key]
_around = {dimension.column: str(dimension.around) for dimension in DIMENSIONS if dimension.around}
_of_referrals = [*DELAYS, *OUTCOMES]


def _where(model: type[models.Model], alias: str, condition: Q) -> str:
    """What a queryset would ask of the rows of a table, under the name that the table has in a statement."""
    query = Query(model)
    text, values = query.build_where(condition).as_sql(query.get_compiler(connection=connection), connection)
    quoted = tuple(connection.schema_editor().quote_value(value) for value in values)
    return "(" + (text % quoted).replace(f'"{model._meta.db_table}".', f"{alias}.") + ")"


def _before(age: timedelta, instant: str = "as_of") -> str:
    """An instant earlier by so many seconds, which no change of hour makes longer."""
    return f"%({instant})s - interval '{age.total_seconds():.0f} seconds'"


def _delay_counters() -> str:
    """One count for each bucket of delay, among the referrals whose five days are over."""
    parts, least = [], None
    for name, most in DELAYS.items():
        if name == "answer_none":
            test = "answered_at IS NULL"
        elif most is None:
            test = f"answered_at IS NOT NULL AND delay > {least}"
        else:
            test = f"delay <= {most}" + (f" AND delay > {least}" if least else "")
        parts.append(f"count(*) FILTER (WHERE is_due AND {test}) AS {name}")
        least = most or least
    return ", ".join(parts)


def _tests_of_referrals() -> str:
    """What each referral is, for the counters."""
    tests = {counter.code: counter.some or counter.every for counter in OF_REQUESTS} | OUTCOMES
    return ", ".join(f"{_where(Referral, 'f', Q(**test))} AS is_{name}" for name, test in tests.items() if test)


def _tests_of_requests() -> str:
    """What the referrals of a request make it."""
    tests = [f"bool_or(is_{counter.code}) AS is_{counter.code}" for counter in OF_REQUESTS if counter.some]
    tests += [f"bool_and(is_{counter.code}) AS is_{counter.code}" for counter in OF_REQUESTS if counter.every]
    return ", ".join(tests)


def _tests_of_opinions() -> str:
    """What the opinion of a request is, and what is summed of it."""
    told = [f"{_where(Satisfaction, 's', Q(**one.opinion))} AS is_{one.code}" for one in OF_REQUESTS if one.opinion]
    summed = {counter.total for counter in OF_REQUESTS if counter.total}
    return ", ".join([*told, *(f"coalesce(s.{name}, 0) AS {name}" for name in sorted(summed))])


def _test(counter: Counter | None) -> list[str]:
    """What a counter asks of a view of a request."""
    if counter is None:
        return []
    tests = _test(counter.of)
    if counter.given_for is not None:
        age = counter.given_for
        tests.append(f"v.sent_at <= {_before(age)}" if age else "v.sent_at IS NOT NULL")
    is_tested = counter.some or counter.every or counter.opinion
    return [*tests, f"v.is_{counter.code}"] if is_tested else tests


def _counted(counter: Counter) -> str:
    whole = f"sum(v.{counter.total})" if counter.total else "count(*)"
    return f"coalesce({whole} FILTER (WHERE {' AND '.join(_test(counter)) or 'TRUE'}), 0)"


_fates = ", ".join(f"f.is_{counter.code}" for counter in OF_REQUESTS if counter.some or counter.every)

DETAILS = f"""
WITH calendar AS MATERIALIZED (
    SELECT * FROM unnest(%(days)s::date[], %(ranks)s::int[], %(open)s::bool[]) AS c(day, rank, is_open)
), counted AS MATERIALIZED (
    SELECT r.id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date AS day, r.commune_id, r.routed_at,
        {", ".join(f"r.{name}" for name in _own)}, {_tests_of_opinions()}
    FROM services_servicerequest r LEFT JOIN services_satisfaction s ON s.request_id = r.id
    WHERE r.hub_id = %(hub)s AND {_where(ServiceRequest, "r", COUNTED)}
        AND r.submitted_at >= %(start)s::timestamp AT TIME ZONE 'Europe/Paris'
        AND r.submitted_at < %(end)s::timestamp AT TIME ZONE 'Europe/Paris'
), places AS MATERIALIZED (
    SELECT c.part_id AS commune_id,
        {", ".join(f"min(t.id) FILTER (WHERE t.kind = '{kind}') AS {name}" for name, kind in _around.items())}
    FROM members_containment c JOIN members_territory t ON t.id = c.container_id
    WHERE t.kind IN ({", ".join(f"'{kind}'" for kind in _around.values())})
        AND c.part_id IN (SELECT commune_id FROM counted) GROUP BY 1
), referrals AS (
    SELECT f.request_id, f.organisation_id, f.sent_at, f.answered_at, f.{IN_TIME_UNTIL} <= %(as_of)s AS is_due,
        {_tests_of_referrals()},
        a.rank - s.rank + CASE WHEN NOT a.is_open OR (f.answered_at AT TIME ZONE 'Europe/Paris')::time
            > (f.sent_at AT TIME ZONE 'Europe/Paris')::time THEN 1 ELSE 0 END AS delay
    FROM counted r JOIN services_referral f ON f.request_id = r.id
    LEFT JOIN calendar s ON s.day = (f.sent_at AT TIME ZONE 'Europe/Paris')::date
    LEFT JOIN calendar a ON a.day = (f.answered_at AT TIME ZONE 'Europe/Paris')::date
), fates AS MATERIALIZED (
    SELECT request_id, organisation_id, GROUPING(organisation_id) = 1 AS is_whole, min(sent_at) AS first_sent_at,
        {_tests_of_requests()}, {_delay_counters()},
        {", ".join(f"count(*) FILTER (WHERE is_{name}) AS {name}" for name in OUTCOMES)}
    FROM referrals GROUP BY GROUPING SETS ((request_id), (request_id, organisation_id))
), views AS (
    SELECT r.*, NULL::bigint AS organisation_id, r.routed_at AS sent_at, {_fates},
        {", ".join(f"f.{name}" for name in _of_referrals)}
    FROM counted r LEFT JOIN fates f ON f.request_id = r.id AND f.is_whole
    UNION ALL
    SELECT r.*, f.organisation_id, f.first_sent_at, {_fates},
        {", ".join(f"f.{name}" for name in _of_referrals)}
    FROM counted r JOIN fates f ON f.request_id = r.id AND NOT f.is_whole
)
INSERT INTO services_figuredetail (hub_id, day, {_columns}, {_names})
SELECT %(hub)s, v.day, {_columns}, {", ".join(_counted(counter) for counter in OF_REQUESTS)},
    {", ".join(f"coalesce(sum({name}), 0)" for name in _of_referrals)}
FROM views v LEFT JOIN places p ON p.commune_id = v.commune_id
GROUP BY v.day, {_columns}
"""

FORGET_DETAILS = "DELETE FROM services_figuredetail WHERE hub_id = %(hub)s AND day >= %(start)s AND day < %(end)s"
FORGET_CELLS = f"""
DELETE FROM services_figurecell WHERE hub_id = %(hub)s AND cut = ANY(%(cuts)s) AND (
    (grain = '{DAY}' AND start >= %(start)s AND start < %(end)s)
    OR (grain = '{MONTH}' AND start = %(month)s))
"""


def _cells(grain: str, source: str, start: str, dimensions: tuple[str, ...], test: str) -> str:
    """Sum a source into the cells of one cut."""
    kept = [_column[name] for name in dimensions]
    values = [one.column if one.code in dimensions else one.blank for one in DIMENSIONS]
    whose = f"AND organisation_id IS {'NOT ' if 'organisation' in dimensions else ''}NULL"
    return f"""
INSERT INTO services_figurecell (hub_id, grain, cut, start, {_columns}, {_names})
SELECT hub_id, '{grain}', '{cut_name(dimensions)}', {start}, {", ".join(values)}, {_sums}
FROM {source} WHERE hub_id = %(hub)s AND {test} {whose}
GROUP BY {", ".join(["hub_id", start, *kept])}"""


_WITHIN = "day >= %(start)s AND day < %(end)s"
_MONTH = "%(month)s AND {column} < (%(month)s::date + interval '1 month')::date"
DAYS = [_cells(DAY, "services_figuredetail", "day", cut, _WITHIN) for cut in SINGLES]
MONTHS = [
    *(
        _cells(
            MONTH,
            "services_figurecell",
            "date_trunc('month', start)::date",
            cut,
            f"grain = '{DAY}' AND cut = '{cut_name(cut)}' AND start >= {_MONTH.format(column='start')}",
        )
        for cut in SINGLES
    ),
    *(
        _cells(
            MONTH,
            "services_figuredetail",
            "date_trunc('month', day)::date",
            cut,
            f"day >= {_MONTH.format(column='day')}",
        )
        for cut in PAIRS
    ),
]


def _passed(column: str, age: timedelta) -> str:
    """Whether an instant became so old since the last time."""
    return f"{column} > {_before(age, 'before')} AND {column} <= {_before(age)}"


def _given_long_ago(age: timedelta) -> str:
    """Whether a referral did; sought by the instant that follows it, which has an index."""
    until = f"f.{IN_TIME_UNTIL}"
    near = f"{until} > {_before(age, 'before')} AND {until} <= {_before(age)} + interval '30 days'"
    return f"({near} AND {_passed('f.sent_at', age)})"


_ages = sorted({counter.given_for for counter in OF_REQUESTS if counter.given_for})
MATURING = f"""
SELECT r.hub_id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date FROM services_servicerequest r
WHERE r.submitted_at IS NOT NULL AND ({" OR ".join(_passed("r.routed_at", age) for age in _ages)})
UNION
SELECT r.hub_id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date
FROM services_referral f JOIN services_servicerequest r ON r.id = f.request_id
WHERE r.submitted_at IS NOT NULL AND (
    {" OR ".join([f"({_passed(f'f.{IN_TIME_UNTIL}', timedelta())})", *(_given_long_ago(age) for age in _ages)])})
"""
NOTE_MATURING = f"INSERT INTO services_staleday (hub_id, day) {MATURING} RETURNING hub_id"
TAKE_NOTES = """
DELETE FROM services_staleday WHERE hub_id = %(hub)s AND day >= %(month)s
    AND day < (%(month)s::date + interval '1 month')::date RETURNING day
"""
FILED = """
SELECT DISTINCT hub_id, date_trunc('month', submitted_at AT TIME ZONE 'Europe/Paris')::date
FROM services_servicerequest WHERE submitted_at IS NOT NULL
"""
