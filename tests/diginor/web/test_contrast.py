"""Every pair of text and surface that the style sheets use is readable, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest
from django.conf import settings

TEXT, SHAPE = 4.5, 3.0
SURFACES = ("chalk", "paper", "mist")
PAIRS = [
    *((ink, surface, TEXT) for ink in ("ink", "slate", "sea", "tide") for surface in SURFACES),
    *((ink, surface, TEXT) for ink in ("apple", "amber", "leopard") for surface in ("chalk", "paper")),
    *(("ink", f"{tone}-soft", TEXT) for tone in ("sea", "apple", "amber", "leopard")),
    *((tone, f"{tone}-soft", TEXT) for tone in ("sea", "apple", "amber", "leopard")),
    *(("slate", f"{tone}-soft", TEXT) for tone in ("sea", "amber")),
    *(("on-sea", surface, TEXT) for surface in ("sea", "tide")),
    ("chalk", "ink", TEXT),
    ("on-sea", "edge", TEXT),
    ("on-sea", "amber", TEXT),
    ("on-sea", "leopard", TEXT),
    ("ink", "stone", TEXT),
    *(("edge", surface, SHAPE) for surface in ("chalk", "paper")),
]


def _themes():
    css = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", css)
    return {"light": {name: light for name, light, _ in pairs}, "dark": {name: dark for name, _, dark in pairs}}


THEMES = _themes()


def _luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the ratio of contrast of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_of_colours_is_readable(theme, front, back, least):
    """Text reaches 4.5, shapes 3."""
    ratio = contrast(THEMES[theme][front], THEMES[theme][back])
    assert ratio >= least, f"{front} on {back}: {ratio:.2f}"


def test_no_other_style_sheet_holds_a_colour_of_its_own():
    """Raw colours live in tokens.css only; paper is printed black on white."""
    for name in ("base", "components", "public", "admin"):
        css = (settings.BASE_DIR / f"static/css/{name}.css").read_text()
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", css)) <= {"#fff", "#000"}, name


def test_the_style_sheets_of_a_page_stay_light():
    """Tokens, base and components weigh less than 30 KB before compression."""
    sheets = ("tokens", "base", "components")
    assert sum((settings.BASE_DIR / f"static/css/{name}.css").stat().st_size for name in sheets) < 30_000
