"""A team at work: what each person follows, what is late, how fast it answers, when it last moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Max, Q
from django.utils import timezone

from members.organisations.models import Organisation
from members.people.models import Absence, Membership
from services.requests.enums import ReferralState
from services.requests.models import Referral

MEASURED_OVER = timedelta(days=365)


class Median(Aggregate):
    """The middle value of durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass
class Teammate:
    """A person of the team and their work."""

    membership: Membership
    open: int = 0
    late: int = 0
    median: timedelta | None = None
    last_at: datetime | None = None
    absence: Absence | None = None


@dataclass(frozen=True)
class TeamFigures:
    """The whole team: what is open and late, what nobody follows, how fast it answers."""

    open: int
    late: int
    unattended: int
    median: timedelta | None


def teammates(organisation: Organisation, now: datetime) -> list[Teammate]:
    """The people of a team with their work, in four queries whatever their number."""
    rows = organisation.memberships.filter(is_active=True, user__is_active=True).select_related("user")
    team = {row.user_id: Teammate(row) for row in rows.order_by("user__search_name", "pk")}
    for work in _live(organisation).values("adviser").annotate(**_counts(now)).order_by("adviser"):
        if mate := team.get(work["adviser"]):
            mate.open, mate.late = work["open"], work["late"]
    for pace in _answered(organisation, now).values("adviser").annotate(median=_MEDIAN, last=Max("active_at")):
        if mate := team.get(pace["adviser"]):
            mate.median, mate.last_at = pace["median"], pace["last"]
    for absence in organisation.absences.current_and_coming(timezone.localdate(now)):
        if absence.user_id in team and team[absence.user_id].absence is None:
            team[absence.user_id].absence = absence
    return list(team.values())


def figures(organisation: Organisation, now: datetime) -> TeamFigures:
    counts: dict[str, Any] = _live(organisation).aggregate(
        **_counts(now), unattended=Count("pk", filter=Q(state=ReferralState.ACCEPTED, adviser=None))
    )
    return TeamFigures(**counts, median=_answered(organisation, now).aggregate(median=_MEDIAN)["median"])


def _live(organisation: Organisation) -> Any:
    return Referral.objects.of_organisation(organisation.pk).live().order_by()


def _answered(organisation: Organisation, now: datetime) -> Any:
    since = now - MEASURED_OVER
    return (
        Referral.objects.of_organisation(organisation.pk).filter(answered_at__gte=since, sent_at__gte=since).order_by()
    )


def _counts(now: datetime) -> dict[str, Any]:
    return {"open": Count("pk"), "late": Count("pk", filter=Q(due_at__lt=now))}


_MEDIAN = Median(F("answered_at") - F("sent_at"))
