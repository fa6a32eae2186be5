"""A structure becomes another: what would move, moving it in one action, taking it back the same day, telling it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.attempts.retries import try_keys
from diginor.outbox.pacing import by_the_clock
from members.facts.rules.partial_dates import PartialDate
from members.organisations.models import Organisation
from members.people.actions.refusals import PeopleRefusal
from members.people.models import User
from members.successions.actions import journal
from members.successions.actions.movers import Counts, Plan, Takeover, movers
from members.successions.enums import SuccessionRole
from members.successions.models import Succession

# Mails of the day after are written for so long if the clock was stopped meanwhile.
TOLD_FOR = timedelta(days=7)


class SuccessionRefusal(PeopleRefusal):
    """A succession that cannot be applied or taken back."""


class WithoutParts(SuccessionRefusal):
    """Nobody becomes, or nobody goes on."""

    message = gettext_lazy("Indiquez au moins une structure d’origine et une structure qui prend la suite.")


class AppliedAlready(SuccessionRefusal):
    """The relations have moved already."""

    message = gettext_lazy("Cette opération est déjà faite.")


class NotApplied(SuccessionRefusal):
    """There is nothing to take back."""

    message = gettext_lazy("Cette opération n’est pas faite : il n’y a rien à annuler.")


class PlanChanged(SuccessionRefusal):
    """What would move is no longer what was shown."""

    message = gettext_lazy("Des relations ont changé depuis cet aperçu : relisez-le, puis recommencez.")


class NextDay(SuccessionRefusal):
    """The day is over, people were told."""

    message = gettext_lazy("Une opération s’annule le jour même. Les personnes concernées sont maintenant prévenues.")


class StillUsed(SuccessionRefusal):
    """Something was added since to what the succession made."""

    message = gettext_lazy("Ce que cette opération a créé sert depuis à autre chose : elle ne s’annule plus.")


class Succeeded(SuccessionRefusal):
    """A structure ended before, in another succession."""

    def __init__(self, place: Organisation):
        super().__init__()
        facts = {"name": place, "successor": place.succeeded_by}
        self.message = _("%(name)s a déjà une suite : %(successor)s.") % facts  # type: ignore[misc]


class ChangedSince(SuccessionRefusal):
    """Rows that moved were changed by others."""

    def __init__(self, kinds: Iterable[tuple[str, int]]):
        super().__init__()
        listed = ", ".join(f"{name} ({count})" for name, count in kinds)
        text = _("Des relations déplacées ont changé depuis : %(kinds)s. L’opération ne s’annule plus.")
        self.message = text % {"kinds": listed}  # type: ignore[misc]


@dataclass(frozen=True)
class Line:
    """What moves of one kind, as the preview shows it and as it is done."""

    name: str
    label: str | Promise
    before: Counts
    plan: Plan

    @property
    def after(self) -> Counts:
        """How many each structure has afterwards."""
        return self.plan.after

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this kind is concerned."""
        return not self.plan.changes and not self.plan.conflicts


@dataclass(frozen=True)
class Preview:
    """All that a succession does, line by line."""

    takeover: Takeover
    lines: list[Line]

    @property
    def changes(self) -> list[journal.Change]:
        return [change for line in self.lines for change in line.plan.changes]

    @property
    def digest(self) -> str:
        """A mark of what is planned, whatever the instant: the same plan has the same mark."""
        facts = sorted(f"{each.model._meta.label}:{each.row.pk}:{json.dumps(each.before)}" for each in self.changes)
        counts = [[line.name, sorted(line.after.items())] for line in self.lines]
        text = json.dumps([self.takeover.successor.pk, facts, counts])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def successors(succession: Succession) -> list[Organisation]:
    """Who may take the live relations: one, unless the structure is split."""
    return succession.organisations(SuccessionRole.SUCCESSOR)


def preview(succession: Succession, successor: Organisation | None = None) -> Preview:
    """What applying the succession would do now; nothing is changed."""
    return _planned(_takeover(succession, successor, by=None, is_done=False))


