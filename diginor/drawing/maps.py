"""Maps of French départements drawn on the server as SVG, with their values written on them."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from diginor.drawing.charts import WIDTH, Value, Write, drawing
from diginor.text.wording import number

SOURCE = Path(__file__).parent / "departments.json"
SHADES = (0.14, 0.3, 0.5, 0.75)
NAMED = 13
# The step of a small map in pixels, and the area in square steps below which an islet is left out.
COARSE, ISLET = 3, 3

Ring = Sequence[float]


@cache
def departments() -> dict[str, tuple[str, list[Ring]]]:
    """Read the name and the outlines of every département, by its INSEE code."""
    outlines = json.loads(SOURCE.read_text(encoding="utf-8"))["departments"]
    return {code: (one["name"], one["rings"]) for code, one in outlines.items()}


def department_map(
    values: Mapping[str, Value], *, title: str, desc: str = "", write: Write = number, labels: bool = True
) -> SafeString:
    """Draw the départements of `values` (INSEE code: value), the darker the more; an unknown value is blank.

    Codes without an outline are left out: the table that goes with the map still tells them.
    """
    shown = {code: departments()[code] for code in values if code in departments()}
    if not shown:
        return drawing(
            40, title, desc, format_html('<text class="soft" x="0" y="24">{}</text>', _("Aucun territoire."))
        )
    left, top, scale, height = _window([ring for _name, rings in shown.values() for ring in rings])
    largest = max((value for value in values.values() if value), default=1)
    areas, words = [], []
    for code, (name, rings) in shown.items():
        placed = [[((x - left) * scale, (y - top) * scale) for x, y in _pairs(ring)] for ring in rings]
        areas.append(_area(placed, values[code], largest, f"{name}\u202f: {write(values[code])}"))
        if labels and len(shown) <= NAMED:
            words.append(_label(placed, name, write(values[code])))
    credit = format_html('<text class="soft" x="0" y="{}" font-size="11">{}</text>', height + 22, _credit())
    return drawing(height + 28, title, desc, format_html_join("", "{}", ((part,) for part in (*areas, *words, credit))))


def coloured_map(groups: Sequence[tuple[str, str, Collection[str]]], *, title: str, desc: str = "") -> SafeString:
    """Draw mainland France and Corsica with groups of départements in colour: words told, class, INSEE codes."""
    mainland = {code: rings for code, (_name, rings) in departments().items() if len(code) == 2}
    left, top, scale, height = _window([ring for rings in mainland.values() for ring in rings])
    scale /= COARSE
    told = {code for _words, _css, codes in groups for code in codes}
    shapes = [_shape(mainland[code], left, top, scale) for code in mainland if code not in told]
    parts = [format_html('<path class="ground" d="{}"></path>', "".join(shapes))]
    for words, css, codes in groups:
        path = "".join(_shape(mainland[code], left, top, scale) for code in codes if code in mainland)
        if path:
            parts.append(format_html('<path class="{}" d="{}"><title>{}</title></path>', css, path, words))
    shapes_drawn = format_html_join("", "{}", ((part,) for part in parts))
    placed = format_html('<g transform="scale({})">{}</g>', COARSE, shapes_drawn)
    credit = format_html('<text class="soft" x="0" y="{}" font-size="13">{}</text>', height + 20, _credit())
    return drawing(height + 28, title, desc, format_html("{}{}", placed, credit))


def _shape(rings: Sequence[Ring], left: float, top: float, scale: float) -> str:
    """The outline of a département, points that fall together written once; islets are left out."""
    placed = [[((x - left) * scale, (y - top) * scale) for x, y in _pairs(ring)] for ring in rings]
    wide = [ring for ring in placed if _size(ring) > ISLET] or placed[:1]
    return "".join("M" + "L".join(dict.fromkeys(f"{x:.0f} {y:.0f}" for x, y in ring)) + "Z" for ring in wide)


def _credit() -> str:
    return _("Contours : svg-maps, CC BY 4.0")


def _pairs(ring: Ring) -> list[tuple[float, float]]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def _window(rings: Sequence[Ring]) -> tuple[float, float, float, int]:
    xs = [x for ring in rings for x in ring[::2]]
    ys = [y for ring in rings for y in ring[1::2]]
    scale = min((WIDTH - 4) / (max(xs) - min(xs)), 520 / (max(ys) - min(ys)))
    return min(xs) - 2 / scale, min(ys) - 2 / scale, scale, round((max(ys) - min(ys)) * scale) + 4


def _area(placed: Sequence[Sequence[tuple[float, float]]], value: Value, largest: float, told: str) -> SafeString:
    # Neighbouring points that fall on the same pixel are written once.
    path = "".join("M" + "L".join(dict.fromkeys(f"{x:.0f} {y:.0f}" for x, y in ring)) + "Z" for ring in placed)
    shade = SHADES[min(int(len(SHADES) * value / largest), len(SHADES) - 1)] if value else 0
    return format_html(
        '<path class="a" fill-opacity="{}" stroke="var(--edge)" stroke-width="1" stroke-linejoin="round" d="{}">'
        "<title>{}</title></path>",
        shade,
        path,
        told,
    )


def _label(placed: Sequence[Sequence[tuple[float, float]]], name: str, value: str) -> SafeString:
    ring = max(placed, key=_size)
    x, y = _centre(ring)
    return format_html(
        '<g text-anchor="middle" paint-order="stroke" stroke="var(--paper)" stroke-width="4" stroke-linejoin="round">'
        '<text x="{}" y="{}" font-size="13">{}</text><text class="strong" x="{}" y="{}">{}</text></g>',
        round(x),
        round(y) - 3,
        name,
        round(x),
        round(y) + 14,
        value,
    )


def _size(ring: Sequence[tuple[float, float]]) -> float:
    return abs(_doubled(ring)) / 2


def _doubled(ring: Sequence[tuple[float, float]]) -> float:
    turned = [*ring[1:], ring[0]]
    return sum(one[0] * two[1] - two[0] * one[1] for one, two in zip(ring, turned, strict=True))


def _centre(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    doubled, turned = _doubled(ring), [*ring[1:], ring[0]]
    weights = [(one, two, one[0] * two[1] - two[0] * one[1]) for one, two in zip(ring, turned, strict=True)]
    x = sum((one[0] + two[0]) * weight for one, two, weight in weights) / (3 * doubled)
    y = sum((one[1] + two[1]) * weight for one, two, weight in weights) / (3 * doubled)
    return x, y
