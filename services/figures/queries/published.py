"""The key figures that anyone may read: all hubs together, hidden where fewer than five companies stand behind them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone

from members.hubs.models import Hub
from services.figures.models import FigureStamp
from services.figures.queries.reading import Counts, Reading, Selection, places
from services.figures.queries.requests_behind import behind
from services.figures.rules.figures import FIGURES, PUBLISHED_FROM, may_be_published
from services.figures.rules.periods import last_months
from services.requests.models import ServiceRequest

MONTHS = 12
SAMPLE = 500  # rows read to see whether there are enough companies: more could only show more of them
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Published:
    """The sums of the last twelve months, and what of them may be shown."""

    as_of: datetime
    start: date
    end: date
    counts: Counts
    shown: frozenset[str]
    families: dict[str, int | None]
    departments: dict[str, tuple[str, int | None]]


def published() -> Published | None:
    """The key figures as of the last count, or nothing before the first."""
    stamp = FigureStamp.objects.current()
    if stamp is None:
        return None
    key = f"published-figures-{stamp.rebuilt_at.timestamp()}-{stamp.as_of:%Y%m%d%H}"
    found: Published | None = cache.get(key)
    if found is None:
        found = _published(stamp.as_of)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _published(as_of: datetime) -> Published:
    hubs = tuple(Hub.objects.order_by("pk").values_list("pk", flat=True))
    period = last_months(timezone.localdate(as_of), MONTHS)
    selection = Selection(hubs, period, as_of)
    reading = Reading(selection)
    known = places(hubs)["department"]
    by_department = {key: counts["submitted"] for key, counts in reading.by("department").items() if key in known}
    families = {str(key): counts["submitted"] for key, counts in reading.by("family").items()}
    hidden = {
        dimension: without_single(
            values,
            {key for key in values if not _is_enough(_only(selection, dimension, key), "submitted")},
        )
        for dimension, values in (("family", families), ("department", by_department))
    }
    return Published(
        as_of,
        period.start,
        period.end,
        reading.now,
        frozenset(
            code for code in ("submitted", *(f.code for f in FIGURES)) if _is_shown(selection, reading.now, code)
        ),
        hidden["family"],
        {known[key].code: (known[key].name, value) for key, value in hidden["department"].items()},
    )


def without_single(values: dict, refused: set) -> dict:
    """Hide what is refused, and the smallest others with it until no subtraction from the whole gives a few back."""
    hidden = set(refused)
    others = sorted((key for key in values if key not in hidden), key=lambda key: (values[key], str(key)))
    while hidden and others and (len(hidden) < 2 or sum(values[key] for key in hidden) < PUBLISHED_FROM):
        hidden.add(others.pop(0))
    return {key: None if key in hidden else value for key, value in values.items()}


def _only(selection: Selection, dimension: str, value: str | int) -> Selection:
    return Selection(selection.hub_ids, selection.period, selection.as_of, {dimension: value})


def _is_shown(selection: Selection, counts: Counts, code: str) -> bool:
    """Whether enough companies stand behind what a figure divides, and behind what it counts, unless that is nobody."""
    if code == "submitted":
        return _is_enough(selection, code)
    figure = next(figure for figure in FIGURES if figure.code == code)
    if not figure.bottom(counts):
        return False
    counted = _companies(behind(selection, code))
    if code == "satisfaction":
        return may_be_published(len(counted))
    missed = _companies(behind(selection, code, is_missed=True))
    return may_be_published(len(counted | missed)) and (not figure.top(counts) or may_be_published(len(counted)))


def _is_enough(selection: Selection, code: str) -> bool:
    return may_be_published(len(_companies(behind(selection, code))))


def _companies(rows: "QuerySet[ServiceRequest]") -> set[str]:
    """The companies of the first rows; those that nothing names any more are one."""
    known = Coalesce(
        NullIf(F("siret"), Value("")), NullIf(Lower("contact_email"), Value("")), Value(""), output_field=TextField()
    )
    sample = rows.order_by("-submitted_at", "-pk").annotate(company=known).values_list("company", flat=True)[:SAMPLE]
    return set(sample)
