"""Noticing faults of ours in the log, to tell the administrators of the installation: at most a few an hour, each once.

An alert says where in the code and on which kind of page, never what somebody typed: messages of exceptions, addresses
with their tokens and values of variables stay out of it. Logging is set up before the tables are known, hence the mail
itself lives next door, in `fault_mail`.
"""

import logging
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

HOUR = 3600
MOST_AN_HOUR = 10


@dataclass(frozen=True)
class Fault:
    """What failed: the kind of exception, the places of our code that led to it, the pattern of the page or task."""

    kind: str
    places: tuple[str, ...]
    page: str
    hour: int

    @classmethod
    def of(cls, record: logging.LogRecord) -> "Fault":
        """The fault that a line of the log tells."""
        kind, _error, trace = record.exc_info or (None, None, None)
        frames = traceback.extract_tb(trace) if trace else []
        places = [f"{path}, {frame.lineno}, {frame.name}" for frame in frames if (path := _own(frame.filename))]
        return cls(kind.__qualname__ if kind else "", tuple(places), _page(record), int(time.time()) // HOUR)

    @property
    def mark(self) -> tuple[str, str]:
        """What makes two faults the same one: the kind and the last place of our code."""
        return self.kind, self.places[-1] if self.places else ""


def _own(filename: str) -> str:
    """The path of a file inside the project, or nothing for those of libraries."""
    path = Path(filename)
    is_own = path.is_relative_to(settings.BASE_DIR) and not path.is_relative_to(sys.prefix)
    return str(path.relative_to(settings.BASE_DIR)) if is_own else ""


def _page(record: logging.LogRecord) -> str:
    """The pattern of the address, or the name of the task: neither holds a token."""
    request: Any = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    if match:
        return f"{request.method} /{match.route}"
    task: Any = getattr(record, "data", None)
    return str(task.get("name", "")) if isinstance(task, dict) else record.name


class AlertHandler(logging.Handler):
    """Mails what is logged with an exception, without making whoever met it wait."""

    def __init__(self, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self._hour = 0
        self._told: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a fault that this process has not told in this hour."""
        if settings.ADMINS and record.exc_info and self._is_new(fault := Fault.of(record)):
            threading.Thread(target=_tell, args=[fault], name="alert", daemon=True).start()

    def _is_new(self, fault: Fault) -> bool:
        if fault.hour != self._hour:
            self._hour, self._told = fault.hour, set()
        if fault.mark in self._told or len(self._told) >= MOST_AN_HOUR:
            return False
        self._told.add(fault.mark)
        return True


def _tell(fault: Fault) -> None:
    from diginor.running.fault_mail import tell

    tell(fault)
