"""Real peers of the portal for tests: a mail server and a broker that can be broken on purpose."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import kombu.pools
import redis
from aiosmtpd.controller import Controller
from django.conf import settings as portal_settings
from django.core.cache import cache, caches

from diginor.celery import app as celery_app
from diginor.outbox import tasks as outbox_tasks
from diginor.running import cache as portal_cache
from diginor.running.embedded import Valkey
from diginor.running.processes import HOST, free_port

WAIT_SECONDS = 30


def wait_for(condition: Callable[[], Any], seconds: float = WAIT_SECONDS, what: str = "") -> Any:
    """Return the first true answer of a condition, or fail."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing after {seconds} s: {what or condition}")
        time.sleep(0.05)


class MailServer:
    """An SMTP server that keeps every message which it accepts."""

    def __init__(self) -> None:
        self.host, self.port = HOST, free_port()
        self.messages: list[EmailMessage] = []
        self._refusals: dict[str, str] = {}
        self._is_holding = self._is_dropping = False
        self._controller: Controller | None = None

    def start(self) -> None:
        """Listen; the port is always the same."""
        if not self._controller:
            self._controller = Controller(self, hostname=self.host, port=self.port)
            self._controller.start()

    def stop(self) -> None:
        """Stop listening: whoever connects is refused."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    def reset(self) -> None:
        """Forget the messages and the refusals, and listen."""
        self.messages.clear()
        self._refusals.clear()
        self.release()
        self.start()

    def refuse(self, answer: str = "550 5.1.1 No such mailbox", recipient: str = "*") -> None:
        """Answer like this to a recipient (or to all), for instance with a 4xx code; or to a sender."""
        self._refusals[recipient.lower()] = answer

    def accept(self, recipient: str = "*") -> None:
        """Accept again."""
        self._refusals.pop(recipient.lower(), None)

    def hold(self) -> None:
        """Keep the messages that come, but let their senders wait for the answer."""
        self._is_holding = True

    def drop(self) -> None:
        """Keep the messages that come, and close the connection instead of answering."""
        self._is_dropping = True

    def release(self) -> None:
        """Answer again."""
        self._is_holding = self._is_dropping = False

    def to(self, address: str) -> list[EmailMessage]:
        """The messages received for an address, oldest first."""
        return [message for message in self.messages if address.lower() in str(message["X-RcptTo"]).lower()]

    def wait_for(
        self, address: str, containing: str = "", count: int = 1, seconds: float = WAIT_SECONDS
    ) -> EmailMessage:
        """Wait for the `count`-th message to an address whose subject or text contains some words, and return it."""

        def found() -> EmailMessage | None:
            fitting = [m for m in self.to(address) if containing in str(m["Subject"]) or containing in body(m)]
            return fitting[count - 1] if len(fitting) >= count else None

        got = [str(message["Subject"]) for message in self.to(address)]
        message: EmailMessage = wait_for(found, seconds, f"a mail to {address} with « {containing} » (first: {got})")
        return message

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Accept or refuse a sender."""
        if refusal := self._refusals.get(address.lower()):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Accept or refuse a recipient."""
        refusal = self._refusals.get(address.lower()) or self._refusals.get("*")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        message["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        while self._is_holding:
            await asyncio.sleep(0.02)
        if self._is_dropping:
            server.transport.abort()
        return "250 OK"


def body(message: EmailMessage, kind: str = "plain") -> str:
    """The text of a message, or its HTML."""
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


class Broker:
    """A Valkey server that a test may stop and start."""

    def __init__(self, directory: Path) -> None:
        self._server = Valkey(directory, free_port(), "secret", throwaway=True)
        self.url = self._server.url
        self.cache_url = self._server.cache_url

    def start(self) -> None:
        """Start it, empty."""
        self._server.start()
        forget_absences()

    def stop(self) -> None:
        """Stop it: connections are refused."""
        self._server.stop()

    def hang(self) -> contextlib.AbstractContextManager[None]:
        """Let it keep its connections, accept new ones, and answer nothing for a while."""
        return frozen(self._server.process)

    def waiting_tasks(self) -> int:
        """How many tasks wait for a worker."""
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            return sum(int(client.llen(queue.name)) for queue in portal_settings.CELERY_TASK_QUEUES)

    @contextlib.contextmanager
    def in_use(self, settings: Any) -> Iterator[None]:
        """Lead Celery and the cache to this server for a while."""
        before = celery_app.conf.broker_url
        _point_celery_to(self.url)
        settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": self.cache_url}}
        caches.close_all()
        try:
            cache.clear()
            yield
        finally:
            _point_celery_to(before)
            forget_absences()


def forget_absences() -> None:
    """Count on Valkey again at once."""
    portal_cache.absence.forget()
    outbox_tasks.absence.forget()


def _point_celery_to(url: str) -> None:
    celery_app.conf.broker_url = celery_app.conf.broker_read_url = celery_app.conf.broker_write_url = url
    kombu.pools.reset()
    celery_app._pool = None
    celery_app.amqp._producer_pool = None


@contextlib.contextmanager
def frozen(process: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """Stop a server and all its children in the middle of what they do: they hang, and their sockets stay open."""
    assert process
    stopped: list[int] = []
    try:
        # Twice: a child may be born while the first ones are stopped.
        for pid in [process.pid, *_children(process.pid), *_children(process.pid)]:
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
        yield
    finally:
        for pid in reversed(stopped):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]