@transaction.atomic
def apply(succession: Succession, *, by: User, successor: Organisation | None = None, digest: str = "") -> Preview:
    """Move the live relations to the successor; `digest` is the mark of the preview that the person has read."""
    succession = Succession.objects.select_for_update(of=("self",)).get(pk=succession.pk)
    if succession.applied_at:
        raise AppliedAlready
    plan = _planned(_takeover(succession, successor, by=by, is_done=True))
    if digest and digest != plan.digest:
        raise PlanChanged
    journal.write(succession, plan.changes)
    succession.applied_at, succession.applied_by = plan.takeover.at, by
    succession.save(update_fields=["applied_at", "applied_by"])
    return plan


@transaction.atomic
def undo(succession: Succession, *, by: User) -> int:
    """Give everything back as it was, on the day of the succession only; return how many rows were given back."""
    succession = Succession.objects.select_for_update(of=("self",)).get(pk=succession.pk)
    if succession.applied_at is None:
        raise NotApplied
    if not may_be_undone(succession):
        raise NextDay
    _locked([part.organisation_id for part in succession.parts.all()])
    for mover in movers():
        if mover.lock:
            mover.lock(succession)
    if found := journal.changed_since(succession):
        raise ChangedSince(sorted((kind_in_words(model), count) for model, count in found.items()))
    try:
        count = journal.take_back(succession)
    except journal.StillUsed as error:
        raise StillUsed from error
    succession.applied_at = succession.applied_by = None
    succession.save(update_fields=["applied_at", "applied_by"])
    return count


def may_be_undone(succession: Succession) -> bool:
    """Whether it was applied today, in Paris."""
    return succession.applied_at is not None and timezone.localdate(succession.applied_at) == timezone.localdate()


@by_the_clock()
def tell_successions() -> int:
    """The day after, tell the people and the companies concerned, each once; return how many mails were asked for."""
    today, since = timezone.localdate(), timezone.now() - TOLD_FOR
    rows = Succession.objects.filter(applied_at__gte=since).order_by("applied_at", "pk")
    keys = [row.pk for row in rows if row.applied_at and timezone.localdate(row.applied_at) < today]
    return try_keys("tell_successions", keys, _tell)


def _tell(pk: int) -> int:
    # It may be taken back at this very moment.
    succession = Succession.objects.select_for_update().filter(pk=pk, applied_at__isnull=False).first()
    return sum(mover.tell(succession) for mover in movers() if mover.tell) if succession else 0


def _takeover(succession: Succession, successor: Organisation | None, *, by: User | None, is_done: bool) -> Takeover:
    old = [place.pk for place in succession.organisations(SuccessionRole.PREDECESSOR)]
    chosen = [place.pk for place in successors(succession) if successor is None or place.pk == successor.pk]
    if not old or not chosen:
        raise WithoutParts
    keys = [*old, chosen[0]]
    rows = _locked(keys) if is_done else {row.pk: row for row in Organisation.objects.filter(pk__in=keys)}
    for row in rows.values():
        if row.succeeded_by_id:
            raise Succeeded(row)
    at = timezone.now()
    since: Any = succession.effective_on or PartialDate.on(timezone.localdate(at))
    places = [rows[key] for key in old]
    return Takeover(succession, places, rows[chosen[0]], at=at, since=since, by=by, is_done=is_done)


def _locked(keys: list[int]) -> dict[int, Organisation]:
    """Lock structures in the order of their keys; rows that only point to them are still written meanwhile."""
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows}


def _planned(takeover: Takeover) -> Preview:
    keys, lines = [place.pk for place in takeover.everybody], []
    for mover in movers():
        before = mover.count(keys)
        plan = Plan(after=dict(before))
        mover.plan(takeover, plan)
        lines.append(Line(mover.name, mover.label, before, plan))
    return Preview(takeover, lines)


def kind_in_words(model: type) -> str:
    """The rows of a table, as people call them."""
    meta = model._meta  # type: ignore[attr-defined]
    return str((meta.auto_created._meta if meta.auto_created else meta).verbose_name_plural)
