"""What holds for every address: no cache keeps what is somebody's own, nothing with a NUL is read, and the address of a
step leads to its page.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from diginor.web.private_links import is_private

Answer = Callable[[HttpRequest], HttpResponse]
SAFE = {"GET", "HEAD"}


class KeptNowhereMiddleware:
    """Let no cache keep an answer to who has a session, nor what a private address opens; errors included.

    The cookie alone says that there is a session: pages that look at nobody ask nothing of the database.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave what the view calls public, such as a drawing: it is the same for everybody."""
        response = self.get_response(request)
        has_session = any(settings.SESSION_COOKIE_NAME in jar for jar in (request.COOKIES, response.cookies))
        is_of_all = "public" in response.get("Cache-Control", "")
        is_secret = is_private(request.path)
        if is_secret or (has_session and not is_of_all):
            add_never_cache_headers(response)
        if is_secret:
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response


class NoNulMiddleware:
    """Refuse what holds a NUL anywhere: no text of ours has one, and PostgreSQL takes none."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the address, the cookies and the form, before anything reads them."""
        if any("\0" in text for text in _texts(request)):
            raise BadRequest("NUL")
        return self.get_response(request)


def _texts(request: HttpRequest) -> Iterable[str]:
    """Everything that was written; the contents of files are what they are."""
    yield request.path_info
    yield from request.COOKIES.values()
    for sent in (request.GET, _form(request)):
        yield from chain.from_iterable((name, *values) for name, values in sent.lists())
    for field, files in request.FILES.lists():
        yield from (field, *(file.name or "" for file in files))


def _form(request: HttpRequest) -> QueryDict:
    try:
        return request.POST
    except UnreadablePostError:
        # The browser went away in the middle: nobody waits for an answer.
        return request.GET


class StepPageMiddleware:
    """Lead whoever only visits the address of a step, after a change of language or from the history, to its page.

    The page of a step is the address above it; what only takes forms answers 405 to a visit.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Change only the answer to a visit that nothing takes."""
        response = self.get_response(request)
        takes = {name.strip() for name in response.get("Allow", "").split(",")}
        if response.status_code == 405 and request.method in SAFE and not takes & SAFE:
            return redirect(_page_above(request.path))
        return response


def _page_above(path: str) -> str:
    """The nearest address above one that something answers to."""
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        with suppress(Resolver404):
            resolve(path)
            return path
    return path
