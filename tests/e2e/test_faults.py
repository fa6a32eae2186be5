"""What breaks around the portal: no request and no mail is lost, none is seen twice, and /sante/ says what works."""

import json
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.running.embedded import Servers
from services.requests.enums import FollowUpKind, RequestNote, RequestState
from services.requests.models import FollowUp, RequestEvent, ServiceRequest
from tests.e2e.people import EMAIL, file_request
from tests.faults.campaign import Campaign
from tests.live import Live, Service, time_passes
from tests.peers import Broker, MailServer, wait_for
from tests.services.cast import Desk

pytestmark = pytest.mark.e2e


def health(live: Live) -> tuple[int, dict[str, str]]:
    """What the portal says of itself to a machine."""
    asked = urllib.request.Request(f"{live.url}/sante/", headers={"Accept": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def works(live: Live, **pieces: str) -> None:
    """Wait until the portal says that of its pieces: it asks them again every few seconds."""
    wait_for(lambda: pieces.items() <= health(live)[1].items(), 25, f"{pieces}, not {health(live)}")


def all_left() -> bool:
    """Whether every mail is recorded as sent."""
    return not OutgoingMail.objects.exclude(status=MailStatus.SENT).exists()


def seen_once(smtp: MailServer) -> None:
    """In mailboxes that know a Message-ID again, every mail that was written is there, once."""
    written = {mail.message_id: mail.recipient for mail in OutgoingMail.objects.all()}
    received = {str(message["Message-ID"]): str(message["X-RcptTo"]) for message in smtp.messages}
    assert received == written


def visitor(browser: Browser, live: Live) -> Page:
    """A browser without JavaScript on a portal of the test's own."""
    context = browser.new_context(base_url=live.url, java_script_enabled=False, locale="fr-FR")
    context.set_default_timeout(20_000)
    return context.new_page()


def start_quickly(portal: Live) -> None:
    """Start a worker, and a beat that sweeps every second."""
    portal.beat.environment = {**portal.environment, "DJANGO_SETTINGS_MODULE": "tests.quick_clock"}
    portal.worker.start()
    portal.beat.start()


def test_with_the_broker_down_requests_are_accepted_and_mails_leave_later(
    apart: Live, broker: Broker, browser: Browser, smtp: MailServer
) -> None:
    desk = Desk.open()
    apart.environment |= {"CELERY_BROKER_URL": broker.url, "CACHE_URL": broker.cache_url}
    apart.start_web()
    broker.stop()

    file_request(visitor(browser, apart), desk.topic.name)
    assert ServiceRequest.objects.get().state == RequestState.SUBMITTED
    status, pieces = health(apart)
    assert (status, pieces["database"], pieces["broker"], pieces["cache"]) == (200, "ok", "ko", "ko")
    assert not smtp.messages

    broker.start()
    start_quickly(apart)
    smtp.wait_for(EMAIL, "demande")
    wait_for(all_left)
    seen_once(smtp)
    works(apart, status="ok", broker="ok", workers="ok", beat="ok", outbox="ok")


def test_with_the_mail_relay_refusing_then_down_every_mail_leaves_once(quick: Live, smtp: MailServer) -> None:
    smtp.refuse("451 4.3.0 Come back later")
    Desk.open().file()
    for attempts in (1, 2, 3):
        wait_for(lambda: not OutgoingMail.objects.filter(attempts__lt=attempts).exists(), what="attempts")  # noqa: B023
        time_passes()
    smtp.stop()
    tried = OutgoingMail.objects.order_by("-attempts", "pk").first()
    assert tried
    wait_for(lambda: (time_passes(), OutgoingMail.objects.get(pk=tried.pk).attempts > tried.attempts)[1])
    works(quick, mail_relay="ko", database="ok")
    assert not smtp.messages

    smtp.accept()
    smtp.start()
    wait_for(lambda: (time_passes(), all_left())[1])
    seen_once(smtp)
    assert len(smtp.messages) == OutgoingMail.objects.count()


def test_a_worker_killed_between_sending_and_recording_shows_each_mail_once(live: Live, smtp: MailServer) -> None:
    smtp.hold()
    Desk.open().file()
    live.worker.start()
    first = wait_for(lambda: smtp.messages[:1], what="the first message")[0]
    live.worker.kill()
    smtp.release()
    assert OutgoingMail.objects.filter(status=MailStatus.SENT).count() == 0

    start_quickly(live)
    # The mail whose worker died is put off, as it may be what kills workers.
    wait_for(lambda: (time_passes(), all_left())[1])
    seen_once(smtp)
    copies = Counter(str(message["Message-ID"]) for message in smtp.messages)
    assert copies.pop(str(first["Message-ID"])) == 2
    assert set(copies.values()) == {1}


def test_two_beats_and_two_workers_send_nothing_twice(quick: Live, smtp: MailServer, tmp_path: Path) -> None:
    schedule = ["--pidfile=", f"--schedule={tmp_path / 'second-schedule'}"]
    command = [part for part in quick.beat.command if not part.startswith(("--pidfile", "--schedule"))]
    second = Service("beat2", [*command, *schedule], quick.beat.environment, tmp_path / "beat2.log")
    worker = quick.another_worker()
    try:
        second.start()
        worker.start()
        requests = [Desk.open().file() for _number in range(3)]
        reminders = FollowUp.objects.filter(kind=FollowUpKind.TRIAGE_REMINDER)
        assert reminders.update(due_at=timezone.now()) == len(requests)
        wait_for(lambda: not FollowUp.objects.due(timezone.now()).exists(), what="the reminders")
        wait_for(lambda: _ticks(second) > 3 and _ticks(quick.beat) > 3, what="both beats")
        wait_for(lambda: (time_passes(), all_left())[1])
    finally:
        second.kill()
        worker.kill()
    assert RequestEvent.objects.filter(step=RequestNote.REMIND).count() == len(requests)
    seen_once(smtp)
    assert len(smtp.messages) == OutgoingMail.objects.count()


def _ticks(beat: Service) -> int:
    """How often a beat sent the sweep of the clock."""
    return beat.log.read_text().count("follow_up")


def test_when_postgresql_restarts_the_site_and_the_worker_go_on(
    apart: Live, database: Servers, browser: Browser, smtp: MailServer
) -> None:
    assert database.postgres
    apart.start_web()
    start_quickly(apart)
    page = visitor(browser, apart)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    database.postgres.stop()
    answer = page.goto("/services/")
    assert answer
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le service revient dans un instant")
    status, pieces = health(apart)
    assert (status, pieces["database"], pieces["broker"]) == (503, "ko", "ok")

    database.postgres.start()
    file_request(page, "Essayer un robot")
    smtp.wait_for(EMAIL, "demande")
    works(apart, database="ok", workers="ok", beat="ok")
    assert apart.web.is_running
    assert apart.worker.is_running


def test_filings_go_on_while_the_database_hangs_the_web_dies_and_the_relay_drops(
    apart: Live, database: Servers, smtp: MailServer
) -> None:
    """A short form of `make faults`."""
    campaign = Campaign(apart, database, smtp)
    campaign.start()
    campaign.run(["PostgreSQL hung", "web killed", "relay drops"], filings=6, seconds=4)
    assert [phase for phase in campaign.phases if not phase.is_good] == []
    written, lost, doubled = campaign.mails()
    assert (lost, doubled) == (0, 0)
    assert written >= 18
