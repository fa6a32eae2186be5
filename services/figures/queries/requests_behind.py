"""The requests behind a figure: the same definitions as the aggregates, read from the rows themselves."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from diginor.web.paging import Page, page_by_key
from diginor.workflow.working_days import PARIS
from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub
from members.territories.models import Containment
from services.figures.queries.reading import Selection
from services.figures.rules.figures import HELPED_AFTER
from services.requests.enums import Outcome, ReferralState, RejectReason, RequestState
from services.requests.models import Referral, ServiceRequest, ServiceRequestQuerySet

if TYPE_CHECKING:
    from members.people.models import User

PAGE = 30
STEERING_ROLES = (HubRoleKind.OFFICER, HubRoleKind.STAFF, HubRoleKind.HEAD)
NOT_COUNTED = (
    Q(state=RequestState.DRAFT)
    | Q(submitted_at=None)
    | Q(is_suspect=True)
    | Q(reject_reason=RejectReason.SPAM)
    | Q(merged_into__isnull=False)
)


def steered_hubs(user: "User") -> list[Hub]:
    """The hubs whose figures the person may read: steered, kept, or under one that is; all for an administrator."""
    if user.is_superuser:
        return list(Hub.objects.in_order())
    found = {role.hub_id: role.hub for role in user.all_hub_roles if role.kind in STEERING_ROLES}
    return sorted(found.values(), key=lambda hub: (hub.search_name, hub.pk))


def counted_in(hub_ids: tuple[int, ...]) -> ServiceRequestQuerySet:
    """The requests that the figures of some hubs count."""
    hub = Q(hub=hub_ids[0]) if len(hub_ids) == 1 else Q(hub__in=hub_ids)
    return ServiceRequest.objects.filter(hub, ~NOT_COUNTED)


def behind(selection: Selection, figure: str, is_missed: bool = False) -> "QuerySet[ServiceRequest]":
    """The requests that a figure counts or, when `is_missed`, those of its base that it does not count."""
    cohort = _cohort(selection)
    referrals = Referral.objects.filter(request=OuterRef("pk"))
    if organisation := selection.chosen.get("organisation"):
        referrals = referrals.filter(organisation=organisation)
        cohort = cohort.filter(Exists(referrals))
    base, counts = _tests(figure, selection, referrals)
    return cohort.filter(base, ~counts if is_missed else counts)


def _cohort(selection: Selection) -> "QuerySet[ServiceRequest]":
    start = datetime.combine(selection.period.start, time.min, tzinfo=PARIS)
    day_after = selection.period.end + timedelta(days=1)
    end = datetime.combine(day_after, time.min, tzinfo=PARIS)
    rows = counted_in(selection.hub_ids).filter(submitted_at__gte=start, submitted_at__lt=end)
    for name in ("family", "size", "sector"):
        if name in selection.chosen:
            rows = rows.filter(**{name: selection.chosen[name]})
    for name in ("department", "epci"):
        if name in selection.chosen:
            inside = Containment.objects.filter(container=selection.chosen[name])
            rows = rows.filter(commune__in=inside.values("part"))
    return rows


def _tests(figure: str, selection: Selection, referrals: "QuerySet[Referral]") -> tuple[Q, Q]:
    """What the base of a figure asks of a request, and what the figure asks besides."""
    of_one = "organisation" in selection.chosen
    old = selection.as_of - HELPED_AFTER
    routed = Q(Exists(referrals)) if of_one else Q(routed_at__isnull=False)
    mature = Q(Exists(referrals.filter(sent_at__lte=old))) if of_one else Q(routed_at__lte=old)
    due = referrals.filter(answer_in_time_until__lte=selection.as_of)
    late = due.filter(Q(answered_at=None) | Q(answered_at__gt=F("answer_in_time_until")))
    rated = Q(satisfaction__answered_at__isnull=False)
    return {
        "submitted": (Q(), Q(pk__isnull=False)),
        "transmitted": (Q(), routed),
        "answered": (Q(Exists(due)), ~Q(Exists(late))),
        "taken": (routed, Q(Exists(referrals.filter(accepted_at__isnull=False)))),
        "helped": (mature, Q(Exists(referrals.filter(state=ReferralState.CLOSED, outcome=Outcome.HELPED)))),
        "abandoned": (
            routed & Q(Exists(referrals)),
            ~Q(Exists(referrals.exclude(state=ReferralState.EXPIRED))),
        ),
        "satisfaction": (Q(satisfaction__isnull=False), rated),
    }[figure]


def page(rows: "QuerySet[ServiceRequest]", *, after: str = "", before: str = "") -> Page:
    """One page, the newest first."""
    wanted = rows.select_related("topic", "commune").order_by("-submitted_at", "-pk")
    return page_by_key(wanted, "submitted_at", size=PAGE, after=after, before=before)
