"""The front doors of hubs: the list with its family, and the door of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diginor.access import access, public
from members.forms.hubs import HubFinder
from members.models import Hub
from members.models.hub import departments_of
from members.views.hub_page import front_of, map_of, tree


@access(public)
@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    """The family of hubs, what each serves, and the one of a commune."""
    form = HubFinder(request.GET if request.GET.get("commune") else None)
    commune = form.cleaned_data["commune"] if form.is_bound and form.is_valid() else None
    rows = list(Hub.objects.shown())
    context = {
        "form": form,
        "commune": commune,
        "found": Hub.objects.covering(commune),
        "default": Hub.objects.for_commune(None) if commune else None,
        "family": tree(rows),
        "map": map_of(rows, departments_of(rows), title=_("Les territoires des guichets")),
    }
    return render(request, "members/hubs/list.html", context)


@access(public)
@require_safe
def hub(request: HttpRequest, slug: str) -> HttpResponse:
    """One hub: its territory, what it says of itself, who answers there, and how to ask."""
    return render(request, "members/hubs/hub.html", front_of(get_object_or_404(Hub.objects.shown(), slug=slug)))
