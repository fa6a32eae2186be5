"""The catalogue: families, topics, and the search that leads to them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diginor.web.access import access, public
from services.catalogue.enums import FAMILY_PROMISES, FAMILY_SLUGS, HOSTING_TOPIC, Family
from services.catalogue.models import Offer, Topic
from services.catalogue.rules import shared_words

# A page stays light: the best topics first, the others where they are asked for.
FEW_RESULTS, MOST_RESULTS = 5, 30
MOST_SUGGESTIONS = 6


@dataclass(frozen=True)
class Found:
    """A topic that answers a search, and why."""

    topic: Topic
    why: str


def family_cards(topic_counts: dict[str, int]) -> list[dict[str, Any]]:
    """The four families, as the components draw them."""
    return [
        {
            "code": family.value,
            "slug": FAMILY_SLUGS[family],
            "label": family.label,
            "promise": FAMILY_PROMISES[family],
            "url": reverse("family", args=[family.value]),
            "topic_count": topic_counts.get(family.value, 0),
        }
        for family in Family
    ]


def family_card(family: str) -> dict[str, Any]:
    """One of the four families."""
    return next(door for door in family_cards({}) if door["code"] == family)


def found_for(asked: str, most: int) -> list[Found]:
    """The best topics for a search, each with the words that led to it."""
    return [Found(row, _why(asked, row)) for row in Topic.objects.best_for(asked, most)]


def _why(asked: str, topic: Topic) -> str:
    words = shared_words(asked, f"{topic.name} {topic.name_en} {topic.keywords} {topic.summary} {topic.summary_en}")
    if words:
        return _("parce que vous parlez de : %(words)s") % {"words": ", ".join(words)}
    return _("parce que l’orthographe est proche")


@access(public)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """The four families, or the topics that answer a search: the best ones, and all of them when asked."""
    asked = request.GET.get("q", "").strip()[:200]
    found = found_for(asked, MOST_RESULTS) if asked else []
    shown = found if request.GET.get("tout") else found[:FEW_RESULTS]
    counts = {} if asked else Topic.objects.counted_by_family()
    context = {"asked": asked, "found": shown, "has_more": len(found) > len(shown), "families": family_cards(counts)}
    return render(request, "services/catalogue/services.html", context)


@access(public)
@require_safe
def topic_suggest(request: HttpRequest) -> HttpResponse:
    """The topics that what is being typed speaks of, as a list of options."""
    found = Topic.objects.best_for(request.GET.get("q", "")[:200], MOST_SUGGESTIONS)
    return render(request, "services/catalogue/topic_suggest.html", {"topics": found})


@access(public)
@require_safe
def family(request: HttpRequest, family: str) -> HttpResponse:
    context = {"family": family_card(family), "topics": list(Topic.objects.of_family(family))}
    return render(request, "services/catalogue/family.html", context)


@access(public)
@require_safe
def topic(request: HttpRequest, family: str, slug: str) -> HttpResponse:
    """One topic: what it is, what one gets, for whom, and who helps."""
    row = get_object_or_404(Topic.objects.of_family(family), slug=slug)
    context = {
        "topic": row,
        "family": family_card(family),
        "offers": list(Offer.objects.helping_with(row)),
        "questions": list(row.questions.in_order()),
        "chooses_place": row.slug == HOSTING_TOPIC,
    }
    return render(request, "services/catalogue/topic.html", context)
