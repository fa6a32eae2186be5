"""What the journeys share: passwords that the real server understands, and a beat that does not let people wait."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from diginor.running.embedded import Servers
from tests.live import Live

# A machine with two processors may be busy with other things.
expect.set_options(timeout=15_000)


@pytest.fixture(autouse=True)
def _real_passwords(settings: Any) -> None:
    # The web server is another process, with the hashers of production.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def quick(live: Live) -> Iterator[Live]:
    """The portal with a worker, and a beat that sweeps every second."""
    ordinary = live.beat.environment
    live.beat.environment = {**ordinary, "DJANGO_SETTINGS_MODULE": "tests.quick_clock"}
    live.worker.start()
    live.beat.start()
    yield live
    live.beat.kill()
    live.beat.environment = ordinary


@pytest.fixture
def apart(live: Live, tmp_path: Path) -> Iterator[Live]:
    """A portal of the test's own, to be led to other servers before it starts."""
    portal = Live(tmp_path, live.smtp)
    portal.environment["STATIC_ROOT"] = live.environment["STATIC_ROOT"]
    yield portal
    for service in (portal.beat, portal.worker, portal.web):
        service.kill()


@pytest.fixture
def database(apart: Live) -> Iterator[Servers]:
    """PostgreSQL and Valkey servers of the test's own, with the portal's tables and people in it."""
    directory = Path(tempfile.mkdtemp(prefix="diginor-tests-"))
    # PostgreSQL may run under another account, which has to enter this directory.
    directory.chmod(0o711)
    servers = Servers(directory, throwaway=True)
    apart.environment |= servers.start()
    apart.manage("migrate", "--verbosity=0")
    apart.manage("shell", "--verbosity=0", "-c", "from tests.services.cast import Desk; Desk.open()")
    yield servers
    servers.stop()
    shutil.rmtree(directory, ignore_errors=True)
