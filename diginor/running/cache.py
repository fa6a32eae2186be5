"""The cache: a broken connection to Valkey is a miss, never an error, so that the site works without it.

What limits attempts is counted in the database meanwhile: a limit that forgets is no limit.
"""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from diginor.attempts.tallies import Tally, is_limit
from diginor.attempts.unreachable import Unreachable

logger = logging.getLogger(__name__)
# Shared by all threads: each of them would pay the time-out otherwise.
absence = Unreachable()
# The methods that limits use, by their name in the database.
COUNTED = {"add": "add", "get": "read", "set": "put", "delete": "forget", "incr": "count_on"}


class ForgivingRedisClient(RedisCacheClient):
    """A client that answers « nothing known » while the server cannot be reached.

    After a failure the server is left alone for a few seconds: a dead host would otherwise cost each
    request its connection timeout.
    """

    def _forgive(self, name: str, answer: Any, *args: Any) -> Any:
        """Call a method of Django's client, or return `answer` while the server cannot be reached."""
        if absence.is_on:
            return self._without(name, answer, *args)
        try:
            found = getattr(super(), name)(*args)
        except (RedisConnectionError, RedisTimeoutError) as error:
            logger.warning("The cache cannot be reached and is left alone for %s s: %s", absence.begin(), error)
            return self._without(name, answer, *args)
        absence.forget()
        return found

    def _without(self, name: str, answer: Any, *args: Any) -> Any:
        """Do without the server: what belongs to a limit is kept in the database, of the rest nothing is known."""
        if name in COUNTED and is_limit(args[0]):
            return getattr(Tally.objects, COUNTED[name])(*args)
        return answer

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Say that the key was added: a lock or a counter then starts anew, which is harmless."""
        return bool(self._forgive("add", True, key, value, timeout))

    def get(self, key: Any, default: Any) -> Any:
        return self._forgive("get", default, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Keep the value if possible."""
        self._forgive("set", None, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> bool:
        """Prolong the value if possible."""
        return bool(self._forgive("touch", False, key, timeout))

    def delete(self, key: Any) -> bool:
        """Forget the value if possible."""
        return bool(self._forgive("delete", False, key))

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Return those values that are known."""
        return dict(self._forgive("get_many", {}, keys))

    def has_key(self, key: Any) -> bool:
        return bool(self._forgive("has_key", False, key))

    def incr(self, key: Any, delta: int) -> int:
        """Count on, or start again when nothing can be counted."""
        return int(self._forgive("incr", delta, key, delta))

    def set_many(self, data: Any, timeout: Any) -> None:
        """Keep the values if possible."""
        self._forgive("set_many", None, data, timeout)

    def delete_many(self, keys: Any) -> None:
        """Forget the values if possible."""
        self._forgive("delete_many", None, keys)

    def clear(self) -> bool:
        """Forget everything if possible."""
        return bool(self._forgive("clear", False))


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with the forgiving client."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingRedisClient
