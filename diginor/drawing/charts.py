"""Charts drawn on the server as SVG: pure functions that a screen reader, a printer and a phone can all read.

Every function takes a `title` that states the finding and a `desc` that tells it in a sentence; colours come from
the style sheet by class, and no chart relies on colour alone. Values may be None: unknown is drawn as a gap.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from diginor.text.wording import number, percent

WIDTH = 480
LETTER = 8.2
FILLS = ("a", "b", "c", "d", "e")
NOTHING = mark_safe("")

Value = int | float | None
Write = Callable[[Value], str]


@dataclass(frozen=True)
class Chart:
    """A drawing with the words, the table and the file that say the same thing."""

    finding: str
    svg: SafeString
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    definition: str = ""
    csv_url: str = ""


@dataclass(frozen=True)
class Series:
    """A line of values with its name; a past or compared series is drawn dashed."""

    name: str
    values: Sequence[Value]
    is_past: bool = False


@dataclass(frozen=True)
class Frame:
    """The rectangle in which values are drawn, and the scale of the vertical axis from zero to `top`."""

    left: float
    right: float
    upper: float
    lower: float
    top: float
    count: int = field(default=1)

    def x(self, position: int) -> float:
        """Place the n-th value."""
        return _r(self.left + (self.right - self.left) * position / max(self.count - 1, 1))

    def y(self, value: float) -> float:
        """Place a value."""
        return _r(self.lower - (self.lower - self.upper) * value / self.top)


def bars(
    items: Sequence[tuple[str, Value]], *, title: str, desc: str = "", write: Write = number, highlight: str = ""
) -> SafeString:
    """Draw one horizontal bar for each (label, value), the label above its bar so that long names stay whole."""
    top = max([value for _, value in items if value], default=1)
    room = WIDTH - 12 - LETTER * max((len(write(value)) for _, value in items), default=0)
    rows = []
    for position, (label, value) in enumerate(items):
        y = position * 46
        length = _r(max(room * (value or 0) / top, 1.5))
        css = "a" if not highlight or label == highlight else "b"
        rows += [
            _words(0, y + 14, label, "strong" if label == highlight else ""),
            _box(css, 0, y + 20, length, 16),
            _words(length + 7, y + 33, write(value), "strong"),
        ]
    return drawing(max(len(items), 1) * 46 - 6, title, desc, _join(rows))


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    desc: str = "",
    write: Write = number,
    height: int = 250,
) -> SafeString:
    """Draw values over time from zero, each line named at its end; the first series is filled."""
    ticks = nice_ticks(max([value for one in series for value in one.values if value is not None], default=1))
    names = max((len(one.name) for one in series), default=0) if len(series) > 1 else 0
    left = 10 + LETTER * max(len(write(tick)) for tick in ticks)
    frame = Frame(left, WIDTH - 14 - LETTER * min(names, 16), 14, height - 30, ticks[-1], len(labels))
    parts = [_grid(frame, ticks, write), _dates(frame, labels, height)]
    for rank, one in enumerate(series):
        parts.append(_line(frame, one, filled=rank == 0))
    parts.append(_names(frame, series) if names else _last_value(frame, series, write))
    return drawing(height, title, desc, _join(parts))


def small_multiples(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    desc: str = "",
    write: Write = number,
    across: int = 2,
) -> SafeString:
    """Draw one small chart for each series, all on the same scale, with its last value."""
    top = nice_ticks(max([value for one in series for value in one.values if value is not None], default=1))[-1]
    cell, gap, tall = (WIDTH - 24 * (across - 1)) / across, 24, 116
    drawn = []
    for position, one in enumerate(series):
        left, upper = (position % across) * (cell + gap), (position // across) * (tall + 20)
        frame = Frame(left, left + cell, upper + 34, upper + tall, top, len(labels))
        last = next((value for value in reversed(one.values) if value is not None), None)
        drawn.append(
            format_html(
                '{}{}<path class="axis" d="M{} {}H{}"/>{}',
                _words(left, upper + 15, _cut(one.name, int(cell / LETTER) - len(write(last)) - 1)),
                _words(left + cell, upper + 15, write(last), "strong", "end"),
                _r(left),
                upper + tall,
                _r(left + cell),
                _line(frame, one, filled=True),
            )
        )
    rows = math.ceil(len(series) / across) or 1
    low = rows * (tall + 20) + 12
    ends = [_words(0, low, labels[0], "soft"), _words(WIDTH, low, labels[-1], "soft", "end")] if labels else []
    return drawing(rows * (tall + 20) + 20, title, desc, _join([*drawn, *ends]))


def stacked_bar(parts: Sequence[tuple[str, float]], *, title: str, desc: str = "", write: Write = number) -> SafeString:
    """Draw the shares of a whole in one bar; each share has a number that its line of the key repeats."""
    whole = sum(value for _, value in parts) or 1
    drawn, x = [], 0.0
    for rank, (label, value) in enumerate(parts):
        width = WIDTH * value / whole
        css = FILLS[rank % len(FILLS)]
        if value:
            drawn.append(_box(css, x, 0, max(width - 2, 1), 40))
        if width > 22:
            drawn.append(_words(x + width / 2 - 1, 25, rank + 1, _on(css), "middle"))
        x += width
        y = 58 + rank * 26
        share = write(value)
        # A value that is a share already is not told twice.
        if write is not percent:
            share = f"{share} ({percent(round(100 * value / whole))})"
        drawn += [
            _box(css, 0, y, 20, 20),
            _words(10, y + 15, rank + 1, _on(css), "middle"),
            _words(30, y + 15, _cut(label, 44 - len(share))),
            _words(WIDTH, y + 15, share, "strong", "end"),
        ]
    return drawing(58 + len(parts) * 26, title, desc, _join(drawn))


def radar(
    axes: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    desc: str = "",
    top: float = 100,
    write: Write = number,
) -> SafeString:
    """Draw values around a centre, one axis each; the first series is filled, the others are dashed."""
    height, radius = 400, 124
    middle = (WIDTH / 2, height / 2)
    rings = [
        _polygon([_around(middle, radius * step / 4, spoke, len(axes)) for spoke in range(len(axes))], "rule")
        for step in range(1, 5)
    ]
    rim = [_around(middle, radius, spoke, len(axes)) for spoke in range(len(axes))]
    spokes = [format_html('<path class="rule" d="M{} {}L{} {}"/>', *map(_r, middle), *point) for point in rim]
    shapes = []
    for rank, one in enumerate(series):
        lengths = [radius * min(value or 0, top) / top for value in one.values]
        points = [_around(middle, length, spoke, len(axes)) for spoke, length in enumerate(lengths)]
        if rank == 0:
            shapes += [_polygon(points, "area"), _polygon(points, "line")]
            shapes += [format_html('<circle class="a" cx="{}" cy="{}" r="4.5"/>', *point) for point in points]
        else:
            shapes.insert(0, _polygon(points, "line past"))
    labels = [_axis_label(middle, radius, spoke, axes, series, write) for spoke in range(len(axes))]
    return drawing(height, title, desc, _join([*rings, *spokes, *shapes, *labels, _key(series, height)]))


def nice_ticks(largest: float, wanted: int = 4) -> list[float]:
    """Return round graduations from zero to at least the largest value."""
    if largest <= 0:
        return [0, 1]
    rough = largest / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough - 1e-12)
    if largest >= wanted:
        step = max(round(step), 1)
    return [round(step * rank, 6) for rank in range(math.ceil(largest / step - 1e-9) + 1)]


def _r(value: float) -> float:
    return int(value) if value == int(value) else round(value, 1)


def _join(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: max(length - 1, 1)].rstrip()}…"


def _on(css: str) -> str:
    return "dark" if css == "c" else "in"


def drawing(height: float, title: str, desc: str, inside: SafeString) -> SafeString:
    """Wrap shapes in an image that is named by its title and told by its description."""
    key = f"c{zlib.crc32(f'{title}{desc}{inside}'.encode()):x}"
    told = format_html('<desc id="{}d">{}</desc>', key, desc) if desc else NOTHING
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-labelledby="{}{}">'
        '<title id="{}">{}</title>{}{}</svg>',
        WIDTH,
        height,
        WIDTH,
        height,
        key,
        f" {key}d" if desc else "",
        key,
        title,
        told,
        inside,
    )


def _words(x: float, y: float, text: object, css: str = "", anchor: str = "start") -> SafeString:
    kind = format_html(' class="{}"', css) if css else NOTHING
    side = format_html(' text-anchor="{}"', anchor) if anchor != "start" else NOTHING
    return format_html('<text{} x="{}" y="{}"{}>{}</text>', kind, _r(x), _r(y), side, text)


def _box(css: str, x: float, y: float, width: float, height: float) -> SafeString:
    return format_html('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', css, *map(_r, (x, y, width, height)))


def _grid(frame: Frame, ticks: Sequence[float], write: Write) -> SafeString:
    drawn = []
    for tick in ticks:
        y = frame.y(tick)
        css = "rule" if tick else "axis"
        drawn.append(format_html('<path class="{}" d="M{} {}H{}"/>', css, frame.left, y, frame.right))
        drawn.append(_words(frame.left - 7, y + 5, write(tick), "soft", "end"))
    return _join(drawn)


def _dates(frame: Frame, labels: Sequence[str], height: float) -> SafeString:
    last = len(labels) - 1
    shown = sorted({0, last // 2, last} if last >= 4 else set(range(len(labels))))
    anchors = {0: "start", last: "end"} if last else {0: "middle"}
    sides = [(position, anchors.get(position, "middle")) for position in shown]
    return _join([_words(frame.x(position), height - 8, labels[position], "soft", side) for position, side in sides])


def _line(frame: Frame, series: Series, filled: bool) -> SafeString:
    runs: list[list[tuple[float, float]]] = [[]]
    for position, value in enumerate(series.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((frame.x(position), frame.y(value)))
    drawn = []
    for run in filter(None, runs):
        path = "L".join(f"{x} {y}" for x, y in run)
        if filled and not series.is_past and len(run) > 1:
            drawn.append(format_html('<path class="area" d="M{}V{}H{}Z"/>', path, frame.lower, run[0][0]))
        if len(run) > 1:
            drawn.append(format_html('<path class="line{}" d="M{}"/>', " past" if series.is_past else "", path))
        else:
            drawn.append(format_html('<circle class="a" cx="{}" cy="{}" r="4"/>', *run[0]))
    return _join(drawn)


def _ends(frame: Frame, series: Sequence[Series]) -> list[tuple[float, float, Series]]:
    ends = []
    for one in series:
        known = [(position, value) for position, value in enumerate(one.values) if value is not None]
        if known:
            ends.append((frame.x(known[-1][0]), frame.y(known[-1][1]), one))
    return ends


def _names(frame: Frame, series: Sequence[Series]) -> SafeString:
    drawn, previous = [], -99.0
    for x, y, one in sorted(_ends(frame, series), key=lambda end: end[1]):
        # Names that would overlap are pushed down, in the order of the lines.
        previous = max(y + 5, previous + 18)
        drawn.append(_words(x + 7, previous, _cut(one.name, 16), "soft" if one.is_past else "strong"))
    return _join(drawn)


def _last_value(frame: Frame, series: Sequence[Series], write: Write) -> SafeString:
    drawn = []
    for x, y, one in _ends(frame, series):
        last = next(value for value in reversed(one.values) if value is not None)
        drawn.append(format_html('<circle class="a" cx="{}" cy="{}" r="4.5"/>', x, y))
        drawn.append(_words(x, max(y - 10, 11), write(last), "strong", "end"))
    return _join(drawn)


def _around(middle: tuple[float, float], distance: float, spoke: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * spoke / max(count, 1) - math.pi / 2
    return _r(round(middle[0] + distance * math.cos(angle), 1)), _r(round(middle[1] + distance * math.sin(angle), 1))


def _polygon(points: Sequence[tuple[float, float]], css: str) -> SafeString:
    return format_html('<polygon class="{}" points="{}"/>', css, " ".join(f"{x},{y}" for x, y in points))


def _axis_label(
    middle: tuple[float, float], radius: float, spoke: int, axes: Sequence[str], series: Sequence[Series], write: Write
) -> SafeString:
    x, y = _around(middle, radius + 16, spoke, len(axes))
    side = "middle" if abs(x - middle[0]) < 6 else "start" if x > middle[0] else "end"
    first, second = _two_lines(axes[spoke])
    upper = y - (22 if y < middle[1] - radius else 6 if second else 0)
    value = write(series[0].values[spoke]) if series else ""
    extra = format_html('<tspan x="{}" dy="17">{}</tspan>', x, second) if second else NOTHING
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}">{}{}<tspan class="strong" x="{}" dy="17">{}</tspan></text>',
        x,
        _r(upper),
        side,
        first,
        extra,
        x,
        value,
    )


def _two_lines(text: str, length: int = 15) -> tuple[str, str]:
    words, first = text.split(), ""
    while words and len(f"{first} {words[0]}".strip()) <= length:
        first = f"{first} {words.pop(0)}".strip()
    if not first and words:
        first = words.pop(0)
    return first, _cut(" ".join(words), length + 3)


def _key(series: Sequence[Series], height: float) -> SafeString:
    if len(series) < 2:
        return NOTHING
    return format_html_join(
        "",
        '<path class="line{}" d="M{} {}h28"/><text x="{}" y="{}">{}</text>',
        (
            (" past" if rank else "", rank * 230, height - 10, rank * 230 + 36, height - 5, _cut(one.name, 24))
            for rank, one in enumerate(series)
        ),
    )
