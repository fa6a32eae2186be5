"""How long a process waits for PostgreSQL: a living server ends what takes too long, a hung one is left.

A server that hangs keeps its connections open and acknowledges what it receives, so neither its own time-outs nor those
of TCP ever come; only the silence itself can be measured. psycopg2 lets a program do its waiting, which also makes
COPY impossible in the processes that do.
"""

import select
import threading
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import connections
from psycopg2 import extensions

# After a first silence, until something is answered again: nobody else waits long for a server that hangs.
HUNG_SECONDS = 0.5


@dataclass(frozen=True)
class Patience:
    """Seconds that one kind of process gives to a statement, to a lock, and to a server that says nothing at all."""

    statement: float
    lock: float
    silence: float

    def options(self) -> str:
        """The time-outs that the server keeps itself, as libpq sends them with a connection."""
        return f"-c statement_timeout={self.statement * 1000:.0f} -c lock_timeout={self.lock * 1000:.0f}"


# A page answers within five seconds, the time of the rest included.
WEB = Patience(statement=3.5, lock=2.5, silence=4)
WORKER = Patience(statement=110, lock=20, silence=120)
# Commands build and load what takes minutes; only a lock, behind which others would wait too, is given up.
COMMAND = Patience(statement=0, lock=30, silence=0)

CONNECTION = {
    "connect_timeout": 4,
    "options": COMMAND.options(),
    # A machine that vanished acknowledges nothing: half a minute, for those that wait without limit.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


class Silence(psycopg2.OperationalError):
    """The server keeps the connection and says nothing."""


class _Waiter:
    """Waits for the server in the place of libpq, which would wait for ever."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.is_hung = threading.Event()

    def __call__(self, connection: Any) -> None:
        while (state := connection.poll()) != extensions.POLL_OK:
            seconds = HUNG_SECONDS if self.is_hung.is_set() else self.patience.silence
            socket = select.poll()
            socket.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
            if not socket.poll(seconds * 1000):
                self.is_hung.set()
                raise Silence(f"PostgreSQL said nothing for {seconds:g} s")
        self.is_hung.clear()


def be_patient(patience: Patience) -> None:
    """Let this process, from its next connection on, wait no longer than this."""
    connections.settings["default"]["OPTIONS"]["options"] = patience.options()
    extensions.set_wait_callback(_Waiter(patience) if patience.silence else None)
