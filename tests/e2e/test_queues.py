"""Two queues: a relay that hangs holds no clock; a task that kills its workers is dropped."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from diginor.celery import app
from diginor.outbox.models import OutgoingMail
from diginor.outbox.tasks import deliver
from services.requests.models import FollowUp
from services.requests.tasks import follow_up
from tests.live import Live
from tests.peers import MailServer, wait_for
from tests.services.cast import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_relay_that_hangs_for_each_mail_does_not_hold_the_clock(live: Live, smtp: MailServer) -> None:
    Desk.open().file()
    workers = [live.worker_of(queue) for queue in ("clock", "mails")]
    smtp.hold()
    try:
        for worker in workers:
            worker.start()
        for _time in range(3):
            deliver.delay()
        wait_for(lambda: smtp.messages, what="a mail in the hands of the relay")
        FollowUp.objects.update(due_at=timezone.now())
        follow_up.delay()
        asked_at = time.monotonic()
        wait_for(lambda: not FollowUp.objects.due(timezone.now()).exists(), 10, "the clock")
        assert time.monotonic() - asked_at < 10
        assert not OutgoingMail.objects.filter(status="sent").exists()
    finally:
        smtp.release()
        for worker in workers:
            worker.kill()


def test_a_task_that_kills_each_of_its_workers_is_dropped_and_told(live: Live, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    worker = live.worker_of("clock")
    worker.command.append("--include=tests.poison")
    worker.environment = {**worker.environment, "DJANGO_SETTINGS_MODULE": "tests.quick_clock"}
    try:
        worker.start()
        app.send_task("tests.poison.die", [str(trace)])
        wait_for(lambda: trace.exists() and len(trace.read_text()) == 4, 60, "four times")
        wait_for(lambda: "Task handler raised error: WorkerLostError" in worker.log.read_text(), what="the fault")
        time.sleep(3)
        assert len(trace.read_text()) == 4
    finally:
        worker.kill()


def test_what_was_taken_is_not_given_again_while_it_may_still_run() -> None:
    longest = settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > 2 * longest


def test_only_what_talks_to_the_relay_is_in_the_queue_of_mails() -> None:
    router = app.amqp.router
    own = [name for name in app.tasks if not name.startswith("celery.")]
    queues = {name: router.route({}, name)["queue"].name for name in own}
    assert {name for name, queue in queues.items() if queue == "mails"} == {deliver.name}
    assert set(queues.values()) == {"clock", "mails"}
