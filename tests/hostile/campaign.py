"""The campaign: what is offered to each role is read page by page, then asked for again with hostile values.

Everything is drawn from one seed, so that a failure plays again; each request is taken back, so that the next one
finds the same world.
"""

import re
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import reverse

from tests.addresses import ADMIN_ACTIONS, address, names
from tests.hostile.values import HEADERS, METHODS, NUL, RAW_QUERIES, VALUES, files
from tests.pages import BOOK
from tests.sources import ROOT, app_code
from tests.test_access import DATA, WORDS, _row, of, undone
from tests.visitor import PageForm, forms_of
from tests.world import ROLES, World

# What the list pages of the administration read besides their own filters.
OF_LISTS = ("o", "p", "q", "all", "e", "_popup", "_to_field", "_changelist_filters", "after", "before", "page")
KINDS = ("path", "query", "form", "act", "header")


@dataclass(frozen=True)
class Door:
    """One address as one role comes to it."""

    role: str
    path: str
    session: str = ""


@dataclass
class Offer:
    """What a page offers to its reader."""

    parameters: list[str] = field(default_factory=list)
    forms: list[PageForm] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One request, as it can be played again."""

    door: Door
    kind: str
    method: str
    path: str
    query: str = ""
    data: tuple[tuple[str, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        sent = "&".join(f"{name}={str(value)[:40]!r}" for name, value in self.data)[:400]
        where = f"{self.path}?{self.query}"[:300]
        return f"{self.door.role}: {self.method} {where} {sent} {dict(self.headers) or ''}"


@dataclass
class Failure:
    """An answer that no request may have."""

    asked: Asked
    status: int
    why: str


class Campaign:
    """The hostile requests on one world, and what became of them."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self.world, self.random = world, Random(seed)
        self.clients: dict[tuple[str, str], Client] = {}
        self.offers: dict[Door, Offer] = {}
        self.counts: Counter[tuple[str, int]] = Counter()
        self.failures: list[Failure] = []
        self.slowest: tuple[float, str] = (0.0, "")
        self._raised: list[str] = []
        got_request_exception.connect(self._note, weak=False, dispatch_uid="hostile")

    def _note(self, sender: Any, request: Any, **_other: Any) -> None:
        lines = traceback.format_exc().strip().splitlines()
        own = [line.strip() for line in lines if str(ROOT) in line and ".venv" not in line and "/tests/" not in line]
        self._raised.append(f"{lines[-1][:200]} | {own[-1] if own else ''}".replace(f"{ROOT}/", ""))

    def run(self, count: int) -> None:
        """Send that many requests to the doors that were looked at."""
        sent = 0
        while sent < count:
            wishes = list(self.wishes())
            self.random.shuffle(wishes)
            for door, kind, what in wishes[: count - sent]:
                self.send(self.ask(door, kind, what))
                sent += 1

    def look(self, at: list[Door]) -> None:
        """Read what each page offers to who comes to it."""
        for door in at:
            client = self.client(door)
            with undone(client):
                page = client.get(door.path)
            told = page.content.decode(errors="replace") if not page.streaming and page.status_code == 200 else ""
            self.offers[door] = _offer(told) if "html" in page.get("Content-Type", "") else Offer()

    def client(self, door: Door) -> Client:
        """The browser of a role, with what its session holds."""
        key = (door.role, door.session)
        if key not in self.clients:
            client = of(door.role if door.role in ROLES else "visitor", self.world)
            page = next((page for page in BOOK.pages if page.session and page.name == door.session), None)
            if page and page.session:
                session = client.session
                session.update(page.session(self.world))
                session.save()
            self.clients[key] = client
        return self.clients[key]

    def wishes(self) -> Iterator[tuple[Door, str, Any]]:
        """Yield what is tried at each door once: each piece of its path, each parameter, each field of each form."""
        known = parameters()
        for door, offer in self.offers.items():
            yield from ((door, "path", piece) for piece in range(len(_pieces(door.path))))
            yield from ((door, "query", name) for name in offer.parameters)
            yield from ((door, "query", self.random.choice(known)) for _more in range(2))
            yield door, "act", None
            yield door, "header", None
            for form in offer.forms:
                yield from ((door, "form", (form, name)) for name in [*_fields(form), ""])

    def value(self) -> str:
        """A value, sometimes two in one."""
        one = self.random.choice(VALUES)
        return one if self.random.random() < 0.9 else one + self.random.choice(VALUES)

    def ask(self, door: Door, kind: str, what: Any) -> Asked:
        """One request of a kind; the random numbers are drawn in the order of the requests."""
        make = {"path": self._path, "query": self._query, "form": self._form, "act": self._act, "header": self._header}
        return make[kind](door, what)

    def _path(self, door: Door, piece: int) -> Asked:
        pieces = _pieces(door.path)
        pieces[piece] = quote(self.value()[:2000], safe="")
        return Asked(door, "path", self.random.choice(["GET", "GET", "POST"]), f"/{'/'.join(pieces)}/")

    def _query(self, door: Door, name: str) -> Asked:
        pairs = [(name, self.value()) for _one in range(self.random.choice([1, 1, 1, 2]))]
        pairs += [(self.random.choice(parameters()), self.value())] if self.random.random() < 0.3 else []
        query = urlencode(pairs) if self.random.random() < 0.97 else self.random.choice(RAW_QUERIES)
        return Asked(door, "query", "GET", door.path.partition("?")[0], query)

    def _form(self, door: Door, what: tuple[PageForm, str]) -> Asked:
        form, name = what
        chosen = {key: value for key, value in form.unticked.items() if self.random.random() < 0.5}
        data: dict[str, Any] = {**form.fields, **chosen}
        data |= {key: self.random.choice(files()) for key in form.files if form.method == "post"}
        if not name:
            # Everything at once, or next to nothing.
            is_full = self.random.random() < 0.7
            data = {key: self.value() for key in _fields(form) if is_full or self.random.random() < 0.1}
        elif name not in form.files:
            data[name] = self.value() if self.random.random() < 0.9 else [self.value(), self.value()]
        path, _mark, query = urljoin(door.path, form.action).partition("?")
        if form.method == "post":
            return Asked(door, "form", "POST", path, query, tuple(data.items()))
        return Asked(door, "form", "GET", path, urlencode(data, doseq=True))

    def _act(self, door: Door, _what: None) -> Asked:
        """An act on what the address is about, with data that would be right but for one value."""
        right = next((DATA[name](self.world.own) for name in DATA if _path_of(name, self.world) == door.path), {})
        data: dict[str, Any] = {**WORDS, **right}
        for _one in range(self.random.choice([1, 1, 2, 5])):
            data[self.random.choice([*data, *parameters()])] = self.value()
        method = "POST" if self.random.random() < 0.85 else self.random.choice(METHODS)
        return Asked(door, "act", method, door.path, "", tuple(data.items()))

    def _header(self, door: Door, _what: None) -> Asked:
        headers = tuple(self.random.choice(HEADERS).items())
        return Asked(door, "header", self.random.choice(["GET", "POST"]), door.path, "", (), headers)

    def send(self, asked: Asked) -> None:
        """Send a request, take back what it changed, and note what it answered."""
        client = self.client(asked.door)
        self._raised.clear()
        # Limits on attempts are tried elsewhere; here each request is the first.
        cache.clear()
        started = time.perf_counter()
        with undone(client):
            status = _status(client, asked)
        seconds = time.perf_counter() - started
        self.counts[asked.kind, status // 100] += 1
        self.slowest = max(self.slowest, (seconds, str(asked)))
        if status >= 500:
            self.failures.append(Failure(asked, status, "; ".join(self._raised)))

    def table(self) -> str:
        """What each kind of request was answered."""
        lines = [f"{'':8}{'sent':>8}" + "".join(f"{f'{hundred}xx':>8}" for hundred in range(2, 6))]
        for kind in KINDS:
            row = [self.counts[kind, hundred] for hundred in range(2, 6)]
            lines.append(f"{kind:8}{sum(row):>8}" + "".join(f"{number:>8}" for number in row))
        total = sum(self.counts.values())
        here = len({door.path for door in self.offers})
        lines.append(f"\n{total} requests, {here} addresses, {len(self.offers)} with their roles")
        lines.append(f"slowest: {self.slowest[0]:.1f} s, {self.slowest[1][:200]}")
        return "\n".join(lines)

    def told(self) -> list[str]:
        """The failures, each kind once with its first request."""
        first: dict[str, Failure] = {}
        many: Counter[str] = Counter()
        for failure in self.failures:
            first.setdefault(failure.why, failure)
            many[failure.why] += 1
        return [f"{many[why]} × {why}\n    {one.asked}" for why, one in first.items()]


def _status(client: Client, asked: Asked) -> int:
    where = f"{asked.path}?{asked.query}" if asked.query else asked.path
    headers: dict[str, Any] = dict(asked.headers)
    if asked.method == "POST" and "CONTENT_TYPE" in headers:
        content_type = headers.pop("CONTENT_TYPE")
        return client.generic("POST", where, b"a=1&b=\xff", content_type, **headers).status_code
    if asked.method == "POST":
        return client.post(where, dict(asked.data), **headers).status_code
    answer = client.generic(asked.method, where, **headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def doors(world: World) -> list[Door]:
    """Every address for every role, the lists of the administration, and the pages as the book opens them."""
    side = world.own
    paths = [address(name, side) for name in names()]
    for model in admin.site._registry:
        label = model._meta.label_lower
        for action in ADMIN_ACTIONS:
            args = [] if action in ("changelist", "add") else [_row(label, side, world).pk]
            paths.append(reverse(f"admin:{label.replace('.', '_')}_{action}", args=args))
    found = [Door(role, path) for role in ROLES for path in paths]
    found += [Door(page.role, page.where(side), page.name if page.session else "") for page in BOOK.pages]
    return list(dict.fromkeys(found))


def parameters() -> list[str]:
    """The names that some page reads in an address or in a form, as the code says them."""
    if not _known:
        read = re.compile(r"""(?:GET|POST|data|get)\W{1,8}(?:get|getlist)?\W{0,2}["']([\w-]{1,40})["']""")
        found = {name for path in app_code() for name in read.findall(path.read_text())}
        _known.extend(sorted(found | set(OF_LISTS) | {"next", settings.LANGUAGE_COOKIE_NAME}))
    return _known


_known: list[str] = []


def _path_of(name: str, world: World) -> str:
    return address(name, world.own)


def _pieces(path: str) -> list[str]:
    return [piece for piece in path.partition("?")[0].split("/") if piece]


def _fields(form: PageForm) -> list[str]:
    return list(dict.fromkeys([*form.fields, *form.unticked, *form.files]))


def _offer(page: str) -> Offer:
    """What a page offers: the parameters of its links, and its forms."""
    links = re.findall(r"""(?:href|action|hx-get|data-[\w-]+)=["']([^"'#]*\?[^"'#]*)["']""", page)
    names = {name for link in links for name, _value in parse_qsl(unescape(link).partition("?")[2])}
    return Offer(sorted(name for name in names if not set(name) & set(NUL)), forms_of(page))
