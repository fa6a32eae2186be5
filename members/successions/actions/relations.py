"""The live relations of the members part, and what becomes of each when structures become another."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.outbox.posting import post
from members.facts.rules.partial_dates import PartialDate
from members.hubs.models import Hub
from members.networks.models import Affiliation, Network
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Absence, Invitation, Membership
from members.places.models import Place
from members.successions.actions.journal import changed, made, removed
from members.successions.actions.movers import Counts, Mover, Plan, Takeover, counted, register_mover
from members.successions.models import MovedRow, Succession
from members.successions.notifications import StructureBecameMail

InHub = Hub.organisations.through
Known = Organisation.known_by.through


def _structures(takeover: Takeover, plan: Plan) -> None:
    """The old structures end and say what they became; the new one is in activity, and listed if one of them was."""
    for place in takeover.predecessors:
        plan.add(changed(place, is_active=False, succeeded_by_id=takeover.successor.pk))
        plan.after[place.pk] = 0
        plan.moved.append(f"{place} → {takeover.successor}")
    is_listed = any(place.is_listed for place in takeover.everybody)
    plan.add(changed(takeover.successor, is_active=True, is_listed=is_listed))
    plan.after[takeover.successor.pk] = 1


def _members_of_network(takeover: Takeover, plan: Plan) -> None:
    """The members of the old networks belong to the new one, each once; the old structures belong to none."""
    concerned = Network.objects.filter(organisation__in=takeover.keys)
    networks = {row.organisation_id: row for row in takeover.kept(concerned)}
    rows = takeover.kept(Affiliation.objects.current().filter(network__in=list(networks.values())))
    target = networks.get(takeover.successor.pk)
    if target is None and takeover.old & networks.keys():
        target = _new_network(takeover, networks, plan)
    owner = {row.pk: key for key, row in networks.items()}
    there = {row.organisation_id for row in rows if owner[row.network_id] == takeover.successor.pk}
    ending = [row for row in rows if owner[row.network_id] in takeover.old or row.organisation_id in takeover.old]
    _end(ending, takeover, plan)
    for row in ending:
        plan.move(owner[row.network_id])
    for name, mine in _by_member(ending, takeover):
        is_there = mine[0].organisation_id in there
        if not is_there:
            plan.add(made(_joined(mine, takeover, network=target)))
            plan.after[takeover.successor.pk] += 1
            plan.moved.append(name)
        if len(mine) > 1 or is_there:
            plan.warn(_("Membres de plusieurs de ces réseaux : une seule adhésion continue."), name)


def _by_member(rows: list[Affiliation], takeover: Takeover) -> list[tuple[str, list[Affiliation]]]:
    """The affiliations of each member, by name, those of the structures of the succession left out."""
    mine: dict[int, list[Affiliation]] = {}
    for row in rows:
        mine.setdefault(row.organisation_id, []).append(row)
    names = Organisation.objects.filter(pk__in=mine.keys() - takeover.keys).values_list("name", "pk")
    return [(name, mine[key]) for name, key in sorted(names)]


def _new_network(takeover: Takeover, networks: dict[int, Network], plan: Plan) -> Network:
    """The successor becomes a network of the same nature as the first that it follows."""
    first = next(networks[place.pk] for place in takeover.predecessors if place.pk in networks)
    facts = {"source": takeover.succession.source, "stated_on": takeover.succession.stated_on}
    network = Network(organisation=takeover.successor, kind=first.kind, **facts)
    plan.add(made(network))
    return network


def _networks_joined(takeover: Takeover, plan: Plan) -> None:
    """The networks that the old structures belonged to have the new one as a member, once each."""
    every = Affiliation.objects.current().filter(organisation__in=takeover.keys)
    rows = takeover.kept(every.select_related("network__organisation"))
    there = {row.network_id for row in rows if row.organisation_id == takeover.successor.pk}
    by_network: dict[int, list[Affiliation]] = {}
    for row in rows:
        if row.network.organisation_id in takeover.keys:
            # What one is in the network of another ends with the members of that network.
            plan.move(row.organisation_id)
        elif row.organisation_id in takeover.old:
            by_network.setdefault(row.network_id, []).append(row)
            plan.move(row.organisation_id)
    for network_id, mine in by_network.items():
        _end(mine, takeover, plan)
        if network_id not in there:
            plan.add(made(_joined(mine, takeover, organisation=takeover.successor)))
            plan.after[takeover.successor.pk] += 1
        plan.moved.append(str(mine[0].network))


def _end(rows: list[Affiliation], takeover: Takeover, plan: Plan) -> None:
    plan.add(*(changed(row, until=_from(row, takeover)) for row in rows))


def _from(row: Affiliation, takeover: Takeover) -> PartialDate:
    """The day it takes effect; who joined later never left before having joined."""
    joined: Any = row.since
    return max(takeover.since, joined) if joined else takeover.since


def _joined(rows: list[Affiliation], takeover: Takeover, **link: object) -> Affiliation:
    succession = takeover.succession
    since: Any = min(_from(row, takeover) for row in rows)
    kept = {"organisation_id": rows[0].organisation_id, "network_id": rows[0].network_id}
    for name in link:
        kept.pop(f"{name}_id")
    return Affiliation(
        **kept,
        **link,
        since=since,
        succession=succession,
        source=succession.source,
        stated_on=succession.stated_on,
    )


def _team(takeover: Takeover, plan: Plan) -> None:
    """The people work for the new structure from today; who was in both works there once, as manager if so in one."""
    rows = takeover.kept(_in_post().filter(organisation__in=takeover.everybody).select_related("user"))
    today = timezone.localdate(takeover.at)
    there = {row.user_id: row for row in rows if row.organisation_id == takeover.successor.pk}
    people: dict[int, list[Membership]] = {}
    for row in rows:
        if row.organisation_id in takeover.old:
            people.setdefault(row.user_id, []).append(row)
            plan.add(changed(row, is_active=False, ended_on=today))
            plan.move(row.organisation_id)
    for user_id, mine in people.items():
        leads = any(row.role == MembershipRole.MANAGER for row in mine)
        role = MembershipRole.MANAGER if leads else MembershipRole.ADVISER
        if user_id not in there:
            place = {"organisation": takeover.successor, "role": role, "started_on": today}
            plan.add(made(Membership(user_id=user_id, **place)))
            plan.after[takeover.successor.pk] += 1
        elif leads:
            plan.add(changed(there[user_id], role=role))
        person = str(mine[0].user)
        plan.moved.append(f"{person} ({role.label})")
        if len(mine) > 1 or user_id in there:
            plan.warn(_("Personnes de plusieurs de ces équipes : une seule fonction continue."), person)


def _in_post() -> QuerySet[Membership]:
    return Membership.objects.filter(is_active=True)


def _invitations(takeover: Takeover, plan: Plan) -> None:
    """Who was invited joins the new structure."""
    waiting = Invitation.objects.filter(accepted_at=None, expires_at__gt=takeover.at)
    for row in takeover.kept(waiting.filter(organisation__in=takeover.old)):
        plan.add(changed(row, organisation_id=takeover.successor.pk))
        plan.move(row.organisation_id, takeover.successor.pk)
        plan.moved.append(row.email)


def _count_invitations(keys: Iterable[int]) -> Counts:
    return counted(Invitation.objects.filter(accepted_at=None, expires_at__gt=timezone.now()))(keys)


def _absences(takeover: Takeover, plan: Plan) -> None:
    """The absences of people go with them; that of a whole structure only when it alone becomes the new one."""
    today, successor = timezone.localdate(takeover.at), takeover.successor.pk
    concerned = Q(organisation__in=takeover.old) | Q(backup_organisation__in=takeover.old)
    for row in takeover.kept(Absence.objects.filter(concerned, ends_on__gte=today).select_related("user")):
        place = row.organisation_id
        if place in takeover.old:
            if row.user_id is None and not takeover.is_alone:
                plan.warn(_("Structures absentes tout entières : leur absence ne continue pas."), takeover.name(place))
            else:
                plan.move(place, successor)
                plan.moved.append(str(row.user or takeover.name(place)))
                place = successor
        backup = successor if row.backup_organisation_id in takeover.old else row.backup_organisation_id
        plan.add(changed(row, organisation_id=place, backup_organisation_id=None if backup == place else backup))


def _count_absences(keys: Iterable[int]) -> Counts:
    return counted(Absence.objects.filter(ends_on__gte=timezone.localdate()))(keys)


def _places(takeover: Takeover, plan: Plan) -> None:
    """The new structure runs the places of the old ones."""
    for row in takeover.kept(Place.objects.filter(host__in=takeover.old)):
        plan.add(changed(row, host_id=takeover.successor.pk))
        plan.move(row.host_id or 0, takeover.successor.pk)
        plan.moved.append(str(row))


def _hubs(takeover: Takeover, plan: Plan) -> None:
    """The hubs send requests to the new structure; they still know the old ones, whose sheets they keep reading."""
    rows = takeover.kept(InHub.objects.filter(organisation__in=takeover.everybody).select_related("hub"))
    there = {row.hub_id for row in rows if row.organisation_id == takeover.successor.pk}
    knows = set(Known.objects.filter(organisation__in=takeover.old).values_list("hub_id", "organisation_id"))
    for row in [row for row in rows if row.organisation_id in takeover.old]:
        plan.move(row.organisation_id)
        if (row.hub_id, row.organisation_id) not in knows:
            plan.add(made(Known(hub_id=row.hub_id, organisation_id=row.organisation_id)))
        if row.hub_id in there:
            plan.add(removed(row))
            continue
        there.add(row.hub_id)
        plan.add(changed(row, organisation_id=takeover.successor.pk))
        plan.after[takeover.successor.pk] += 1
        plan.moved.append(str(row.hub))


def _tell_team(succession: Succession) -> int:
    """Tell the people whose function moved, once each, if they still work for the successor."""
    moved = MovedRow.objects.filter(succession=succession, model=Membership._meta.label, after__is_active=False)
    rows = Membership.objects.filter(pk__in=moved.values("row"), user__is_active=True)
    before: dict[int, list[Membership]] = {}
    for row in rows.select_related("user", "organisation__succeeded_by").order_by("pk"):
        if row.organisation.succeeded_by:
            before.setdefault(row.user_id, []).append(row)
    return sum(
        post(StructureBecameMail(succession, mine))
        for mine in before.values()
        if mine[0].user.organisation_ids() & {row.organisation.succeeded_by_id for row in mine}
    )


def register() -> None:
    """Let successions move what this part holds."""
    affiliations, active = Affiliation.objects.current(), Organisation.objects.filter(is_active=True)
    for mover in (
        Mover("structures", gettext_lazy("structure en activité"), counted(active, "pk"), _structures),
        Mover(
            "network_members",
            gettext_lazy("membres du réseau"),
            counted(affiliations, "network__organisation"),
            _members_of_network,
        ),
        Mover("networks", gettext_lazy("réseaux rejoints"), counted(affiliations), _networks_joined),
        Mover("team", gettext_lazy("personnes de l’équipe"), counted(_in_post()), _team, tell=_tell_team),
        Mover("invitations", gettext_lazy("invitations en attente"), _count_invitations, _invitations),
        Mover("absences", gettext_lazy("absences en cours ou à venir"), _count_absences, _absences),
        Mover("places", gettext_lazy("lieux"), counted(Place.objects.all(), "host"), _places),
        Mover("hubs", gettext_lazy("guichets"), counted(InHub.objects.all()), _hubs),
    ):
        register_mover(mover)
