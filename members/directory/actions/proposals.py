"""The sheets of the directory: changed by those who know, read again by the staff where it matters."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from diginor.outbox.posting import post
from diginor.web.journal import note
from diginor.workflow.history import Party
from members.directory.enums import ProposalStep
from members.directory.models import SheetEvent, SheetProposal
from members.directory.notifications import ProposalAnsweredMail, ProposalToReadMail
from members.directory.rules import AT_ONCE, WAITING, Line, changed, lines
from members.hubs.models import Hub
from members.organisations.models import Organisation
from members.organisations.rules.logos import EXTENSIONS, type_of
from members.people.actions.refusals import PeopleRefusal
from members.people.enums import MembershipRole
from members.people.models import Membership, User
from members.territories.models import Territory

MOST_OPEN_LISTINGS = 3


class TooManyListings(PeopleRefusal):
    """A person lists a few organisations at a time."""

    message = _("Plusieurs de vos inscriptions attendent déjà l’équipe du guichet. Attendez sa réponse.")


class SiretTaken(PeopleRefusal):
    """Another organisation has this number."""

    message = _("Une autre structure porte déjà ce SIRET : réunissez-les, ou refusez le changement.")


class NoHub(PeopleRefusal):
    """No hub is there to read the proposal."""

    message = _("Aucun guichet ne peut relire votre fiche pour le moment.")


def stored(organisation: Organisation) -> dict[str, Any]:
    """The sheet as a proposal writes it: a commune by its code."""
    values = {name: getattr(organisation, name) for name in (*AT_ONCE, *WAITING) if name != "commune"}
    return values | {"commune": organisation.commune.code if organisation.commune else ""}


def commune_typed(code: str) -> dict[str, str]:
    """What the fields of the commune hold when it is known."""
    place = _commune(code)
    return {"commune": place.name, "commune_code": place.code} if place else {"commune": "", "commune_code": ""}


def difference(proposal: SheetProposal, known: Organisation | None) -> list[Line]:
    """What a proposal changes of its `target`, in words."""
    columns: Any = Organisation._meta
    labels = {name: capfirst(str(columns.get_field(name).verbose_name)) for name in (*WAITING, *AT_ONCE)}
    before = stored(known) if known else {}
    return lines(labels, before, proposal.values, lambda code: place.label if (place := _commune(code)) else code)


@transaction.atomic
def propose_changes(organisation: Organisation, *, values: Mapping[str, Any], by: User) -> SheetProposal | None:
    """Write what needs nobody's word, propose the rest; return the proposal that now waits, if any."""
    organisation = (
        Organisation.objects.select_for_update(of=("self",)).select_related("commune").get(pk=organisation.pk)
    )
    before = stored(organisation)
    at_once = changed(before, values, AT_ONCE)
    for name, value in at_once.items():
        setattr(organisation, name, value)
    if at_once:
        organisation.save(update_fields=list(at_once))
        note(organisation, at_once, by=by)
    return _propose(organisation, changed(before, values, WAITING), by)


@transaction.atomic
def set_logo(organisation: Organisation, upload: UploadedFile | None, *, by: User) -> None:
    """Replace the logo, or remove it; the old file goes once the change is sure."""
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    old, storage = organisation.logo.name, organisation.logo.storage
    if upload:
        organisation.logo.save(f"{uuid4().hex}.{EXTENSIONS[type_of(upload)]}", upload, save=False)
    else:
        organisation.logo = ""
    organisation.save(update_fields=["logo"])
    note(organisation, ["logo"], by=by)
    if old:
        transaction.on_commit(lambda: storage.delete(old))


def _propose(organisation: Organisation, values: dict[str, Any], by: User) -> SheetProposal | None:
    waiting = organisation.proposals.pending().first()
    if waiting and waiting.values == values:
        return waiting
    if waiting and not values:
        withdraw(waiting, by=by)
        return None
    if not values:
        return None
    if waiting is None:
        waiting = SheetProposal(organisation=organisation, hub=_hub_of(organisation))
    waiting.values, waiting.proposed_by = values, by
    waiting.save()
    post(ProposalToReadMail(waiting))
    return waiting


