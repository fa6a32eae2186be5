"""The directory: the list with its search and its filters, and the sheet of an organisation."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from diginor.web.access import access, public
from diginor.web.paging import Page, page_by_row
from members.directory.forms.search import DirectoryFilter
from members.directory.views.network_page import state_of
from members.directory.views.organisation_page import organisation_context
from members.organisations.models import Organisation
from members.people import policies

PAGE = 10


@access(public)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The organisations that a search and filters find, ten a page; or the values of one filter, to choose from."""
    search = DirectoryFilter(request.GET)
    if request.GET.get("filtres") in search.filters:
        return _choose(request, search, request.GET["filtres"])
    page, is_any_word = _found(request, search)
    context = {
        "search": search,
        "form": search.form,
        "asked": search.asked.get("q", ""),
        "where": search.asked.get("territoire", ""),
        "page": page,
        "lines": [(row, line_of(row)) for row in Organisation.listed.all().lines_of(page.rows)],
        "is_any_word": is_any_word,
        "chosen": search.chosen(),
        "filters": [
            (f"?{urlencode({**search.asked, 'filtres': name})}", one.label)
            for name, one in search.filters.items()
            if name not in search.asked
        ],
    }
    return render(request, "members/directory/list.html", context)


def _found(request: HttpRequest, search: DirectoryFilter) -> tuple[Page, bool]:
    """What answers all the words, or else the organisations nearest to any of them."""
    keys = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    page = page_by_row(search.found().bare(), size=PAGE, **keys)
    if page.rows or " " not in search.asked.get("q", ""):
        return page, False
    page = page_by_row(search.found(any_word=True).bare(), size=PAGE, **keys)
    return page, bool(page.rows)


def _choose(request: HttpRequest, search: DirectoryFilter, name: str) -> HttpResponse:
    """The values of a filter among the organisations found so far, each leading back to the list."""
    others = search.asked_without(name)
    one = search.filters[name]
    found = [
        {"url": f"?{urlencode({**others, name: choice.code})}", "label": capfirst(choice.label), "total": choice.total}
        for choice in DirectoryFilter(others).found().choices_of(one.field_name)
    ]
    context = {"label": one.label, "choices": found, "back": f"?{urlencode(others)}"}
    return render(request, "members/directory/choose.html", context)


def line_of(organisation: Organisation) -> str:
    """What a line of the list tells first: what it is, where, what became of it."""
    state = state_of(organisation)
    commune = organisation.commune.label if organisation.commune else ""
    return " · ".join(filter(None, (capfirst(organisation.get_kind_display()), commune, state)))


@access(public)
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: its facts, its history, and what the other parts know of it."""
    row = get_object_or_404(Organisation.listed.all().for_page(), slug=slug)
    may_edit = policies.leads(request.user, row)
    return render(
        request, "members/directory/organisation.html", organisation_context(request, row) | {"may_edit": may_edit}
    )
