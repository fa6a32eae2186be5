"""What was typed in a form that could not be taken, given back to be sent again with a fresh token.

A page left open, cookies that were cleared, a token that a sign-in in another tab replaced, a session that ended: the
person wrote, and must not write twice. The answer to such a form holds what it said in hidden fields and one button.

Only the person's own writing may come back like this, since one more click sends it with a good token:

- a form that comes from elsewhere (says `Origin`, else `Referer`, else `Sec-Fetch-Site`) is refused, and none of it is
  repeated. Every browser that gets our pages sends `Origin` with a form of another site, so that a forged form never
  becomes one click away; who sends none of the three, such as an old proxy, forges nothing for anybody;
- the form names no address: it goes back where it was sent. No other site may frame the page and hide the button;
- passwords, codes and tokens never come back, nor do files, which no page can hold: they are chosen again;
- words are shown as text besides, so that one reads what will leave, and can copy it;
- past a bound nothing but these words comes back.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

AGAIN = "sent_again"
MOST_FIELDS, MOST_SIGNS = 900, 200_000
SECRET = re.compile(r"pass|secret|token|credential|^(.+-)?code$|otp", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """What a form held: its fields in order, the words among them, and by field the names of the lost files."""

    fields: list[tuple[str, str]]
    words: list[str]
    files: list[tuple[str, list[str]]]
    has_secret: bool

    @property
    def is_short(self) -> bool:
        """Whether a page may hold all of it."""
        signs = sum(len(name) + len(value) for name, value in self.fields)
        return len(self.fields) <= MOST_FIELDS and signs <= MOST_SIGNS

    @classmethod
    def of(cls, request: HttpRequest) -> "Typed":
        """Read a form; what must stay unsaid is left out."""
        sent = [(name, value) for name, values in request.POST.lists() for value in values if name != AGAIN]
        fields = [(name, value) for name, value in sent if not SECRET.search(name)]
        words = [value for _name, value in fields if " " in value.strip()]
        files = [(field, [str(one.name) for one in several]) for field, several in request.FILES.lists()]
        secrets = {name for name, value in sent if value and SECRET.search(name)} - {"csrfmiddlewaretoken"}
        return cls(fields, words, files, bool(secrets))


def is_foreign(request: HttpRequest) -> bool:
    """Whether a form says that another site sent it."""
    said = request.headers.get("Origin") or request.headers.get("Referer")
    if not said:
        return request.headers.get("Sec-Fetch-Site", "") == "cross-site"
    parts = urlsplit(said)
    here = f"{request.scheme}://{request.get_host()}"
    return f"{parts.scheme}://{parts.netloc}" not in {here, *settings.CSRF_TRUSTED_ORIGINS}


def holds_words(request: HttpRequest) -> bool:
    """Whether somebody wrote in a form, or joined files to it, and does not only press its button."""
    typed = Typed.of(request)
    return bool(typed.words or typed.files)


def give_back(request: HttpRequest, *, status: int = 403, is_signed_out: bool = False) -> HttpResponse:
    """The page that gives a form back, or refuses that of another site; who is signed out is told to sign in first."""
    context: dict[str, Any] = {"is_foreign": is_foreign(request), "is_signed_out": is_signed_out, "again": AGAIN}
    if not context["is_foreign"]:
        # This page has set the cookie that the second form should have come with.
        has_cookie = settings.CSRF_COOKIE_NAME in request.COOKIES
        context |= {"typed": Typed.of(request), "refuses_cookies": AGAIN in request.POST and not has_cookie}
    answer = render(request, "403_csrf.html", context, status=status)
    add_never_cache_headers(answer)
    return answer
