"""Rows that are tried again: what fails is put off with its error, and the next row goes on."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)
LONGEST_PAUSE = timedelta(hours=1)
# A run leaves what remains to the next one of beat, so that slow rows hold nobody for long.
RUN_SECONDS = 45
# What one row may cost the others, in milliseconds: a wait for somebody's lock, and one statement.
PATIENCE = "SET LOCAL lock_timeout = 1000; SET LOCAL statement_timeout = 20000"
MOST_ATTEMPTS = 9999  # the column holds no more than 32 767: an alert may be ignored for years


class StopRun(Exception):
    """Later rows would fail the same way; the message is kept with the row that found out."""


class RetriedQuerySet(models.QuerySet):
    """How rows that are tried again are found."""

    def ready(self, now: datetime) -> Any:
        """Those that are not put off any more."""
        return self.filter(next_attempt_at__lte=now)

    def failing(self) -> Any:
        """Those whose last attempt failed, the longest failing first."""
        return self.filter(failing_since__isnull=False).order_by("failing_since", "pk")


class Retried(models.Model):
    """A row of a queue: its attempts, its last error, since when it fails and when it is tried again."""

    attempts = models.PositiveSmallIntegerField(gettext_lazy("essais"), default=0)
    last_error = models.TextField(gettext_lazy("dernière erreur"), blank=True)
    failing_since = models.DateTimeField(gettext_lazy("en échec depuis"), null=True, blank=True)
    next_attempt_at = models.DateTimeField(gettext_lazy("prochain essai"), default=timezone.now)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["failing_since"], condition=Q(failing_since__isnull=False), name="%(class)s_failing")
        ]

    def begin_attempt(self, now: datetime) -> None:
        """Count an attempt before it is made and put the row off: what kills its worker does not come first again."""
        if self.attempts and not self.last_error:
            self.last_error = _("Le dernier essai a été interrompu avant sa fin.")
            self.failing_since = self.failing_since or now
        self.attempts = min(self.attempts + 1, MOST_ATTEMPTS)
        self._pause(now)

    def put_off(self, error: BaseException | str, now: datetime) -> None:
        """Keep the failure of an attempt that was begun; the next comes after 1, 2, 4… minutes, an hour at most."""
        words = error if isinstance(error, str) else _in_words(error)
        # PostgreSQL refuses NUL, and lone surrogates cannot be written.
        self.last_error = words.replace("\0", "").encode(errors="replace").decode()[:2000]
        self.failing_since = self.failing_since or now
        self._pause(now)

    def _pause(self, now: datetime) -> None:
        self.next_attempt_at = now + min(timedelta(minutes=2 ** min(max(self.attempts, 1) - 1, 6)), LONGEST_PAUSE)
        # Not `save()`: the row may be gone meanwhile, which is no reason to stop the run.
        names = ("attempts", "last_error", "failing_since", "next_attempt_at")
        type(self)._base_manager.filter(pk=self.pk).update(**{name: getattr(self, name) for name in names})

    def recover(self) -> None:
        """Note that the attempt succeeded; the last error stays to be read."""
        if self.failing_since is not None:
            self.failing_since = None
            type(self)._base_manager.filter(pk=self.pk).update(failing_since=None)


def _in_words(error: BaseException) -> str:
    """What an exception says; some cannot even say it."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - whatever it raises, its kind is told
        return type(error).__name__


class SetbackQuerySet(RetriedQuerySet):
    """How setbacks are found."""

    def put_off_of(self, work: str, now: datetime) -> set[str]:
        """The keys of a kind of work that wait for their next attempt."""
        return set(self.filter(work=work, next_attempt_at__gt=now).values_list("key", flat=True))

    def forget_others(self, work: str, due: set[str]) -> None:
        """Forget the failures of what is due no more, which nobody will attempt again."""
        self.failing().filter(work=work).exclude(key__in=due).delete()


