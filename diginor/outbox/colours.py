"""The colours of mails: those of the site in full light, written on each element as mail readers drop style sheets."""

import re
from functools import cache

from django.conf import settings

READABLE = 4.5  # WCAG 2.2, 1.4.3
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}),")


@cache
def tokens() -> dict[str, str]:
    """The colours of the style sheets by name, `on_sea` for `--on-sea`."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    return {name.replace("-", "_"): colour for name, colour in TOKEN.findall(css)}


def colours_with(accent: str) -> dict[str, str]:
    """The colours of a mail whose button and links have the colour of a hub; ours where that one cannot be read."""
    known = tokens()
    own = known.get(accent, known["sea"])
    is_readable = contrast(own, known["on_sea"]) >= READABLE
    return known | {"accent": own if is_readable else known["sea"]}


def contrast(one: str, other: str) -> float:
    """The ratio of contrast of two colours, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
