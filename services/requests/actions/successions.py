"""What becomes of offers and referrals when structures become another, and what companies are told of it."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.attempts.retries import try_keys
from diginor.outbox.pacing import by_the_clock
from diginor.outbox.posting import post
from diginor.workflow.history import Party
from members.organisations.models import Organisation
from members.successions.actions.journal import changed, made, removed
from members.successions.actions.movers import Mover, Plan, Takeover, counted, register_mover
from members.successions.models import MovedRow, Succession
from services.catalogue.models import Offer
from services.requests.actions.next_action import update_next_action
from services.requests.actions.referral import cancel, lock_requests, locked
from services.requests.enums import FollowUpKind, ReferralState, ReferralStep, RequestNote
from services.requests.models import FollowUp, Promise, Referral, RequestEvent, ServiceRequest
from services.requests.notifications.advisers import ReferralHandedToYou, ReferralSent
from services.requests.notifications.succession import StructureBecame

Where = Offer.territories.through
CRITERIA = ("sizes", "min_age", "max_age", "naf_in", "naf_out", "legal_in", "legal_out", "note", "source")
ACTIVITY = (FollowUpKind.ACTIVITY_REMINDER, FollowUpKind.ACTIVITY_ALERT)
PROMISED = (FollowUpKind.PROMISE_REMINDER, FollowUpKind.PROMISE_MISSED, FollowUpKind.PROMISE_ALERT)
READ = ("code", "company_name", "hub", "topic", "state", "responsible", "responsible_organisation", "due_at")


def _offers(takeover: Takeover, plan: Plan) -> None:
    """The offers in force go to the successor, one a topic, for the territories of all of them."""
    rows = takeover.kept(Offer.objects.filter(organisation__in=takeover.keys).select_related("topic"))
    where: dict[int, list[Any]] = {}
    for link in takeover.kept(Where.objects.filter(offer__in=rows)):
        where.setdefault(link.offer_id, []).append(link)
    by_topic: dict[int, list[Offer]] = {}
    for row in rows:
        by_topic.setdefault(row.topic_id, []).append(row)
    for offers in by_topic.values():
        _offers_on_topic(takeover, plan, offers, where)


def _offers_on_topic(takeover: Takeover, plan: Plan, offers: list[Offer], where: dict[int, list[Any]]) -> None:
    ending = [row for row in offers if row.organisation_id in takeover.old and row.is_active]
    if not ending:
        return
    own = next((row for row in offers if row.organisation_id == takeover.successor.pk), None)
    kept = own or ending[0]
    for row in ending:
        if row is kept:
            plan.add(changed(row, organisation_id=takeover.successor.pk))
            plan.move(row.organisation_id, takeover.successor.pk)
        else:
            plan.add(changed(row, is_active=False))
            plan.move(row.organisation_id)
    if own and not own.is_active:
        plan.add(changed(own, is_active=True, **{name: getattr(ending[0], name) for name in CRITERIA}))
        plan.after[takeover.successor.pk] += 1
    together = [*ending, *([own] if own and own.is_active else [])]
    _cover_all(plan, kept, together, where)
    plan.moved.append(str(kept.topic))
    if len(together) > 1:
        rule = _("Sujets proposés plusieurs fois : une offre est gardée, pour tous les territoires réunis.")
        facts = {"topic": kept.topic, "name": takeover.name(kept.organisation_id)}
        plan.warn(rule, _("%(topic)s : l’offre de %(name)s") % facts)


def _cover_all(plan: Plan, kept: Offer, offers: list[Offer], where: dict[int, list[Any]]) -> None:
    """The kept offer covers what each covered; one without territory was everywhere, hence so is what is kept."""
    links = where.get(kept.pk, [])
    is_everywhere = any(not where.get(row.pk) for row in offers)
    wanted = set() if is_everywhere else {link.territory_id for row in offers for link in where[row.pk]}
    there = {link.territory_id for link in links}
    plan.add(*(removed(link) for link in links if link.territory_id not in wanted))
    plan.add(*(made(Where(offer_id=kept.pk, territory_id=key)) for key in sorted(wanted - there)))


def _referrals(takeover: Takeover, plan: Plan) -> None:
    """The live referrals go to the successor with whose turn it is; of two for one request, the further on stays."""
    live = Referral.objects.live()
    # As in every step, the request is locked before its referrals.
    concerned = ServiceRequest.objects.filter(pk__in=live.filter(organisation__in=takeover.old).values("request"))
    requests = {row.pk: row for row in takeover.kept(concerned.only(*READ))}
    by_request: dict[int, list[Referral]] = {}
    mine = live.filter(request__in=requests, organisation__in=takeover.keys).prefetch_related("promises")
    for row in mine.order_by("pk"):
        by_request.setdefault(row.request_id, []).append(row)
    doubles: dict[int, list[Referral]] = {}
    heirs: dict[int, Referral] = {}
    moving: list[Referral] = []
    for key, rows in by_request.items():
        first, *others = sorted(rows, key=lambda row: _rank(row, takeover))
        if others:
            doubles[key] = others
            heirs |= {row.pk: first for row in others}
            _tell_of_duplicate(plan, takeover, requests[key], first, others)
        if first.organisation_id in takeover.old:
            moving.append(first)
            plan.moved.append(f"{requests[key].company_name} ({requests[key].code})")
    inherited = takeover.kept(Promise.objects.open().filter(referral__in=heirs))
    dates = _inherited_dates(inherited, heirs)
    _turns(takeover, plan, requests, doubles, dates)
    _promises_stay(takeover, plan, inherited, heirs, dates)
    _end_doubles(takeover, plan, [row for rows in doubles.values() for row in rows])
    for row in moving:
        date = {"due_at": dates[row.pk]} if row.pk in dates else {}
        plan.add(changed(row, organisation_id=takeover.successor.pk, **date))
        plan.move(row.organisation_id, takeover.successor.pk)
    for row in moving:
        plan.add(made(_event(takeover, row, RequestNote.BECOME)))


def _rank(row: Referral, takeover: Takeover) -> tuple[Any, ...]:
    """What moves before what stands still, what is accepted before what waits, then the older."""
    is_waiting = row.state != ReferralState.ACCEPTED
    return row.is_stalled, is_waiting, row.organisation_id != takeover.successor.pk, row.sent_at, row.pk


def _tell_of_duplicate(
    plan: Plan, takeover: Takeover, service_request: ServiceRequest, first: Referral, others: list[Referral]
) -> None:
    rule = _("Demandes confiées à plusieurs : une orientation continue, l’autre devient sans objet.")
    facts = {
        "company": service_request.company_name,
        "code": service_request.code,
        "name": takeover.name(first.organisation_id),
    }
    for _other in others:
        plan.warn(rule, _("%(company)s (%(code)s) : celle de %(name)s continue") % facts)


def _turns(
    takeover: Takeover,
    plan: Plan,
    requests: dict[int, ServiceRequest],
    doubles: dict[int, list[Referral]],
    dates: dict[int, datetime],
) -> None:
    """Whose turn it is: the successor's where it was that of an old structure; where a referral ends, counted again."""
    ended = {row.pk for rows in doubles.values() for row in rows}
    left: dict[int, list[Referral]] = {}
    for row in Referral.objects.live().filter(request__in=doubles, is_stalled=False).order_by("pk"):
        if row.pk not in ended:
            left.setdefault(row.request_id, []).append(row)
    for key, service_request in requests.items():
        if service_request.responsible != Party.ORGANISATION:
            continue
        if key not in left:
            if service_request.responsible_organisation_id in takeover.old:
                plan.add(changed(service_request, responsible_organisation_id=takeover.successor.pk))
            continue
        due_at, place = min((dates.get(row.pk, row.due_at), _after(row, takeover)) for row in left[key])
        moved = {} if due_at == service_request.due_at else {"due_at": due_at}
        plan.add(changed(service_request, responsible_organisation_id=place, **moved))


