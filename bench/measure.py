"""Measuring: each page of each stage in turn with the whole stack in process: its median, its tail, its queries; steps.

Every stage has its own database, and its own thread whose connection stays open. Stages and pages take turns, so that a
busy moment of the machine hurts all alike and their ratios stay true.
"""

import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.acts import acts
from bench.catalogue import people
from bench.pages import BenchPage, pages, session_of

WARM_UP = 5


class NotServed(Exception):
    """A page of the benchmark does not answer as it should."""


@dataclass(frozen=True)
class Cost:
    """What a page or a step costs: milliseconds at the median and at the 95th hundredth, queries, and its promise."""

    p50: float
    p95: float
    queries: int
    most_ms: float | None = None


class Stage:
    """The pages of one database, opened from a thread of its own."""

    def __init__(self, database: str):
        self._thread = ThreadPoolExecutor(1)
        self.wanted: list[BenchPage] = []
        self.clients: list[Client] = []
        self.queries: list[int] = []
        self.times: list[list[float]] = []
        self._run(self._open, database)

    def _run(self, work: Callable[..., None], *args: Any) -> None:
        self._thread.submit(work, *args).result()

    def time(self, rank: int) -> None:
        """Open a page once."""
        self._run(self._time, rank)

    def close(self) -> None:
        """Close the connection and end the thread."""
        self._run(_close)
        self._thread.shutdown()

    def costs(self) -> dict[str, Cost]:
        """What each page costs, by its label."""
        rows = zip(self.wanted, self.times, self.queries, strict=True)
        return {page.label: _cost(found, queries) for page, found, queries in rows}

    def _open(self, database: str) -> None:
        connection.settings_dict = {**connection.settings_dict, "NAME": database}
        self.wanted = pages()
        for page in self.wanted:
            client = client_of(page.user)
            self.clients.append(client)
            self.queries.append(_warm_up(client, page))
            self.times.append([])

    def _time(self, rank: int) -> None:
        start = time.perf_counter()
        self.clients[rank].get(self.wanted[rank].url)
        self.times[rank].append(1000 * (time.perf_counter() - start))


def measure(databases: dict[int, str], rounds: int) -> dict[int, dict[str, Cost]]:
    """The cost of every page at every stage."""
    stages = {size: Stage(name) for size, name in databases.items()}
    try:
        gc.collect()
        for _round in range(rounds):
            for rank in range(len(pages())):
                for stage in stages.values():
                    stage.time(rank)
        return {size: stage.costs() for size, stage in stages.items()}
    finally:
        for stage in stages.values():
            stage.close()


def measure_acts(rounds: int) -> dict[str, Cost]:
    """The cost of every step, taken in turn in the present database, each time on something new."""
    todo = acts(people(), client_of)
    times: dict[str, list[float]] = {act.label: [] for act in todo}
    queries = {}
    for _round in range(WARM_UP + rounds):
        for act in todo:
            client, url, typed = act.prepare()
            start = time.perf_counter()
            answer = client.post(url, typed)
            times[act.label].append(1000 * (time.perf_counter() - start))
            if answer.status_code != 302:
                raise NotServed(f"{act.label}: {url} answers {answer.status_code}")
    for act in todo:
        client, url, typed = act.prepare()
        queries[act.label] = _count_queries(partial(client.post, url, typed))
    return {act.label: _cost(times[act.label][WARM_UP:], queries[act.label], act.most_ms) for act in todo}


def client_of(user: int | None) -> Client:
    """A browser, signed in as somebody or not."""
    client = Client(SERVER_NAME="127.0.0.1")
    if user is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    return client


def _cost(times: list[float], queries: int, most_ms: float | None = None) -> Cost:
    return Cost(statistics.median(times), statistics.quantiles(times, n=20)[-1], queries, most_ms)


def _count_queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def _close() -> None:
    """Close the connection of the thread that runs this, which is the one that the name leads to."""
    connection.close()


def _warm_up(client: Client, page: BenchPage) -> int:
    """Open the page until everything that can be kept is kept, then count its queries."""
    for _time in range(WARM_UP):
        answer = client.get(page.url)
    if answer.status_code != 200:
        raise NotServed(f"{page.url} answers {answer.status_code}")
    return _count_queries(lambda: client.get(page.url))