@transaction.atomic
def list_organisation(*, values: dict[str, Any], by: User) -> SheetProposal:
    """Propose an organisation that is not in the directory yet; the same one twice waits once."""
    User.objects.select_for_update().get(pk=by.pk)
    mine = SheetProposal.objects.pending().filter(proposed_by=by, organisation=None)
    same = [row for row in mine if row.values.get("name", "").lower() == values["name"].lower()]
    if same:
        return same[0]
    if len(mine) >= MOST_OPEN_LISTINGS:
        raise TooManyListings
    hub = Hub.objects.for_commune(_commune(values.get("commune", "")))
    if hub is None:
        raise NoHub
    proposal = SheetProposal.objects.create(hub=hub, values=values, proposed_by=by)
    post(ProposalToReadMail(proposal))
    return proposal


@transaction.atomic
def accept(proposal: SheetProposal, *, by: User) -> Organisation:
    """Write what was proposed; who lists an organisation without a manager becomes its manager."""
    proposal.take(ProposalStep.ACCEPT, by=by, party=Party.HUB)
    known = target(proposal)
    leads = will_manage(proposal, known)
    organisation = known or Organisation(slug=Organisation.objects.free_slugs([(proposal.values["name"], "")])[0])
    for name, value in proposal.values.items():
        setattr(organisation, name, _commune(value) if name == "commune" else value)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        raise SiretTaken from error
    if known:
        note(organisation, proposal.values, by=by)
    if proposal.organisation is None:
        _publish(proposal, organisation, manager=proposal.proposed_by if leads else None)
    post(ProposalAnsweredMail(proposal))
    return organisation


def target(proposal: SheetProposal) -> Organisation | None:
    """Whose sheet accepting changes: its organisation, or the one that has the number of who lists itself.

    An SME that once asked is the same record when it is listed.
    """
    siret = proposal.values.get("siret", "")
    if proposal.organisation or not siret:
        return proposal.organisation
    return Organisation.objects.filter(siret=siret).order_by("pk").first()


def will_manage(proposal: SheetProposal, known: Organisation | None) -> bool:
    """Whether accepting makes the person who proposed the manager: nobody else manages the `target`."""
    return proposal.organisation is None and not (known and User.objects.managers_of(known.pk).exists())


def forget_name(user: User) -> None:
    """Take the name of a person whose account is closed out of the history of the directory."""
    SheetEvent.objects.filter(by=user).update(by_name="")


def _publish(proposal: SheetProposal, organisation: Organisation, *, manager: User | None) -> None:
    if manager and manager.is_active:
        Membership.objects.update_or_create(
            user=manager,
            organisation=organisation,
            defaults={"role": MembershipRole.MANAGER, "is_active": True, "ended_on": None},
        )
    organisation.is_listed = True
    organisation.save(update_fields=["is_listed"])
    organisation.known_by.add(proposal.hub)
    proposal.organisation = organisation
    proposal.save(update_fields=["organisation"])


@transaction.atomic
def refuse(proposal: SheetProposal, *, why: str, by: User) -> None:
    """Leave the sheet as it is, and say why."""
    proposal.take(ProposalStep.REFUSE, by=by, why=why, party=Party.HUB, changes={"answer": why})
    post(ProposalAnsweredMail(proposal))


@transaction.atomic
def withdraw(proposal: SheetProposal, *, by: User) -> None:
    """Take a proposal back before it is read."""
    proposal.take(ProposalStep.WITHDRAW, by=by, party=Party.ORGANISATION)


def _hub_of(organisation: Organisation) -> Hub:
    hub = organisation.hubs.order_by("pk").first() or organisation.known_by.order_by("pk").first()
    hub = hub or Hub.objects.for_commune(organisation.commune)
    if hub is None:
        raise NoHub
    return hub


def _commune(code: str) -> Territory | None:
    return Territory.objects.communes().filter(code=code).order_by("pk").first() if code else None
