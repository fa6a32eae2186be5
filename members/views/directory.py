"""The directory: the list with its search, and the sheet of an organisation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from diginor.access import access, public
from diginor.paging import page_by_row
from members.models import Organisation
from members.sheets import sections

PAGE = 10


@access(public)
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """The organisations that a search and filters find, ten a page."""
    rows = Organisation.listed.all().in_directory_order()
    page = page_by_row(rows, size=PAGE, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(request, "members/directory/list.html", {"page": page})


@access(public)
@require_GET
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: its facts, its history, and what the other parts know of it."""
    row = get_object_or_404(Organisation.listed.all(), slug=slug)
    return render(request, "members/directory/sheet.html", {"organisation": row, "sections": sections(row)})
