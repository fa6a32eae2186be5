"""What a step gives a row: written once with it, and forgotten with a step that failed."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from services.requests.enums import RequestStep
from services.requests.models import ServiceRequest
from tests.factories.services import RequestFactory

pytestmark = pytest.mark.django_db


def kept(row: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=row.pk)


def test_what_is_put_is_written_once_and_not_again():
    row = RequestFactory()
    row.put(need="Un robot", size="1-9")
    row.put(sector="digital")
    assert kept(row).need != "Un robot"
    with CaptureQueriesContext(connection) as captured:
        row.write()
        row.write()
    assert len(captured) == 1
    assert (kept(row).need, kept(row).size, kept(row).sector) == ("Un robot", "1-9", "digital")


def test_a_step_that_failed_leaves_nothing_for_the_next_one():
    row = RequestFactory()
    need = row.need

    @transaction.atomic
    def fail() -> None:
        row.put(need="Jamais dit")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    row.lock()
    row.put(size="1-9")
    row.write()
    assert (kept(row).need, kept(row).size) == (need, "1-9")


def test_a_step_keeps_its_instant_and_its_changes_with_the_state_when_it_is_the_last_to_write():
    row = RequestFactory(routed=True)
    done = row.take(
        RequestStep.WITHDRAW, by=Party.COMPANY, changes={"need": "Rien"}, stamps=("ended_at", "person_acted_at")
    )
    after = kept(row)
    assert (after.state, after.need, after.ended_at, after.person_acted_at) == ("withdrawn", "Rien", done.at, done.at)


def test_a_step_that_is_refused_changes_nothing():
    row = RequestFactory(withdrawn=True)
    before = ServiceRequest.objects.filter(pk=row.pk).values().get()
    with pytest.raises(StepRefused):
        row.take(RequestStep.ROUTE, by=Party.CLOCK, changes={"need": "Autre"})
    row.write()
    assert ServiceRequest.objects.filter(pk=row.pk).values().get() == before
