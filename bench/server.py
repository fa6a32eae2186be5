"""A real web worker, gunicorn as in production: how long each page takes beside the floor, memory under load."""

import contextlib
import http.client
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from bench.measure import WARM_UP, NotServed
from bench.pages import BenchPage, floor, pages, session_of

CONNECTIONS = (1, 8)
CLIENTS = 4
STEPS = 6
READY_SECONDS = 30


@dataclass
class Load:
    """What the load found: the memory of the worker after each step, requests served and failed."""

    megabytes: list[float] = field(default_factory=list)
    served: int = 0
    failed: int = 0
    seconds: float = 0


@contextlib.contextmanager
def worker(port: int) -> Iterator[int]:
    """A gunicorn with one worker, whose master is the process of this number."""
    environment = {**os.environ, "WEB_CONCURRENCY": "1", "ALLOWED_HOSTS": "127.0.0.1"}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "--max-requests", "0"]
    command += ["--log-level", "warning", "-b", f"127.0.0.1:{port}", "diginor.wsgi"]
    master = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        _wait(port)
        yield master.pid
    finally:
        master.send_signal(signal.SIGTERM)
        master.wait(READY_SECONDS)


def answer_times(port: int, rounds: int) -> dict[str, dict[int, float]]:
    """The median milliseconds of each page, the floor first, by how many connections ask for it at once."""
    found: dict[str, dict[int, float]] = {}
    for page in [floor(), *pages()]:
        session = session_of(page.user) if page.user else ""
        found[page.label] = {count: _median_time(port, page, session, count, rounds) for count in CONNECTIONS}
    return found


def _median_time(port: int, page: BenchPage, session: str, connections: int, rounds: int) -> float:
    """What each of several clients waits for a page that all ask for again and again."""

    def ask() -> list[float]:
        link, times = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
        warm_up = min(rounds, WARM_UP)
        for _round in range(warm_up + max(rounds // connections, warm_up)):
            start = time.perf_counter()
            if not _open(link, page, session):
                raise NotServed(page.url)
            times.append(1000 * (time.perf_counter() - start))
        return times[warm_up:]

    with ThreadPoolExecutor(connections) as clients:
        asked = [clients.submit(ask) for _client in range(connections)]
        return statistics.median(one for each in asked for one in each.result())


def under_load(port: int, master: int, seconds: int) -> Load:
    """Serve every page to several clients for some time, and read the memory of the worker along the way."""
    found, lock = Load(), threading.Lock()
    wanted = [(page, session_of(page.user) if page.user else "") for page in pages()]
    for page, session in wanted:
        _open(http.client.HTTPConnection("127.0.0.1", port, timeout=30), page, session)
    found.megabytes.append(_megabytes(master))
    start = time.monotonic()
    for step in range(STEPS):
        until = start + seconds * (step + 1) / STEPS
        threads = [threading.Thread(target=_client, args=(port, wanted, until, found, lock)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.megabytes.append(_megabytes(master))
    found.seconds = time.monotonic() - start
    return found


def _client(port: int, wanted: list[tuple[BenchPage, str]], until: float, found: Load, lock: threading.Lock) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < until:
        for page, session in wanted:
            is_good = _open(connection, page, session)
            with lock:
                found.served += is_good
                found.failed += not is_good


def _open(connection: http.client.HTTPConnection, page: BenchPage, session: str) -> bool:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
    connection.request("GET", page.url, headers=cookie)
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def _megabytes(master: int) -> float:
    """The memory of the biggest worker of a master, as the kernel tells it."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    status = [Path(f"/proc/{child}/status").read_text() for child in children]
    sizes = [int(line.split()[1]) for text in status for line in text.splitlines() if line.startswith("VmRSS")]
    return max(sizes) / 1024


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn does not answer")
