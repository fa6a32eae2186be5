"""Pages that belong to no part: what the law asks for, the state of the service, and errors."""

import json
import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from diginor.registries.personal_data import parts
from diginor.running import health as state
from diginor.web.access import access, public
from diginor.web.given_back import give_back

# A deadlock and a lock that others keep are among them: a second try is the remedy too.
DatabaseAway = (OperationalError, InterfaceError)
RETRY_SECONDS = 30


@require_safe
@access(public)
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes and hosts the portal."""
    publisher = settings.PUBLISHER
    facts = [
        (_("Structure"), publisher["name"]),
        (_("Adresse"), publisher["address"]),
        (_("Adresse électronique"), publisher["email"]),
        (_("Téléphone"), publisher["phone"]),
        (_("Direction de la publication"), publisher["director"]),
    ]
    return render(request, "pages/legal.html", {"facts": facts})


@require_safe
@access(public)
def accessibility(request: HttpRequest) -> HttpResponse:
    """The honest statement of accessibility."""
    return render(request, "pages/accessibility.html")


@require_safe
@access(public)
def privacy(request: HttpRequest) -> HttpResponse:
    """What is known of people, why, for how long, and their rights."""
    asks_the_state = bool(settings.COMPANY_SEARCH_URL)
    context = {"publisher": settings.PUBLISHER, "asks_the_state": asks_the_state, "parts": parts()}
    return render(request, "pages/privacy.html", context)


@require_safe
@access(public)
def ecodesign(request: HttpRequest) -> HttpResponse:
    """What the portal does to stay light."""
    return render(request, "pages/ecodesign.html")


@require_safe
@never_cache
@access(public)
def health(request: HttpRequest) -> HttpResponse:
    """The state of every piece: for machines in JSON, for people in HTML; 503 without the database."""
    pieces = state.report()
    status = 200 if pieces["database"] else 503
    words = {name: "ok" if works else "ko" for name, works in pieces.items()}
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        rows = [(state.LABELS[name], works) for name, works in pieces.items()]
        context = {"rows": rows, "is_well": all(pieces.values()), "can_serve": pieces["database"]}
        response = HttpResponse(render_to_string("pages/health.html", context), status=status)
    else:
        body = json.dumps({"status": "ok" if all(pieces.values()) else "ko", **words, "failing": state.failing()})
        response = HttpResponse(body, content_type="application/json", status=status)
    patch_vary_headers(response, ["Accept"])
    return response


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The answer to what cannot be read."""
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The answer to what the person may not do."""
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The answer to what does not exist, or does not exist for this person."""
    return render(request, "404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to our own faults, drawn without the request: the database may be the fault.

    A database that is away, hangs or refuses for the moment is nobody's fault: it is said to come back.
    """
    if isinstance(sys.exception(), DatabaseAway):
        answer = HttpResponse(render_to_string("503.html"), status=503)
        answer["Retry-After"] = str(RETRY_SECONDS)
        return answer
    return HttpResponse(render_to_string("500.html", {"is_told": bool(settings.ADMINS)}), status=500)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form without its token, or with that of another session: what was typed is given back."""
    return give_back(request)


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The answer to too many attempts in a short time."""
    return render(request, "429.html", status=429)
