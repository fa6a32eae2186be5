"""The front family_cards of hubs: the list with its family and its map, and the door of each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from diginor.drawing.maps import coloured_map
from diginor.text.search import plain
from diginor.web.access import access, public
from members.hubs.forms import HubFinder
from members.hubs.models import Hub, departments_of
from members.organisations.models import Organisation
from members.territories.models import Territory


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


MOST_NAMES = 24
Departments = Mapping[int, list[Territory]]


def tree(hubs: list[Hub]) -> list[dict[str, Any]]:
    """The hubs that stand alone or at the head, each with those under it."""
    known = {hub.pk for hub in hubs}

    def branches(parent: int | None) -> list[dict[str, Any]]:
        found = [hub for hub in hubs if (hub.parent_id if hub.parent_id in known else None) == parent]
        return [{"hub": hub, "under": (under := branches(hub.pk)), "role": role_of(hub, len(under))} for hub in found]

    # Those that gather others come first.
    return sorted(branches(None), key=lambda branch: not branch["under"])


def role_of(hub: Hub, gathered: int) -> str:
    """What a hub does, in a few words."""
    if not gathered:
        return _("reçoit les demandes") if hub.is_open else _("ne reçoit pas encore de demandes")
    words = ngettext("réunit %(count)s guichet", "réunit %(count)s guichets", gathered) % {"count": gathered}
    return _("%(role)s et reçoit des demandes") % {"role": words} if hub.is_open else words


def map_of(hubs: Iterable[Hub], departments: Departments, *, title: str) -> SafeString | str:
    """France with the départements of each open hub in its colour; nothing when no hub has one."""
    groups = [
        (hub.name, f"of-{hub.accent}", [place.code for place in departments[hub.pk]])
        for hub in hubs
        if hub.is_open and departments[hub.pk]
    ]
    return coloured_map(groups, title=title, desc=", ".join(words for words, _css, _codes in groups)) if groups else ""


def front_of(hub: Hub) -> dict[str, Any]:
    """Everything that the front door of a hub shows."""
    under = list(Hub.objects.shown().under(hub))
    departments = departments_of([hub, *under])
    places = list(Organisation.objects.members_of(hub.pk)[: MOST_NAMES + 1])
    return {
        "hub": hub,
        "front_hub": hub,
        "under": under,
        "role": role_of(hub, len(under)),
        "departments": ", ".join(f"{place.name}\u202f({place.code})" for place in departments[hub.pk]),
        "map": map_of([hub, *under], departments, title=_("Le territoire du guichet %(hub)s") % {"hub": hub}),
        "places": sorted(places[:MOST_NAMES], key=lambda place: plain(str(place))),
        "has_more": len(places) > MOST_NAMES,
    }
