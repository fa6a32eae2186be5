"""Public pages stay light: what a first visit costs, with the real catalogue and as many organisations as there are."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession

from services.catalogue.actions import load_catalogue
from tests.e2e.test_pages import (
    cookies,
    world,  # noqa: F401 - a fixture
)
from tests.ecoindex import ecoindex
from tests.factories.members import OrganisationFactory
from tests.factories.services import OfferFactory
from tests.live import Live
from tests.pages import BOOK
from tests.world import World

pytestmark = pytest.mark.e2e
# The score allows some 120 elements at eight requests and 60 KB; one request less is worth four elements.
LEAST_SCORE, MOST_KILOBYTES, MOST_REQUESTS, MOST_ELEMENTS = 90, 150, 12, 600
SETTLING = 150
# The strip of the demonstration is not there in production.
WITHOUT_STRIP = "document.querySelector('.demo-strip')?.remove()"
# Drawings are drawn by a few shapes each: they count as one, as the reference says.
ELEMENTS = "document.querySelectorAll('*').length - document.querySelectorAll('svg *').length"


class Meter:
    """Counts what a page asks of the network."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = self.requests = 0
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._received)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        self.requests += urlsplit(event["request"]["url"]).scheme in ("http", "https")

    def _received(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]


def test_public_pages_are_light(live: Live, browser: Browser, world: World, capsys: Any) -> None:  # noqa: F811
    load_catalogue()
    for place in [OrganisationFactory(member=True, of_hub=world.own.hub) for _number in range(30)][:6]:
        OfferFactory(organisation=place, topic=world.own.topic)
    measured, heavy = [], []
    for one in [page for page in BOOK.pages if page.is_public]:
        session = one.session(world) if one.session else {}
        context = browser.new_context(
            base_url=live.url, viewport={"width": 390, "height": 844}, **cookies(world, "visitor", **session)
        )
        page = context.new_page()
        meter = Meter(context.new_cdp_session(page))
        page.goto(one.where(world.own), wait_until="load")
        page.wait_for_timeout(SETTLING)
        page.evaluate(WITHOUT_STRIP)
        elements, kilobytes = page.evaluate(ELEMENTS), meter.bytes / 1024
        score = ecoindex(elements, meter.requests, kilobytes)
        line = f"{score:5.1f}  {elements:4d} elements {meter.requests:3d} requests {kilobytes:6.1f} KB  {one}"
        measured.append(line)
        if (
            score < LEAST_SCORE
            or kilobytes > MOST_KILOBYTES
            or meter.requests > MOST_REQUESTS
            or elements > MOST_ELEMENTS
        ):
            heavy.append(line)
        context.close()
    with capsys.disabled():
        print("", *sorted(measured), sep="\n")
    assert not heavy, "\n".join(heavy)
