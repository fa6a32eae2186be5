"""`make run` starts everything, heals what dies, and leaves no process behind, whenever it is stopped."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from diginor.running.processes import free_port, tail
from tests.peers import wait_for
from tests.sources import ROOT


@pytest.fixture
def directory(server_directory):
    return server_directory


def processes_of(directory):
    """Find the processes of a run by a variable that all of them inherit."""
    mark = f"DIGINOR_VAR={directory}\0".encode()
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes():
                found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def pid_of(directory, words):
    return min((pid for pid, command in processes_of(directory).items() if words in command), default=None)


@pytest.fixture
def start(directory):
    begun = []

    def run(port=0):
        environment = os.environ | {
            "DIGINOR_VAR": str(directory),
            "DIGINOR_DEMO": "0",
            "SECRET_KEY": "a long secret of the test",
            "ALLOWED_HOSTS": "127.0.0.1",
            "STATIC_ROOT": str(directory.parent / "static"),
            "PORT": str(port or free_port()),
        }
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "SITE_URL"):
            environment.pop(name, None)
        output = (directory.parent / "output").open("a")
        process = subprocess.Popen(
            [sys.executable, "-m", "diginor.running.supervisor"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
        output.close()
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.wait()
    # Shown by pytest when the test fails.
    print(output_of(directory))
    for log in [*sorted(directory.rglob("log/*.log")), directory / "postgres.log"]:
        print(log.name, tail(log), sep="\n")


def output_of(directory):
    return (directory.parent / "output").read_text()


def wait_until_ready(directory, supervisor, times=1):
    wait_for(
        lambda: output_of(directory).count("est prêt") >= times or supervisor.poll() is not None, 120, "the portal"
    )
    assert supervisor.poll() is None, output_of(directory)
    return next(word.rstrip("/") for word in reversed(output_of(directory).split()) if word.startswith("http://"))


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 503


def body_of(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        return error.read()


def test_a_whole_life(directory, start):
    taken = free_port()
    blocker = subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(taken)], stderr=subprocess.DEVNULL
    )
    wait_for(lambda: free_port(taken) != taken)
    supervisor = start(taken)
    url = wait_until_ready(directory, supervisor)
    blocker.terminate()
    blocker.wait()
    assert not url.endswith(f":{taken}")
    assert status_of(url + "/") < 500
    wait_for(lambda: b'"beat": "ok"' in body_of(url + "/sante/"), 120, "the clock to be seen")

    for words in ("worker --queues=mails", "worker --queues=clock", "bin/postgres"):
        victim = wait_for(lambda words=words: pid_of(directory, words))
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda words=words, victim=victim: (pid_of(directory, words) or victim) != victim, 120, words)
    wait_for(lambda: status_of(url + "/") < 500, 120, "the portal to be well again")
    assert supervisor.poll() is None, output_of(directory)

    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.2)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(60) == 0
    assert processes_of(directory) == {}

    again = start(taken)
    wait_until_ready(directory, again, times=2)
    again.kill()
    again.wait()
    wait_for(lambda: not processes_of(directory), 60, "the end of every process")


@pytest.mark.parametrize("delay", [0.3, 1.2, 3.0])
def test_stopped_during_the_start_it_leaves_no_process(directory, start, delay):
    supervisor = start()
    time.sleep(delay)
    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(60)
    wait_for(lambda: not processes_of(directory), 60, "the end of every process")
