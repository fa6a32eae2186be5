"""The links of the portal as one reader follows them: every link of every page that opens, each kind a few times."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from tests.access_table import LISTS, READING, read
from tests.addresses import address, is_list_of_admin
from tests.pages import BOOK
from tests.test_access import _row, of, sides, undone
from tests.world import World

MOST_ROWS, MOST_LISTS, MOST_REDIRECTS = 2, 1, 5
HOST = "http://testserver"
# Where a sheet goes back to; it is the same sheet.
BACK = {"_changelist_filters"}
SIGN_IN = {"account_login", "password_sign_in", "admin:login"}


class _Anchors(HTMLParser):
    """Reads where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href is not None:
            self.found.append(href)


def links_of(page: str, url: str) -> list[str]:
    """The addresses of this portal to which a page links, once each, without what they show of a page."""
    reader = _Anchors()
    reader.feed(page)
    reader.close()
    whole = (urldefrag(urljoin(HOST + url, href)).url for href in reader.found)
    return list(dict.fromkeys(link.removeprefix(HOST) for link in whole if link.startswith(f"{HOST}/")))


def first_pages(role: str, world: World) -> Iterator[str]:
    """Where somebody begins: the named addresses that open, the lists of the administration, the pages of the book."""
    for line, expected in read(READING).items():
        name, _tilde, whose = line.partition("~")
        if expected[role] == 200:
            yield address(name, sides(world)[whose])
    yield from (page.where(world.own) for page in BOOK.of(role) if not page.session and not page.steps)
    for label, (desk, administrator) in LISTS.items():
        if {"staff": desk, "head": desk, "administrator": administrator}.get(role):
            yield reverse(f"admin:{label.replace('.', '_')}_changelist")
            yield reverse(f"admin:{label.replace('.', '_')}_change", args=[_row(label, world.own, world).pk])


@cache
def name_of(url: str) -> str:
    """The name of the view behind an address, empty where there is none."""
    path = urlsplit(url).path
    with translation.override("en" if path.startswith("/en/") else "fr"):
        try:
            return resolve(path).view_name
        except Resolver404:
            return ""


def kind(origin: str, url: str) -> tuple[str, ...]:
    """What a link is one of: all that lead from a view to a view with the same parameters; to itself, with any."""
    here, there = name_of(origin), name_of(url)
    parameters = {key for key, _value in parse_qsl(urlsplit(url).query, keep_blank_values=True)} - BACK
    return (here, there, "itself") if here == there else (here, there, *sorted(parameters))


@dataclass
class Reader:
    """Somebody who follows every link."""

    client: Client
    is_visitor: bool
    opened: Counter[tuple[str, ...]] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    dead_ends: list[str] = field(default_factory=list)

    def follow(self, pages: Iterable[str]) -> None:
        """Open pages, then what they link to, and so on; whoever may not open a first page does not stand on it."""
        queue = deque(("", page) for page in pages)
        while queue:
            origin, url = queue.popleft()
            if url in self.seen:
                continue
            what = kind(origin, url)
            if origin and self.opened[what] >= (MOST_LISTS if what[2:] else MOST_ROWS):
                continue
            self.seen.add(url)
            self.opened[what] += 1
            with undone(self.client):
                answer = self.client.get(url)
                if origin and (why := self._refused(url, answer)):
                    self.dead_ends.append(f"{origin} → {url}: {why}")
            if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
                queue.extend((url, link) for link in links_of(answer.content.decode(), url) if self._goes_on(url, link))

    def _goes_on(self, url: str, link: str) -> bool:
        """Whether a link is followed: one to another language needs only be known, what it shows is the same page."""
        if not link.startswith("/en/"):
            return True
        if not name_of(link):
            self.dead_ends.append(f"{url} → {link}: unknown")
        return False

    def _refused(self, url: str, answer: HttpResponse) -> str:
        """Why an answer is a dead end, empty where it is none."""
        for _redirect in range(MOST_REDIRECTS):
            if answer.status_code not in (301, 302):
                break
            where = urljoin(HOST + url, answer["Location"])
            if not where.startswith(f"{HOST}/"):
                return ""
            where = where.removeprefix(HOST)
            if not self.is_visitor and name_of(where) in SIGN_IN:
                return "asks to sign in"
            if is_list_of_admin(name_of(url)) and name_of(where) == "admin:index":
                return "has no such row"
            if is_list_of_admin(name_of(url)) and urlsplit(where).query == "e=1":
                return "refuses these parameters"
            answer = self.client.get(where)
        return "" if answer.status_code in (200, 301, 302) else str(answer.status_code)


def reader(role: str, world: World) -> Reader:
    """Somebody of the world who followed every link."""
    found = Reader(of(role, world), role == "visitor")
    found.follow(first_pages(role, world))
    return found