def _after(row: Referral, takeover: Takeover) -> int:
    return takeover.successor.pk if row.organisation_id in takeover.old else row.organisation_id


def _inherited_dates(promises: list[Promise], heirs: dict[int, Referral]) -> dict[int, datetime]:
    """The day that each referral which continues takes from what was announced of the other: the nearest commands."""
    dates: dict[int, datetime] = {}
    for row in promises:
        heir = heirs[row.referral_id]
        if heir.state == ReferralState.ACCEPTED and row.alerted_at is None:
            own = heir.promise()
            dates[heir.pk] = min(row.due_at, dates.get(heir.pk) or (own or row).due_at)
    return dates


def _promises_stay(
    takeover: Takeover, plan: Plan, promises: list[Promise], heirs: dict[int, Referral], dates: dict[int, datetime]
) -> None:
    """What was announced goes on with the referral that continues, with its reminders and its date."""
    pending = FollowUp.objects.pending()
    for row in promises:
        heir = heirs[row.referral_id]
        mine = pending.filter(referral=row.referral_id, basis_at=row.made_at, kind__in=PROMISED)
        for follow_up in takeover.kept(mine):
            plan.add(changed(follow_up, referral_id=heir.pk))
        plan.add(changed(row, referral_id=heir.pk))
    for follow_up in takeover.kept(pending.filter(referral__in=dates, kind__in=ACTIVITY)):
        plan.add(removed(follow_up))
    for heir in {row.pk: row for row in heirs.values()}.values():
        # One that moves takes its date with its organisation, so that one change says both.
        if heir.pk in dates and heir.organisation_id not in takeover.old:
            plan.add(changed(heir, due_at=dates[heir.pk]))


def _end_doubles(takeover: Takeover, plan: Plan, rows: list[Referral]) -> None:
    """End what has lost its object, with its reminders; the history says why."""
    for row in rows:
        plan.add(changed(row, state=ReferralState.CANCELLED, ended_at=takeover.at))
        plan.move(row.organisation_id)
    pending = FollowUp.objects.pending().filter(referral__in=rows)
    for follow_up in takeover.kept(pending.exclude(kind__in=PROMISED)):
        plan.add(removed(follow_up))
    for row in rows:
        states = {"from_state": row.state, "to_state": ReferralState.CANCELLED}
        plan.add(made(_event(takeover, row, ReferralStep.CANCEL, organisation_id=row.organisation_id, **states)))


