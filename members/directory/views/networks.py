"""The networks of the directory: the list, the page of each, and the rounds of accreditation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from diginor.web.access import access, public
from diginor.web.paging import Page, page_by_row
from members.directory.views.network_page import FRANCE, NetworkPage, RoundPage, chosen, composition, figures_of, lines
from members.facts.rules.citations import Citations
from members.networks.models import Accreditation, AccreditationRound, Affiliation, Network
from members.territories.models import Territory

PAGE, MOST_TERRITORIES = 10, 8


@access(public)
@require_safe
def networks(request: HttpRequest) -> HttpResponse:
    """The networks, those of today first, ten a page, of the whole country or of a territory."""
    listed = Network.objects.listed()
    here, citations = chosen(request.GET.get("territoire", "")), Citations()
    page = _page(listed.of_territory(here).for_list() if here else listed.for_list(), request)
    about = here or Territory.objects.coded(*FRANCE).first()
    context = {
        "here": here,
        "territories": list(listed.territories()[:MOST_TERRITORIES]),
        "page": page,
        "lines": lines(page.rows, timezone.localdate()),
        "rounds": list(AccreditationRound.objects.newest_first()),
        "figures": figures_of(about, citations) if about else [],
        "facts": composition(here, citations) if here else [],
        "sources": citations.sources,
    }
    return render(request, "members/directory/networks/list.html", context)


@access(public)
@require_safe
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """One network: what it is, what became of it, who belongs to it, with the date and the source of each fact."""
    row = get_object_or_404(Network.objects.listed(), organisation__slug=slug)
    page = _page(Affiliation.objects.of_listed().of_network(row), request)
    shown = NetworkPage(row)
    context = {"shown": shown, "network": row, "page": page, "members": shown.members(page)}
    return render(request, "members/directory/networks/network.html", context)


@access(public)
@require_safe
def accreditation_round(request: HttpRequest, slug: str) -> HttpResponse:
    """One round of accreditation, and the networks of the directory that took part."""
    row = get_object_or_404(AccreditationRound, slug=slug)
    page = _page(Accreditation.objects.of_round(row), request)
    shown = RoundPage(row)
    context = {"shown": shown, "round": row, "page": page, "networks": shown.accreditations(page)}
    return render(request, "members/directory/networks/round.html", context)


def _page(rows, request: HttpRequest) -> Page:  # type: ignore[no-untyped-def]
    return page_by_row(rows, size=PAGE, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
