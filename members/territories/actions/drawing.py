"""Drawing territories of one's own from others, and drawing them again when what they are made of changes."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from members.territories.enums import TerritoryKind
from members.territories.models import Containment, DrawnTerritory, Territory, TerritoryPart
from members.territories.queries.drawn import communes_by_part, communes_held, recipes
from members.territories.rules.drawing import Communes, communes_drawn, drawing_order, made_of
from members.territories.rules.place_names import plain_name


class DrawingRefused(Exception):
    """A recipe that gives no territory; `message` says why to the person."""

    message: ClassVar[object] = ""

    def __str__(self) -> str:
        return str(self.message)


class NothingDrawn(DrawingRefused):
    """No commune is left."""

    message = _("Ce territoire ne contient aucune commune. Ajoutez un territoire, ou retirez-en moins.")


class DrawnFromItself(DrawingRefused):
    """A territory would be made of itself, directly or through others."""

    message = _("Ce territoire entre déjà dans la composition d’une de ses parties. Retirez cette partie.")


@transaction.atomic
def draw_territory(code: str, name: str, parts: Iterable[Territory], without: Iterable[Territory] = ()) -> Territory:
    """Make, or draw again, a territory of a project: every commune of its parts, but those of what it leaves out.

    The recipe is kept, so that the territory follows its parts. Raises DrawingRefused when it would be empty or made of
    itself, and then changes nothing.
    """
    DrawnTerritory.objects.locked()
    drawn, _created = Territory.objects.update_or_create(
        kind=TerritoryKind.ADHOC, code=code, defaults={"name": name, "search_name": plain_name(name)}
    )
    wanted = {part.pk: False for part in parts} | {part.pk: True for part in without}
    TerritoryPart.objects.filter(drawn=drawn).exclude(part__in=wanted).delete()
    TerritoryPart.objects.bulk_create(
        [TerritoryPart(drawn=drawn, part_id=pk, is_left_out=is_left_out) for pk, is_left_out in wanted.items()],
        update_conflicts=True,
        unique_fields=["drawn", "part"],
        update_fields=["is_left_out"],
    )
    redraw_territory(drawn)
    return drawn


@transaction.atomic
def redraw_territory(drawn: Territory) -> None:
    """Draw a territory by its recipe as it is now, then every territory made of it."""
    DrawnTerritory.objects.locked()
    parts_of = recipes()
    if drawn.pk in made_of(drawn.pk, parts_of):
        raise DrawnFromItself
    if not _draw(drawn.pk):
        raise NothingDrawn
    for pk in drawing_order(parts_of):
        if drawn.pk in made_of(pk, parts_of):
            _draw(pk)


@transaction.atomic
def redraw_all() -> None:
    """Draw every territory again, each after those it is made of; one without a recipe keeps its communes of today."""
    DrawnTerritory.objects.locked()
    parts_of = recipes()
    for pk in drawing_order(parts_of):
        if pk in parts_of:
            _draw(pk)


def communes_of_recipe(taken: Iterable[int], left_out: Iterable[int]) -> Communes:
    """The communes that a recipe gives, without drawing it."""
    taken, left_out = list(taken), list(left_out)
    communes = communes_by_part([*taken, *left_out])
    none: set[int] = set()
    return communes_drawn(
        (communes.get(pk, none) for pk in taken),
        (communes.get(pk, none) for pk in left_out),
    )


def copy_links(pairs: set[tuple[int, int]]) -> int:
    """Insert inclusions as two arrays: a quarter of a million pairs take two seconds instead of ten."""
    if pairs:
        containers, parts = zip(*sorted(pairs), strict=True)
        insert = "INSERT INTO members_containment (container_id, part_id) SELECT * FROM unnest(%s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(insert, [list(containers), list(parts)])
    return len(pairs)


def _draw(drawn: int) -> bool:
    """Link a territory to what lies whole inside and around it; tell whether it holds a commune."""
    recipe = list(TerritoryPart.objects.filter(drawn=drawn).order_by("pk").values_list("part", "is_left_out"))
    if recipe:
        taken = [part for part, is_left_out in recipe if not is_left_out]
        communes = set(communes_of_recipe(taken, [part for part, is_left_out in recipe if is_left_out]))
    else:
        communes = communes_held(drawn)
    _write_links(drawn, communes)
    return bool(communes)


def _write_links(drawn: int, communes: set[int]) -> None:
    wanted: set[tuple[int, int]] = set()
    if communes:
        inside = Containment.objects.whole_inside(communes)
        around = Containment.objects.whole_around(communes) - inside
        wanted = {(drawn, part) for part in inside} | {(container, drawn) for container in around}
    stored = {
        (container, part): pk
        for container, part, pk in Containment.objects.of_territory(drawn).values_list("container", "part", "pk")
    }
    outdated = [pk for pair, pk in stored.items() if pair not in wanted]
    Containment.objects.filter(pk__in=outdated).delete()
    copy_links(wanted - stored.keys())
