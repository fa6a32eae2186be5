"""Whatever one row does to a periodic task, the others are done: of every task that beat sends."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from diginor.attempts.retries import failures
from diginor.outbox.models import MailStatus, OutgoingMail
from diginor.running.health import BEAT_KEY
from members.successions.actions import successions
from services.figures.actions.refresh import refresh_figures
from services.figures.models import FigureCell, StaleDay
from services.requests.models import FollowUp, Referral, Relay, ServiceRequest
from tests.factories.members import AbsenceFactory, HubFactory, OrganisationFactory, SuccessionFactory, UserFactory
from tests.factories.services import FollowUpFactory, ReferralFactory, RequestFactory

pytestmark = pytest.mark.django_db


def sabotage(event, table, condition):
    """Let PostgreSQL refuse what is done to one row."""
    what = "OLD" if event == "DELETE" else "NEW"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'this row breaks down'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER sabotage BEFORE {event} ON {table} FOR EACH ROW "
            f"WHEN ({condition.format(row=what)}) EXECUTE FUNCTION break_down()"
        )


def mend():
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION break_down CASCADE")


def mails(**fields):
    return [
        OutgoingMail.objects.create(
            dedupe_key=f"{address}{number}", kind="Test", recipient=address, subject="Objet", text="Bonjour", **fields
        )
        for number in range(2)
        for address in ("bad@a.example", "good@a.example")
    ]


def delivery():
    mails()
    sabotage("UPDATE", "diginor_outgoingmail", "{row}.status = 'sent' AND {row}.recipient = 'bad@a.example'")
    return lambda: OutgoingMail.objects.filter(recipient="good@a.example", status=MailStatus.SENT).count() == 2


def digests():
    mails(status=MailStatus.HELD, next_attempt_at=timezone.now() - timedelta(days=1))
    sabotage("INSERT", "diginor_outgoingmail", "{row}.recipient = 'bad@a.example'")
    return lambda: OutgoingMail.objects.filter(recipient="good@a.example", kind="DailyDigest").count() == 1


def follow_ups():
    bad, good = (FollowUpFactory(due=True) for _row in range(2))
    sabotage("UPDATE", "services_servicerequest", f"{{row}}.id = {bad.request_id}")
    return lambda: FollowUp.objects.get(pk=good.pk).done_at is not None


def figures():
    refresh_figures(is_full=True)
    bad, good = (RequestFactory(hub=HubFactory()) for _row in range(2))
    sabotage("INSERT", "services_figurecell", f"{{row}}.hub_id = {bad.hub_id}")
    return lambda: (
        FigureCell.objects.filter(hub_id=good.hub_id).exists()
        and set(StaleDay.objects.order_by("pk").values_list("hub_id", flat=True)) == {bad.hub_id}
    )


def absences():
    bad, good = (AbsenceFactory(user=UserFactory()) for _row in range(2))
    sabotage("UPDATE", "members_absence", f"{{row}}.id = {bad.pk}")

    def is_done():
        good.refresh_from_db()
        return good.taken_over_at is not None

    return is_done


def told_returns():
    rows = []
    for _row in range(2):
        row = ReferralFactory(accepted=True)
        away = UserFactory(adviser_of=row.organisation)
        days = {
            "starts_on": timezone.localdate() - timedelta(days=2),
            "ends_on": timezone.localdate() - timedelta(days=1),
        }
        absence = AbsenceFactory(organisation=row.organisation, user=away, **days)
        rows.append(Relay.objects.create(absence=absence, referral=row))
    bad, good = rows
    sabotage("UPDATE", "services_relay", f"{{row}}.id = {bad.pk}")
    return lambda: Relay.objects.get(pk=good.pk).told_at is not None


def told_successions():
    hub = HubFactory()
    rows = []
    for _row in range(2):
        old, new = (OrganisationFactory(member=True, of_hub=hub) for _place in range(2))
        UserFactory(manager_of=old)
        rows.append(SuccessionFactory(old=[old], new=new))
        successions.apply(rows[-1], by=UserFactory(staff_of=hub))
        type(rows[-1]).objects.filter(pk=rows[-1].pk).update(applied_at=timezone.now() - timedelta(days=1))
    bad, good = (row.code for row in rows)
    sabotage("INSERT", "diginor_outgoingmail", f"{{row}}.dedupe_key LIKE '%{bad}%'")
    return lambda: OutgoingMail.objects.filter(dedupe_key__contains=good).exists()


def left_behind():
    after = OrganisationFactory(member=True)
    before = OrganisationFactory(is_active=False, succeeded_by=after)
    bad, good = (ReferralFactory(organisation=before) for _row in range(2))
    sabotage("UPDATE", "services_referral", f"{{row}}.id = {bad.pk}")
    return lambda: Referral.objects.get(pk=good.pk).organisation == after


def expiring():
    long_ago = timezone.now() - timedelta(days=100)
    OutgoingMail.objects.create(dedupe_key="old", kind="Test", recipient="good@a.example", created_at=long_ago)
    bad = RequestFactory(draft=True, at=timezone.now() - timedelta(days=400))
    sabotage("DELETE", "services_servicerequest", f"{{row}}.id = {bad.pk}")
    return lambda: (
        ServiceRequest.objects.filter(pk=bad.pk).exists() and not OutgoingMail.objects.filter(dedupe_key="old").exists()
    )


CASES = {
    "diginor.outbox.tasks.deliver": (delivery, "outgoingmail"),
    "services.requests.tasks.send_digests": (digests, "setback"),
    "services.requests.tasks.follow_up": (follow_ups, "followup"),
    "services.figures.tasks.refresh_figures": (figures, "setback"),
    "members.people.tasks.begin_absences": (absences, "setback"),
    "services.requests.tasks.tell_returns": (told_returns, "setback"),
    "members.successions.tasks.tell_successions": (told_successions, "setback"),
    "services.requests.tasks.catch_up_successions": (left_behind, "setback"),
    # What fails there is told by the log, and all of it is tried again the next night.
    "diginor.registries.tasks.expire_personal_data": (expiring, ""),
}


def run(name):
    module, _dot, function = name.rpartition(".")
    return getattr(import_module(module), function)()


def failing():
    return {model._meta.model_name: count for model, (count, _since) in failures().items()}


@pytest.mark.parametrize("name", [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()])
def test_one_row_that_raises_holds_no_other(name, smtp, clock):
    if name == "diginor.running.health.heartbeat":
        run(name)
        assert cache.get(BEAT_KEY)
        return
    make, kind = CASES[name]
    is_done = make()
    assert not is_done()
    run(name)
    assert is_done()
    assert set(failing()) == {kind} - {""}
    mend()
    clock.advance(hours=1)
    with transaction.atomic():
        run(name)
    assert failing() == {}