def _event(takeover: Takeover, row: Referral, step: str, **fields: Any) -> RequestEvent:
    """A row of the history that says who became whom."""
    before, after = takeover.name(row.organisation_id), str(takeover.successor)
    return RequestEvent(
        request_id=row.request_id,
        referral_id=row.pk,
        at=takeover.at,
        party=Party.HUB,
        by=takeover.by,
        by_name=str(takeover.by or ""),
        step=step,
        why=" → ".join(dict.fromkeys((before, after))),
        data=_names(before, after),
        **fields,
    )


def _names(before: object, after: object) -> dict[str, str]:
    return {"from_organisation": str(before), "to_organisation": str(after)}


def _lock_requests(succession: Succession) -> None:
    """Lock the requests before their referrals, as every step does."""
    lock_requests(Referral.objects.filter(pk__in=_moved(succession, Referral).values("row")))


def _moved(succession: Succession, model: type) -> Any:
    return MovedRow.objects.filter(succession=succession, model=model._meta.label)  # type: ignore[attr-defined]


def _tell_companies(succession: Succession) -> int:
    """Tell each company whose request is still open, once, whatever the number of its requests."""
    before = {row.row: row.before.get("organisation_id") for row in _moved(succession, Referral).order_by("pk")}
    rows = Referral.objects.live().filter(pk__in=[key for key, old in before.items() if old])
    rows = rows.filter(request__erased_at=None).exclude(request__contact_email="")
    names = {place.pk: place for place in Organisation.objects.filter(pk__in=set(filter(None, before.values())))}
    told: dict[str, Referral] = {}
    for row in rows.select_related("request__hub", "organisation", "adviser").order_by("request__submitted_at", "pk"):
        told.setdefault(row.request.contact_email.lower(), row)
    return _tell_heirs(succession) + sum(
        post(StructureBecame(row.request, succession.code, row, before=names[before[row.pk]]))
        for row in told.values()
        if before[row.pk] in names
    )


def _tell_heirs(succession: Succession) -> int:
    """Tell who follows the referral that continues what another structure had announced to the company."""
    rows = Promise.objects.open().filter(pk__in=_moved(succession, Promise).values("row"))
    rows = rows.select_related("organisation", "referral__request__hub", "referral__organisation", "referral__adviser")
    return sum(
        post(
            ReferralHandedToYou(
                row.referral.request,
                f"{succession.code} {row.referral_id}",
                row.referral,
                why="",
                given_by=row.organisation.name,
            )
        )
        for row in {row.referral_id: row for row in rows}.values()
    )


@by_the_clock()
def catch_up() -> int:
    """Give to their successors the referrals sent to structures while they were ending; return how many."""
    ended = Q(organisation__is_active=False, organisation__succeeded_by__isnull=False)
    rows = Referral.objects.live().filter(ended).order_by("pk").values_list("pk", flat=True)
    return try_keys("catch_up_successions", rows, _catch)


def _catch(pk: int) -> bool:
    referral = Referral.objects.select_related("organisation__succeeded_by").get(pk=pk)
    service_request = locked(referral)
    before, after = referral.organisation, _last_of(referral.organisation)
    if not referral.is_live or after == before or not after.is_active:
        return False
    why = f"{before} → {after}"
    heir: Referral | None = (
        service_request.referrals.live().filter(organisation=after).select_related("adviser").first()
    )
    promises = referral.open_promises()
    if heir:
        row = cancel(service_request, referral, by=Party.CLOCK, why=why)
        Promise.objects.filter(pk__in=[each.pk for each in promises]).update(referral=heir)
    else:
        row = service_request.log(
            RequestNote.BECOME, by=Party.CLOCK, why=why, referral=referral, **_names(before, after)
        )
        referral.organisation = after
        referral.save(update_fields=["organisation"])
    holder = heir or referral
    update_next_action(service_request, holder)
    if promises:
        post(ReferralHandedToYou(service_request, row.pk, holder, why="", given_by=before.name))
    elif not heir:
        post(ReferralSent(service_request, row.pk, referral))
    return True


def _last_of(place: Organisation) -> Organisation:
    """Who goes on today, at the end of the chain of successors."""
    seen = {place.pk}
    while place.succeeded_by and place.succeeded_by_id not in seen:
        place = place.succeeded_by
        seen.add(place.pk)
    return place


def register() -> None:
    """Let successions move what this part holds."""
    active = counted(Offer.objects.filter(is_active=True))
    live = counted(Referral.objects.live())
    register_mover(Mover("offers", gettext_lazy("offres proposées"), active, _offers))
    register_mover(
        Mover("referrals", gettext_lazy("orientations ouvertes"), live, _referrals, _lock_requests, _tell_companies)
    )
