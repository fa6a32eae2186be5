"""Charts are complete, safe drawings that say in words what they show."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diginor.drawing import charts

MONTHS = ["janv.", "févr.", "mars", "avril", "mai"]
RISING = charts.Series("Cette année", [1, 2, None, 5, 8])
PAST = charts.Series("Année précédente", [1, 1, 2, 2, 3], is_past=True)
DRAWINGS = {
    "bars": lambda title, desc: charts.bars([("Démonstration", 4), ("Inconnu", None)], title=title, desc=desc),
    "lines": lambda title, desc: charts.lines(MONTHS, [RISING, PAST], title=title, desc=desc),
    "small multiples": lambda title, desc: charts.small_multiples(MONTHS, [RISING, PAST], title=title, desc=desc),
    "stacked bar": lambda title, desc: charts.stacked_bar([("Aidée", 6), ("Autre", 0)], title=title, desc=desc),
    "radar": lambda title, desc: charts.radar(MONTHS, [RISING, PAST], title=title, desc=desc, top=10),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_chart_is_named_and_described_for_those_who_do_not_see_it(draw):
    """The drawing is an image whose name is its title and its description."""
    root = ElementTree.fromstring(draw("Les demandes montent", "De 1 à 8 en cinq mois."))
    title, desc = root[0], root[1]
    assert (root.get("role"), title.text, desc.text) == ("img", "Les demandes montent", "De 1 à 8 en cinq mois.")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_a_chart_needs_no_inline_style_and_lets_no_markup_in(draw):
    """The content security policy allows no style attribute, and words are escaped."""
    svg = draw("<script>alert(1)</script>", "")
    assert "style=" not in svg
    assert "<script" not in svg


def test_two_charts_of_a_page_never_share_an_identifier():
    """Identifiers come from the whole drawing."""
    ids = [re.search(r'title id="(\w+)"', draw("Même titre", "")).group(1) for draw in DRAWINGS.values()]
    assert len(set(ids)) == len(ids)


def test_an_unknown_value_is_a_gap_in_the_line():
    """Nothing is drawn between the months around a missing figure."""
    svg = charts.lines(MONTHS, [charts.Series("x", [1, 2, None, 5, 8])], title="t")
    assert svg.count('class="line"') == 2


def test_bars_are_proportional_to_their_values():
    """A value twice as large has a bar twice as long."""
    svg = charts.bars([("a", 10), ("b", 5)], title="t")
    long, short = (float(width) for width in re.findall(r'<rect class="a"[^>]*width="([\d.]+)"', svg))
    assert long == pytest.approx(2 * short, abs=0.2)


def test_the_shares_of_a_stacked_bar_fill_it():
    """The last segment ends where the bar ends."""
    svg = charts.stacked_bar([("a", 1), ("b", 2), ("c", 1)], title="t")
    boxes = re.findall(r'<rect class="\w" x="([\d.]+)" y="0" width="([\d.]+)"', svg)
    assert float(boxes[-1][0]) + float(boxes[-1][1]) == pytest.approx(charts.WIDTH - 2, abs=0.2)


@pytest.mark.parametrize("draw", [charts.lines, charts.small_multiples])
def test_a_chart_without_any_value_is_drawn_empty(draw):
    """A new portal has no history, and its dashboard still opens."""
    ElementTree.fromstring(draw([], [], title="Rien encore"))


@given(st.floats(min_value=0.01, max_value=1e9))
def test_graduations_are_round_few_and_reach_the_largest_value(largest):
    """The axis starts at zero, covers the data and has at most six marks."""
    ticks = charts.nice_ticks(largest)
    steps = {round(after - before, 4) for before, after in pairwise(ticks)}
    assert ticks[0] == 0
    assert ticks[-1] >= largest * 0.999
    assert len(ticks) <= 6
    assert len(steps) == 1


@given(st.lists(st.tuples(st.text(max_size=60), st.none() | st.integers(0, 10**7)), max_size=12))
def test_bars_are_well_formed_whatever_the_words(items):
    """Any label and any number give a drawing that a browser can read."""
    readable = [("".join(letter for letter in label if letter.isprintable()), value) for label, value in items]
    ElementTree.fromstring(charts.bars(readable, title="t"))
