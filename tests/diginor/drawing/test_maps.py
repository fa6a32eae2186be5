"""Maps draw the départements that are asked for, say their values and leave the unknown blank."""

import re
from xml.etree import ElementTree

from diginor.drawing import maps
from diginor.drawing.charts import WIDTH
from tests.filled import some

NORMANDIE = {"14": 132, "27": 48, "50": 71, "61": None, "76": 118}


def test_every_departement_of_the_mainland_and_corsica_has_an_outline():
    """Ninety-six départements, Corsica cut in two."""
    assert len(maps.departments()) == 96
    assert {"2A", "2B", "75"} <= maps.departments().keys()


def test_each_departement_says_its_name_and_its_value():
    """The map reads in black and white and by ear."""
    svg = maps.department_map(NORMANDIE, title="Le Calvados dépose le plus")
    ElementTree.fromstring(svg)
    for told in ("Calvados : 132", "Orne : –"):
        assert f"<title>{told}</title>" in svg


def test_an_unknown_value_is_blank_and_the_largest_is_darkest():
    """Shades follow the values."""
    svg = maps.department_map(NORMANDIE, title="t")
    shades = dict(re.findall(r'fill-opacity="([\d.]+)"[^>]*><title>(\w+)', svg))
    assert shades["0"] == "Orne"
    assert f'fill-opacity="{maps.SHADES[-1]}"' in svg


def test_a_map_stays_in_its_frame():
    """Every point is inside the drawing."""
    svg = maps.department_map(NORMANDIE, title="t")
    height = int(re.search(rf'viewBox="0 0 {WIDTH} (\d+)"', svg).group(1))
    points = re.findall(r"(?<=[ML])(\d+) (\d+)", " ".join(re.findall(r' d="([^"]+)"', svg)))
    assert all(0 <= int(x) <= WIDTH and 0 <= int(y) <= height for x, y in some(points))


def test_a_map_of_nothing_says_so():
    """Overseas codes have no outline here, and the page still opens."""
    assert "Aucun territoire" in maps.department_map({"974": 3}, title="t")
