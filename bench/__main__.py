"""`make bench`: load, measure, print Markdown tables; the database is dropped at the end unless kept.

`--keep` keeps it, `--again` then measures in it without loading what is there; `--stages 1000 20000` loads less;
`--seconds 20` shortens the load on the web worker, and 0 leaves it out. Steps are taken last, on rows that stay. Ends
with an error when a promise of speed does not hold.
"""

import argparse
import os
import subprocess
import sys
import time

import django

DATABASE = "diginor_bench"
STAGES = [1_000, 100_000, 1_000_000]


def main() -> int:
    """Make the database if need be, then measure inside it, in a process that knows no other."""
    asked = _asked()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    # These read the settings.
    from django.conf import settings

    from bench import databases

    if settings.DATABASES["default"]["NAME"] == DATABASE:
        return _measure(asked)
    with databases.server() as url:
        base = url.rpartition("/")[0]
        names = [DATABASE, *(_name_of(stage) for stage in asked.stages)]
        if not asked.again:
            databases.drop(base, names)
            databases.run_beside(base, f"CREATE DATABASE {DATABASE}")
        try:
            environment = {**os.environ, "DATABASE_URL": f"{base}/{DATABASE}", "BENCH_SERVER": base}
            again = [sys.executable, "-m", "bench", *sys.argv[1:]]
            return subprocess.run(again, cwd=settings.BASE_DIR, env=environment, check=False).returncode
        finally:
            if not asked.keep:
                databases.drop(base, names)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--stages", nargs="+", type=int, default=STAGES, metavar="REQUESTS")
    parser.add_argument("--rounds", type=int, default=40, help="how many times each page is opened")
    parser.add_argument("--seconds", type=int, default=60, help="how long the web worker is loaded")
    parser.add_argument("--keep", action="store_true", help="keep the database at the end")
    parser.add_argument("--again", action="store_true", help="measure in the database that an earlier run kept")
    return parser.parse_args()


def _measure(asked: argparse.Namespace) -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench import catalogue, databases, load, measure, report, server
    from diginor.running.processes import free_port

    stages = sorted(asked.stages)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    catalogue.build()
    for stage in stages:
        start = time.monotonic()
        load.load(stage)
        print(f"{stage} requests after {time.monotonic() - start:.0f} s", file=sys.stderr)
        if stage != stages[-1] and not asked.again:
            connection.close()
            databases.run_beside(os.environ["BENCH_SERVER"], f"CREATE DATABASE {_name_of(stage)} TEMPLATE {DATABASE}")
    results = measure.measure(
        {stage: DATABASE if stage == stages[-1] else _name_of(stage) for stage in stages}, asked.rounds
    )
    rows = ", ".join(f"{count} {name}" for name, count in load.counted().items())
    print(f"{report.table(results)}\n\n{rows}; base de {databases.size()}.\n", flush=True)
    with server.worker(port := free_port(0)) as master:
        served = server.answer_times(port, asked.rounds)
        print(f"{report.server_table(served)}\n", flush=True)
        load_told = server.under_load(port, master, asked.seconds) if asked.seconds else None
    acts = measure.measure_acts(asked.rounds)
    print(report.acts_table(acts))
    if load_told:
        print(f"\n{report.memory(load_told)}")
    broken = report.broken_promises(results, served, acts, load_told)
    print("; ".join(broken), file=sys.stderr)
    return 1 if broken else 0


def _name_of(stage: int) -> str:
    """The database that keeps a stage as it was."""
    return f"{DATABASE}_{int(stage)}"


if __name__ == "__main__":
    sys.exit(main())
