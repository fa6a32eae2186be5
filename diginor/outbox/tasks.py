"""Celery tasks of the outbox, each safe to run twice."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from diginor.outbox.delivery import deliver_due
from diginor.outbox.model import MailStatus, OutgoingMail

logger = logging.getLogger(__name__)
KEPT_DAYS = 90


@shared_task
def deliver() -> int:
    """Deliver what is due."""
    return deliver_due()


@shared_task
def purge() -> int:
    """Forget the mails that ended long ago."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    ended = [MailStatus.SENT, MailStatus.DIGESTED]
    return OutgoingMail.objects.filter(created_at__lt=limit, status__in=ended).delete()[0]


def wake_delivery() -> None:
    """Start a delivery soon; without a broker, the sweep of beat will do it."""
    try:
        deliver.delay()
    except (OperationalError, OSError) as error:
        logger.warning("broker unreachable, mail waits for the sweep: %s", error)
