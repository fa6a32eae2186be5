"""The requests behind a figure: the same definitions as the aggregates, read from the rows themselves."""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from diginor.web.paging import Page, page_by_key
from diginor.workflow.working_days import PARIS
from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub
from members.territories.models import Containment
from services.figures.queries.reading import Selection
from services.figures.rules.figures import (
    BY_CODE,
    DIMENSIONS,
    IN_TIME_UNTIL,
    NOT_COUNTED,
    SUBMITTED,
    Counter,
    Figure,
)
from services.requests.models import Referral, ServiceRequest, ServiceRequestQuerySet

if TYPE_CHECKING:
    from members.people.models import User

PAGE = 30
STEERING_ROLES = (HubRoleKind.OFFICER, HubRoleKind.STAFF, HubRoleKind.HEAD)
COUNTED = ~reduce(or_, (Q(**lookups) for lookups in NOT_COUNTED))


def steered_hubs(user: "User") -> list[Hub]:
    """The hubs whose figures the person may read: steered, kept, or under one that is; all for an administrator."""
    if user.is_superuser:
        return list(Hub.objects.in_order())
    found = {role.hub_id: role.hub for role in user.all_hub_roles if role.kind in STEERING_ROLES}
    return sorted(found.values(), key=lambda hub: (hub.search_name, hub.pk))


def counted_in(hub_ids: tuple[int, ...]) -> ServiceRequestQuerySet:
    """The requests that the figures of some hubs count."""
    hub = Q(hub=hub_ids[0]) if len(hub_ids) == 1 else Q(hub__in=hub_ids)
    return ServiceRequest.objects.filter(hub, COUNTED)


def behind(selection: Selection, figure: str, is_missed: bool = False) -> "QuerySet[ServiceRequest]":
    """The requests that a figure counts or, when `is_missed`, those of its base that it does not count."""
    cohort = _cohort(selection)
    referrals = Referral.objects.filter(request=OuterRef("pk"))
    if organisation := selection.chosen.get("organisation"):
        referrals = referrals.filter(organisation=organisation)
        cohort = cohort.filter(Exists(referrals))
    if figure == SUBMITTED.code:
        return cohort
    base, counts = _conditions(BY_CODE[figure], selection, referrals)
    return cohort.filter(base, ~counts if is_missed else counts)


def _cohort(selection: Selection) -> "QuerySet[ServiceRequest]":
    start = datetime.combine(selection.period.start, time.min, tzinfo=PARIS)
    day_after = selection.period.end + timedelta(days=1)
    end = datetime.combine(day_after, time.min, tzinfo=PARIS)
    rows = counted_in(selection.hub_ids).filter(submitted_at__gte=start, submitted_at__lt=end)
    for dimension in DIMENSIONS:
        value = selection.chosen.get(dimension.code)
        if value and dimension.around:
            rows = rows.filter(commune__in=Containment.objects.filter(container=value).values("part"))
        elif value is not None and not dimension.is_key:
            rows = rows.filter(**{dimension.code: value})
    return rows


def _conditions(figure: Figure, selection: Selection, referrals: "QuerySet[Referral]") -> tuple[Q, Q]:
    """What the base of a figure asks of a request, and what the figure asks besides."""
    if figure.listed is None:
        due = referrals.filter(**{f"{IN_TIME_UNTIL}__lte": selection.as_of})
        late = due.filter(Q(answered_at=None) | Q(answered_at__gt=F(IN_TIME_UNTIL)))
        return Q(Exists(due)), ~Q(Exists(late))
    base, counted = figure.listed
    asked = _asked_by(base, None, selection, referrals)
    # In the base, so that what is missed is no OR of two subqueries, which would read every referral.
    asked &= Q(Exists(referrals)) if counted.every is not None else Q()
    return asked, _asked_by(counted, base, selection, referrals)


def _asked_by(counter: Counter, known: Counter | None, selection: Selection, referrals: "QuerySet[Referral]") -> Q:
    """What a counter asks of a request beyond what is known of it; the SQL of the aggregates asks the same."""
    asked = Q()
    if counter.of and counter.of != known:
        asked &= _asked_by(counter.of, known, selection, referrals)
    if counter.given_for is not None:
        age = counter.given_for
        test, value = ("lte", selection.as_of - age) if age else ("isnull", False)
        of_one = Q(Exists(referrals.filter(**{f"sent_at__{test}": value})))
        asked &= of_one if "organisation" in selection.chosen else Q(**{f"routed_at__{test}": value})
    if counter.some is not None:
        asked &= Q(Exists(referrals.filter(**counter.some)))
    if counter.every is not None:
        asked &= ~Q(Exists(referrals.exclude(**counter.every)))
    if counter.opinion is not None:
        asked &= Q(**{f"satisfaction__{test}": value for test, value in counter.opinion.items()})
    return asked


def page(rows: "QuerySet[ServiceRequest]", *, after: str = "", before: str = "") -> Page:
    """One page, the newest first."""
    wanted = rows.select_related("topic", "commune").order_by("-submitted_at", "-pk")
    return page_by_key(wanted, "submitted_at", size=PAGE, after=after, before=before)
