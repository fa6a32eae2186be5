"""Counting what one source does in a while, through the cache; without it, in the database."""

from allauth.core.internal.ratelimit import get_ip, truncate_ip
from django.core.cache import cache
from django.http import HttpRequest


def hits(key: str, *, seconds: int) -> int:
    """Count one more act under this key, and say how many there were in the current window."""
    name = f"throttle:{key}"
    if cache.add(name, 1, seconds):
        return 1
    try:
        return cache.incr(name)
    except ValueError:
        # The window ended between the two calls.
        return 1


def network(address: str) -> str:
    """The network of an address, as `source` names it: so that one written by a person equals the one that asks."""
    return str(truncate_ip(address))


def source(request: HttpRequest) -> str:
    """The network that asks, read behind the reverse proxy as the sign-in does: in IPv6 one line has many addresses."""
    return str(get_ip(request))
