"""The places of the directory: the list, and the sheet of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from diginor.access import access, public
from diginor.paging import page_by_row
from members.forms.places import PlaceFilter
from members.models import Place
from members.views.place_sheet import sheet_of

PAGE = 10


@access(public)
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places by name, ten a page, of a kind, of a theme, of a département."""
    form = PlaceFilter(request.GET, places=Place.objects.listed())
    rows = Place.objects.listed().matching(**form.wanted)
    sent = request.GET
    page = page_by_row(rows, size=PAGE, after=sent.get("after", ""), before=sent.get("before", ""))
    return render(request, "members/places/list.html", {"form": form, "page": page, "is_filtered": bool(form.asked)})


@access(public)
@require_safe
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """One place: what is known of it with its source, its uses, its labels, and asking to be hosted."""
    row = get_object_or_404(Place.objects.listed(), slug=slug)
    return render(request, "members/places/sheet.html", sheet_of(request, row))
