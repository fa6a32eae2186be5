"""Fixtures of every test: real servers, a real mail server, a frozen clock, and the strictness of this project."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils import translation

from tests import strictness
from tests.peers import Broker, MailServer, forget_absences

pytest_plugins = ["tests.live"]
PARIS = ZoneInfo("Europe/Paris")


def pytest_configure() -> None:
    """Make passwords cheap, static files plain, and undefined template variables fail."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # A busy machine is no hung server: what a hang costs is measured on the real processes.
    django_settings.CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 2, "socket_timeout": 2}
    django_settings.WHITENOISE_AUTOREFRESH = True
    django_settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = strictness.InvalidString()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave the database to its throw-away server: dropping it would fail while some process still leaves it."""
    return True


@pytest.fixture(scope="session")
def django_db_createdb(request: pytest.FixtureRequest) -> bool:
    """Make the database anew, unless `--reuse-db` says otherwise."""
    return bool(request.config.option.create_db or not request.config.option.reuse_db)


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    strictness.watch_orders(monkeypatch)
    strictness.watch_mails(monkeypatch)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    forget_absences()
    cache.clear()


@pytest.fixture(autouse=True)
def _in_french() -> None:
    # An English page asked for by the test before leaves its language in this thread.
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _files_apart(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


class Clock:
    """The time of a test: it stands still until it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def set(self, moment: str | datetime) -> datetime:
        """Move to a moment; text such as « 2026-03-12 09:00 » is read in Paris time."""
        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        when = when if when.tzinfo else when.replace(tzinfo=PARIS)
        self._traveller.move_to(when, tick=False)
        return when

    def advance(self, **duration: float) -> datetime:
        """Move on by a duration, such as `days=1, hours=2`."""
        return self.set(self.now + timedelta(**duration))

    @property
    def now(self) -> datetime:
        """The present moment, in Paris."""
        return datetime.now(PARIS)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Freeze time on an ordinary Tuesday morning, 10 March 2026; the database's own `now()` is not frozen."""
    with time_machine.travel(datetime(2026, 3, 10, 9, 0, tzinfo=PARIS), tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(_mail_server: MailServer, settings: Any) -> Iterator[MailServer]:
    """A real SMTP server that keeps what it receives, and refuses or stops when told to."""
    _mail_server.reset()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = _mail_server.host, _mail_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield _mail_server
    _mail_server.reset()


@pytest.fixture
def broker(tmp_path: Path, settings: Any) -> Iterator[Broker]:
    """A Valkey server of the test's own, as Celery's broker and as the cache, to be stopped and started at will."""
    broker = Broker(tmp_path)
    broker.start()
    with broker.in_use(settings):
        yield broker
    broker.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly that the browser tests did not run."""
    skipped = [report for report in terminalreporter.getreports("skipped") if "Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"{len(skipped)} tests need Chromium: apt-get install chromium, then run again.")


@pytest.fixture(scope="session")
def _async_unsafe() -> Iterator[None]:
    """Let the ORM be used beside Playwright, whose synchronous API runs an event loop in the same thread."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
