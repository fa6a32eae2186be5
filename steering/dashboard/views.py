"""The officers' dashboards: the page, its files, the requests behind a figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diginor.exchange.tables import CONTENT_TYPES, CSV, csv_lines
from diginor.registries import panels as dashboard
from diginor.text import wording
from diginor.web.access import access
from members.people import policies
from services.figures.models import FigureStamp
from services.figures.queries.reading import Reading, Selection, department_codes, places
from services.figures.queries.requests_behind import behind, counted_in, page, steered_hubs
from services.figures.rules.figures import BY_CODE, COHORT, Figure
from services.figures.rules.wording import capital
from services.requests.enums import RequestNote
from services.requests.models import ServiceRequest
from services.requests.rules.contacts import without_contacts
from steering.dashboard.forms import FiltersForm
from steering.dashboard.panels.page import PageFilters

HIDDEN_STEPS = {RequestNote.REMIND, RequestNote.ALERT, RequestNote.RATE, RequestNote.TRUST}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the form as filled in, and the sums it leads to."""

    form: FiltersForm
    filters: PageFilters
    selection: Selection


def asked(request: HttpRequest) -> Asked:
    """Read the filters; what is not offered to this person does not exist."""
    hubs = steered_hubs(request.user)
    known = places(hub.pk for hub in hubs)
    form = FiltersForm(request.GET, hubs=hubs, places=known)
    form.is_valid()
    if form.asks_for_what_does_not_exist:
        raise Http404
    stamp = FigureStamp.objects.current()
    as_of = stamp.as_of if stamp else timezone.now()
    selection = Selection(form.hub_ids(), form.period_chosen(timezone.localdate()), as_of, form.chosen())
    query = {name: value for name in form.NAMES.values() if (value := request.GET.get(name))}
    filters = PageFilters(Reading(selection), known, query, department_codes(selection.hub_ids))
    return Asked(form, filters, selection)


@access(policies.steering)
@require_safe
def steering(request: HttpRequest) -> HttpResponse:
    """Every panel, for the filters of the address."""
    found = asked(request)
    panels: dict[str, list[dict[str, object]]] = {"above": [], "columns": [], "below": []}
    for panel in dashboard.panels():
        panels[panel.layout].append({"panel": panel, "content": panel.build(found.filters)})
    context = {
        "form": found.form,
        "panels": panels,
        "period": found.selection.period,
        "as_of": found.selection.as_of,
        "is_filtered": bool(found.selection.chosen),
        "hubs": found.form.hubs,
        "cohort": COHORT,
    }
    return render(request, "steering/dashboard/dashboard.html", context)


@access(policies.steering)
@require_safe
def steering_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The table of a panel, as French spreadsheets open it: semicolons, decimal commas, marked as UTF-8."""
    panel = dashboard.panel(code)
    if panel is None:
        raise Http404
    found = asked(request)
    header, rows = panel.rows(found.filters)
    period = found.selection.period
    return csv_file(f"diginor-{code}-{period.start}-{period.end}", header, rows)


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table as a file."""
    response = HttpResponse(csv_lines(header, rows), content_type=CONTENT_TYPES[CSV])
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@access(policies.steering)
@require_safe
def steering_requests(request: HttpRequest) -> HttpResponse:
    """The requests behind a figure, the newest first."""
    code = request.GET.get("chiffre", "submitted")
    if code != "submitted" and code not in BY_CODE:
        raise Http404
    found = asked(request)
    is_missed = request.GET.get("part") == "autres" and code != "submitted"
    rows = behind(found.selection, code, is_missed)
    keys = {name: request.GET.get(name, "") for name in ("after", "before")}
    figure: Figure | None = BY_CODE.get(code)
    context = {
        "figure": figure,
        "title": _title(figure, is_missed=is_missed),
        "page": page(rows, **keys),
        "period": found.selection.period,
        "as_of": found.selection.as_of,
        "back_url": found.filters.page_url(),
    }
    for name in ("before", "after"):
        key = getattr(context["page"], name)
        context[f"{name}_url"] = found.filters.list_url(code, is_missed=is_missed, **{name: key})
    return render(request, "steering/dashboard/requests.html", context)


def _title(figure: Figure | None, *, is_missed: bool) -> str:
    """What the list holds."""
    if figure is None:
        return _("Demandes déposées")
    return str(figure.missed_title if is_missed else figure.counted_title)


@access(policies.steering)
@require_safe
def steering_request(request: HttpRequest, code: str) -> HttpResponse:
    """One request behind the figures, without the person's details nor the threads."""
    hubs = tuple(hub.pk for hub in steered_hubs(request.user))
    found = get_object_or_404(counted_in(hubs).with_details(), code=code)
    context = {
        "service_request": found,
        "need": without_contacts(found.need),
        "referrals": found.referrals.for_company(),
        "facts": _facts(found),
        "entries": _entries(found),
        "may_open_triage": policies.staff(request.user)
        and found.hub_id in {hub.pk for hub in request.user.staffed_hubs()},
    }
    return render(request, "steering/dashboard/request.html", context)


def _entries(service_request: ServiceRequest) -> list[dict[str, object]]:
    """The history without names nor what people wrote: which step, by which side, when; the newest first."""
    rows = list(service_request.events.in_order())
    return [
        {
            "text": capital(str(row.label)),
            "at": row.at,
            "detail": str(row.organisation) if row.organisation else capital(row.get_party_display()),
            "state": "past",
        }
        for row in reversed(rows)
        if row.step not in HIDDEN_STEPS
    ]


def _facts(service_request: ServiceRequest) -> list[tuple[str, object]]:
    """What is known of the company, without the person."""
    return [
        (_("État"), capital(service_request.get_state_display())),
        (_("Déposée le"), wording.day(service_request.submitted_at)),
        (_("Transmise le"), wording.day(service_request.routed_at)),
        (_("Terminée le"), wording.day(service_request.ended_at)),
        (_("Commune ou ville"), service_request.place),
        (_("Taille"), service_request.get_size_display()),
        (_("Secteur"), capital(service_request.get_sector_display())),
        (_("Guichet"), service_request.hub.name),
    ]
