"""Which organisations of the hub could answer: the facts, read in a fixed number of queries, and the verdicts."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch
from django.utils import timezone

from members.organisations.models import Organisation, whole_years
from members.people.models import Absence
from members.territories.enums import TerritoryKind
from members.territories.models import Territory
from services.catalogue.models import Offer
from services.requests.enums import ReferralState
from services.requests.models import Referral, ServiceRequest
from services.requests.rules.routing import Verdict, rank
from services.requests.rules.routing_facts import CompanyFacts, OfferFacts, OrganisationFacts

# An organisation's open referrals are counted no further than this.
MOST_COUNTED = 500
# From the nearest to the widest: « closest territory » compares these.
NEARNESS = [
    TerritoryKind.DISTRICT, TerritoryKind.DELEGATED, TerritoryKind.COMMUNE, TerritoryKind.EPCI, TerritoryKind.ADHOC,
    TerritoryKind.DEPARTMENT, TerritoryKind.REGION, TerritoryKind.MAINLAND, TerritoryKind.COUNTRY, TerritoryKind.UNION,
]  # fmt: skip


def proposals(service_request: ServiceRequest) -> list[Verdict]:
    """Judge every organisation of the request's hub: the best first, each with its reasons."""
    return rank(company_facts(service_request), organisation_facts(service_request))


def company_facts(service_request: ServiceRequest) -> CompanyFacts:
    """What the request says of the company, completed by the record of the company where it says nothing."""
    record = service_request.organisation
    known = {
        name: getattr(service_request, name) or getattr(record, name, "") for name in ("size", "naf", "legal_form")
    }
    founded_on = service_request.founded_on or getattr(record, "founded_on", None)
    return CompanyFacts(
        topic_id=service_request.topic_id,
        topic=str(service_request.topic or ""),
        territories=_around(service_request.commune),
        place=service_request.place if service_request.is_located else "",
        age=whole_years(founded_on, timezone.localdate()),
        wanted_place=str(service_request.wanted_place or ""),
        host_id=service_request.wanted_place.host_id if service_request.wanted_place else None,
        **known,
    )


def organisation_facts(service_request: ServiceRequest) -> Iterable[OrganisationFacts]:
    """What is known today of every organisation of the hub."""
    live = Referral.objects.live().filter(organisation=OuterRef("pk")).order_by()
    offers = (
        Offer.objects.filter(topic=service_request.topic_id, is_active=True)
        .prefetch_related("territories")
        .order_by("pk")
    )
    rows = service_request.hub.organisations.prefetch_related(Prefetch("offers", offers, to_attr="on_topic"))
    rows = rows.only("name", "acronym", "is_active", "capacity")
    places = list(rows.annotate(in_hand=ArraySubquery(live.values("pk")[:MOST_COUNTED])).order_by("pk"))
    ids = {place.pk for place in places}
    absences = {row.organisation_id: row for row in _whole_absences(ids)}
    kept = service_request.referrals.exclude(state=ReferralState.CANCELLED).order_by("sent_at", "pk")
    earlier = dict(kept.values_list("organisation_id", "state"))
    return [_facts(place, len(place.in_hand), absences.get(place.pk), earlier.get(place.pk, "")) for place in places]


def _around(commune: Territory | None) -> dict[int, int] | None:
    if commune is None:
        return None
    # A merged commune lies where the one of today does.
    here = commune.successor or commune
    rows = Territory.objects.containing(here).order_by("pk").values_list("pk", "kind")
    # An offer for a commune merged since holds in the whole commune of today: nobody can tell the former part.
    merged = dict.fromkeys(Territory.objects.communes().merged_into(here).values_list("pk", flat=True), 0)
    return {commune.pk: 0, **merged, **{pk: NEARNESS.index(TerritoryKind(kind)) for pk, kind in rows}}


def _whole_absences(ids: set[int]) -> Iterable[Absence]:
    """Absences today of organisations as a whole; the one that ends last is kept."""
    today = Absence.objects.on(timezone.localdate()).filter(organisation__in=ids, user=None)
    return today.select_related("backup_organisation").order_by("ends_on", "pk")


def _facts(place: Organisation, load: int, absence: Absence | None, earlier: str) -> OrganisationFacts:
    backup = absence.backup_organisation if absence else None
    return OrganisationFacts(
        id=place.pk,
        name=str(place),
        is_active=place.is_active,
        capacity=place.capacity,
        open_referrals=load,
        absent_until=absence.ends_on if absence else None,
        backup_id=backup.pk if backup else None,
        backup_name=str(backup) if backup else "",
        earlier=earlier,
        offers=tuple(_offer(offer) for offer in place.on_topic),  # type: ignore[attr-defined]
    )


def _offer(offer: Offer) -> OfferFacts:
    return OfferFacts(
        topic_id=offer.topic_id,
        territories={place.pk: place.name for place in offer.territories.all()},
        sizes=tuple(offer.sizes),
        min_age=offer.min_age,
        max_age=offer.max_age,
        naf_in=tuple(offer.naf_in),
        naf_out=tuple(offer.naf_out),
        legal_in=tuple(offer.legal_in),
        legal_out=tuple(offer.legal_out),
    )
