"""Counters in the database: what limits attempts while the cache is away, so that nothing goes uncounted."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# What a limit keeps in the cache: ours, then those of allauth with their locks.
LIMITS = (":throttle:", ":allauth:rl:")
# An expired row is as good as none, whoever comes first.
ADD = """
    INSERT INTO diginor_tally (key, value, expires_at)
    VALUES (%s, %s::jsonb, statement_timestamp() + %s * interval '1 second')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
    WHERE diginor_tally.expires_at <= statement_timestamp() RETURNING 1
"""
COUNT_ON = """
    UPDATE diginor_tally SET value = to_jsonb(value::int + %s)
    WHERE key = %s AND expires_at > statement_timestamp() RETURNING value
"""


def is_limit(name: str) -> bool:
    """Whether a name of the cache belongs to a limit on attempts."""
    return any(part in name for part in LIMITS)


class TallyQuerySet(models.QuerySet):
    """The calls of a cache that limits use, with their meaning; names are hashed, for they hold addresses."""

    def named(self, name: str) -> Any:
        """The row of a name, unless its time is over."""
        return self.filter(key=_key(name), expires_at__gt=Now())

    def read(self, name: str, default: Any) -> Any:
        """The value, or the default."""
        return next(iter(self.named(name).values_list("value", flat=True)), default)

    def add(self, name: str, value: Any, seconds: float) -> bool:
        """Keep a value unless there is one; say whether it was kept. Of several at once, one is."""
        with connection.cursor() as cursor:
            cursor.execute(ADD, [_key(name), json.dumps(value), seconds])
            return cursor.fetchone() is not None

    def put(self, name: str, value: Any, seconds: float) -> None:
        row: Any = Tally(key=_key(name), value=value, expires_at=Now() + timedelta(seconds=seconds))
        self.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["value", "expires_at"])

    def forget(self, name: str) -> bool:
        """Take the value away; say whether there was one."""
        return bool(self.named(name).delete()[0])

    def over(self, now: datetime) -> Any:
        """Those whose time is over."""
        return self.filter(expires_at__lte=now)

    def count_on(self, name: str, delta: int) -> int:
        """Add to a number; ValueError when there is none, as caches do."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT_ON, [delta, _key(name)])
            row = cursor.fetchone()
        if row is None:
            raise ValueError(name)
        return int(row[0])


class Tally(models.Model):
    """One counter, until its time is over."""

    key = models.CharField(_("empreinte du nom"), max_length=64, primary_key=True)
    value = models.JSONField(_("valeur"))
    expires_at = models.DateTimeField(_("jusqu’à"))

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("compteur d’essais")
        verbose_name_plural = _("compteurs d’essais")
        indexes = [models.Index(fields=["expires_at"], name="tally_over")]

    def __str__(self) -> str:
        return self.key[:8]


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
