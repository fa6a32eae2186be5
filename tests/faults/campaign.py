"""The fault campaign: companies file through the real pages while one piece after another dies, stops or hangs.

Nothing may be lost: what a person saw confirmed is in the database, once, and its mails reach the mailbox, once.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg2

from diginor.running.embedded import Servers
from tests.live import Live, Service
from tests.peers import MailServer, frozen, wait_for
from tests.visitor import Visitor

AT_ONCE = 20
# The fault begins while the first ones are writing.
BEFORE_SECONDS = 1.5


@dataclass
class Phase:
    """What became of the filings during one fault."""

    name: str
    asked: int
    confirmed: int = 0
    reloads: int = 0
    slowest: float = 0.0
    lost: int = 0
    doubled: int = 0

    @property
    def is_good(self) -> bool:
        """Whether everybody was served, once."""
        return self.confirmed == self.asked and not self.lost and not self.doubled


class Campaign:
    """The portal with its servers, and everything that may happen to it."""

    def __init__(self, live: Live, servers: Servers, smtp: MailServer) -> None:
        self.live, self.servers, self.smtp = live, servers, smtp
        self.number = 0
        self.phases: list[Phase] = []
        live.environment["TRUSTED_PROXY_COUNT"] = "1"
        live.beat.environment = {**live.environment, "DJANGO_SETTINGS_MODULE": "tests.quick_clock"}

    @property
    def faults(self) -> dict[str, Callable[[], AbstractContextManager[Any]]]:
        """Each fault by its name; it lasts as long as its block."""
        postgres, valkey = self.servers.postgres, self.servers.valkey
        assert postgres
        assert valkey
        return {
            "nothing": contextlib.nullcontext,
            "worker killed": lambda: self._killed(self.live.worker),
            "beat killed": lambda: self._killed(self.live.beat),
            "web killed": lambda: self._killed(self.live.web),
            "Valkey stopped": lambda: _stopped(valkey),
            "Valkey hung": lambda: frozen(valkey.process),
            "PostgreSQL stopped": lambda: _stopped(postgres),
            "PostgreSQL hung": lambda: frozen(postgres.process),
            "relay refuses": self._relay_refuses,
            "relay drops": self._relay_drops,
        }

    def start(self) -> None:
        """Start the three processes."""
        self.live.start_web()
        self.live.worker.start()
        self.live.beat.start()

    def run(self, names: list[str], filings: int, seconds: float) -> None:
        """Let some companies file during each of these faults, which lasts so long."""
        for name in names:
            phase = self._phase(name, filings, seconds)
            self.phases.append(phase)
            print(row_of(phase), flush=True)

    def _phase(self, name: str, filings: int, seconds: float) -> Phase:
        topic = self._ask("SELECT slug FROM services_topic ORDER BY id LIMIT 1")[0][0]
        people = [Visitor(self.live.url, self.number + number) for number in range(1, filings + 1)]
        self.number += filings
        taken: list[float] = []

        def file(visitor: Visitor) -> bool:
            began_at = time.monotonic()
            is_confirmed = visitor.file(topic)
            taken.append(time.monotonic() - began_at)
            return is_confirmed

        with ThreadPoolExecutor(AT_ONCE) as crowd:
            answers = crowd.map(file, people)
            # Here and not in a thread of its own: a process dies with the thread that started it.
            self._break(name, seconds)
            confirmed = list(answers)
        filed = Counter(row[0] for row in self._ask(FILED))
        return Phase(
            name,
            asked=filings,
            confirmed=sum(confirmed),
            reloads=sum(visitor.reloads for visitor in people),
            slowest=max(taken),
            lost=sum(sure and not filed[one.company] for one, sure in zip(people, confirmed, strict=True)),
            doubled=sum(filed[one.company] > 1 for one in people),
        )

    def _break(self, name: str, seconds: float) -> None:
        time.sleep(BEFORE_SECONDS)
        with self.faults[name]():
            time.sleep(seconds)
        # Whoever gave up meanwhile is started again, as in production.
        self.start()

    @contextlib.contextmanager
    def _killed(self, service: Service) -> Iterator[None]:
        service.kill()
        yield
        service.start()

    @contextlib.contextmanager
    def _relay_refuses(self) -> Iterator[None]:
        self.smtp.refuse("451 4.3.0 Come back later")
        yield
        self.smtp.accept()

    @contextlib.contextmanager
    def _relay_drops(self) -> Iterator[None]:
        self.smtp.drop()
        yield
        self.smtp.release()

    def mails(self) -> tuple[int, int, int]:
        """Wait until every mail left; how many were written, never arrived, and are seen twice in a mailbox."""
        wait_for(self._all_left, 120, "the last mails")
        written = {f"<{row[0]}" for row in self._ask("SELECT id::text FROM diginor_outgoingmail WHERE status = 'sent'")}
        identifiers = {str(message["Message-ID"]).partition("@")[0] for message in self.smtp.messages}
        companies = [row[0] for row in self._ask(FILED)]
        told = self._ask(TOLD)
        untold = max(0, len(companies) - len(told))
        return len(written), len(written - identifiers) + untold, sum(copies > 1 for _who, copies in told)

    def _all_left(self) -> bool:
        waiting = "UPDATE diginor_outgoingmail SET next_attempt_at = now() WHERE status = 'queued' RETURNING 1"
        return not self._ask(waiting)

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(psycopg2.connect(self.live.environment["DATABASE_URL"])) as link:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())


TOLD = "SELECT recipient, count(*) FROM diginor_outgoingmail WHERE kind = 'RequestReceived' GROUP BY recipient"
FILED = "SELECT company_name FROM services_servicerequest WHERE submitted_at IS NOT NULL"


@contextlib.contextmanager
def _stopped(server: Any) -> Iterator[None]:
    server.stop()
    yield
    server.start()


def row_of(phase: Phase) -> str:
    """One line of the table."""
    return (
        f"{phase.name:<20}{phase.asked:>9}{phase.confirmed:>11}{phase.reloads:>9}{phase.slowest:>9.1f} s"
        f"{phase.lost:>7}{phase.doubled:>9}"
    )


HEADINGS = f"{'fault':<20}{'filings':>9}{'confirmed':>11}{'reloads':>9}{'slowest':>11}{'lost':>7}{'doubled':>9}"
