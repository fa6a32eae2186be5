"""The server that the benchmark runs on, and the databases that it makes and drops there."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection

from diginor.running.embedded import running


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server: that of the settings when it answers, else one started for this run."""
    url = os.environ.get("DATABASE_URL", "")
    if url or _answers():
        values = settings.DATABASES["default"]
        secret = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
        yield f"postgres://{values['USER']}{secret}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
        return
    with tempfile.TemporaryDirectory(prefix="diginor-bench-") as name:
        directory = Path(name)
        # PostgreSQL may run under another account, which has to enter this directory.
        directory.chmod(0o711)
        with running(directory, throwaway=True) as servers:
            os.environ |= {key: value for key, value in servers.environment.items() if key != "DATABASE_URL"}
            yield servers.environment["DATABASE_URL"]


def _answers() -> bool:
    with contextlib.suppress(Exception):
        connection.ensure_connection()
        return True
    return False


def drop(base: str, names: list[str]) -> None:
    """Drop databases, whoever is still connected."""
    for name in names:
        run_beside(base, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run_beside(base: str, statement: str) -> None:
    """Run a statement that no transaction may hold, from the server's own database."""
    with contextlib.closing(psycopg2.connect(f"{base}/postgres")) as beside:
        beside.autocommit = True
        with beside.cursor() as cursor:
            cursor.execute(statement)


def size() -> str:
    """How much room the present database takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return str(cursor.fetchone()[0])
