"""The figures of the dashboards: what each one is, said to people and said to the machine, in this one place.

Every figure speaks of the requests filed during a period (« the cohort »): drafts, messages set apart or rejected as
unwanted, and duplicates joined to another request are never counted. Counters are additive, so that a figure is the
quotient of two sums, whatever the cells they come from. What depends on the time that has passed since is counted as of
one instant, written on the page.
Source: the product's « Honest figures ».
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

HELPED_AFTER = timedelta(days=45)
PUBLISHED_FROM = 5  # companies

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
IN_TIME = ("answer_1", "answer_2", "answer_3", "answer_5")

# What became of each referral.
OUTCOMES = (
    "helped_here",
    "helped_elsewhere",
    "no_help_possible",
    "unreachable",
    "declined",
    "expired",
    "cancelled",
    "ongoing",
    "waiting",
)
OF_REQUESTS = (
    "submitted",  # requests filed
    "routed",  # of which sent to an organisation
    "taken",  # of which accepted at least once
    "mature",  # routed at least 45 days ago
    "helped",  # of which closed as helped
    "abandoned",  # routed, every referral expired
    "asked",  # whose opinion was asked
    "rated",  # who answered
    "score",  # sum of their marks
)
COUNTERS = (*OF_REQUESTS, *DELAYS, *OUTCOMES)

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
    ),
    Figure(
        "taken",
        _("Prises en charge"),
        _("Demandes acceptées par au moins une structure, divisées par les demandes transmises."),
        _requests,
        ("taken",),
        ("routed",),
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
    ),
    Figure(
        "abandoned",
        _("Abandonnées"),
        _("Demandes dont toutes les orientations sont restées sans réponse, divisées par les demandes transmises."),
        _requests,
        ("abandoned",),
        ("routed",),
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
