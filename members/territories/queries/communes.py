"""Which communes a text names: the one reading behind every field, file and search that asks for a commune."""

from collections import defaultdict
from collections.abc import Iterable

from members.territories.models import Territory
from members.territories.rules.place_names import PlaceText, full_number, is_of_department, name_variants, read_place

LONGEST_TEXT = 120


def communes_named(texts: Iterable[str]) -> dict[str, list[Territory]]:
    """The communes that each text names exactly: by a name of today or a former one, a postcode, an official code.

    One alone is certain; several are namesakes, the most populated first, and a person chooses; none means that the
    text only resembles something: `communes_like` says what. Each is the row that was named, a merged commune or a
    district included: `today` is the commune it now belongs to, and comes once.
    """
    places = {text: read_place(text[:LONGEST_TEXT]) for text in texts}
    known = _Known(places.values())
    return {text: known.named(place) for text, place in places.items()}


def commune_named(text: str) -> Territory | None:
    """The commune of today that a text names without any doubt."""
    rows = communes_named([text])[text]
    return rows[0].today if len(rows) == 1 else None


def commune_proposals(text: str, most: int) -> list[Territory]:
    """Every commune that a text names, else those that it resembles, the nearest first; `found_as` is another name."""
    if rows := communes_named([text])[text]:
        return [row.as_today() for row in rows]
    return list(Territory.objects.communes_like(text)[:most])


class _Known:
    """What the database knows of the names and numbers of some texts, read at once."""

    def __init__(self, places: Iterable[PlaceText]) -> None:
        ways = {way for place in places for way in place.ways}
        self.by_name: dict[str, list[Territory]] = defaultdict(list)
        self.by_postcode: dict[str, list[Territory]] = defaultdict(list)
        self.by_code: dict[str, list[Territory]] = defaultdict(list)
        names = {variant for name, _digits in ways if name for variant in name_variants(name)}
        numbers = {full_number(digits) for _name, digits in ways} - {""}
        for row in Territory.objects.named_or_numbered(names, numbers):
            self.by_name[row.search_name].append(row)
            self.by_code[row.code].append(row)
            for number in row.postcodes:
                self.by_postcode[number].append(row)

    def named(self, place: PlaceText) -> list[Territory]:
        """The rows that a text names, one for each commune of today."""
        found: dict[int, Territory] = {}
        for way in place.ways:
            for row in self._called(*way, place):
                # Of a commune of today and what it has taken over, its own row speaks.
                if row.today.pk not in found or row.today == row:
                    found[row.today.pk] = row
        return sorted(found.values(), key=lambda row: (-(row.today.population or 0), row.pk))

    def _called(self, name: str, digits: str, place: PlaceText) -> list[Territory]:
        if not name:
            # The same figures may be the postcode of one commune and the code of another: people write postcodes.
            return (self.by_postcode.get(digits) or self.by_code.get(digits, [])) if len(digits) == 5 else []
        own, *others = name_variants(name)
        for names in ([own], others):
            rows = [row for one in names for row in self.by_name.get(one, ())]
            if found := [row for row in rows if self._agrees(row, digits, place)]:
                return [row for row in found if row.code == digits] or found
        return []

    def _agrees(self, row: Territory, digits: str, place: PlaceText) -> bool:
        """Whether digits are of a commune; a postcode in no table, a CEDEX, only has to be of its département."""
        both = [row.code, row.today.code, *row.postcodes, *row.today.postcodes]
        if any(number.startswith(digits) for number in both) or full_number(digits) in both:
            return True
        is_in_no_table = place.is_cedex or (place.is_postal and digits not in self.by_postcode)
        return len(digits) == 5 and is_in_no_table and is_of_department(row.code, digits)
