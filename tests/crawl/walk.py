"""The walk: every address × every role, on one world, each visit taken back."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import time_machine
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.access_table import ACTING, READING, read
from tests.addresses import ADMIN_ACTIONS, address
from tests.crawl.mails import every_written_mail, lines_of_mails
from tests.crawl.normal import FIRST_KEY, lines_of
from tests.crawl.recording import Recording
from tests.pages import BOOK
from tests.test_access import DATA, WORDS, _row, of, sides, undone
from tests.world import ROLES, World, make_world

DAY = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


def crawl() -> Recording:
    """Make the world on a day that stands still, and walk through it."""
    with time_machine.travel(DAY, tick=False), _uuids_in_order():
        _start_keys()
        walk = Walk(make_world())
        for role in ROLES:
            walk.read(role, [*walk.named(), *walk.lists(), *walk.booked()])
            walk.act(role)
        walk.open_book()
        walk.recording.answers |= every_written_mail()
        return walk.recording


@contextmanager
def _uuids_in_order() -> Iterator[None]:
    """Rows of one instant that are told apart by their UUID alone come in the order in which they were made."""
    numbers = count(1)
    with mock.patch.object(os, "urandom", lambda size: next(numbers).to_bytes(max(size, 8))[-size:]):
        yield


def _start_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences")
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {FIRST_KEY}")


class Walk:
    """A walk through one world, and what was answered on the way."""

    def __init__(self, world: World) -> None:
        self.world, self.recording = world, Recording()
        self.clients = {role: of(role, world) for role in ROLES}

    def read(self, role: str, addresses: Iterable[tuple[str, str]]) -> None:
        """Open addresses as one role."""
        for name, url in addresses:
            self._visit(f"{role} GET {name}", self.clients[role], url)

    def named(self) -> Iterator[tuple[str, str]]:
        """The addresses of the table of access."""
        for line in read(READING):
            name, _tilde, whose = line.partition("~")
            yield line, address(name, sides(self.world)[whose])

    def lists(self) -> Iterator[tuple[str, str]]:
        """The lists of the administration, and what they lead to."""
        for model in admin.site._registry:
            label = model._meta.label_lower
            start = f"admin:{label.replace('.', '_')}"
            for whose, side in sides(self.world).items():
                for action in ADMIN_ACTIONS:
                    args = [] if action in ("changelist", "add") else [_row(label, side, self.world).pk]
                    name = f"{reverse(f'{start}_changelist')} {action}{whose and '~'}{whose}"
                    yield name, reverse(f"{start}_{action}", args=args)

    def booked(self) -> Iterator[tuple[str, str]]:
        """The pages of the book, with their filters, searches and states."""
        for page in BOOK.pages:
            if not page.session and page.role in ROLES:
                yield f"« {page.name} »", page.where(self.world.own)

    def open_book(self) -> None:
        """Open each page of the book as whom it is for, with what his session holds, in both languages."""
        for language in ("fr", "en"):
            for page in BOOK.pages:
                client = self.clients.get(page.role) or of("visitor", self.world)
                if page.session:
                    session = client.session
                    session.update(page.session(self.world))
                    session.save()
                with translation.override(language):
                    url = page.where(self.world.own)
                url = f"/en{url}" if language == "en" and not url.startswith("/en/") else url
                self._visit(f"{page.role} {language} « {page.name} »", client, url)

    def act(self, role: str) -> None:
        """Do everything as one role, with right data, and note which mails that posts."""
        for line in read(ACTING):
            name, _tilde, whose = line.partition("~")
            side = sides(self.world)[whose]
            data = {**WORDS, **DATA.get(name, lambda side: {})(side)}
            self._visit(f"{role} POST {line}", self.clients[role], address(name, side), data)

    def _visit(self, name: str, client: Client, url: str, data: dict[str, Any] | None = None) -> None:
        # Limits on attempts and whatever else is remembered are those of a first visit.
        cache.clear()
        mails = apps.get_model("diginor", "OutgoingMail").objects
        with undone(client):
            before = set(mails.values_list("pk", flat=True))
            answer = client.get(url) if data is None else client.post(url, data)
            lines = lines_of(answer)
            posted = mails.exclude(pk__in=before).order_by("recipient", "subject", "pk")
            self.recording.answers[name] = lines + lines_of_mails(posted)
        translation.activate("fr")
