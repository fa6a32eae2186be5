"""The inbox of an organisation."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diginor.web.access import access
from members.organisations.models import Organisation
from members.people import policies
from members.people.active_role import organisation_in_use
from services.inbox.queries.inbox import BY_SLUG, MOST_COUNTED, VIEWS, InboxView
from services.inbox.views.referral_words import expectation

MINE, UNATTENDED = "moi", "personne"


@require_safe
@access(policies.adviser)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the organisation of the role in use, by urgency."""
    organisation = organisation_in_use(request)
    view = BY_SLUG.get(request.GET.get("vue", ""), VIEWS[0])
    narrowing: dict[str, dict[str, Any]] = {"": {}, MINE: {"adviser": request.user}, UNATTENDED: {"adviser": None}}
    whose = request.GET.get("qui", "") if request.GET.get("qui") in narrowing else ""
    only = narrowing[whose]
    past = list(organisation.took_over_from.past()) if view.is_history else []
    shown: Organisation = next((place for place in past if place.slug == request.GET.get("structure")), organisation)
    keys = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = view.page(shown.pk, only, **keys)
    here = _address(view, whose, shown.slug if shown in past else "")
    now = timezone.now()
    context = {
        "organisation": organisation,
        "view": view,
        "past": _past(view, whose, organisation, past, shown),
        "tabs": [_tab(each, view, whose, each.count(organisation.pk, only)) for each in VIEWS],
        "whose": _choices(view, whose),
        "lines": [(row, *expectation(row, now)) for row in page.rows],
        "page": page,
        "before_url": f"{here}&before={page.before}",
        "after_url": f"{here}&after={page.after}",
    }
    return render(request, "services/inbox/inbox.html", context)


def _tab(each: InboxView, current: InboxView, whose: str, count: int) -> dict[str, Any]:
    return {
        "label": each.label,
        "url": _address(each, whose),
        "is_current": each is current,
        "count": min(count, MOST_COUNTED),
        "more": count > MOST_COUNTED,
    }


def _past(
    view: InboxView, whose: str, organisation: Organisation, past: list[Organisation], shown: Organisation
) -> list[tuple[str, str, bool]]:
    """The structures that this one followed, whose ended requests are read apart: label, address, in use or not."""
    if not past:
        return []
    own = (str(organisation), _address(view, whose), shown == organisation)
    return [own, *((str(place), _address(view, whose, place.slug), shown == place) for place in past)]


def _choices(view: InboxView, whose: str) -> list[tuple[str, str, bool]]:
    """The filters by person: label, address, whether it is in use."""
    labels = {"": _("Toute l’équipe"), MINE: _("À moi"), UNATTENDED: _("Sans personne")}
    return [(label, _address(view, slug), slug == whose) for slug, label in labels.items()]


def _address(view: InboxView, whose: str, structure: str = "") -> str:
    asked = {"vue": view.slug, "qui": whose, "structure": structure}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"
