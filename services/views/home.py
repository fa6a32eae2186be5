"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diginor.access import access, public
from diginor.text_search import plain
from members.models import Organisation
from services.models import Topic
from services.panels.public import for_home
from services.views.catalogue import doors


@access(public)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One promise, one field, four doors, true figures, and the names of those who answer."""
    figures, counted_at = for_home()
    hub = request.hub  # type: ignore[attr-defined]
    context = {
        "families": doors(Topic.objects.counted_by_family()),
        "key_figures": figures,
        "figures_date": counted_at,
        "members": sorted((str(row) for row in Organisation.objects.shown_on_home(hub)), key=plain),
    }
    return render(request, "home.html", context)
