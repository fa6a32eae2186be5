"""The rows that the benchmark generates, as SQL: what happens to each request, then each table from that plan."""

from members.organisations.models import Organisation
from services.requests.enums import LIVE_REFERRAL_STATES
from services.requests.models import FollowUp, Message, Referral, RequestEvent, Satisfaction, ServiceRequest

TABLES_OF_PLAN = """
CREATE TABLE IF NOT EXISTS bench_plan (
    n int PRIMARY KEY, at timestamptz, fate text, reach int, base int, topic int, commune int, company int, hours real,
    mood real, sent_at timestamptz, ended_at timestamptz
);
CREATE TABLE IF NOT EXISTS bench_day AS SELECT * FROM unnest(%(days)s::date[], %(two)s::date[], %(five)s::date[],
    %(nine)s::date[], %(fifteen)s::date[]) AS d(day, two, five, nine, fifteen);
CREATE TABLE IF NOT EXISTS bench_place AS SELECT (row_number() OVER (ORDER BY id) - 1)::int AS rank, id
    FROM members_organisation WHERE slug LIKE 'structure-%%';
CREATE TABLE IF NOT EXISTS bench_topic AS SELECT (row_number() OVER (ORDER BY id) - 1)::int AS rank, id, family
    FROM services_topic;
CREATE TABLE IF NOT EXISTS bench_commune AS SELECT
    (row_number() OVER (ORDER BY population DESC NULLS LAST, id) - 1)::int AS rank, id
    FROM members_territory WHERE kind = 'commune' AND code ~ '^(14|27|50|61|76)' AND successor_id IS NULL
"""
# fate: what becomes of the request; reach: how many organisations have it; mood: how they behave.
FILL_PLAN = """
INSERT INTO bench_plan
SELECT n, at, fate, reach, base, topic, commune, company, hours, mood,
    CASE WHEN fate = 'routed' THEN greatest(at + interval '1 hour', %(now)s::timestamptz - interval '8 days' * mood)
        ELSE least(at + interval '30 hours' * mood, %(now)s) END,
    CASE WHEN fate IN ('rejected', 'withdrawn', 'closed', 'left')
        THEN least(at + interval '2 days' + interval '1 hour' * hours * (1 + mood), %(now)s) END
FROM (
    SELECT n, at, 1 + floor(random() * 4)::int AS reach, floor(power(random(), 2) * %(places)s)::int AS base,
        floor(random() * %(topics)s)::int AS topic, floor(power(random(), 2) * %(communes)s)::int AS commune,
        1 + floor(random() * n * .8)::int AS company, 2 + power(random(), 3)::real * 300 AS hours, random() AS mood,
        CASE WHEN is_open THEN
            CASE WHEN u < .14 THEN 'submitted' WHEN u < .17 THEN 'asked' WHEN u < .20 THEN 'suspect'
                WHEN u < .24 THEN 'to_reroute' WHEN u < .58 THEN 'routed' ELSE 'in_progress' END
        ELSE CASE WHEN u < .08 THEN 'rejected' WHEN u < .11 THEN 'withdrawn' WHEN u < .14 THEN 'left' ELSE 'closed' END
        END AS fate
    FROM (
        SELECT n, n <= 400 OR (random() < .55 AND age < 45) AS is_open,
            %(now)s::timestamptz - make_interval(secs => age * 86400) AS at, random() AS u
        FROM (SELECT n, CASE WHEN n <= 400 THEN 1 + random() * 40 ELSE 1 + random() * %(days)s END AS age
            FROM generate_series(%(first)s, %(last)s) n) AS ages
    ) AS dated
) AS drawn
"""
_SIZE = "(ARRAY['1-9', '1-9', '10-49', '10-49', '50-249', '250+', ''])[1 + n % 7]"
_SECTOR = """(ARRAY['manufacturing', 'agriculture', 'construction', 'digital', 'trade', 'tourism', 'health', 'maritime',
    'energy', 'culture', 'mobility', 'other'])[1 + floor(power(mood, 1.5) * 11.99)::int]"""
