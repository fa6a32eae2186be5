"""Where a company wants to be hosted: carried from the page of a place through the steps of the filing."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from members.places.models import Place
from services.catalogue.enums import HOSTING_TOPIC
from services.filing.views.session import PARAMETER, Filing
from services.requests.models import ServiceRequest

DROPPED = "no_place"


def asks_place(request: HttpRequest) -> bool:
    """Whether the address comes from the page of a place."""
    return "lieu" in request.GET


def on_to_the_need(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Lead to the first step with the place, and with the topic of those who ask to be hosted unless told another.

    Who said a need of that topic and no more is choosing a place for it, and goes on with it.
    """
    asked = {"sujet": request.GET.get("sujet") or HOSTING_TOPIC, "lieu": request.GET.get("lieu", "")}
    draft = filing.draft
    if draft and draft.topic and draft.topic.slug == asked["sujet"] == HOSTING_TOPIC and not draft.company_name:
        asked[PARAMETER] = filing.name
    return redirect(f"{reverse('filing_need')}?{urlencode(asked)}")


def is_dropped(request: HttpRequest) -> bool:
    """Whether the person takes the place out of the request."""
    return DROPPED in request.POST


def wanted_place(request: HttpRequest, draft: ServiceRequest | None) -> Place | None:
    """The place of the address or of the form, else that of the draft; one that takes no request is said to be so."""
    if is_dropped(request):
        return None
    kept = draft.wanted_place if draft else None
    sent = request.POST if request.method == "POST" else request.GET
    if "lieu" not in sent:
        return kept
    slug = sent["lieu"][:120]
    if not slug or (kept and kept.slug == slug):
        return kept if slug else None
    place = Place.objects.chosen(slug)
    if place is not None and place.can_be_asked:
        return place
    messages.warning(request, _refusal(place))
    return kept


def _refusal(place: Place | None) -> str:
    if place is None:
        return _(
            "Ce lieu n’est plus dans l’annuaire. Votre demande continue sans lui : décrivez le lieu qu’il vous faut."
        )
    text = _(
        "%(place)s ne reçoit pas de demande en ce moment. Votre demande continue : l’équipe cherchera un autre lieu."
    )
    return text % {"place": place}
