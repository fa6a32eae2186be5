"""Whom a fault of ours is told, how often, and what is never told with it."""

import logging
import threading

import pytest
from django.conf import settings as portal_settings
from django.db import connection
from django.test import Client

from diginor.outbox.models import OutgoingMail
from diginor.running.alerts import MOST_AN_HOUR, AlertHandler
from diginor.running.processes import free_port
from tests.peers import MailServer, body, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "jeanne.martin@vire.example"


@pytest.fixture
def alerts(settings):
    """The handler, with two administrators to tell."""
    settings.ADMINS = [("", "a@exploitant.example"), ("", "b@exploitant.example")]
    handler = AlertHandler()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def _finished() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.name == "alert":
            thread.join(20)


def _fail(message: str, kind: type[Exception] = ValueError) -> None:
    try:
        raise kind(message)
    except kind:
        logging.getLogger("services.requests.tasks").exception("a row failed: %s", message)


def _told() -> list[str]:
    _finished()
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


@pytest.mark.usefixtures("alerts")
def test_a_page_that_fails_is_told_without_what_was_typed(monkeypatch):
    def fail() -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("diginor.pages.views.state.report", fail)
    page = Client(raise_request_exception=False).get(f"/sante/?q={SECRET}")
    assert page.status_code == 500
    assert "L’équipe technique est prévenue." in page.content.decode()
    assert _told() == ["a@exploitant.example", "b@exploitant.example"]
    mail = OutgoingMail.objects.first()
    assert "ValueError" in mail.subject
    assert "GET /sante/" in mail.text
    assert "diginor/pages/views.py" in mail.text
    assert SECRET not in mail.text + mail.html + mail.subject + mail.dedupe_key


def test_without_administrators_nobody_is_promised_and_nobody_is_told(settings, monkeypatch):
    settings.ADMINS = []
    monkeypatch.setattr("diginor.pages.views.state.report", lambda: 1 / 0)
    page = Client(raise_request_exception=False).get("/sante/")
    assert (page.status_code, "prévenue" in page.content.decode()) == (500, False)
    AlertHandler().handle(logging.makeLogRecord({"exc_info": (ValueError, ValueError("x"), None)}))
    assert _told() == []


@pytest.mark.usefixtures("alerts")
def test_the_same_fault_is_told_once_an_hour_by_all_processes_together(clock):
    for _time in range(3):
        _fail("one")
    # Another process, which has told nothing yet.
    other = AlertHandler()
    logging.getLogger().addHandler(other)
    try:
        _fail("one")
    finally:
        logging.getLogger().removeHandler(other)
    assert len(_told()) == 2
    clock.advance(hours=1)
    _fail("one")
    assert len(_told()) == 4


@pytest.mark.usefixtures("alerts")
def test_many_different_faults_send_few_mails():
    for number in range(MOST_AN_HOUR + 5):
        _fail("x", type(f"Fault{number}", (Exception,), {}))
        _finished()
    assert len(_told()) == 2 * MOST_AN_HOUR


@pytest.mark.usefixtures("alerts")
def test_a_task_is_named_and_a_line_without_exception_is_not_a_fault():
    logging.getLogger("diginor").error("only words")
    try:
        raise KeyError(SECRET)
    except KeyError:
        logging.getLogger("celery.app.trace").exception(
            "Task failed with %s", SECRET, extra={"data": {"name": "services.requests.tasks.follow_up", "args": SECRET}}
        )
    assert len(_told()) == 2
    mail = OutgoingMail.objects.first()
    assert "services.requests.tasks.follow_up" in mail.text
    assert SECRET not in mail.text


def test_with_the_database_away_the_alert_leaves_at_once(alerts, smtp: MailServer):
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = str(free_port())
    try:
        _fail(SECRET)
        message = wait_for(lambda: smtp.to("a@exploitant.example"), what="the alert")[0]
    finally:
        _finished()
        connection.settings_dict["PORT"] = port
    assert SECRET not in body(message)
    assert "ValueError" in str(message["Subject"])


def test_the_portal_alerts_by_itself_and_django_does_not():
    root = logging.getLogger()
    assert [handler.level for handler in root.handlers if isinstance(handler, AlertHandler)] == [logging.ERROR]
    assert logging.getLogger("django").handlers == []
    assert portal_settings.ADMINS == []
