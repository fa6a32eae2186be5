"""What holds for every page: readable by everybody, valid, within the security policy, narrow screens included."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from playwright.sync_api import Browser, Page, Response
from tinyhtml5.parser import HTMLParser

from diginor.running.processes import HOST
from services.figures.actions.refresh import refresh_figures
from tests.factories.members import UserFactory
from tests.live import Live, Visit
from tests.pages import BOOK, PortalPage
from tests.sessions import sign_in
from tests.world import World, make_world

pytestmark = pytest.mark.e2e
NARROW = 320
JSON = ("application/json", "application/ld+json")
AXE = Axe().axe_script
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
SEEN = """() => ({
    h1: [...document.querySelectorAll("h1")].length,
    lang: document.documentElement.lang,
    title: document.title,
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
})"""


@pytest.fixture
def world(live: Live) -> World:
    """A portal in which something happened."""
    world = make_world()
    world.own.rows["protected"] = UserFactory(adviser_of=world.own.place, with_second_factor=True)
    refresh_figures(is_full=True)
    return world


def cookies(world: World, role: str, **session: Any) -> dict[str, Any]:
    """The browser's memory of somebody who has signed in, or of a visitor with something begun."""
    person = world.person(role) if role not in ("filing", "coming") else None
    if person:
        client = Client()
        sign_in(client, person)
        store = client.session
    else:
        store = SessionStore()
    store.update(session)
    store.save()
    cookie = {"name": "sessionid", "value": store.session_key, "domain": HOST, "path": "/"}
    return {"storage_state": {"cookies": [cookie], "origins": []}}


@pytest.fixture
def visit(request: pytest.FixtureRequest, live: Live, browser: Browser, world: World) -> Iterator[Visit]:
    """The browser of somebody of a role."""
    role = request.getfixturevalue("role")
    session = next((page.session(world) for page in BOOK.of(role) if page.session), {})
    context = browser.new_context(
        base_url=live.url, locale="fr-FR", reduced_motion="reduce", **cookies(world, role, **session)
    )
    yield Visit(context, urlsplit(live.url).netloc)
    context.close()


@pytest.mark.parametrize("role", list(dict.fromkeys(page.role for page in BOOK.pages)))
def test_pages_are_for_everybody(role: str, world: World, visit: Visit) -> None:
    page = visit.context.new_page()
    problems, titles = [], dict[str, str]()
    for one in BOOK.of(role):
        answer = page.goto(one.where(world.own))
        if one.steps:
            with page.expect_navigation() as navigation:
                one.steps(page, world)
            answer = navigation.value
        assert answer
        found = [*structure(page, answer, one, titles), *narrow(page), *visit.problems, *accessibility(page)]
        problems += [f"{one}: {problem}" for problem in found]
        # What axe itself writes in the console is not the page's.
        visit.problems.clear()
    assert not problems, "\n".join(problems)


def structure(page: Page, answer: Response, one: PortalPage, titles: dict[str, str]) -> list[str]:
    """What is wrong with the document itself."""
    seen = page.evaluate(SEEN)
    path = urlsplit(page.url).path
    found = [] if answer.status == one.status else [f"status {answer.status}, not {one.status}"]
    if seen["h1"] != 1 or seen["lang"] != ("en" if path.startswith("/en/") else "fr"):
        found.append(f"{seen['h1']} titles of level 1, language {seen['lang']}")
    if (other := titles.setdefault(seen["title"], path)) not in (path, path.removeprefix("/en")):
        found.append(f"the title « {seen['title']} » is also that of {other}")
    if twice := {name for name in seen["ids"] if seen["ids"].count(name) > 1}:
        found.append(f"identifiers used twice: {twice}")
    policy = answer.headers.get("content-security-policy", "")
    if "unsafe" in policy or "script-src 'self'" not in policy or "style-src 'self'" not in policy:
        found.append(f"security policy: {policy}")
    return [*found, *validity(answer.body())]


def validity(document: bytes) -> list[str]:
    """What the parser of browsers has to mend, and what the security policy would not run."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(document)
    found = [f"HTML, {place}: {name} {facts}" for place, name, facts in parser.errors[:5]]
    for element in tree.iter():
        is_script = element.tag == "script" and "src" not in element.attrib
        if "style" in element.attrib or element.tag == "style" or (is_script and element.get("type") not in JSON):
            found.append(f"inline style or script: <{element.tag} {element.attrib}>")
    return found


def accessibility(page: Page) -> list[str]:
    """What axe finds in the light theme, and the contrasts that it finds wrong in the dark one."""
    page.evaluate(AXE)
    found = violations(page, {"resultTypes": ["violations"]})
    page.emulate_media(color_scheme="dark")
    found += [f"dark, {problem}" for problem in violations(page, CONTRAST)]
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """The first elements of each rule that is broken."""
    return [
        f"axe {row['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1][:160]}"
        for row in page.evaluate("options => axe.run(options).then(results => results.violations)", options)
        for node in row["nodes"][:3]
    ]


def narrow(page: Page) -> list[str]:
    """Whether the page has to be moved sideways on a very narrow screen."""
    page.set_viewport_size({"width": NARROW, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{width} px wide on a screen of {NARROW}"] if width > NARROW else []
