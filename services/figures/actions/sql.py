"""The SQL that counts: requests and referrals of some days of a hub, read once, into details, days and months."""

from services.figures.models import DAY, DIMENSIONS, MONTH, PAIRS, SINGLES, cut_name
from services.figures.rules.figures import COUNTERS, DELAYS, OF_REQUESTS
from services.requests.enums import REFUSED_REFERRAL_STATES

COLUMNS = ("family", "department_id", "epci_id", "size", "sector", "organisation_id")
BLANK = {"family": "''", "size": "''", "sector": "''"}
_names = ", ".join(COUNTERS)
_sums = ", ".join(f"sum({name})" for name in COUNTERS)
_column = dict(zip(DIMENSIONS, COLUMNS, strict=True))


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


def _outcome_counters() -> str:
    """One count for each fate of a referral."""
    tests = {
        "helped_here": "state = 'closed' AND outcome = 'helped'",
        **{
            name: f"state = 'closed' AND outcome = '{name}'"
            for name in ("helped_elsewhere", "no_help_possible", "unreachable")
        },
        **{str(name): f"state = '{name}'" for name in REFUSED_REFERRAL_STATES},
        "ongoing": "state = 'accepted'",
        "waiting": "state = 'sent'",
    }
    return ", ".join(f"count(*) FILTER (WHERE {test}) AS {name}" for name, test in tests.items())


_of_referrals = COUNTERS[len(OF_REQUESTS) :]

DETAILS = f"""
WITH calendar AS MATERIALIZED (
    SELECT * FROM unnest(%(days)s::date[], %(ranks)s::int[], %(open)s::bool[]) AS c(day, rank, is_open)
), counted AS MATERIALIZED (
    SELECT r.id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date AS day, r.family, r.size, r.sector, r.commune_id,
        r.routed_at, s.id IS NOT NULL AS is_asked, s.answered_at IS NOT NULL AS is_rated, coalesce(s.score, 0) AS score
    FROM services_servicerequest r LEFT JOIN services_satisfaction s ON s.request_id = r.id
    WHERE r.hub_id = %(hub)s AND r.state <> 'draft' AND NOT r.is_suspect AND r.reject_reason <> 'spam'
        AND r.merged_into_id IS NULL
        AND r.submitted_at >= %(start)s::timestamp AT TIME ZONE 'Europe/Paris'
        AND r.submitted_at < %(end)s::timestamp AT TIME ZONE 'Europe/Paris'
), places AS MATERIALIZED (
    SELECT c.part_id AS commune_id, min(t.id) FILTER (WHERE t.kind = 'department') AS department_id,
        min(t.id) FILTER (WHERE t.kind = 'epci') AS epci_id
    FROM members_containment c JOIN members_territory t ON t.id = c.container_id
    WHERE t.kind IN ('department', 'epci') AND c.part_id IN (SELECT commune_id FROM counted) GROUP BY 1
), referrals AS (
    SELECT f.request_id, f.organisation_id, f.state, f.outcome, f.sent_at, f.accepted_at, f.answered_at,
        f.answer_in_time_until <= %(as_of)s AS is_due,
        a.rank - s.rank + CASE WHEN NOT a.is_open OR (f.answered_at AT TIME ZONE 'Europe/Paris')::time
            > (f.sent_at AT TIME ZONE 'Europe/Paris')::time THEN 1 ELSE 0 END AS delay
    FROM counted r JOIN services_referral f ON f.request_id = r.id
    LEFT JOIN calendar s ON s.day = (f.sent_at AT TIME ZONE 'Europe/Paris')::date
    LEFT JOIN calendar a ON a.day = (f.answered_at AT TIME ZONE 'Europe/Paris')::date
), fates AS MATERIALIZED (
    SELECT request_id, organisation_id, GROUPING(organisation_id) = 1 AS is_whole, min(sent_at) AS first_sent_at,
        bool_or(accepted_at IS NOT NULL) AS is_taken, bool_or(state = 'closed' AND outcome = 'helped') AS is_helped,
        bool_and(state = 'expired') AS is_expired, {_delay_counters()}, {_outcome_counters()}
    FROM referrals GROUP BY GROUPING SETS ((request_id), (request_id, organisation_id))
), views AS (
    SELECT r.*, NULL::bigint AS organisation_id, r.routed_at AS sent_at, f.is_taken, f.is_helped, f.is_expired,
        {", ".join(f"f.{name}" for name in _of_referrals)}
    FROM counted r LEFT JOIN fates f ON f.request_id = r.id AND f.is_whole
    UNION ALL
    SELECT r.*, f.organisation_id, f.first_sent_at, f.is_taken, f.is_helped, f.is_expired,
        {", ".join(f"f.{name}" for name in _of_referrals)}
    FROM counted r JOIN fates f ON f.request_id = r.id AND NOT f.is_whole
)
INSERT INTO services_figuredetail (hub_id, day, family, department_id, epci_id, size, sector, organisation_id, {_names})
SELECT %(hub)s, v.day, v.family, p.department_id, p.epci_id, v.size, v.sector, v.organisation_id,
    count(*), count(v.sent_at), count(*) FILTER (WHERE v.sent_at IS NOT NULL AND is_taken),
    count(*) FILTER (WHERE v.sent_at <= %(mature)s),
    count(*) FILTER (WHERE v.sent_at <= %(mature)s AND is_helped),
    count(*) FILTER (WHERE v.sent_at IS NOT NULL AND is_expired),
    count(*) FILTER (WHERE is_asked), count(*) FILTER (WHERE is_rated), sum(score),
    {", ".join(f"coalesce(sum({name}), 0)" for name in _of_referrals)}
FROM views v LEFT JOIN places p ON p.commune_id = v.commune_id
GROUP BY v.day, v.family, p.department_id, p.epci_id, v.size, v.sector, v.organisation_id
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
    values = [column if column in kept else BLANK.get(column, "NULL::bigint") for column in COLUMNS]
    whose = f"AND organisation_id IS {'NOT ' if 'organisation' in dimensions else ''}NULL"
    return f"""
INSERT INTO services_figurecell (hub_id, grain, cut, start, {", ".join(COLUMNS)}, {_names})
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

MATURING = """
SELECT r.hub_id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date FROM services_servicerequest r
WHERE r.routed_at > %(mature_before)s AND r.routed_at <= %(mature)s AND r.submitted_at IS NOT NULL
UNION
SELECT r.hub_id, (r.submitted_at AT TIME ZONE 'Europe/Paris')::date
FROM services_referral f JOIN services_servicerequest r ON r.id = f.request_id
WHERE r.submitted_at IS NOT NULL AND (
    (f.answer_in_time_until > %(before)s AND f.answer_in_time_until <= %(as_of)s)
    OR (f.answer_in_time_until > %(mature_before)s AND f.answer_in_time_until <= %(mature)s + interval '30 days'
        AND f.sent_at > %(mature_before)s AND f.sent_at <= %(mature)s))
"""
NOTE_MATURING = f"INSERT INTO services_figuredirt (hub_id, day) {MATURING} RETURNING hub_id"
TAKE_NOTES = """
DELETE FROM services_figuredirt WHERE hub_id = %(hub)s AND day >= %(month)s
    AND day < (%(month)s::date + interval '1 month')::date RETURNING day
"""
FILED = """
SELECT DISTINCT hub_id, date_trunc('month', submitted_at AT TIME ZONE 'Europe/Paris')::date
FROM services_servicerequest WHERE submitted_at IS NOT NULL
"""
