"""What the places add to the directory: a section on the sheet of who runs them, and a figure of the map."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from members.organisations.models import Organisation
from members.organisations.sections import MapFigure, Section, register, register_figure
from members.places.models import Place

POSITION = 40


def places_section(organisation: Organisation) -> Section | None:
    """The places that the organisation runs; nothing where it runs none."""
    rows = list(Place.objects.hosted_by(organisation))
    return Section(_("Lieux"), "members/places/section.html", {"places": rows}) if rows else None


def places_by_department(codes: list[str]) -> Mapping[str, int]:
    """How many places of the directory each département holds, by INSEE code."""
    return Place.objects.listed().counted_by_department(codes)


PLACES_FIGURE = MapFigure(
    code="places",
    label=_("Lieux"),
    definition=_("Résidences, campus, tiers-lieux, living labs et centres de données de l’annuaire."),
    count=places_by_department,
    query="territoire={code}",
    list_name="places",
)


def tell_the_directory() -> None:
    """Register both."""
    register(POSITION, places_section)
    register_figure(POSITION, PLACES_FIGURE)
