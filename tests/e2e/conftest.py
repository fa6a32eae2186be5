"""What the journeys share: passwords that the real server understands, and a beat that does not let people wait."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

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
