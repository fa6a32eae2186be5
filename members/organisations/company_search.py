"""The State's company search (« recherche-entreprises.api.gouv.fr »): what it knows of a SIRET.

Off unless COMPANY_SEARCH_URL is set. It is only a help: it waits two seconds at most, remembers its answers, and never
raises; whoever asks goes on without it.
"""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.cache import cache

from members.organisations.rules.company_record import CompanyRecord, legal_form_of, size_of
from members.organisations.rules.siret import read

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 2.0
MOST_BYTES = 1024 * 1024
FOUND_FOR, UNKNOWN_FOR, FAILED_FOR = 24 * 3600, 3600, 60
HIDDEN = "[NON-DIFFUSIBLE]"


class Answer(Enum):
    """How a question ended."""

    FOUND = "found"
    UNKNOWN = "unknown"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True)
class Lookup:
    """An answer, with the record when there is one."""

    answer: Answer
    record: CompanyRecord | None = None


class _NoRedirect(HTTPRedirectHandler):
    """Stays on the host of the settings."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing."""


def is_on() -> bool:
    """Whether the installation names a search service."""
    return bool(settings.COMPANY_SEARCH_URL)


def look_up(siret: str) -> Lookup:
    """What the State knows of an establishment."""
    if not is_on():
        return Lookup(Answer.OFF)
    if read(siret).problem:
        return Lookup(Answer.UNKNOWN)
    key = f"company-search:{siret}"
    known: Lookup | None = cache.get(key)
    if known is not None:
        return known
    found = _ask(siret)
    kept_for = {Answer.FOUND: FOUND_FOR, Answer.UNKNOWN: UNKNOWN_FOR, Answer.FAILED: FAILED_FOR}
    cache.set(key, found, kept_for[found.answer])
    return found


def _ask(siret: str) -> Lookup:
    try:
        record = _record_in(_read(siret), siret)
    # A service that does not answer, or answers something else, must not stop a request.
    except (OSError, HTTPException, ValueError, TypeError, AttributeError, KeyError) as error:
        logger.warning("The company search does not answer as expected: %r", error)
        return Lookup(Answer.FAILED)
    return Lookup(Answer.FOUND, record) if record else Lookup(Answer.UNKNOWN)


def _read(siret: str) -> dict[str, Any]:
    query = urlencode({"q": siret, "page": 1, "per_page": 1})
    address = f"{settings.COMPANY_SEARCH_URL.rstrip('/')}/search?{query}"
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("COMPANY_SEARCH_URL is no web address")
    request = Request(address, headers={"Accept": "application/json", "User-Agent": "DIGINOR"})  # noqa: S310
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
            content = json.loads(_whole(answer))
    except HTTPError as error:
        error.close()
        raise
    if not isinstance(content, dict):
        raise TypeError("the answer is no JSON object")
    return content


def _whole(answer: Any) -> bytes:
    """The whole body within the time left: a service that drips one byte a second is as good as silent."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    parts, size = [], 0
    while part := answer.read1(65536):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES or time.monotonic() > deadline:
            raise OSError("the answer is too long, or too slow")
    return b"".join(parts)


def _record_in(content: dict[str, Any], siret: str) -> CompanyRecord | None:
    """The establishment asked for, in an answer that may hold others."""
    for company in content["results"]:
        for place in _places_of(company):
            if place.get("siret") == siret:
                return _record_of(company, place)
    return None


def _places_of(company: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from company.get("matching_etablissements") or ()
    if company.get("siege"):
        yield company["siege"]


def _record_of(company: dict[str, Any], place: dict[str, Any]) -> CompanyRecord:
    return CompanyRecord(
        siret=place["siret"],
        name=_text(company.get("nom_raison_sociale")) or _text(company.get("nom_complet")),
        naf=_text(place.get("activite_principale")) or _text(company.get("activite_principale")),
        legal_form=legal_form_of(_text(company.get("nature_juridique"))),
        size=size_of(_text(company.get("tranche_effectif_salarie"))),
        founded_on=_day(_text(company.get("date_creation")) or _text(place.get("date_creation"))),
        commune_code=_text(place.get("commune")),
        # « A » is active; establishments end with « F », companies with « C ».
        is_closed="F" in _text(place.get("etat_administratif")) or _text(company.get("etat_administratif")) == "C",
    )


def _text(value: Any) -> str:
    """A fact as text, without the mark of what a person asked to keep hidden."""
    text = "" if value is None else str(value).strip()
    return "" if HIDDEN in text else text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