_WORDS = """(ARRAY['robot', 'capteurs', 'vision', 'facturation', 'boutique', 'cybersécurité', 'intelligence', 'drone',
    'maintenance', 'jumeau', 'numérique', 'traçabilité', 'logistique', 'formation', 'financement', 'partenaire',
    'export',
    'énergie', 'stock', 'planning', 'relation', 'client', 'réalité', 'augmentée', 'impression', 'laser', 'soudure',
    'qualité', 'données', 'cloud'])"""
_NEED = f"""'Nous voulons avancer sur le projet ' || {_WORDS}[1 + n % 30] || ' et ' || {_WORDS}[1 + (n / 30) % 30]
    || ' dans notre atelier, avec un essai avant d’investir.'
    || CASE WHEN n % 500 = 5 THEN ' Un exosquelette aiderait.' ELSE '' END
    || CASE WHEN n <= 400 AND n % 20 = 5 THEN ' Et un périscope.' ELSE '' END"""
_ROUTED = "fate IN ('routed', 'in_progress', 'to_reroute', 'closed', 'left')"
_CLOCK = "(p.sent_at AT TIME ZONE 'Europe/Paris')::time"


def _later(column: str) -> str:
    """The same time of day, some working days after sending."""
    return f"((d.{column} + {_CLOCK}) AT TIME ZONE 'Europe/Paris')"


_FROM_PLAN = """FROM bench_plan p JOIN bench_day d ON d.day = (p.sent_at AT TIME ZONE 'Europe/Paris')::date
    JOIN bench_topic t ON t.rank = p.topic JOIN bench_commune c ON c.rank = p.commune
    JOIN bench_place o ON o.rank = p.base"""

REQUEST = {
    "id": "n",
    "code": "'B' || translate(lpad(n::text, 9, '0'), '01', 'ZY')",
    "hub_id": "(SELECT min(id) FROM members_hub)",
    "state": """CASE WHEN fate IN ('asked', 'suspect') THEN 'submitted' WHEN fate = 'left' THEN 'withdrawn'
        ELSE fate END""",
    "topic_id": "t.id",
    "family": "t.family",
    "need": _NEED,
    "organisation_id": "1000 + company",
    "company_name": "'Entreprise ' || company",
    "siret": "'9' || lpad(company::text, 13, '0')",
    "size": _SIZE,
    "sector": _SECTOR,
    "commune_id": "c.id",
    "contact_name": "'Claude Martin ' || company",
    "contact_email": "'contact' || company || '@entreprise.example'",
    "contact_phone": "'02 00 00 00 00'",
    "created_at": "at - interval '10 minutes'",
    "submitted_at": "at",
    "queued_at": "at",
    "routed_at": f"CASE WHEN {_ROUTED} THEN p.sent_at END",
    "taken_at": "CASE WHEN fate IN ('in_progress', 'closed') THEN p.sent_at + interval '1 hour' END",
    "helped_at": "CASE WHEN fate = 'closed' AND mood < .62 THEN ended_at END",
    "ended_at": "ended_at",
    "person_acted_at": "at",
    "is_abandoned": "fate = 'left'",
    "responsible": """CASE WHEN fate IN ('routed', 'in_progress') THEN 'organisation' WHEN fate = 'asked' THEN 'company'
        WHEN ended_at IS NULL THEN 'hub' ELSE 'company' END""",
    "responsible_organisation_id": "CASE WHEN fate IN ('routed', 'in_progress') THEN o.id END",
    "due_at": f"""CASE WHEN fate = 'routed' THEN {_later("nine")} WHEN fate = 'in_progress'
        THEN now() + interval '20 days' * (mood - .3) WHEN ended_at IS NULL THEN {_later("two")} END""",
    "asked_at": "CASE WHEN fate = 'asked' THEN p.sent_at END",
    "is_suspect": "fate = 'suspect'",
    "reject_reason": "CASE WHEN fate <> 'rejected' THEN '' WHEN mood < .3 THEN 'spam' ELSE 'out_of_scope' END",
}
_STATE = """CASE p.fate WHEN 'routed' THEN CASE WHEN j = 0 OR s.y < .7 THEN 'sent' ELSE 'declined' END
    WHEN 'in_progress' THEN CASE WHEN j = 0 THEN 'accepted' WHEN s.y < .3 THEN 'accepted' WHEN s.y < .7 THEN 'declined'
        ELSE 'expired' END
    WHEN 'to_reroute' THEN CASE WHEN s.y < .5 THEN 'declined' ELSE 'expired' END
    WHEN 'left' THEN 'expired'
    ELSE CASE WHEN j = 0 THEN 'closed' WHEN s.y < .25 THEN 'closed' WHEN s.y < .75 THEN 'declined'
        ELSE 'expired' END END"""
