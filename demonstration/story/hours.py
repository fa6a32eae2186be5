"""When things happen: working hours of desks and organisations, seasons of filing, all relative to now."""

from bisect import bisect
from datetime import datetime, time, timedelta
from itertools import accumulate
from random import Random

from diginor.workflow.working_days import PARIS, add_working_days, is_working_day

STORY_DAYS = 548
# How busy each month is, January first: few needs in August, many in autumn.
SEASON = (1.0, 1.05, 1.15, 1.0, 0.8, 1.05, 0.7, 0.4, 1.25, 1.25, 1.1, 0.7)
WEEKEND = 0.16


def filing_instants(rng: Random, count: int, now: datetime) -> list[datetime]:
    """When companies file: more and more often, by season, rarely at week-ends; the oldest first."""
    days = [(now - timedelta(days=age)).astimezone(PARIS).date() for age in range(STORY_DAYS, 3, -1)]
    weights = [
        (0.8 + 0.5 * rank / len(days)) * SEASON[day.month - 1] * (1 if is_working_day(day) else WEEKEND)
        for rank, day in enumerate(days)
    ]
    sums = list(accumulate(weights))
    drawn = sorted(bisect(sums, rng.random() * sums[-1]) for _number in range(count))
    return [datetime.combine(days[rank], filing_time(rng), tzinfo=PARIS) for rank in drawn]


def filing_time(rng: Random) -> time:
    """An hour at which companies write: the day, and sometimes the evening."""
    hour = rng.choice((8, 9, 9, 10, 10, 11, 12, 14, 14, 15, 16, 17, 18, 20, 21))
    return time(hour, rng.randrange(60), rng.randrange(60))


def at_work(rng: Random, start: datetime, days: int) -> datetime:
    """An instant of office hours, some working days after another; for none, later the same day if there is time."""
    local = start.astimezone(PARIS)
    if days == 0 and is_working_day(local.date()) and local.hour < 16:
        begin = max(local + timedelta(minutes=25), local.replace(hour=9, minute=0))
        return begin + timedelta(minutes=rng.randrange(120))
    day = add_working_days(start, max(days, 1)).date()
    return datetime.combine(day, time(rng.randrange(9, 17), rng.randrange(60), rng.randrange(60)), tzinfo=PARIS)


def back_at_work(rng: Random, now: datetime, days: int, hour: int | None = None) -> datetime:
    """An instant of office hours, some working days before now."""
    day = now.astimezone(PARIS).date()
    while days > 0 or not is_working_day(day):
        day -= timedelta(days=1)
        days -= is_working_day(day)
    at = datetime.combine(day, time(hour or rng.randrange(9, 17), rng.randrange(60)), tzinfo=PARIS)
    return min(at, now - timedelta(minutes=rng.randrange(15, 55)))
