"""The public page of key figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diginor.web.access import access, public
from services.figures import panels as words
from services.figures.queries.published import published
from services.figures.rules.figures import COHORT, PUBLISHED_FROM


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
    return render(request, "services/figures/key_figures.html", context)
