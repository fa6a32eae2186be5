"""Measuring: each page several times in turn with the whole stack in process, its median, its tail, its queries."""

import gc
import statistics
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.signals import request_started
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.bench.pages import BenchPage, pages, session_of

WARM_UP, ROUNDS = 5, 40


class NotServed(Exception):
    """A page of the benchmark does not answer as it should."""


@dataclass(frozen=True)
class Cost:
    """What a page costs: milliseconds at the median and at the 95th hundredth, and its queries."""

    p50: float
    p95: float
    queries: int


def measure() -> dict[str, Cost]:
    """The cost of every page, by its label; pages take turns, so that a busy moment of the machine hurts all alike."""
    wanted = pages()
    clients = {page.label: _client(page) for page in wanted}
    queries = {page.label: _warm_up(clients[page.label], page) for page in wanted}
    times: dict[str, list[float]] = {page.label: [] for page in wanted}
    gc.collect()
    for _round in range(ROUNDS):
        for page in wanted:
            start = time.perf_counter()
            clients[page.label].get(page.url)
            times[page.label].append(1000 * (time.perf_counter() - start))
    return {
        label: Cost(statistics.median(found), statistics.quantiles(found, n=20)[-1], queries[label])
        for label, found in times.items()
    }


def _client(page: BenchPage) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    if page.user is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(page.user)
    return client


def _warm_up(client: Client, page: BenchPage) -> int:
    """Open the page until everything that can be kept is kept, then count its queries."""
    for _time in range(WARM_UP):
        answer = client.get(page.url)
    if answer.status_code != 200:
        raise NotServed(f"{page.url} answers {answer.status_code}")
    request_started.disconnect(reset_queries)
    with CaptureQueriesContext(connection) as captured:
        client.get(page.url)
    request_started.connect(reset_queries)
    return len(captured)
