"""The figures of the dashboards: what each one is, said to people and said to the machine, in this one place.

Every figure speaks of the requests filed during a period (« the cohort »): drafts, messages set apart or rejected as
unwanted, and duplicates joined to another request are never counted. Counters are additive, so that a figure is the
quotient of two sums, whatever the cells they come from. What depends on the time that has passed since is counted as of
one instant, written on the page.
Conditions are said as `filter()` takes them: the tables, the SQL that fills them and the lists of requests are made of
what stands here. After a change, `manage.py refresh_figures --full`.
Source: the product's « Honest figures ».
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.territories.enums import TerritoryKind
from services.requests.enums import Outcome, ReferralState, RejectReason, RequestState
from services.requests.rules.clock import IN_TIME_DAYS

HELPED_AFTER = timedelta(days=45)
PUBLISHED_FROM = 5  # companies

Lookups = Mapping[str, Any]

# A request of which one of these is true belongs to no cohort.
NOT_COUNTED: tuple[Lookups, ...] = (
    {"state": RequestState.DRAFT},
    {"submitted_at": None},
    {"is_suspect": True},
    {"reject_reason": RejectReason.SPAM},
    {"merged_into__isnull": False},
)


@dataclass(frozen=True)
class Dimension:
    """By what requests are told apart: a field of their own, unless it is said where it is read."""

    code: str
    around: TerritoryKind | None = None  # the territory of that kind around the commune
    is_recipient: bool = False  # each organisation that has the request

    @property
    def is_key(self) -> bool:
        """Whether its values are rows of another table."""
        return self.around is not None or self.is_recipient

    @property
    def column(self) -> str:
        """Its column in the aggregates."""
        return f"{self.code}_id" if self.is_key else self.code

    @property
    def blank(self) -> str:
        """What stands in its column where it is not told apart."""
        return "NULL::bigint" if self.is_key else "''"


DIMENSIONS = (
    Dimension("family"),
    Dimension("department", around=TerritoryKind.DEPARTMENT),
    Dimension("epci", around=TerritoryKind.EPCI),
    Dimension("size"),
    Dimension("sector"),
    Dimension("organisation", is_recipient=True),
)


@dataclass(frozen=True)
class Counter:
    """What is counted of requests, whole or as one organisation has them: all that is said here, and all of `of`."""

    code: str
    of: "Counter | None" = None
    given_for: timedelta | None = None  # since when an organisation has it, at least; zero: whenever
    some: Lookups | None = None  # true of one of its referrals at least
    every: Lookups | None = None  # true of all of them, one at least
    opinion: Lookups | None = None  # true of the opinion that was asked
    total: str = ""  # the field of the opinion that is summed, where requests are not counted


SUBMITTED = Counter("submitted")
ROUTED = Counter("routed", SUBMITTED, given_for=timedelta())
TAKEN = Counter("taken", ROUTED, some={"accepted_at__isnull": False})
MATURE = Counter("mature", SUBMITTED, given_for=HELPED_AFTER)
HELPED = Counter("helped", MATURE, some={"state": ReferralState.CLOSED, "outcome": Outcome.HELPED})
ABANDONED = Counter("abandoned", ROUTED, every={"state": ReferralState.EXPIRED})
ASKED = Counter("asked", SUBMITTED, opinion={"pk__isnull": False})
RATED = Counter("rated", ASKED, opinion={"answered_at__isnull": False})
SCORE = Counter("score", RATED, total="score")
OF_REQUESTS = (SUBMITTED, ROUTED, TAKEN, MATURE, HELPED, ABANDONED, ASKED, RATED, SCORE)

# Until when an answer is in time, a field of referrals; before that instant nothing is counted of the answer.
IN_TIME_UNTIL = "answer_in_time_until"
# Delays to the answer, in working days: bucket, longest delay in it.
DELAYS: dict[str, int | None] = {
    "answer_1": 1,
    "answer_2": 2,
    "answer_3": 3,
    "answer_5": 5,
    "answer_9": 9,
    "answer_more": None,
    "answer_none": None,
}
IN_TIME = tuple(name for name, most in DELAYS.items() if most and most <= IN_TIME_DAYS)

# What became of each referral.
OUTCOMES: dict[str, Lookups] = {
    "helped_here": {"state": ReferralState.CLOSED, "outcome": Outcome.HELPED},
    "helped_elsewhere": {"state": ReferralState.CLOSED, "outcome": Outcome.HELPED_ELSEWHERE},
    "no_help_possible": {"state": ReferralState.CLOSED, "outcome": Outcome.NO_HELP_POSSIBLE},
    "unreachable": {"state": ReferralState.CLOSED, "outcome": Outcome.UNREACHABLE},
    "declined": {"state": ReferralState.DECLINED},
    "expired": {"state": ReferralState.EXPIRED},
    "cancelled": {"state": ReferralState.CANCELLED},
    "ongoing": {"state": ReferralState.ACCEPTED},
    "waiting": {"state": ReferralState.SENT},
}
COUNTERS = (*(counter.code for counter in OF_REQUESTS), *DELAYS, *OUTCOMES)

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Figure:
    """A figure: its words, and the counters that it divides."""

    code: str
    label: str | Promise
    definition: str | Promise
    counted: Callable[[int], str]
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    counted_title: str | Promise  # of the list of the requests that it counts, then of those that it misses
    missed_title: str | Promise
    listed: tuple[Counter, Counter] | None  # which these are: the base, what is counted in it; None: by the answers
    unit: str = "percent"
    rising_is_good: bool = True

    def top(self, counts: Counts) -> int:
        """The numerator."""
        return sum(counts[name] for name in self.numerator)

    def bottom(self, counts: Counts) -> int:
        """The denominator."""
        return sum(counts[name] for name in self.denominator)

    def value(self, counts: Counts) -> float | None:
        """The figure on the scale of 100, or of the marks from 1 to 5; None where there is nothing to divide."""
        bottom = self.bottom(counts)
        if not bottom:
            return None
        return self.top(counts) / bottom * (100 if self.unit == "percent" else 1)


def _requests(number: int) -> str:
    return ngettext("demande", "demandes", number)


def _referrals(number: int) -> str:
    return ngettext("orientation", "orientations", number)


def _opinions(number: int) -> str:
    return ngettext("avis", "avis", number)


FIGURES: tuple[Figure, ...] = (
    Figure(
        "transmitted",
        _("Transmises"),
        _("Part des demandes déposées que le guichet a transmises à au moins une structure."),
        _requests,
        ("routed",),
        ("submitted",),
        _("Demandes transmises"),
        _("Demandes pas encore transmises"),
        (SUBMITTED, ROUTED),
    ),
    Figure(
        "answered",
        _("Réponse en 5 jours ouvrés"),
        _(
            "Orientations qui ont reçu une réponse dans les 5 jours ouvrés après leur envoi, divisées par les "
            "orientations envoyées il y a au moins 5 jours ouvrés. Une orientation sans réponse compte comme en retard."
        ),
        _referrals,
        IN_TIME,
        tuple(DELAYS),
        _("Demandes dont toutes les réponses sont venues à temps"),
        _("Demandes dont une réponse au moins manque ou a tardé"),
        None,
    ),
    Figure(
        "taken",
        _("Prises en charge"),
        _("Demandes acceptées par au moins une structure, divisées par les demandes transmises."),
        _requests,
        ("taken",),
        ("routed",),
        _("Demandes prises en charge"),
        _("Demandes transmises, pas prises en charge"),
        (ROUTED, TAKEN),
    ),
    Figure(
        "helped",
        _("Aidées"),
        _(
            "Demandes dont une orientation s’est terminée par « l’entreprise a été aidée », divisées par les "
            "demandes transmises il y a au moins 45 jours."
        ),
        _requests,
        ("helped",),
        ("mature",),
        _("Demandes dont l’entreprise a été aidée"),
        _("Demandes transmises depuis 45 jours, pas encore aidées"),
        (MATURE, HELPED),
    ),
    Figure(
        "abandoned",
        _("Abandonnées"),
        _("Demandes dont toutes les orientations sont restées sans réponse, divisées par les demandes transmises."),
        _requests,
        ("abandoned",),
        ("routed",),
        _("Demandes abandonnées"),
        _("Demandes transmises qui n’ont pas été abandonnées"),
        (ROUTED, ABANDONED),
        rising_is_good=False,
    ),
    Figure(
        "satisfaction",
        _("Satisfaction"),
        _(
            "Moyenne des notes de 1 à 5. L’avis est demandé après toute demande terminée, quelle qu’en soit "
            "l’issue ; le taux de réponse est toujours donné."
        ),
        _opinions,
        ("score",),
        ("rated",),
        _("Demandes dont l’entreprise a donné son avis"),
        _("Demandes dont l’avis attendu n’est pas venu"),
        (ASKED, RATED),
        unit="mark",
    ),
)
BY_CODE: dict[str, Figure] = {figure.code: figure for figure in FIGURES}

COHORT = _(
    "Les chiffres portent sur les demandes déposées pendant la période. Les messages indésirables et les doublons "
    "réunis à une autre demande ne comptent pas."
)


def response_rate(counts: Counts) -> float | None:
    """The share of the companies asked for their opinion who gave it, on the scale of 100."""
    return 100 * counts["rated"] / counts["asked"] if counts["asked"] else None


def nothing() -> dict[str, int]:
    """Every counter at zero."""
    return dict.fromkeys(COUNTERS, 0)


def added(first: Counts, second: Counts) -> dict[str, int]:
    """The sum of two sets of counters."""
    return {name: first[name] + second[name] for name in COUNTERS}


def may_be_published(companies: int) -> bool:
    """Whether enough companies stand behind a figure for it to be shown to everyone."""
    return companies >= PUBLISHED_FROM
