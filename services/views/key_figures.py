"""The public page of key figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diginor.access import access, public
from services.models.published_figures import published
from services.panels import public as words
from services.rules.figures import COHORT, PUBLISHED_FROM


@access(public)
@require_safe
def key_figures(request: HttpRequest) -> HttpResponse:
    """What the desk did in twelve months, with definitions and date; nothing that fewer than five companies make."""
    found = published()
    context = {
        "found": found,
        "figures": words.key_figures(),
        "tables": words.tables(found) if found else {"submitted": ""},
        "cohort": COHORT,
        "least": PUBLISHED_FROM,
    }
    return render(request, "services/steering/key_figures.html", context)
