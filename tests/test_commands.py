"""The long campaigns start from their commands: each in a process of its own, on servers of its own, cut short."""

import os
import subprocess
import sys

from tests.sources import ROOT

# Those of this run are for this run.
OF_THE_RUN = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE")


def told(*command: str, endings: tuple[int, ...] = (0,)) -> str:
    """What `python -m` prints of a campaign that ends as it should."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_RUN}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=ROOT,
        env={**environment, "DIGINOR_DEMO": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in endings, done.stdout + done.stderr
    return done.stdout


def test_hostile_requests_are_sent() -> None:
    lines = told("tests.hostile", "--requests", "40", "--doors", "30").splitlines()
    assert any(line.startswith("40 requests, ") for line in lines)
    assert lines[-1] == "No request broke a page."


def test_faults_start() -> None:
    # Its short form is played by tests/e2e/test_faults.py; with its servers and processes it takes a minute.
    assert told("tests.faults", "--help").startswith("usage: make faults")


def test_mutations_are_found() -> None:
    lines = told(
        "tests.mutation", "--list", "--count", "1", "--only", "members/facts/rules/partial_dates.py"
    ).splitlines()
    assert lines[0].startswith("1 of ")
    assert len(lines) == 2
    assert lines[1].startswith("members/facts/rules/partial_dates.py:")


def test_pages_and_steps_are_measured() -> None:
    # Promises of speed may break beside other tests, which ends with 1; whatever falls over prints no table.
    lines = told("bench", "--stages", "1000", "--rounds", "2", "--seconds", "0", endings=(0, 1)).splitlines()
    rows = {cells[1]: cells[2:-1] for line in lines if len(cells := [cell.strip() for cell in line.split("|")]) > 3}
    assert rows["Plancher : une ligne, un petit gabarit"][1] == "1,0"
    assert len(rows["Une demande dans le triage"]) == 4
    assert int(rows["Accepter une demande"][1]) > 4
