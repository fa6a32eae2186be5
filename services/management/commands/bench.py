"""Measure the main pages at a thousand, a hundred thousand and a million requests, in a database of their own."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from diginor.embedded import free_port, running

DATABASE = "diginor_bench"
STAGES = [1_000, 100_000, 1_000_000]


class Command(BaseCommand):
    """`manage.py bench`: load, measure, print Markdown tables; the database is dropped at the end unless kept.

    `--keep` keeps it, `--again` then measures in it without loading what is there; `--stages 1000 20000` loads less;
    `--seconds 20` shortens the load on the web worker, and 0 leaves it out. Ends with an error when a promise of speed
    does not hold.
    """

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, how long, and whether to keep the database."""
        parser.add_argument("--stages", nargs="+", type=int, default=STAGES, metavar="REQUESTS")
        parser.add_argument("--seconds", type=int, default=60, help="how long the web worker is loaded")
        parser.add_argument("--keep", action="store_true", help="keep the database at the end")
        parser.add_argument("--again", action="store_true", help="measure in the database that an earlier run kept")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the database if need be, then measure inside it."""
        if settings.DATABASES["default"]["NAME"] == DATABASE:
            self._measure(options)
            return
        with _server() as url:
            base = url.rpartition("/")[0]
            names = [DATABASE, *(_name_of(stage) for stage in options["stages"])]
            if not options["again"]:
                _drop(base, names)
                _run_beside(base, f"CREATE DATABASE {DATABASE}")
            try:
                again = [sys.executable, "manage.py", "bench", *sys.argv[2:]]
                environment = {**os.environ, "DATABASE_URL": f"{base}/{DATABASE}", "BENCH_SERVER": base}
                done = subprocess.run(again, cwd=settings.BASE_DIR, env=environment, check=False)
            finally:
                if not options["keep"]:
                    _drop(base, names)
        if done.returncode:
            raise CommandError("a promise of speed does not hold, or the benchmark failed", returncode=done.returncode)

    def _measure(self, options: dict[str, Any]) -> None:
        from services.bench import catalogue, load, measure, report, server

        stages = sorted(options["stages"])
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        catalogue.build()
        for stage in stages:
            start = time.monotonic()
            load.load(stage)
            self.stderr.write(f"{stage} requests after {time.monotonic() - start:.0f} s")
            if stage != stages[-1] and not options["again"]:
                connection.close()
                _run_beside(os.environ["BENCH_SERVER"], f"CREATE DATABASE {_name_of(stage)} TEMPLATE {DATABASE}")
        results = measure.measure({stage: DATABASE if stage == stages[-1] else _name_of(stage) for stage in stages})
        rows = ", ".join(f"{count} {name}" for name, count in load.counted().items())
        self.stdout.write(f"{report.table(results)}\n\n{rows}; base de {_size()}.")
        under_load = server.load_worker(free_port(0), options["seconds"]) if options["seconds"] else None
        if under_load:
            self.stdout.write(report.memory(under_load))
        if broken := report.broken_promises(results, under_load):
            raise CommandError("; ".join(broken))


def _name_of(stage: int) -> str:
    """The database that keeps a stage as it was."""
    return f"{DATABASE}_{int(stage)}"


def _drop(base: str, names: list[str]) -> None:
    for name in names:
        _run_beside(base, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def _server() -> Iterator[str]:
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


def _run_beside(base: str, statement: str) -> None:
    """Run a statement that no transaction may hold, from the server's own database."""
    with contextlib.closing(psycopg2.connect(f"{base}/postgres")) as beside:
        beside.autocommit = True
        with beside.cursor() as cursor:
            cursor.execute(statement)


def _size() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return str(cursor.fetchone()[0])
