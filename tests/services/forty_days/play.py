"""The play: time goes by, the clock and the outbox run day and night, and what leaves is noted."""

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import Any

import time_machine
from django.utils import timezone

from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.workflow.working_days import PARIS
from members.people.actions.absences import begin_absences
from members.successions.actions.successions import tell_successions
from services.requests.actions.clock import follow_up_due
from services.requests.actions.departures import tell_returns
from services.requests.actions.digests import send_digests
from services.requests.actions.successions import catch_up
from services.requests.models import ServiceRequest
from tests.services.forty_days.fates import FATES
from tests.services.forty_days.town import FIRST, Town, working_days

# Nights, Sundays and public holidays too.
RUNS = ("00:30", "06:30", "08:00", "08:15", "10:30", "14:30", "18:45", "23:00")
ORDER = ("sent_at", "gathered_at", "recipient", "subject", "pk")


@dataclass(frozen=True)
class Letter:
    """A mail as it left, or what a mail that gathers others tells in its lines."""

    at: datetime
    to: str
    kind: str
    subject: str
    text: str
    is_urgent: bool

    @property
    def about(self) -> int:
        """The number of its request; 0 for none."""
        found = re.search(r"(?:n°\s|Atelier |atelier-)(\d\d)", f"{self.subject}\n{self.to}\n{self.text}")
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Evening:
    """An open request at the end of a day."""

    at: datetime
    number: int
    due_at: datetime


@dataclass(frozen=True)
class Story:
    """All that was seen: the mails that left, what they told one by one, the acts of people, the names."""

    letters: list[Letter]
    told: list[Letter]
    evenings: list[Evening]
    acts: set[datetime]
    names: dict[str, str]


def play() -> Story:
    """Play the forty days; the caller keeps them in a transaction that it forgets."""
    with time_machine.travel(datetime.combine(FIRST, time(7), tzinfo=PARIS), tick=False) as traveller:
        town = Town.open()
        evenings: list[Evening] = []
        acts: set[datetime] = set()
        for moment, step in _moments(town):
            traveller.move_to(moment, tick=False)
            if step is None:
                _run()
                evenings += _evening(moment)
            else:
                step()
                acts.add(moment)
                # What a step queues leaves at once, as the wake-up at its commit has it.
                deliver_due()
        return Story(_left(), _told(), evenings, acts, town.names())


def _moments(town: Town) -> Iterator[tuple[datetime, Callable[[], None] | None]]:
    """Every moment in its order: the runs, and the acts of each fate, which says when it goes on."""
    last = working_days()[-1]
    days = [FIRST + timedelta(days=number) for number in range((last - FIRST).days + 1)]
    waiting: list[tuple[datetime, int, Any]] = [
        (datetime.combine(day, time.fromisoformat(hour), tzinfo=PARIS), 99, None) for day in days for hour in RUNS
    ]
    for number, (_story, fate) in FATES.items():
        acts = fate(town)
        waiting.append((next(acts), number, acts))
    heapq.heapify(waiting)
    while waiting:
        moment, number, acts = heapq.heappop(waiting)
        if acts is None:
            yield moment, None
            continue
        following: list[datetime] = []
        yield moment, partial(lambda acts, following: following.extend(islice(acts, 1)), acts, following)
        for again in following:
            heapq.heappush(waiting, (again, number, acts))


def _run() -> None:
    """What beat starts, at one moment."""
    begin_absences()
    tell_returns()
    tell_successions()
    catch_up()
    follow_up_due()
    send_digests()
    deliver_due()


def _left() -> list[Letter]:
    """The mails that left, in an order that stays the same."""
    return [_letter(row, row.sent_at) for row in OutgoingMail.objects.filter(status=MailStatus.SENT).order_by(*ORDER)]


def _told() -> list[Letter]:
    """What was told one by one: the lines of a mail that gathers others instead of it."""
    rows = OutgoingMail.objects.filter(status__in=[MailStatus.SENT, MailStatus.DIGESTED]).exclude(kind="DailyDigest")
    return [_letter(row, row.sent_at or row.gathered_at) for row in rows.order_by(*ORDER)]


def _letter(row: OutgoingMail, at: Any) -> Letter:
    return Letter(timezone.localtime(at), row.recipient, row.kind, row.subject, row.text, row.is_urgent)


def _evening(moment: datetime) -> list[Evening]:
    """How the open requests stand, at the last run of a day."""
    if f"{moment:%H:%M}" != RUNS[-1]:
        return []
    rows = ServiceRequest.objects.open().order_by("pk")
    return [Evening(moment, int(row.code), row.due_at) for row in rows]


# The table ---------------------------------------------------------------------------------------------------------


def table(story: Story) -> str:
    """The page of the documentation: the fates, then every mail."""
    fates = "\n".join(f"{number}. {words}" for number, (words, _fate) in FATES.items())
    rows = "\n".join(_row(story, letter) for letter in story.letters)
    return f"{HEAD}\n{fates}\n\n## Every mail\n\n| Day | Hour | To | Subject |\n|---|---|---|---|\n{rows}\n"


def _row(story: Story, letter: Letter) -> str:
    day = f"{letter.at:%a} {letter.at.day} {letter.at:%b}"
    lines = re.findall(r"^- (.+?)(?: <\S+>)?$", letter.text, re.MULTILINE) if letter.kind == "DailyDigest" else []
    subject = "<br>· ".join([letter.subject, *sorted(lines)])
    return f"| {day} | {letter.at:%H:%M} | {story.names[letter.to]} | {subject} |"


HEAD = """# Forty working days

Twenty requests of different fates, played from Monday 2 November to Monday 28 December 2026 with their nights, Sundays
and public holidays: the steps that people take are in `tests/services/forty_days/fates.py`, the rest is what the portal
does by itself. Written by `make days`; `tests/services/requests/test_forty_days.py` holds this page to the code, and
asserts that nobody is forgotten, that nobody receives more than three mails a day, and that the clock writes between
8 h and 19 h of working days only. `tests/services/requests/test_words_are_true.py` reads the sentences in every order
of ends.

## The requests
"""
