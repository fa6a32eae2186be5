"""What this part adds to the directory: what an organisation helps with, whom a territory counts on, a figure."""

from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.text.search import plain
from members.organisations import sections as sheets
from members.organisations.models import Organisation
from members.territories.models import Territory
from services.catalogue.models import Offer, Topic


def offers_section(organisation: Organisation) -> sheets.Section | None:
    """What the organisation does for companies, family by family; nothing where it proposes nothing."""
    offers = list(Offer.objects.shown_for(organisation))
    if not offers:
        return None
    grounds = {offer.pk: _ground(offer) for offer in offers}
    shared = Counter(grounds.values()).most_common(1)[0][0]
    families = [
        (label, [(offer.topic, _other(grounds[offer.pk], shared), offer.is_assumption) for offer in rows])
        for label, rows in groupby(offers, key=lambda offer: offer.topic.get_family_display())
    ]
    context = {
        "families": families,
        "ground": shared,
        "has_other_grounds": len(set(grounds.values())) > 1,
        "has_assumptions": any(offer.is_assumption for offer in offers),
    }
    return sheets.Section(
        _("Ce qu’elle fait pour les entreprises"),
        "services/catalogue/offers_section.html",
        context,
        action_label=_("Demander de l’aide à %(name)s") % {"name": organisation},
        action_url=f"{reverse('filing_start')}?structure={organisation.slug}",
    )


def _other(ground: str, shared: str) -> str:
    return "" if ground == shared else ground


def _ground(offer: Offer) -> str:
    names = sorted((territory.name for territory in offer.territories.all()), key=plain)
    return ", ".join(names) or _("partout")


def serving(territory: Territory) -> QuerySet[Any]:
    """The ids of the organisations whose offers name a territory that holds this one, or lies inside it."""
    return Offer.objects.serving(territory).order_by().values("organisation")


def topics_by_department(codes: list[str]) -> Mapping[str, int]:
    """On how many topics somebody helps in the whole of each département, by INSEE code."""
    return Topic.objects.counted_by_department(codes)


TOPICS_FIGURE = sheets.MapFigure(
    code="sujets",
    label=gettext_lazy("Sujets couverts"),
    definition=gettext_lazy("Sujets du catalogue pour lesquels une structure au moins aide dans tout le département."),
    count=topics_by_department,
    query="territoire={code}",
)


def tell_the_directory() -> None:
    """Register all of it."""
    sheets.register(10, offers_section)
    sheets.register_reach(serving)
    sheets.register_figure(20, TOPICS_FIGURE)
