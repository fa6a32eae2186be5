"""The inbox of an organisation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diginor.access import access
from members import policies
from members.models import User
from services.models.inbox import BY_SLUG, MOST_COUNTED, VIEWS, InboxView
from services.views.referral_words import expectation
from services.views.space import organisation_in_use


@access(policies.adviser)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the organisation whose hat is worn, by urgency."""
    organisation = organisation_in_use(request)
    view = BY_SLUG.get(request.GET.get("vue", ""), VIEWS[0])
    me = request.user if request.GET.get("qui") == "moi" else None
    keys = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = view.page(organisation.pk, me, **keys)  # type: ignore[arg-type]
    now = timezone.now()
    context = {
        "organisation": organisation,
        "view": view,
        "is_mine": me is not None,
        "tabs": [_tab(each, view, organisation.pk, me) for each in VIEWS],
        "lines": [(row, *expectation(row, now)) for row in page.rows],
        "page": page,
        "all_url": _address(view, None),
        "mine_url": _address(view, request.user),
        "before_url": f"{_address(view, me)}&before={page.before}",
        "after_url": f"{_address(view, me)}&after={page.after}",
    }
    return render(request, "services/space/inbox.html", context)


def _tab(each: InboxView, current: InboxView, organisation_id: int, me: User | None) -> dict[str, Any]:
    count = each.count(organisation_id, me)
    return {
        "label": each.label,
        "url": _address(each, me),
        "is_current": each is current,
        "count": min(count, MOST_COUNTED),
        "more": count > MOST_COUNTED,
    }


def _address(view: InboxView, me: Any) -> str:
    return f"?vue={view.slug}&qui=moi" if me else f"?vue={view.slug}"
