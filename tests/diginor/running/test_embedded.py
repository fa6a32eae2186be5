"""The embedded servers start on a bare directory, survive a crash, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from diginor.running.embedded import EmbeddedError, Servers
from diginor.running.processes import free_port
from tests.peers import wait_for
from tests.sources import ROOT


@pytest.fixture
def directory(server_directory):
    return server_directory


def processes_of(directory):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(directory).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def note(url, text):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        cursor.execute("INSERT INTO note VALUES (%s)", [text])
    connection.close()


def notes(url):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT text FROM note ORDER BY text")
        rows = [text for (text,) in cursor.fetchall()]
    connection.close()
    return rows


def test_data_are_found_again_after_a_stop_and_after_a_crash(directory):
    servers = Servers(directory)
    url = servers.start(broker=False)["DATABASE_URL"]
    note(url, "before the stop")
    servers.stop()
    assert servers.start(broker=False)["DATABASE_URL"] == url
    note(url, "before the crash")
    servers.postgres.process.send_signal(signal.SIGKILL)
    servers.postgres.process.wait()
    servers.stop()
    assert (directory / "postgres" / "postmaster.pid").exists()
    again = Servers(directory)
    assert notes(again.start(broker=False)["DATABASE_URL"]) == ["before the crash", "before the stop"]
    again.stop()
    assert processes_of(directory) == []


def test_a_lock_file_with_the_number_of_another_process_is_no_obstacle(directory):
    servers = Servers(directory, throwaway=True)
    servers.start(broker=False)
    servers.stop()
    (directory / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{directory}/postgres\n")
    servers.start(broker=False)
    servers.stop()


def test_the_same_directory_is_never_served_twice(directory):
    servers = Servers(directory, throwaway=True)
    servers.start(database=False)
    with pytest.raises(EmbeddedError, match="already run"):
        Servers(directory).start(database=False)
    servers.stop()


def test_another_port_is_chosen_when_the_remembered_one_is_taken(directory):
    first = Servers(directory, throwaway=True)
    url = first.start(database=False)["CELERY_BROKER_URL"]
    port = first.valkey.port
    first.stop()
    other = Servers(directory.with_name("other"), throwaway=True)
    (directory.with_name("other")).mkdir()
    (directory.with_name("other") / "servers.json").write_text(f'{{"password": "x", "valkey_port": {port}}}')
    other.start(database=False)
    assert first.start(database=False)["CELERY_BROKER_URL"] != url
    first.stop()
    other.stop()


def test_the_servers_die_with_a_supervisor_killed_at_once(directory):
    command = [sys.executable, "-m", "diginor.running.embedded", "--throwaway", "--directory", str(directory)]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert "DATABASE_URL" in supervisor.stdout.readline()
    assert len(processes_of(directory)) >= 2
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    wait_for(lambda: not processes_of(directory), what="the end of the servers")


@pytest.mark.parametrize("delay", [0.2, 0.8, 3.0])
def test_a_supervisor_stopped_at_any_moment_leaves_no_process(directory, delay):
    command = [sys.executable, "-m", "diginor.running.embedded", "--throwaway", "--directory", str(directory)]
    # As from a terminal: a run started in the background is deaf to Ctrl-C, and so would its children be.
    supervisor = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(delay)
    supervisor.send_signal(signal.SIGINT)
    supervisor.wait(30)
    wait_for(lambda: not processes_of(directory), what="the end of the servers")


def test_a_free_port_is_free():
    port = free_port()
    assert free_port(port) == port
