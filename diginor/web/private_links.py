"""Addresses that are secrets: whoever knows one reads what it opens, hence they stay in no cache and in no log.

Each is declared as such in the table of addresses, by `private_path` instead of `path`; nothing else lists them.
"""

import re
from collections.abc import Callable
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseBase
from django.urls import URLPattern, path

HIDDEN = "…"
# As written, and as quoted inside another address (`?next=%2Fsuivi%2F`), be it twice.
SLASH = "(?:/|%(?:25)*2F)"
START = r"(?:(?<![\w-])|(?<=2F))"
_starts: set[str] = set()


def private_path(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """A path whose arguments are secrets; everything that follows its fixed words is hidden."""
    start = route.partition("<")[0]
    if not start.strip("/"):
        raise ImproperlyConfigured(f"A private address starts with a word that tells it: {route}")
    _starts.add(start)
    private: URLPattern = path(route, view, name=name)
    return private


def is_private(address: str) -> bool:
    """Whether an address, or what is left of one that was cut or damaged, holds a secret."""
    return hide(address) != address


def hide(text: str) -> str:
    """The text without what follows the fixed words of a private address, wherever one stands in it."""
    return _pattern(frozenset(_starts)).sub(rf"\1{HIDDEN}", text) if _starts else text


@cache
def _pattern(starts: frozenset[str]) -> re.Pattern[str]:
    words = "|".join(sorted(SLASH.join(map(re.escape, start.split("/"))) for start in starts))
    return re.compile(rf"({START}(?:{words}))[^\s\"'?#&<>]+", re.IGNORECASE)
