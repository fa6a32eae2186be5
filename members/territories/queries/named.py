"""The directory: which organisations it shows, how they are searched, and what can be chosen among them."""

from django.db.models import Case, F, Value, When

from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from members.territories.queries.communes import commune_proposals, communes_named
from members.territories.rules.place_names import ARTICLES, name_variants, read_place

# From the clearest on: « Paris » is the département, « Caen » the commune.
BEFORE_COMMUNES = (TerritoryKind.REGION, TerritoryKind.DEPARTMENT, TerritoryKind.ADHOC)
MOST_PROPOSALS = 5


def territory_named(text: str) -> Territory | None:
    """The territory that a person names exactly: « 14 », « Calvados », « Normandie », « Caen », « 14000 Caen ».

    None where it names none, or several communes: then `territory_proposals` says which.
    """
    place = read_place(text)
    if not place.name and 1 < len(place.digits) <= 3:
        return Territory.objects.current().coded(TerritoryKind.DEPARTMENT, place.digits).order_by("pk").first()
    is_bare = place.ways == ((place.name, ""),)
    if is_bare and (wide := _called(place.name, *BEFORE_COMMUNES)):
        return wide
    if communes := communes_named([text])[text]:
        return communes[0].today if len(communes) == 1 else None
    return _called(place.name, TerritoryKind.EPCI) if is_bare else None


def territory_proposals(text: str) -> list[Territory]:
    """The communes that a text names or resembles, where it names nothing for certain."""
    return commune_proposals(text, MOST_PROPOSALS)


def _called(name: str, *kinds: TerritoryKind) -> Territory | None:
    rank = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(kinds)))
    first, _space, rest = name.partition(" ")
    names = [*name_variants(name), *(name_variants(rest) if first in ARTICLES and rest else ())]
    named = Territory.objects.current().of_kind(*kinds).filter(search_name__in=names)
    return named.alias(rank=rank).order_by("rank", F("population").desc(nulls_last=True), "pk").first()
