"""Coverage: who serves each topic where, for officers and staff; what is to be put right, for staff."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from diginor.text.search import plain
from diginor.web.access import access
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.people import policies
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.enums import Family
from services.catalogue.models import Offer, Topic
from services.figures.queries.requests_behind import steered_hubs
from steering.coverage.forms import PREFIXES, CoverageForm, key_of
from steering.coverage.queries.coverage import CoverageReading, Unit, places_of, read_coverage, units_of
from steering.coverage.queries.organisations_to_check import organisations_without_adviser, unanswering_organisations
from steering.coverage.rules.coverage import NONE, PART
from steering.coverage.rules.unanswering import ENDINGS, QUIET_DAYS
from steering.coverage.views import page as shown
from steering.dashboard.views import csv_file

MOST_GAPS = 12


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the form as filled in, the hubs and the units it leads to."""

    form: CoverageForm
    hubs: list[Hub]
    units: list[Unit]
    territory: Territory | None
    query: dict[str, str]

    def address(self, name: str, **more: str) -> str:
        """Another page of coverage under the same choices."""
        query = urlencode({**self.query, **more})
        return reverse(name) + (f"?{query}" if query else "")


def asked(request: HttpRequest) -> Asked:
    """Read the choices; what is not offered to this person does not exist."""
    hubs = steered_hubs(request.user)
    form = CoverageForm(request.GET, hubs=hubs, territories=places_of(hubs, *PREFIXES.values()))
    if not form.is_valid():
        raise Http404
    chosen, territory = form.chosen_hubs(), form.chosen_territory()
    kind = TerritoryKind.EPCI if territory else TerritoryKind.DEPARTMENT
    query = {name: value for name in form.NAMES.values() if (value := request.GET.get(name))}
    return Asked(form, chosen, units_of(chosen, kind, territory), territory, query)


@access(policies.steering)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """The matrix of one family of topics, by département or by intercommunalité."""
    found = asked(request)
    family = request.GET.get("famille", Family.DEMONSTRATION)
    if family not in Family.values:
        raise Http404
    reading = read_coverage(found.hubs, found.units, Topic.objects.active())
    overlap = found.form.least_overlap()
    context = {
        "form": found.form,
        "hubs": found.form.hubs,
        "territory": found.territory,
        "is_filtered": bool(found.query),
        "family": family,
        "family_label": Family(family).label,
        "tabs": shown.family_tabs(reading, family, found.query),
        "matrix": shown.matrix(reading, family, overlap),
        "sums": shown.sums(reading, overlap),
        "overlap": overlap,
        "definition": shown.DEFINITION,
        "csv_url": found.address("coverage_csv"),
        "all_csv_url": found.address("coverage_csv", maille="epci"),
        "is_staff": policies.staff(request.user),
    }
    return render(request, "steering/coverage/coverage.html", context)


@access(policies.steering)
@require_safe
def coverage_csv(request: HttpRequest) -> HttpResponse:
    """Every topic in every unit, or in every intercommunalité of the hubs."""
    found = asked(request)
    is_fine = request.GET.get("maille") == "epci"
    units = units_of(found.hubs, TerritoryKind.EPCI) if is_fine else found.units
    reading = read_coverage(found.hubs, units, Topic.objects.active())
    names = {row.pk: str(row) for row in Organisation.objects.serving([hub.pk for hub in found.hubs])}
    return csv_file(f"diginor-couverture-{timezone.localdate()}", *shown.table(reading, names))


@access(policies.steering)
@require_safe
def coverage_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """A topic on the map, the intercommunalités where nobody serves it, and who serves it."""
    topic = get_object_or_404(Topic.objects.active(), slug=slug)
    hubs = steered_hubs(request.user)
    by_department = read_coverage(hubs, units_of(hubs, TerritoryKind.DEPARTMENT), [topic])
    by_epci = read_coverage(hubs, units_of(hubs, TerritoryKind.EPCI), [topic])
    states = {state: _in_state(by_epci, topic, state) for state in (NONE, PART)}
    context = {
        "topic": topic,
        "chart": shown.topic_map(by_department, reverse("coverage_csv")),
        "empty": states[NONE],
        "part": states[PART],
        "units": len(by_epci.units),
        "offers": _offers(topic, hubs),
        "definition": shown.DEFINITION,
        "is_staff": policies.staff(request.user),
    }
    return render(request, "steering/coverage/coverage_topic.html", context)


def _in_state(reading: CoverageReading, topic: Topic, state: str) -> list[dict[str, str]]:
    return [
        {"name": unit.name, "url": shown.cell_url(topic, unit)}
        for unit in reading.units
        if reading.state(topic, unit) == state
    ]


def _offers(topic: Topic, hubs: list[Hub]) -> Any:
    return Offer.objects.helping_with(topic).of_members([hub.pk for hub in hubs])


@access(policies.steering)
@require_safe
def coverage_cell(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Who serves a topic in a territory, who could, and what to do."""
    topic = get_object_or_404(Topic.objects.active(), slug=slug)
    hubs = steered_hubs(request.user)
    kinds = (TerritoryKind.DEPARTMENT, TerritoryKind.EPCI)
    place = next((one for one in places_of(hubs, *kinds) if key_of(one) == key), None)
    if place is None:
        raise Http404
    cell = read_coverage(hubs, [Unit.of(place)], [topic]).cells[topic.pk][place.pk]
    user: Any = request.user
    kept = None if user.is_superuser else {hub.pk for hub in user.staffed_hubs()}
    left = list(Territory.objects.by_name().in_bulk(cell.left).values())
    context = {
        "topic": topic,
        "place": place,
        "cell": cell,
        "words": shown.in_words(cell),
        "serving": shown.serving(_offers(topic, hubs), cell, kept),
        "left": shown.shortened(sorted((one.name for one in left), key=plain)),
        "left_count": len(left),
        "is_staff": policies.staff(user),
    }
    return render(request, "steering/coverage/coverage_cell.html", context)


@access(policies.staff)
@require_safe
def coverage_findings(request: HttpRequest) -> HttpResponse:
    """What staff can put right: topics without anybody, places with gaps, organisations that do not answer."""
    hubs = steered_hubs(request.user)
    ids = [hub.pk for hub in hubs]
    reading = read_coverage(hubs, units_of(hubs, TerritoryKind.EPCI), Topic.objects.active())
    context = {
        "hubs": hubs,
        "topics": shown.nowhere(reading),
        "topic_count": len(reading.topics),
        "places": shown.most_gaps(reading, MOST_GAPS),
        "silent": unanswering_organisations(ids, timezone.now()),
        "without_adviser": organisations_without_adviser(ids),
        "endings": ENDINGS,
        "quiet_days": QUIET_DAYS,
        "definition": shown.DEFINITION,
    }
    return render(request, "steering/coverage/coverage_findings.html", context)
