"""The places of the directory: the list, and what the page of each tells, with its sources."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diginor.drawing.charts import Chart, stacked_bar
from diginor.text.wording import euros, number, percent
from diginor.web.access import access, public
from diginor.web.paging import page_by_row
from members.facts.rules.structured_data import document, structured
from members.organisations.models import Organisation
from members.places.forms import PlaceFilter
from members.places.models import Place

PAGE = 10


@access(public)
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places by name, ten a page, of a kind, of a theme, of a département."""
    asked = PlaceFilter(request.GET, Place.objects.listed())
    page = page_by_row(asked.qs, size=PAGE, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {"form": asked.form, "page": page, "is_filtered": asked.is_in_use}
    return render(request, "members/places/list.html", context)


@access(public)
@require_safe
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """One place: what is known of it with its source, its uses, its labels, and asking to be hosted."""
    row = get_object_or_404(Place.objects.listed(), slug=slug)
    return render(request, "members/places/place.html", place_context(request, row))


def place_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Everything that the page shows."""
    return {
        "place": place,
        "canonical": request.build_absolute_uri(place.get_absolute_url()),
        "structured_data": mark_safe(document(data_of(request, place))),
        "facts": facts_of(place),
        "uses": uses_of(place),
        "labels": list(place.labels.by_year()),
    }


def data_of(request: HttpRequest, place: Place) -> dict[str, Any]:
    """What search engines read: schema.org/Place."""
    town = place.commune.name if place.commune else ""
    page_url = request.build_absolute_uri(place.get_absolute_url())
    return structured(
        "Place",
        **{"@id": page_url},
        name=place.name,
        url=place.website or page_url,
        description=place.description,
        address=structured("PostalAddress", addressLocality=town, addressCountry="FR") if town else None,
    )


def facts_of(place: Place) -> list[tuple[str, Any]]:
    """The facts first; what no source gives is said to be so."""
    unknown = _("non publié")
    area = f"{number(place.area_m2)} m²" if place.area_m2 else unknown
    land = _("%(count)s hectares") % {"count": number(place.land_hectares)} if place.land_hectares else ""
    yearly = _("%(amount)s au total, répartition par année non publiée") % {"amount": euros(place.cost)}
    return [
        (_("Nature"), capfirst(place.get_kind_display())),
        (_("Thème"), capfirst(place.theme_in_words)),
        (_("Commune"), place.commune.label if place.commune else unknown),
        (_("Structure qui accueille"), host_link(place.host) if place.host else _("non précisée")),
        (_("Surface"), area),
        (_("Terrain"), land),
        (_("Coût"), yearly if place.cost else unknown),
        (_("Site web"), format_html('<a href="{0}" rel="noopener">{0}</a>', place.website) if place.website else ""),
        (_("Précision"), place.note),
        (_("Source"), source_of(place)),
        (_("Date des faits"), place.stated_on.in_words() if place.stated_on else ""),
    ]


def source_of(place: Place) -> str:
    """Where the facts come from; an invented place has no source."""
    return place.source or (_("aucune, lieu inventé pour la démonstration") if place.is_demo else _("non précisée"))


def host_link(host: Organisation) -> Any:
    """The name of the organisation, leading to its sheet where it has one."""
    name = f"{host.name} ({host.acronym})" if host.acronym else host.name
    if not host.is_listed:
        return name
    try:
        return format_html('<a href="{}">{}</a>', reverse("organisation", args=[host.slug]), name)
    except NoReverseMatch:
        return name


def uses_of(place: Place) -> Chart | None:
    """The parts of the place given to each use, as a bar and as a table; None where they are not known."""
    shares = [(row.use, row.percent) for row in place.shares.in_order()]
    if not shares:
        return None
    told = ", ".join(f"{use} : {percent(part, _places(part))}" for use, part in shares)
    finding = _("La plus grande part : %(use)s, %(share)s") % {
        "use": shares[0][0],
        "share": percent(shares[0][1], _places(shares[0][1])),
    }
    return Chart(
        finding=finding,
        svg=stacked_bar([(use, float(part)) for use, part in shares], title=finding, desc=told, write=percent),
        columns=[_("Usage"), _("Part")],
        rows=[(use, percent(part, _places(part))) for use, part in shares],
        definition=_("Parts du lieu données à chaque usage : ensemble, elles font le lieu entier."),
    )


def _places(part: Any) -> int:
    return 2 if part % 1 else 0
