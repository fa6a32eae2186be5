"""The rule of coverage equals a plain reading, commune by commune."""

from hypothesis import given
from hypothesis import strategies as st

from steering.coverage.rules.coverage import NONE, PART, WHOLE, Land, Offered, coverage, reach
from tests import filled

COMMUNES = range(12)
some = st.frozensets(st.sampled_from(COMMUNES), max_size=9)
ids = st.frozensets(st.integers(0, 4), max_size=3)


@st.composite
def countries(draw):
    """Communes in units, territories and hubs as plain sets of communes, and offers."""
    unit_of = draw(st.lists(st.integers(0, 4), min_size=len(COMMUNES), max_size=len(COMMUNES)))
    units = {unit: frozenset(c for c in COMMUNES if unit_of[c] == unit) for unit in set(unit_of)}
    territories = draw(st.lists(some, min_size=5, max_size=5))
    hubs = draw(st.lists(some, min_size=1, max_size=4))
    fallback = draw(st.none() | st.integers(0, len(hubs) - 1))
    hubs_of_offer = st.frozensets(st.integers(0, len(hubs) - 1), max_size=2)
    offers = draw(
        st.lists(
            st.builds(Offered, st.integers(0, 2), st.integers(0, 99), hubs_of_offer, ids),
            max_size=10,
            unique_by=lambda offer: (offer.topic, offer.organisation),
        )
    )
    return units, territories, hubs, fallback, offers


def split(communes, units):
    """A set of communes, unit by unit."""
    return {unit: communes & inside for unit, inside in units.items() if communes & inside}


def hub_of(commune, hubs, fallback):
    """The hub that a request from a commune falls to."""
    return next((number for number, inside in enumerate(hubs) if commune in inside), fallback)


@given(countries())
def test_each_cell_equals_a_reading_of_every_commune(country):
    units, territories, hubs, fallback, offers = country
    grounds = {number: split(inside, units) for number, inside in enumerate(territories)}
    falls = reach(units, [(number, split(inside, units)) for number, inside in enumerate(hubs)], fallback)
    cells = coverage(offers, Land(units, grounds, falls), [0, 1, 2])
    for topic in range(3):
        for unit, inside in filled.some(units.items()):
            serving = {
                commune: {
                    offer.organisation
                    for offer in offers
                    if offer.topic == topic
                    and hub_of(commune, hubs, fallback) in offer.hubs
                    and (not offer.territories or any(commune in territories[place] for place in offer.territories))
                }
                for commune in inside
            }
            everybody = set().union(*serving.values())
            whole = {one for one in everybody if all(one in served for served in serving.values())}
            cell = cells[topic][unit]
            served = [bool(who) for who in serving.values()]
            assert set(cell.whole) == whole
            assert {one: set(part) for one, part in cell.part.items()} == {
                one: {commune for commune in inside if one in serving[commune]} for one in everybody - whole
            }
            assert cell.state == (WHOLE if all(served) else PART if any(served) else NONE)
            assert cell.left == {commune for commune, who in serving.items() if not who}


@given(countries())
def test_a_commune_falls_to_one_hub_at_most(country):
    units, _territories, hubs, fallback, _offers = country
    falls = reach(units, [(number, split(inside, units)) for number, inside in enumerate(hubs)], fallback)
    for commune in COMMUNES:
        holding = [hub for hub, ground in falls.items() if any(commune in inside for inside in ground.values())]
        expected = hub_of(commune, hubs, fallback)
        assert holding == ([] if expected is None else [expected])
