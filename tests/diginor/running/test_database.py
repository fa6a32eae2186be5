"""How long a process waits for PostgreSQL."""

import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from psycopg2 import extensions

from diginor.running import database
from diginor.running.database import Patience, be_patient
from diginor.running.processes import HOST
from members.hubs.models import Hub
from tests.factories.members import HubFactory
from tests.sources import ROOT, app_code, name_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patience() -> Iterator[Patience]:
    """A process that waits one second for a statement, half a second for a lock, and two for an answer."""
    hurried = Patience(statement=1, lock=0.5, silence=2)
    _from_now_on(hurried)
    yield hurried
    _from_now_on(database.COMMAND)


def _from_now_on(patience: Patience) -> None:
    be_patient(patience)
    connection.close()


def _seconds_until_given_up(sql: str, because: str) -> float:
    began_at = time.monotonic()
    with pytest.raises(OperationalError, match=because), connection.cursor() as cursor:
        cursor.execute(sql)
    return time.monotonic() - began_at


@pytest.mark.usefixtures("patience")
def test_a_living_server_ends_what_takes_too_long() -> None:
    assert _seconds_until_given_up("SELECT pg_sleep(10)", "statement timeout") < 1.8


@pytest.mark.usefixtures("patience")
def test_a_server_that_goes_silent_in_the_middle_is_left() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    assert 2 <= _seconds_until_given_up("SELECT pg_sleep(10)", "said nothing for 2 s") < 3


@pytest.mark.usefixtures("patience")
def test_after_a_silence_nobody_waits_long_until_the_server_answers_again() -> None:
    port = connection.settings_dict["PORT"]
    with socket.create_server((HOST, 0)) as deaf:
        connection.settings_dict["PORT"] = str(deaf.getsockname()[1])
        try:
            assert 2 <= _seconds_until_given_up("SELECT 1", "said nothing for 2 s") < 3
            assert _seconds_until_given_up("SELECT 1", "said nothing for 0.5 s") < 0.8
        finally:
            connection.settings_dict["PORT"] = port
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.8)")


@pytest.mark.usefixtures("patience")
def test_a_lock_that_somebody_keeps_is_given_up_and_said_to_be_free_later() -> None:
    hub = HubFactory()
    taken, done = threading.Event(), threading.Event()

    def keep() -> None:
        with transaction.atomic():
            Hub.objects.select_for_update().get(pk=hub.pk)
            taken.set()
            done.wait(20)
        connection.close()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        assert taken.wait(10)
        with transaction.atomic(), pytest.raises(OperationalError, match="lock timeout"):
            Hub.objects.select_for_update().get(pk=hub.pk)
    finally:
        done.set()
        keeper.join()


def test_what_the_database_refuses_for_now_is_503_and_our_own_faults_are_500(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    for error, status, again in ((OperationalError("deadlock detected"), 503, "30"), (ValueError("x"), 500, None)):
        monkeypatch.setattr("diginor.pages.views.state.report", _raising(error))
        answer = client.get("/sante/")
        assert (answer.status_code, answer.get("Retry-After")) == (status, again)


def _raising(error: Exception):
    def fail() -> None:
        raise error

    return fail


def test_each_process_has_its_patience() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0", "30s")
    assert extensions.get_wait_callback() is None
    assert database.WEB.statement < database.WEB.silence < 5
    assert database.WORKER.statement < database.WORKER.silence
    assert "be_patient(database.WEB)" in (ROOT / "diginor/wsgi.py").read_text()


def test_no_page_and_no_task_uses_copy() -> None:
    """The processes that measure silence cannot: psycopg2 then refuses COPY."""
    using = {name_of(path) for path in app_code() if re.search(r"\bcopy_(expert|from|to)\(", path.read_text())}
    assert not using
