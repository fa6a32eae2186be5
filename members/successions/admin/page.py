"""What the page of a succession shows: what would move with its conflicts, or what moved and may come back."""

from typing import Any

from django.apps import apps
from django.db.models import Count
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.organisations.models import Organisation
from members.successions.actions import successions
from members.successions.models import Succession

# Names shown of one kind; the rest is counted.
SHOWN = 60


def asked_successor(row: Succession, slug: str) -> Organisation | None:
    """The successor named in the address or the form, where there is a choice."""
    return next((place for place in successions.successors(row) if place.slug == slug), None)


def context_of(request: HttpRequest, row: Succession) -> dict[str, Any]:
    """Everything that the page needs."""
    user: Any = request.user
    context = {
        "succession": row,
        "facts": facts_of(row),
        "may_decide": Succession.objects.decided_by(user).filter(pk=row.pk).exists(),
        "may_be_undone": successions.may_be_undone(row),
        "may_be_written": row.applied_at is None,
        "choices": [],
        "plan": None,
        "refusal": "",
        "moved": [],
    }
    if row.applied_at:
        return {**context, "moved": moved_of(row)}
    chosen = asked_successor(row, request.GET.get("suite", ""))
    places = successions.successors(row)
    if len(places) > 1:
        context["choices"] = [{"place": place, "is_current": place == (chosen or places[0])} for place in places]
    try:
        plan = successions.preview(row, chosen)
    except successions.SuccessionRefusal as refusal:
        return {**context, "refusal": str(refusal)}
    has_conflicts = any(line.plan.conflicts for line in plan.lines)
    shown = {"lines": lines_of(plan), "columns": plan.takeover.everybody, "has_conflicts": has_conflicts}
    return {**context, "plan": plan, **shown}


def facts_of(row: Succession) -> list[tuple[str, str]]:
    """The succession in a few facts."""
    effect = row.effective_on.in_words() if row.effective_on else ""
    planned = _("%(day)s (prévu)") % {"day": effect} if row.is_effective_planned else effect
    return [
        (_("Nature"), capfirst(row.get_kind_display())),
        *((capfirst(part.get_role_display()), part.organisation.name) for part in row.parts.all()),
        (_("Annoncée"), row.announced_on.in_words() if row.announced_on else ""),
        (_("Dossier déposé"), row.filed_on.in_words() if row.filed_on else ""),
        (_("Effet"), planned),
        (_("Source"), row.source),
    ]


def lines_of(plan: successions.Preview) -> list[dict[str, Any]]:
    """What moves of each kind, with how many each structure has before and after."""
    keys = [place.pk for place in plan.takeover.everybody]
    return [
        {
            "label": capfirst(str(line.label)),
            "cells": [(line.before[key], line.after[key]) for key in keys],
            "conflicts": [(rule, _shown(names)) for rule, names in line.plan.conflicts.items()],
            "moved": _shown(line.plan.moved),
        }
        for line in plan.lines
        if not line.is_empty
    ]


def _shown(names: list[str]) -> dict[str, Any]:
    return {"names": names[:SHOWN], "count": len(names), "more": max(len(names) - SHOWN, 0)}


def moved_of(row: Succession) -> list[tuple[str, int]]:
    """How many rows of each kind were written, by the names that people know."""
    found = row.moved_rows.order_by().values_list("model").annotate(Count("pk"))
    totals: dict[str, int] = {}
    for label, count in found:
        name = capfirst(successions.kind_in_words(apps.get_model(label)))
        totals[name] = totals.get(name, 0) + count
    return sorted(totals.items())
