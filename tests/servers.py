"""The servers of a test run: PostgreSQL and Valkey of its own, unless the environment names some.

Loaded with `-p`, before the settings are read. Each xdist worker has its own test database (pytest-django names it) and
its own two Valkey databases (broker and cache).
"""

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from diginor.running.embedded import Servers

_state: dict[str, object] = {}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start the servers in the first process, and give each worker its numbers, before pytest-django reads them."""
    os.environ["DIGINOR_DEMO"] = "1"
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        _start_missing_servers()
    _choose_valkey_databases(int(re.sub(r"\D", "", worker)) + 1 if worker else 0)
    return (yield)


def _start_missing_servers() -> None:
    missing = [name for name in ("DATABASE_URL", "CELERY_BROKER_URL") if not os.environ.get(name)]
    if missing:
        directory = Path(tempfile.mkdtemp(prefix="diginor-tests-"))
        # PostgreSQL may run under another account, which has to enter this directory.
        directory.chmod(0o711)
        servers = Servers(directory, throwaway=True)
        _state.update(servers=servers, directory=directory)
        atexit.register(pytest_unconfigure)
        os.environ |= servers.start("DATABASE_URL" in missing, "CELERY_BROKER_URL" in missing)


def _choose_valkey_databases(number: int) -> None:
    base, _slash, first = os.environ.setdefault("TEST_BROKER_URL", os.environ["CELERY_BROKER_URL"]).rpartition("/")
    offset = int(first or 0) + 2 * number
    os.environ["CELERY_BROKER_URL"] = f"{base}/{offset}"
    os.environ["CACHE_URL"] = f"{base}/{offset + 1}"


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    servers = _state.pop("servers", None)
    if isinstance(servers, Servers):
        servers.stop()
        shutil.rmtree(str(_state.pop("directory")), ignore_errors=True)