_ANSWERED = "least(p.sent_at + interval '1 hour' * p.hours * (.5 + x.y), now())"
REFERRAL = {
    "id": "p.n * 4 + j",
    "code": "(ARRAY['C', 'D', 'E', 'F'])[j + 1] || translate(lpad(p.n::text, 9, '0'), '01', 'ZY')",
    "request_id": "p.n",
    "organisation_id": "o.id",
    "state": "x.state",
    "adviser_id": "CASE WHEN x.state IN ('accepted', 'closed') THEN m.user_id END",
    "sent_at": "p.sent_at",
    "answer_in_time_until": _later("five"),
    "expires_at": _later("nine"),
    "answered_at": f"CASE WHEN x.state NOT IN ('sent', 'expired') THEN {_ANSWERED} END",
    "accepted_at": f"CASE WHEN x.state IN ('accepted', 'closed') THEN {_ANSWERED} END",
    "active_at": "p.sent_at",
    "due_at": f"""CASE WHEN x.state = 'sent' THEN {_later("nine")} WHEN x.state = 'accepted'
        THEN now() + interval '20 days' * (p.mood - .3) END""",
    "decline_reason": "CASE WHEN x.state = 'declined' THEN 'no_capacity' ELSE '' END",
    "outcome": """CASE WHEN x.state <> 'closed' THEN '' WHEN p.mood < .62 THEN 'helped'
        WHEN p.mood < .74 THEN 'helped_elsewhere'
        WHEN p.mood < .88 THEN 'no_help_possible' ELSE 'unreachable' END""",
    "ended_at": f"""CASE WHEN x.state NOT IN ({", ".join(f"'{state}'" for state in LIVE_REFERRAL_STATES)})
        THEN coalesce(p.ended_at, p.sent_at + interval '9 days') END""",
}
_FROM_REFERRALS = f"""FROM bench_plan p CROSS JOIN LATERAL generate_series(0, p.reach - 1) j
    CROSS JOIN LATERAL (SELECT y, {_STATE} AS state
        FROM (SELECT ((p.n::bigint * 7919 + j * 104729) % 1000) / 1000.0 AS y) s) x
    JOIN bench_place o ON o.rank = (p.base + j * 7) % 40
    JOIN LATERAL (SELECT min(user_id) AS user_id FROM members_membership WHERE organisation_id = o.id) m ON true
    JOIN bench_day d ON d.day = (p.sent_at AT TIME ZONE 'Europe/Paris')::date"""


