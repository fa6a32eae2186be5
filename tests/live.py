"""The portal as it runs for real: gunicorn, a Celery worker, beat, and people in browsers."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.running.processes import HOST, die_with_parent, free_port, tail
from tests.peers import MailServer, wait_for

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
PHONE_WIDTH = 390


class Service:
    """One process of the portal, to be started, stopped, killed and started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> "Service":
        """Start the process, if it does not run yet."""
        if not self.is_running:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, *self.command],
                    cwd=django_settings.BASE_DIR,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    process_group=0,
                    preexec_fn=die_with_parent(signal.SIGKILL),
                )
        return self

    def stop(self) -> None:
        """Let the process finish its work, then leave nothing of it."""
        if self.process and self.is_running:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill()

    def kill(self) -> None:
        """End the process and its children at once, as a crash of the machine would."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()

    def restart(self) -> "Service":
        """Stop, then start."""
        self.stop()
        return self.start()

    def output(self) -> str:
        """The end of what the process wrote."""
        return tail(self.log, 60)


class Live:
    """The processes of the portal on the test database; the web server lasts for the whole run."""

    def __init__(self, directory: Path, smtp: MailServer) -> None:
        self.smtp, self.port = smtp, free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.environment = _environment(directory, self.url, smtp)
        celery = ["-m", "celery", "-A", "diginor"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel=INFO"]
        gunicorn = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"{HOST}:{self.port}", "diginor.wsgi"]
        self.web = self._service("web", gunicorn)
        self.worker = self._service("worker", [*celery, "worker", "--concurrency=1", *quiet])
        schedule = str(directory / "beat-schedule")
        self.beat = self._service("beat", [*celery, "beat", "--pidfile=", f"--schedule={schedule}", "--loglevel=INFO"])

    def _service(self, name: str, command: list[str]) -> Service:
        log = Path(self.environment["MEDIA_ROOT"]).parent / f"{name}.log"
        return Service(name, command, self.environment, log)

    def start_web(self) -> None:
        """Start the web server and wait until it listens."""
        self.web.start()
        wait_for(lambda: free_port(self.port) != self.port or not self.web.is_running, 60, "the web server")
        assert self.web.is_running, self.web.output()

    def another_worker(self) -> Service:
        """A second worker, to be started and stopped by the test."""
        return self._service("worker2", [*self.worker.command, "--hostname=second@%h"])

    def worker_of(self, queue: str) -> Service:
        """A worker of one queue alone, as in production, to be started and stopped by the test."""
        command = [*self.worker.command, f"--queues={queue}", f"--hostname={queue}@%h"]
        return self._service(f"worker-{queue}", command)

    def manage(self, *arguments: str) -> str:
        """Run a management command on the test database and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=django_settings.BASE_DIR, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rest(self) -> None:
        """End what a test started, and forget the tasks that wait."""
        self.beat.kill()
        self.worker.kill()
        with redis.Redis.from_url(self.environment["CELERY_BROKER_URL"]) as client:
            client.flushdb()


def _environment(directory: Path, url: str, smtp: MailServer) -> dict[str, str]:
    database = connection.settings_dict
    login = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    return {
        **os.environ,
        "DIGINOR_DEMO": "1",
        "DATABASE_URL": f"postgres://{login}/{database['NAME']}",
        "EMAIL_URL": f"smtp://{smtp.host}:{smtp.port}",
        "SITE_URL": url,
        "STATIC_ROOT": str(directory / "static"),
        "MEDIA_ROOT": str(directory / "files"),
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "8",
    }


@pytest.fixture(scope="session")
def _live(django_db_setup: None, _mail_server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("live"), _mail_server)
    live.manage("collectstatic", "--noinput", "--verbosity=0")
    live.start_web()
    yield live
    live.rest()
    live.web.stop()


@pytest.fixture
def live(transactional_db: None, _live: Live, smtp: MailServer, settings: Any) -> Iterator[Live]:
    """The web server on the test database; the test starts `live.worker` and `live.beat` when it needs them."""
    settings.SITE_URL = _live.url
    settings.MEDIA_ROOT = _live.environment["MEDIA_ROOT"]
    _live.start_web()
    yield _live
    _live.rest()


@pytest.fixture(scope="session")
def browser(_async_unsafe: None) -> Iterator[Browser]:
    """The system's Chromium; without it the test is skipped, and CI fails."""
    if not CHROMIUM:
        message = "Chromium is not installed: the browser tests do not run"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


class Visit:
    """One person's browser: their page, and whatever went wrong in it."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.context, self.host = context, host
        self.problems: list[str] = []
        context.on("request", lambda request: self._see_request(request.url))
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("console", lambda message: self._see_console(message.type, message.text))
        context.on("response", lambda response: self._see_response(response.status, response.url))
        context.set_default_timeout(15_000)

    def _see_request(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https", "ws") and urlsplit(url).netloc != self.host:
            self.problems.append(f"request to another host: {url}")

    def _see_console(self, kind: str, text: str) -> None:
        # The status of a response is looked at on the response itself.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.problems.append(f"console {kind}: {text}")

    def _see_response(self, status: int, url: str) -> None:
        if status >= 500 or (status == 404 and "/static/" in url):
            self.problems.append(f"{status}: {url}")


@pytest.fixture
def new_page(browser: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Open a page for one more person: `new_page(javascript=False, width=390, locale="en-GB")`.

    Any script error, violation of the security policy, server error or request to another host fails the test.
    """
    visits: list[Visit] = []

    def open_page(javascript: bool = True, width: int = 1280, locale: str = "fr-FR", **options: Any) -> Page:
        context = browser.new_context(
            base_url=live.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 844 if width <= PHONE_WIDTH else 900},
            locale=locale,
            timezone_id="Europe/Paris",
            **options,
        )
        visits.append(Visit(context, urlsplit(live.url).netloc))
        return context.new_page()

    yield open_page
    for visit in visits:
        visit.context.close()
    problems = [problem for visit in visits for problem in visit.problems]
    assert not problems, "\n".join([*problems, live.web.output()])


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """The page of one person on a computer."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """The page of one person on a telephone, 390 px wide."""
    return new_page(width=PHONE_WIDTH, has_touch=True)


@pytest.fixture
def bare_page(new_page: Callable[..., Page]) -> Page:
    """The page of one person whose browser runs no JavaScript."""
    return new_page(javascript=False)


def time_passes() -> None:
    """Let every mail be due now: what is put off, and what waits for the morning."""
    waiting = OutgoingMail.objects.filter(status__in=(MailStatus.QUEUED, MailStatus.HELD))
    waiting.update(status=MailStatus.QUEUED, next_attempt_at=timezone.now())
