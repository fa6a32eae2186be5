"""The honest figures read by hand from the rows, as product language says them; and the worlds to read them in."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from diginor.workflow.working_days import PARIS, add_working_days
from members.territories.models import Containment
from services.figures.queries.reading import Selection
from services.figures.rules.figures import COUNTERS, HELPED_AFTER
from services.requests.models import Referral, Satisfaction, ServiceRequest

FAMILIES = ["demonstration", "funding", "training"]
SIZES = ["1-9", "10-49", ""]
SECTORS = ["digital", "health"]
ENDINGS = ["helped", "helped_elsewhere", "no_help_possible", "unreachable"]


def make_world(random: Random, hubs, communes, organisations, now: datetime, count: int) -> None:
    """File requests at any moment of the last 200 days, and let anything happen to them."""
    for number in range(count):
        at = now - timedelta(seconds=random.randrange(200 * 86400))
        fate = random.choice(["filed", "filed", "routed", "routed", "routed", "draft", "spam", "suspect", "merged"])
        routed_at = min(at + timedelta(hours=random.randrange(100)), now) if fate != "draft" else None
        request = ServiceRequest.objects.create(
            code=f"W{number:09}{random.randrange(10)}",
            hub=random.choice(hubs),
            state="draft" if fate == "draft" else "closed",
            family=random.choice(FAMILIES),
            size=random.choice(SIZES),
            sector=random.choice(SECTORS),
            commune=random.choice([*communes, None]),
            submitted_at=at if fate != "draft" else None,
            routed_at=routed_at if fate in {"routed", "merged", "spam"} else None,
            is_suspect=fate == "suspect",
            reject_reason="spam" if fate == "spam" else "",
            company_name=f"Entreprise {number % 7}",
            contact_email=f"c{number % 7}@exemple.example",
        )
        if fate == "merged":
            ServiceRequest.objects.filter(pk=request.pk).update(merged_into=request.pk)
        if request.routed_at:
            for organisation in random.sample(organisations, random.randrange(1, len(organisations) + 1)):
                make_referral(random, request, organisation, now)
        if random.random() < 0.5:
            score = random.choice([None, 1, 3, 5])
            Satisfaction.objects.create(request=request, score=score, answered_at=now if score else None)


def make_referral(random: Random, request: ServiceRequest, organisation, now: datetime) -> Referral:
    """Send a request to an organisation, which answers after hours, days, or never."""
    sent_at = min(request.routed_at + timedelta(hours=random.choice([0, 0, 1, 30, 400])), now)
    answered_at = sent_at + timedelta(minutes=random.choice([5, 600, 1500, 3000, 7000, 10080, 14000, 30000]))
    state = random.choice(["sent", "accepted", "declined", "expired", "closed", "cancelled", "expired"])
    if answered_at > now and state in {"accepted", "declined", "closed"}:
        state = "sent"
    is_answered = state in {"accepted", "declined", "closed"}
    return Referral.objects.create(
        request=request,
        organisation=organisation,
        state=state,
        sent_at=sent_at,
        answer_in_time_until=add_working_days(sent_at, 5),
        expires_at=add_working_days(sent_at, 9),
        answered_at=answered_at if is_answered else None,
        accepted_at=answered_at if state in {"accepted", "closed"} else None,
        decline_reason="other" if state == "declined" else "",
        outcome=random.choice(ENDINGS) if state == "closed" else "",
    )


def delay_of(referral: Referral) -> int:
    """Working days until the answer: the least number of them that reaches it."""
    days = 0
    while add_working_days(referral.sent_at, days) < referral.answered_at:
        days += 1
    return days


def bucket_of(referral: Referral) -> str:
    """The delay of an answer, in the classes of the charts."""
    if referral.answered_at is None:
        return "answer_none"
    days = delay_of(referral)
    for name, most in (("answer_1", 1), ("answer_2", 2), ("answer_3", 3), ("answer_5", 5), ("answer_9", 9)):
        if days <= most:
            return name
    return "answer_more"


def is_counted(request: ServiceRequest, selection: Selection) -> bool:
    """Whether a request belongs to a selection, the organisation apart."""
    if request.state == "draft" or request.is_suspect or request.reject_reason == "spam" or request.merged_into_id:
        return False
    day = request.submitted_at.astimezone(PARIS).date()
    if request.hub_id not in selection.hub_ids or not selection.period.start <= day <= selection.period.end:
        return False
    for name, value in selection.chosen.items():
        if name in {"family", "size", "sector"} and getattr(request, name) != value:
            return False
        if name in {"department", "epci"}:
            inside = Containment.objects.filter(part=request.commune_id, container=value)
            if request.commune_id is None or not inside.exists():
                return False
    return True


def counts_of(request: ServiceRequest, selection: Selection) -> Counter:
    """What one request adds to each counter; nothing when the organisation chosen never had it."""
    referrals = list(request.referrals.order_by("pk"))
    organisation = selection.chosen.get("organisation")
    routed_at = request.routed_at
    if organisation:
        referrals = [row for row in referrals if row.organisation_id == organisation]
        if not referrals:
            return Counter()
        routed_at = min(row.sent_at for row in referrals)
    found = Counter(submitted=1, routed=routed_at is not None)
    is_mature = routed_at is not None and routed_at <= selection.as_of - HELPED_AFTER
    found["taken"] += any(row.accepted_at for row in referrals)
    found["mature"] += is_mature
    found["helped"] += is_mature and any(row.state == "closed" and row.outcome == "helped" for row in referrals)
    found["abandoned"] += bool(referrals) and all(row.state == "expired" for row in referrals)
    opinion = Satisfaction.objects.filter(request=request).order_by("pk").first()
    found["asked"] += opinion is not None
    found["rated"] += opinion is not None and opinion.score is not None
    found["score"] += (opinion.score or 0) if opinion else 0
    for row in referrals:
        if row.answer_in_time_until <= selection.as_of:
            found[bucket_of(row)] += 1
        fates = {"sent": "waiting", "accepted": "ongoing"}
        fate = row.outcome if row.state == "closed" else fates.get(row.state, row.state)
        found["helped_here" if fate == "helped" else fate] += 1
    return found


def by_hand(selection: Selection) -> dict[str, int]:
    """Every counter of a selection, one request after the other."""
    whole: Counter = Counter()
    for request in ServiceRequest.objects.order_by("pk"):
        if is_counted(request, selection):
            whole += counts_of(request, selection)
    return {name: whole[name] for name in COUNTERS}