def inserts(part: str) -> list[tuple[type, dict[str, str], str]]:
    """The inserts of one stage, in order: model, columns, source."""
    live = f"WHERE {part.replace('n ', 'p.n ', 1)}"
    new_company = f"""FROM (SELECT DISTINCT company AS number FROM bench_plan WHERE {part}) c
        WHERE NOT EXISTS (SELECT FROM members_organisation WHERE id = 1000 + c.number)"""
    return [
        (Organisation, _company(), new_company),
        (ServiceRequest, REQUEST, f"{_FROM_PLAN} {live}"),
        (Referral, REFERRAL, f"{_FROM_REFERRALS} {live} AND {_ROUTED}"),
        *_history(live),
        (Message, _message("company", "at + interval '1 day'"), f"FROM bench_plan p {live} AND mood < .6"),
        (
            Message,
            _message("organisation", "at + interval '2 days'"),
            f"FROM bench_plan p {live} AND {_ROUTED} AND mood > .3",
        ),
        *_follow_ups(live),
        (
            Satisfaction,
            _opinion(),
            f"FROM bench_plan p {live} AND ended_at < now() - interval '7 days' AND fate <> 'rejected'",
        ),
    ]


def _company() -> dict[str, str]:
    return {
        "id": "1000 + number",
        "name": "'Entreprise ' || number",
        "slug": "'entreprise-' || number",
        "siret": "'9' || lpad(number::text, 13, '0')",
        "kind": "'company'",
        "is_demo": "true",
    }


def _history(live: str) -> list[tuple[type, dict[str, str], str]]:
    """One row for each step of a request, one for each answer of an organisation."""

    def row(party: str, step: str, at: str, to_state: str) -> dict[str, str]:
        return {"request_id": "n", "party": f"'{party}'", "step": f"'{step}'", "at": at, "to_state": f"'{to_state}'"}

    answers = {
        "request_id": "p.n",
        "referral_id": "p.n * 4 + j",
        "organisation_id": "o.id",
        "party": "CASE WHEN x.state = 'expired' THEN 'clock' ELSE 'organisation' END",
        "step": "CASE x.state WHEN 'declined' THEN 'decline' WHEN 'expired' THEN 'expire' ELSE 'accept' END",
        "at": _ANSWERED,
        "from_state": "'sent'",
        "to_state": "x.state",
    }
    return [
        (RequestEvent, row("company", "submit", "at", "submitted"), f"FROM bench_plan p {live}"),
        (RequestEvent, row("hub", "route", "p.sent_at", "routed"), f"FROM bench_plan p {live} AND {_ROUTED}"),
        (RequestEvent, answers, f"{_FROM_REFERRALS} {live} AND {_ROUTED} AND x.state <> 'sent'"),
        (RequestEvent, row("clock", "finish", "ended_at", "closed"), f"FROM bench_plan p {live} AND fate = 'closed'"),
    ]


def _message(party: str, at: str) -> dict[str, str]:
    return {
        "request_id": "n",
        "thread": "'shared'",
        "party": f"'{party}'",
        "author_name": "'Claude Martin'",
        "body": "'Bonjour, nous sommes disponibles mardi matin pour en parler.'",
        "created_at": at,
    }


def _follow_ups(live: str) -> list[tuple[type, dict[str, str], str]]:
    """What the clock did and will do: a reminder for the open ones, an opinion for the others."""

    def row(kind: str, due: str, done: str = "NULL") -> dict[str, str]:
        return {"request_id": "n", "kind": f"'{kind}'", "basis_at": "at", "due_at": due, "done_at": done}

    return [
        (
            FollowUp,
            row("triage_reminder", "now() + interval '3 days' * mood"),
            f"FROM bench_plan p {live} AND ended_at IS NULL",
        ),
        (FollowUp, row("satisfaction", "ended_at", "ended_at"), f"FROM bench_plan p {live} AND ended_at IS NOT NULL"),
    ]


def _opinion() -> dict[str, str]:
    is_rated = "n % 20 < 7"
    return {
        "request_id": "n",
        "asked_at": "ended_at + interval '7 days'",
        "answered_at": f"CASE WHEN {is_rated} THEN ended_at + interval '8 days' END",
        "score": f"CASE WHEN {is_rated} THEN 5 - floor(power(mood, 2) * 3.99)::int END",
        "was_clear": "NULL",
    }
