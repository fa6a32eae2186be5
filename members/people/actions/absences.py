"""Absences: noting one, refusing those that would leave everything to nobody, beginning and ending them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.attempts.retries import try_keys
from diginor.outbox.pacing import by_the_clock
from diginor.text import wording
from members.organisations.models import Organisation
from members.people.actions.refusals import PeopleRefusal
from members.people.models import Absence, User

# Sent inside the transaction of its first day, with `absence`, so that what the person follows goes to who stands in.
person_away = Signal()
# Sent inside the transaction that ends it before its last day, with `absence`, so that both hear who keeps what.
person_back = Signal()


class AbsenceRefused(PeopleRefusal):
    """An absence that cannot be noted; `field` is the one of the form that the reason is about."""

    field: ClassVar[str]


class AbsenceOverlaps(AbsenceRefused):
    """The same person or organisation is already away on these days."""

    field = "starts_on"
    message = _("Une autre absence couvre déjà une partie de ces jours.")


class NobodyPresent(AbsenceRefused):
    """Somebody of the organisation is there on every day, or it is away as a whole."""

    field = "backup"
    message = _(
        "Personne d’autre n’est présent ces jours-là : choisissez un relais, ou notez l’absence de toute la structure."
    )


class StandInOfAnotherTeam(AbsenceRefused):
    """Who stands in is a colleague."""

    field = "backup"
    message = _("Cette personne ne fait pas partie de l’équipe.")


class Crossed(AbsenceRefused):
    """Who stands in is there on every day: absences that cross would leave everything to nobody."""

    def __init__(self, row: Absence):
        super().__init__()
        self.values = {
            "away": row.user or row.organisation,
            "relay": row.backup or row.backup_organisation,
            "start": wording.day(row.starts_on, "short"),
            "end": wording.day(row.ends_on, "short"),
        }

    def __str__(self) -> str:
        return str(self.message) % self.values


class StandInAway(Crossed):
    """The colleague who would stand in is away on some of these days."""

    field = "backup"
    message = _("L’absence de %(away)s, du %(start)s au %(end)s, croise celle-ci : choisissez un autre relais.")


class RelayAway(StandInAway):
    """The organisation that would stand in is."""

    field = "backup_organisation"


class TeamAway(Crossed):
    """The whole team is, the colleague with it, and no other organisation stands in."""

    field = "backup"
    message = _(
        "%(away)s est en absence du %(start)s au %(end)s sans structure de relais :"
        " notez-la d’abord avec un relais, ou choisissez d’autres jours."
    )


class StandsIn(Crossed):
    """Who would be away already stands in for another on some of these days."""

    field = "user"
    message = _(
        "%(relay)s prend le relais de %(away)s du %(start)s au %(end)s :"
        " confiez d’abord ce relais à quelqu’un d’autre, ou choisissez d’autres jours."
    )


class TeamStandsIn(Crossed):
    """Somebody of the team that would be away stands in for a colleague, and no other organisation would."""

    field = "backup_organisation"
    message = _(
        "%(relay)s prend le relais de %(away)s du %(start)s au %(end)s :"
        " choisissez une structure de relais, ou d’autres jours."
    )


@transaction.atomic
def set_absence(
    organisation: Organisation,
    *,
    starts_on: date,
    ends_on: date,
    by: User,
    user: User | None = None,
    backup: User | None = None,
    backup_organisation: Organisation | None = None,
) -> Absence:
    """Note that an organisation, or one of its people, is away."""
    absence = Absence(
        organisation=organisation,
        user=user,
        starts_on=starts_on,
        ends_on=ends_on,
        backup=backup,
        backup_organisation=backup_organisation,
    )
    check_absence(absence)
    absence.save()
    _begin(absence)
    return absence


def check_absence(absence: Absence) -> None:
    """Raise the refusal that an absence to be noted would meet, if any.

    Inside a transaction: the organisations that it concerns are held until its end, so that of two absences that cross
    and are noted at once the second sees the first.
    """
    _hold(absence.organisation_id, absence.backup_organisation_id)
    first, last = absence.starts_on, absence.ends_on
    meanwhile = absence.organisation.absences.during(first, last)
    if meanwhile.filter(user=absence.user).exists():
        raise AbsenceOverlaps
    if absence.user and not absence.backup:
        others = User.objects.present(absence.organisation_id, first, last)
        if not others.exclude(pk=absence.user.pk).exists():
            raise NobodyPresent
    if absence.backup and not User.objects.advisers_of(absence.organisation_id).filter(pk=absence.backup.pk).exists():
        raise StandInOfAnotherTeam
    for refusal, rows in _crossing(absence):
        if row := rows.with_people().order_by("starts_on", "pk").first():
            raise refusal(row)


def _crossing(absence: Absence) -> Iterable[tuple[type[Crossed], Any]]:
    """Each way to cross another absence, with those that it crosses so."""
    during = Absence.objects.during(absence.starts_on, absence.ends_on)
    here = during.filter(organisation=absence.organisation)
    closings = during.filter(user=None)
    if absence.backup:
        yield StandInAway, here.filter(user=absence.backup)
        yield TeamAway, closings.filter(organisation=absence.organisation, backup_organisation=None)
    if absence.backup_organisation:
        yield RelayAway, closings.filter(organisation=absence.backup_organisation)
    if absence.user:
        yield StandsIn, here.filter(backup=absence.user)
        return
    yield StandsIn, during.filter(backup_organisation=absence.organisation)
    # A relay for the whole team answers in the place of whoever stood in.
    if not absence.backup_organisation:
        yield TeamStandsIn, here.filter(backup__isnull=False)


@by_the_clock()
def begin_absences() -> int:
    """Give to who stands in what the people away from today on follow; a second call the same day changes nothing."""
    due = Absence.objects.on(timezone.localdate()).filter(taken_over_at=None, user__isnull=False)
    return try_keys("begin_absences", due.order_by("pk").values_list("pk", flat=True), _begin_once)


def _begin_once(pk: int) -> bool:
    absence = Absence.objects.select_for_update(of=("self",)).with_people().filter(pk=pk).first()
    return _begin(absence) if absence else False


def _begin(absence: Absence) -> bool:
    """Tell the other parts, once, that a person is away; the organisation as a whole keeps its referrals."""
    today = timezone.localdate()
    if absence.user is None or absence.taken_over_at or not absence.starts_on <= today <= absence.ends_on:
        return False
    absence.taken_over_at = timezone.now()
    absence.save(update_fields=["taken_over_at"])
    person_away.send(Absence, absence=absence)
    return True


@transaction.atomic
def cancel_absence(absence: Absence, *, by: User) -> None:
    """Forget an absence to come, or end today one that has begun; a second call changes nothing."""
    _hold(absence.organisation_id)
    today = timezone.localdate()
    row = Absence.objects.select_for_update(of=("self",)).with_people().filter(pk=absence.pk).first()
    if row is None or row.ends_on < today:
        return
    person_back.send(Absence, absence=row)
    if row.starts_on >= today:
        row.delete()
    else:
        row.ends_on = today - timedelta(days=1)
        row.save(update_fields=["ends_on"])


def _hold(*organisations: int | None) -> None:
    """Hold organisations in the order of their keys, as whoever takes more than one must."""
    # Without their keys: a step that holds a request writes rows which name them, and must not wait for us.
    rows = Organisation.objects.filter(pk__in=[key for key in organisations if key]).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
