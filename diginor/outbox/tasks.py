"""Celery tasks of the outbox, each safe to run twice."""

import logging

from celery import current_app, shared_task
from django.conf import settings
from kombu.exceptions import KombuError
from kombu.pools import producers

from diginor.attempts.unreachable import Unreachable
from diginor.outbox.delivery import deliver_due

logger = logging.getLogger(__name__)
# A page waits while this is sent; a worker that waits for tasks has other limits.
HASTY = dict.fromkeys(["socket_connect_timeout", "socket_timeout"], settings.VALKEY_PATIENCE_SECONDS)
WAKE_SECONDS = 60
absence = Unreachable()


@shared_task
def deliver() -> int:
    """Deliver what is due."""
    return deliver_due()


def wake_delivery() -> None:
    """Start a delivery soon; without a broker, the sweep of beat will do it."""
    if absence.is_on:
        return
    try:
        with producers[current_app.connection_for_write(transport_options=HASTY)].acquire() as producer:
            # The sweep comes before it expires: nothing waits for a worker for ever, and nothing is played for ever.
            deliver.apply_async(producer=producer, expires=WAKE_SECONDS)
    except (KombuError, OSError) as error:
        logger.warning("broker left alone for %s s, mail waits for the sweep: %s", absence.begin(), error)
    else:
        absence.forget()
