"""What several files of this folder read: the whole country."""

import time

import pytest
from django.db import connection, transaction

from members.territories.actions.loading import load_territories


@pytest.fixture(scope="module")
def france(django_db_setup, django_db_blocker):
    """The whole country, loaded once for a file."""
    with django_db_blocker.unblock(), transaction.atomic():
        start = time.monotonic()
        report = load_territories()
        report.seconds = time.monotonic() - start
        connection.check_constraints()  # once, instead of at the end of each test
        yield report
        transaction.set_rollback(True)
