"""Loading the official territories, and keeping the history of merged communes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from members.territories.actions.drawing import copy_links, redraw_all
from members.territories.actions.official_files import Geography, Place, read_geography
from members.territories.enums import TerritoryKind
from members.territories.models import Containment, Territory
from members.territories.rules.containment import Key, closure
from members.territories.rules.place_names import plain_name

FIELDS = ("name", "search_name", "postcodes", "population", "valid_from", "valid_until", "successor")
_BATCH = 2000
Known = dict[Key, Territory]


@dataclass
class LoadReport:
    created: int = 0
    updated: int = 0
    ended: int = 0
    unchanged: int = 0
    links_created: int = 0
    links_removed: int = 0

    @property
    def writes(self) -> int:
        """Rows that the load wrote or removed."""
        return self.created + self.updated + self.ended + self.links_created + self.links_removed


@transaction.atomic
def load_territories(regions: Iterable[str] | None = None, geography: Geography | None = None) -> LoadReport:
    """Bring the territories to an edition of the official geographic code: the whole country, or what touches regions.

    A second load of the same edition writes nothing. A commune that a whole edition no longer has is ended on the first
    day of that edition and tied to the commune that took it over; nothing is ever deleted but outdated inclusions.
    """
    edition = geography or read_geography()
    scope = edition.around(set(regions)) if regions else edition
    report = LoadReport()
    known = {(row.kind, row.code): row for row in Territory.objects.exclude(kind=TerritoryKind.ADHOC)}
    _write_places(scope, known, report)
    ended = {} if regions else _end_vanished(edition, known, report)
    _write_links(edition, ended, set(scope.places), known, report)
    if report.writes:
        _refresh_statistics()
        redraw_all()
    return report


def _write_places(scope: Geography, known: Known, report: LoadReport) -> None:
    places = scope.places.values()
    _write_batch([place for place in places if place.key not in scope.parts_of], scope, known, report)
    _write_batch([place for place in places if place.key in scope.parts_of], scope, known, report)


def _write_batch(places: list[Place], scope: Geography, known: Known, report: LoadReport) -> None:
    new, changed = [], []
    for place in places:
        commune = known[scope.parts_of[place.key]] if place.key in scope.parts_of else None
        wanted = {
            "name": place.name,
            "search_name": plain_name(place.name),
            "postcodes": list(place.postcodes),
            "population": place.population,
            "successor_id": commune and commune.pk,
        }
        row = known.get(place.key)
        if row is None:
            new.append(Territory(kind=place.kind, code=place.code, **wanted))
        elif row.valid_until or any(getattr(row, name) != value for name, value in wanted.items()):
            _set(row, **wanted, **_restored(row, scope.edition))
            changed.append(row)
        else:
            report.unchanged += 1
    Territory.objects.bulk_create(new, batch_size=_BATCH)
    _update(changed)
    known.update({(row.kind, row.code): row for row in new})
    report.created += len(new)
    report.updated += len(changed)


def _restored(row: Territory, edition: date) -> dict[str, date | None]:
    """A commune that a later edition separates again exists anew from that edition on."""
    return {"valid_from": edition, "valid_until": None} if row.valid_until else {}


def _end_vanished(edition: Geography, known: Known, report: LoadReport) -> dict[Key, Key]:
    """End what the edition no longer has; the commune of today that each ended commune belongs to."""
    heirs, ended = {}, []
    for key, row in known.items():
        if key in edition.places:
            continue
        heir = _heir(edition, key)
        if heir:
            heirs[key] = heir
        successor_id = known[heir].pk if heir else row.successor_id
        until = row.valid_until or edition.edition
        if (row.valid_until, row.successor_id) != (until, successor_id):
            _set(row, valid_until=until, successor_id=successor_id)
            ended.append(row)
    _update(ended)
    report.ended = len(ended)
    _follow_successors()
    return heirs


def _heir(edition: Geography, key: Key) -> Key | None:
    """The commune of today that took over a commune that the edition no longer has."""
    if key[0] not in (TerritoryKind.COMMUNE, TerritoryKind.DELEGATED):
        return None
    return edition.former_codes.get(key[1]) or edition.parts_of.get((TerritoryKind.DELEGATED, key[1]))


def _follow_successors() -> None:
    """Tie to the commune of today what was tied to a commune that has itself been merged since.

    Followed here and not by a join: just after a first load the database has no statistics of the table yet.
    """
    heirs = dict(Territory.objects.filter(successor__isnull=False).values_list("pk", "successor_id"))
    for pk in [pk for pk, heir in heirs.items() if heir in heirs]:
        last = heirs[pk]
        while last in heirs:
            last = heirs[last]
        Territory.objects.filter(pk=pk).update(successor=last)


def _write_links(edition: Geography, ended: dict[Key, Key], loaded: set[Key], known: Known, report: LoadReport) -> None:
    loaded = loaded | set(ended)
    ids = {key: known[key].pk for key in loaded}
    wanted = {
        (ids[container], ids[part])
        for container, part in closure(edition.groups_of, edition.parts_of | ended)
        if container in ids and part in ids
    }
    known_ids = set(ids.values())
    lasting = {pk for key, pk in ids.items() if key not in ended}
    # Read without a join: in the transaction of a first load, the planner still believes that the table is empty.
    links = Containment.objects.values_list("container_id", "part_id", "pk")
    drawn = set(Territory.objects.of_kind(TerritoryKind.ADHOC).values_list("pk", flat=True))
    stored = {(container, part): pk for container, part, pk in links if not drawn & {container, part}}
    outdated = [pair for pair in stored.keys() - wanted if pair[0] in lasting and pair[1] in known_ids]
    for start in range(0, len(outdated), _BATCH):
        Containment.objects.filter(pk__in=[stored[pair] for pair in outdated[start : start + _BATCH]]).delete()
    report.links_removed = len(outdated)
    report.links_created = copy_links(wanted - stored.keys())


def _refresh_statistics() -> None:
    with connection.cursor() as cursor:
        for model in (Territory, Containment):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _update(rows: list[Territory]) -> None:
    """Update many rows by an insert that meets its own key: ten times faster than `bulk_update`."""
    Territory.objects.bulk_create(
        rows, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=FIELDS
    )


def _set(row: Territory, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
