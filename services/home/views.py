"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diginor.text.search import plain
from diginor.web.access import access, public
from members.organisations.models import Organisation
from services.catalogue.models import Topic
from services.catalogue.views import family_cards
from services.figures.panels import for_home


@access(public)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One promise, one field, four family_cards, true figures, and the names of those who answer."""
    figures, counted_at = for_home()
    hub = request.hub  # type: ignore[attr-defined]
    context = {
        "families": family_cards(Topic.objects.counted_by_family()),
        "key_figures": figures,
        "figures_date": counted_at,
        "members": sorted((str(row) for row in Organisation.objects.shown_on_home(hub)), key=plain),
    }
    return render(request, "services/home/home.html", context)
