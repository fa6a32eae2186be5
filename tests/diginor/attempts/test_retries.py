"""Rows that are tried again: whatever one of them does, the others go on."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from diginor.attempts import retries
from diginor.attempts.retries import StopRun, try_each
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.running import health

pytestmark = pytest.mark.django_db


def rows(count=3):
    """Rows of the outbox, in their order."""
    return [
        OutgoingMail.objects.create(
            dedupe_key=f"test:{number}", kind="Test", recipient=f"p{number}@a.example",
            next_attempt_at=timezone.now() - timedelta(minutes=count - number),
        )
        for number in range(count)
    ]  # fmt: skip


class Attempts:
    """What is done with the rows: their keys are noted, those that are told to raise do."""

    def __init__(self, **faults):
        self.faults = faults
        self.seen = []

    def __call__(self, row):
        self.seen.append(row.dedupe_key.removeprefix("test:"))
        if fault := self.faults.get(f"on_{self.seen[-1]}"):
            raise fault
        row.mark(MailStatus.SENT, now=timezone.now())
        return True


def run(attempt, **options):
    return try_each(OutgoingMail.objects.due, attempt, **options)


def test_what_one_row_raises_is_kept_with_it_and_the_next_goes_on(clock):
    first, _second, _third = rows()
    assert run(Attempts(on_0=UnicodeEncodeError("ascii", "é\0\ud800", 0, 1, "no"))) == 2
    first.refresh_from_db()
    assert first.last_error.startswith("UnicodeEncodeError: ")
    assert (first.attempts, first.failing_since) == (1, timezone.now())
    assert first.next_attempt_at == timezone.now() + timedelta(minutes=1)
    assert list(OutgoingMail.objects.failing()) == [first]


def test_a_statement_that_the_database_refuses_spoils_only_its_row():
    first, *_others = rows()

    def attempt(row):
        if row.pk == first.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return True

    assert run(attempt) == 2
    assert "division by zero" in OutgoingMail.objects.failing().get().last_error


def test_what_an_attempt_wrote_before_it_failed_is_undone():
    (row,) = rows(1)

    def attempt(row):
        OutgoingMail.objects.update(subject="half done")
        raise RuntimeError("broken")

    run(attempt)
    row.refresh_from_db()
    assert (row.subject, row.last_error) == ("", "RuntimeError: broken")


def test_a_row_is_tried_once_a_run_and_later_and_later(clock):
    (row,) = rows(1)
    broken = Attempts(on_0=RuntimeError("broken"))
    pauses = []
    for _run in range(9):
        run(broken)
        row.refresh_from_db()
        pauses.append((row.next_attempt_at - timezone.now()) / timedelta(minutes=1))
        clock.set(row.next_attempt_at)
    assert len(broken.seen) == 9
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_success_ends_the_failure_and_keeps_its_trace(clock):
    (row,) = rows(1)
    run(Attempts(on_0=RuntimeError("broken")))
    since = timezone.now()
    clock.advance(minutes=1)
    run(Attempts(on_0=RuntimeError("broken again")))
    row.refresh_from_db()
    assert row.failing_since == since
    clock.advance(minutes=2)
    assert run(lambda one: True) == 1
    row.refresh_from_db()
    assert (row.failing_since, row.attempts, row.last_error) == (None, 3, "RuntimeError: broken again")


def test_a_row_that_kills_its_worker_is_put_off_and_shows(clock):
    killer, _other = rows(2)

    def die(row):
        raise SystemExit("killed")

    with pytest.raises(SystemExit):
        run(die)
    killer.refresh_from_db()
    assert (killer.attempts, killer.next_attempt_at) == (1, timezone.now() + timedelta(minutes=1))
    good = Attempts()
    assert run(good) == 1
    assert good.seen == ["1"]
    clock.advance(minutes=1)
    with pytest.raises(SystemExit):
        run(die)
    assert OutgoingMail.objects.failing().get().last_error == "Le dernier essai a été interrompu avant sa fin."


def test_a_fault_of_all_stops_the_run_and_is_kept_with_the_row_that_met_it():
    rows()
    attempts = Attempts(on_1=StopRun("relay away"))
    assert run(attempts) == 1
    assert attempts.seen == ["0", "1"]
    assert OutgoingMail.objects.failing().get().last_error == "relay away"


def test_a_run_leaves_what_remains_to_the_next_one_when_its_time_is_over(monkeypatch):
    rows()
    monkeypatch.setattr(retries, "RUN_SECONDS", 0)
    attempts = Attempts()
    assert run(attempts) == 0
    monkeypatch.undo()
    assert run(attempts) == 3


def test_those_that_fail_come_after_all_others(clock):
    rows()
    run(Attempts(on_0=RuntimeError("broken")), now=timezone.now() - timedelta(minutes=1))
    OutgoingMail.objects.update(status=MailStatus.QUEUED, next_attempt_at=timezone.now())
    seen = Attempts()
    assert run(seen) == 3
    assert seen.seen[-1] == "0"


def test_an_exception_that_cannot_be_read_is_named():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    rows()
    assert run(Attempts(on_0=Mute())) == 2
    assert OutgoingMail.objects.failing().get().last_error == "Mute"


def test_an_attempt_waits_for_nobodys_lock_for_long():
    rows(1)
    seen = {}

    def attempt(row):
        with connection.cursor() as cursor:
            for name in ("lock_timeout", "statement_timeout"):
                cursor.execute(f"SHOW {name}")
                seen[name] = cursor.fetchone()[0]
        return True

    run(attempt)
    assert seen == {"lock_timeout": "1s", "statement_timeout": "20s"}


def test_a_row_that_goes_away_while_it_fails_stops_nobody():
    (row,) = rows(1)
    OutgoingMail.objects.all().delete()
    row.put_off("gone", timezone.now())
    assert not OutgoingMail.objects.exists()


def test_attempts_are_counted_up_to_what_the_column_holds(clock):
    (row,) = rows(1)
    OutgoingMail.objects.update(attempts=retries.MOST_ATTEMPTS, last_error="x")
    run(Attempts(on_0=RuntimeError("broken")))
    row.refresh_from_db()
    assert row.attempts == retries.MOST_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_a_row_in_hand_is_passed_over():
    first, _second = rows(2)
    seen = Attempts()

    def work():
        run(seen)
        connections.close_all()

    with transaction.atomic():
        OutgoingMail.objects.select_for_update().get(pk=first.pk)
        worker = Thread(target=work)
        worker.start()
        worker.join(20)
    assert seen.seen == ["1"]


def test_no_task_of_beat_waits_for_ever(settings):
    entries = settings.CELERY_BEAT_SCHEDULE
    assert [name for name, entry in entries.items() if not 0 < entry["options"].get("expires", 0) <= 3600] == []


def test_the_state_of_the_service_says_how_many_rows_fail_and_since_when(clock, client):
    health.forget()
    rows()
    run(Attempts(on_0=RuntimeError("broken"), on_1=RuntimeError("too")))
    found = client.get("/sante/").json()
    assert found["failing"] == {"outgoingmail": {"rows": 2, "since": timezone.now().isoformat()}}
    assert found["rows"] == "ok"
    health.forget()
    clock.advance(minutes=16)
    assert client.get("/sante/").json()["rows"] == "ko"
    health.forget()