class Setback(Retried):
    """A piece of periodic work that has no row of its own in a queue and whose attempt did not end well."""

    work = models.CharField(gettext_lazy("travail"), max_length=60)
    key = models.CharField(gettext_lazy("sur"), max_length=254)

    objects = SetbackQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("travail en échec")
        verbose_name_plural = gettext_lazy("travaux en échec")
        constraints = [models.UniqueConstraint(fields=["work", "key"], name="setback_once")]
        indexes = [*Retried.Meta.indexes]

    def __str__(self) -> str:
        return f"{self.work} · {self.key}"


def try_each(
    due: Callable[[datetime], models.QuerySet], attempt: Callable[[Any], int], *, now: datetime | None = None
) -> int:
    """Attempt each due row in a transaction of its own, until none is left or the time of a run is over.

    `due(now)` gives the rows in their order; `attempt(row)` locks what it changes and tells whether it did what the row
    is for (not when somebody else did meanwhile); what it raises is kept with the row. Returns how many succeeded.
    Only time bounds a run: a bound in rows would let as many that fail hide all those behind them.
    """
    ends, done = time.monotonic() + RUN_SECONDS, 0
    while time.monotonic() < ends and (row := _claim(due, now or timezone.now())):
        try:
            done += _try(row, attempt, now)
        except StopRun:
            break
    return done


def try_keys(work: str, keys: Iterable[Any], attempt: Callable[[Any], int], *, now: datetime | None = None) -> int:
    """Attempt a piece of work for each key that is due, as `try_each` does for rows; what fails is kept as a setback.

    `attempt(key)` returns how much it did, and the sum is returned. What is left when the time of a run is over comes
    with the next run.
    """
    ends, done = time.monotonic() + RUN_SECONDS, 0
    keys = list(keys)
    Setback.objects.forget_others(work, {str(key) for key in keys})
    waiting = Setback.objects.put_off_of(work, now or timezone.now())
    for key in keys:
        if time.monotonic() > ends:
            break
        if str(key) in waiting:
            continue
        row, _is_new = Setback.objects.get_or_create(work=work, key=str(key))
        row.begin_attempt(now or timezone.now())
        done += _try(row, partial(_do_piece, attempt, key), now)
    return done


def _do_piece(attempt: Callable[[Any], int], key: Any, row: Setback) -> int:
    done = attempt(key)
    row.delete()
    return done


def _try(row: Any, attempt: Callable[[Any], int], now: datetime | None) -> int:
    """Make an attempt that was begun; what it raises is kept with the row."""
    try:
        with transaction.atomic():
            _be_patient()
            done = attempt(row)
            if done:
                row.recover()
        return done
    except StopRun as reason:
        logger.warning("%s stops: %s", row._meta.label, reason)
        row.put_off(str(reason), now or timezone.now())
        raise
    # Whatever one row raises, the next one goes on.
    except Exception as error:
        logger.exception("%s %s failed", row._meta.label, row.pk)
        row.put_off(error, now or timezone.now())
        return 0


@transaction.atomic
def _claim(due: Callable[[datetime], models.QuerySet], now: datetime) -> Retried | None:
    """Take the first due row that no other worker holds, and count the attempt whatever becomes of it.

    Those that fail come after all others, however many they are.
    """
    rows = due(now).select_for_update(skip_locked=True, of=("self",))
    row: Retried | None = rows.filter(failing_since=None).first() or rows.first()
    if row is not None:
        row.begin_attempt(now)
    return row


def _be_patient() -> None:
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)


def failures() -> dict[type[Retried], tuple[int, datetime]]:
    """How many rows of each kind fail, and since when, for the kinds of which some do."""
    kinds = [model for model in apps.get_models() if issubclass(model, Retried)]
    found = {model: model._base_manager.filter(failing_since__isnull=False) for model in kinds}
    counted = {model: rows.aggregate(count=Count("pk"), since=Min("failing_since")) for model, rows in found.items()}
    return {model: (row["count"], row["since"]) for model, row in counted.items() if row["count"]}
