"""What works and what does not, asked of each piece itself; nothing here may fail when a piece is down."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from celery import current_app, shared_task
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.attempts.retries import failures
from diginor.outbox.models import OutgoingMail

logger = logging.getLogger(__name__)
BEAT_KEY = "health:beat"
BEAT_LATE = timedelta(minutes=3)
MAIL_LATE = timedelta(minutes=15)
# Public page: whoever reloads it without end must not keep the pieces busy.
KEPT_SECONDS = 5.0
PATIENCE_SECONDS = 1.0

LABELS = {
    "database": _("Base de données"),
    "cache": _("Cache"),
    "broker": _("File des tâches"),
    "workers": _("Exécution des tâches"),
    "beat": _("Horloge des relances"),
    "mail_relay": _("Relais de courriel"),
    "outbox": _("Départ des courriels"),
    "rows": _("Lignes en échec"),
}
_last: dict[str, object] = {}
_failing: dict[str, dict[str, object]] = {}


@shared_task
def heartbeat() -> None:
    """Leave a trace that the beat sent a task and that a worker ran it."""
    cache.set(BEAT_KEY, timezone.now(), 3600)


def report() -> dict[str, bool]:
    """Tell, for each piece, whether it works; asked at most every few seconds."""
    now = time.monotonic()
    if _last and now - float(_last["at"]) < KEPT_SECONDS:  # type: ignore[arg-type]
        return dict(_last["pieces"])  # type: ignore[call-overload]
    pieces = {name: _works(name, check) for name, check in CHECKS.items()}
    _last.update(at=now, pieces=pieces)
    return dict(pieces)


def failing() -> dict[str, dict[str, object]]:
    """How many rows of each kind fail and since when, as of the last report."""
    return dict(_failing)


def forget() -> None:
    """Ask again at the next report."""
    _last.clear()


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever a piece raises, the answer is that it does not work
        logger.warning("%s does not work: %s", name, error)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _cache() -> bool:
    # The cache forgives: only a value that comes back proves that it works.
    key, word = "health:cache", secrets.token_hex(8)
    cache.set(key, word, 60)
    return cache.get(key) == word


def _broker() -> bool:
    with current_app.connection_for_write(connect_timeout=PATIENCE_SECONDS) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE_SECONDS)
    return True


def _workers() -> bool:
    return _broker() and bool(current_app.control.ping(timeout=PATIENCE_SECONDS, limit=1))


def _beat() -> bool:
    seen = cache.get(BEAT_KEY)
    return seen is not None and timezone.now() - seen < BEAT_LATE


def _mail_relay() -> bool:
    relay = get_connection(timeout=2)
    relay.open()
    relay.close()
    return True


def _outbox() -> bool:
    return not OutgoingMail.objects.due(timezone.now() - MAIL_LATE).exists()


def _rows() -> bool:
    """Whether no row has failed for long; one that fails for a moment is the life of a queue."""
    found = failures()
    _failing.clear()
    for model, (count, since) in found.items():
        _failing[str(model._meta.model_name)] = {"rows": count, "since": since.isoformat()}
    return all(timezone.now() - since < MAIL_LATE for _count, since in found.values())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "workers": _workers,
    "beat": _beat,
    "mail_relay": _mail_relay,
    "outbox": _outbox,
    "rows": _rows,
}
