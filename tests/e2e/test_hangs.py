"""What hangs around the portal, which is worse than what stops: nothing refuses, nothing answers, and nobody waits."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message

import pytest

from diginor.outbox.models import OutgoingMail
from diginor.running.embedded import Servers
from services.requests.enums import RequestState
from services.requests.models import ServiceRequest
from tests.live import Live
from tests.peers import Broker, frozen, wait_for
from tests.services.cast import Desk
from tests.visitor import Visitor

pytestmark = pytest.mark.e2e
PATIENCE_SECONDS = 5.0
# Of somebody unknown, but as long as a real one: it is looked for in the database.
SESSION = "x" * 32


@dataclass
class Answer:
    """What the portal said, and how long it took."""

    status: int
    seconds: float
    headers: Message
    text: str


def ask(live: Live, path: str, data: bytes | None = None) -> Answer:
    """Ask for a page as a browser does that follows nothing."""
    began_at = time.monotonic()
    asked = urllib.request.Request(live.url + path, data, {"Accept": "text/html", "Cookie": f"sessionid={SESSION}"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            status, headers, text = answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, headers, text = error.code, error.headers, error.read().decode()
    return Answer(status, time.monotonic() - began_at, headers, text)


PAGES = ("/", "/services/", "/demande/besoin/", "/annuaire/", "/espace/", "/gestion/triage/", "/indicateurs/")


def test_with_postgresql_hung_every_page_says_within_five_seconds_to_come_back(apart: Live, database: Servers) -> None:
    assert database.postgres
    apart.start_web()
    assert ask(apart, "/services/").status == 200

    with frozen(database.postgres.process), ThreadPoolExecutor(len(PAGES)) as people:
        for _again in range(2):
            answers = dict(zip(PAGES, people.map(lambda path: ask(apart, path), PAGES), strict=True))
            assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(PAGES, 503)
            assert max(answer.seconds for answer in answers.values()) < PATIENCE_SECONDS
            assert {answer.headers["Retry-After"] for answer in answers.values()} == {"30"}
            assert "Le service revient dans un instant" in answers["/services/"].text
        health = ask(apart, "/sante/")
        assert (health.status, health.seconds < PATIENCE_SECONDS) == (503, True)

    wait_for(lambda: ask(apart, "/services/").status == 200, 10, "the page after the hang")


def test_with_valkey_hung_a_filing_takes_less_than_a_second_more(apart: Live, broker: Broker) -> None:
    desk = Desk.open()
    apart.environment |= {"CELERY_BROKER_URL": broker.url, "CACHE_URL": broker.cache_url}
    apart.start_web()
    assert Visitor(apart.url, 1).file(desk.topic.slug)
    ordinary = _seconds(lambda: Visitor(apart.url, 2).file(desk.topic.slug))

    with broker.hang():
        hung = _seconds(lambda: Visitor(apart.url, 3).file(desk.topic.slug))
    assert hung - ordinary < 1
    assert ServiceRequest.objects.filter(state=RequestState.SUBMITTED).count() == 3
    assert OutgoingMail.objects.filter(recipient=Visitor(apart.url, 3).email).exists()


def _seconds(act: Callable[[], bool]) -> float:
    began_at = time.monotonic()
    assert act()
    return time.monotonic() - began_at
