"""Pictures of a run: intervals beside the margin, and the distributions under them.

SVG and HTML as text, with no script and no part from outside; every name is escaped.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from verify.benching.answer import Asked, interval_of, quantity, word_of
from verify.benching.experiment import BASE, HEAD, Measured
from verify.benching.judging import Row
from verify.benching.saving import sides_of, times_of
from verify.render._escape import visible
from verify.statistics import Speed, quantiles

# On a light ground and on a dark one, each at a contrast of 4.5 to 1 and more.
_COLOURS = {
    Speed.UNCHANGED: ("#3d6b3d", "#8fce8f"),
    Speed.FASTER: ("#1f5a9e", "#8ab8f5"),
    Speed.SLOWER: ("#b3261e", "#ff9a90"),
    Speed.TOO_NOISY: ("#75590f", "#e3bf5b"),
}
_WIDTH, _NAMES, _NUMBERS = 960, 340, 190  # the plot lies between the last two
_LINE, _TOP, _BOTTOM = 26, 30, 34
_LONGEST_NAME = 46
_LONGEST_WHY = 300
_WIDEST = math.log(4)  # an interval is drawn no further than four times
_BINS = 40
_DENSITY_WIDTH, _DENSITY_HEIGHT = 420, 90

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem;
  padding: 0 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; }
.wide { overflow-x: auto; }
.wide > svg { display: block; min-width: 44rem; width: 100%; height: auto; }
table { border-collapse: collapse; min-width: 40rem; width: 100%; margin: 1rem 0; }
caption { text-align: left; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid #8884; vertical-align: top; font-weight: normal; }
thead th { font-weight: bold; }
td:first-child, td.n { white-space: nowrap; }
td.n { font-variant-numeric: tabular-nums; }
td[colspan] { overflow-wrap: anywhere; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; max-width: 100%;
  break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
figcaption { font-size: 13px; }
@media print { :root { color-scheme: light; } .wide { overflow: visible; }
  .wide > svg, table { min-width: 0; } tr { break-inside: avoid; } }
"""


def _colours() -> str:
    """The rules for the ground that there is; a printed one is light."""
    light = [f".{_class(speed)} {{ color: {c[0]}; }}" for speed, c in _COLOURS.items()]
    dark = [f".{_class(speed)} {{ color: {c[1]}; }}" for speed, c in _COLOURS.items()]
    light.append("svg.rehome { color: #1f2328; }")
    dark.append("svg.rehome { color: #e6edf3; }")
    on_dark = f"@media screen and (prefers-color-scheme: dark) {{ {' '.join(dark)} }}"
    return "\n".join([*light, on_dark])


def _class(speed: Speed) -> str:
    return f"rehome-{speed.name.lower().replace('_', '-')}"


def escaped(text: str) -> str:
    """Text that is no markup, and shows what does not print."""
    return html.escape(visible(text), quote=True)


def picture(asked: Asked, rows: Sequence[Row]) -> str:
    """The ratios with their intervals as one SVG, a line for each row."""
    drawn = [row for row in rows if row.found is not None]
    height = _TOP + _LINE * max(1, len(drawn)) + _BOTTOM
    scale = _Scale(drawn, asked.margin)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" role="img" class="rehome"'
        ' font-family="system-ui, sans-serif" font-size="13" fill="currentColor">',
        f"<title>{escaped(f'{asked.base} to {asked.head}: ratios of times')}</title>",
        f"<style>{_colours()}</style>",
        *_ground(scale, asked, height),
    ]
    for number, row in enumerate(drawn):
        parts += _line(scale, row, _TOP + _LINE * number + _LINE / 2)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """From log ratios to the horizontal place in the picture."""

    def __init__(self, rows: Sequence[Row], margin: float) -> None:
        ends = [
            abs(end) for r in rows if r.found for end in (r.found.low, r.found.high)
        ]
        effects = [abs(effect) for row in rows for effect in row.effects]
        finite = [end for end in (*ends, *effects) if math.isfinite(end)]
        most = max([*finite, 2 * math.log1p(margin)])
        self.reach = min(_WIDEST, most * 1.1)

    def __call__(self, log_ratio: float) -> float:
        inside = max(-self.reach, min(self.reach, log_ratio))
        left, right = _NAMES, _WIDTH - _NUMBERS
        return round(left + (right - left) * (inside / self.reach + 1) / 2, 1)


def _ground(scale: _Scale, asked: Asked, height: int) -> Iterator[str]:
    border = math.log1p(asked.margin)
    left, right = scale(-border), scale(border)
    bottom = height - _BOTTOM
    yield (
        f'<rect x="{left}" y="{_TOP - 6}" width="{round(right - left, 1)}"'
        f' height="{bottom - _TOP + 12}" fill="#888" opacity="0.18"/>'
    )
    middle = scale(0)
    yield (
        f'<line x1="{middle}" x2="{middle}" y1="{_TOP - 6}" y2="{bottom + 6}"'
        ' stroke="currentColor" stroke-dasharray="3 3"/>'
    )
    for place, said in ((left, -border), (middle, 0.0), (right, border)):
        yield (
            f'<text x="{place}" y="{bottom + 22}" text-anchor="middle">'
            f"{math.exp(said):.3g}</text>"
        )
    yield f'<text x="{_NAMES}" y="16">faster</text>'
    yield f'<text x="{_WIDTH - _NUMBERS}" y="16" text-anchor="end">slower</text>'


def _line(scale: _Scale, row: Row, y: float) -> Iterator[str]:
    if row.found is None or row.speed is None:
        return
    name = f"{_short(row)} ({row.clock})"
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    yield (
        f'<text x="{_NAMES - 12}" y="{y + 4}" text-anchor="end">{escaped(short)}</text>'
    )
    # The attribute is for what draws it without style sheets.
    yield f'<g class="{_class(row.speed)}" color="{_COLOURS[row.speed][0]}">'
    for effect in row.effects:
        x = scale(effect)
        yield f'<circle cx="{x}" cy="{y}" r="2" fill="currentColor" opacity="0.3"/>'
    low, high = scale(row.found.low), scale(row.found.high)
    yield (
        f'<line x1="{low}" x2="{high}" y1="{y}" y2="{y}" stroke="currentColor"'
        ' stroke-width="3"/>'
    )
    middle = scale(row.found.log_ratio)
    yield f'<circle cx="{middle}" cy="{y}" r="5" fill="currentColor"/>'
    yield (
        f'<text x="{_WIDTH - _NUMBERS + 14}" y="{y + 4}" fill="currentColor">'
        f"{row.found.ratio:.3f} {row.speed.value}</text></g>"
    )


def _short(row: Row) -> str:
    """Without the file; a parameter may hold the same sign."""
    test, bracket, parameter = row.name.partition("[")
    return f"{test.rpartition('::')[2]}{bracket}{parameter}"


def page(asked: Asked, rows: Sequence[Row], benchmarks: Sequence[Measured]) -> str:
    """One HTML page: the picture, a table, and each row's distributions."""
    title = escaped(f"{asked.base} to {asked.head}")
    by_name = {each.name: each for each in benchmarks}
    figures = [
        _distribution(row, by_name[row.name]) for row in rows if row.found is not None
    ]
    body = [
        f"<h1>{title}</h1>",
        "<p>Dots are pairs of processes, bars intervals at"
        f" {(1 - asked.alpha) * 100:g} % for all together; the band is the margin of"
        f" {asked.margin * 100:g} %.</p>",
        '<div class="wide" role="region" aria-label="Ratios" tabindex="0">'
        f"{picture(asked, rows)}</div>",
        '<div class="wide" role="region" aria-label="Verdicts" tabindex="0">'
        f"{_table(rows)}</div>",
        "<h2>Times of a call</h2>",
        "<p>All rounds, without the slowest hundredth: the base as an area, the head"
        " as a line.</p>",
        *figures,
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}{_colours()}</style></head>\n"
        "<body><main>\n" + "\n".join(body) + "\n</main></body></html>\n"
    )


def _table(rows: Sequence[Row]) -> str:
    head = "".join(
        f'<th scope="col">{each}</th>'
        for each in ("verdict", "benchmark", "clock", "ratio", "base", "head")
    )
    lines = [
        "<table><caption>Ratios of the head's time to the base's</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>"
    ]
    for row in rows:
        name = f'<th scope="row">{escaped(row.name)}</th>'
        if row.found is None or row.speed is None:
            why = escaped(
                " ".join((row.problem or row.skipped).split())[-_LONGEST_WHY:]
            )
            lines.append(
                f'<tr><td>{word_of(row)}</td>{name}<td colspan="4">{why}</td></tr>'
            )
            continue
        cells = "".join(
            f'<td class="n">{escaped(text)}</td>'
            for text in (
                row.clock,
                f"{row.found.ratio:.3f} ({interval_of(row.found)})",
                quantity(row.base, row.clock),
                quantity(row.head, row.clock),
            )
        )
        verdict = f'<td class="{_class(row.speed)}">{row.speed.value}</td>'
        lines.append(f"<tr>{verdict}{name}{cells}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _distribution(row: Row, measured: Measured) -> str:
    """How often each time was seen, both sides over one axis."""
    sides = [
        [
            t
            for pair in sides_of(which, measured)
            for t in times_of(pair, row, measured.calls)
        ]
        for which in (BASE, HEAD)
    ]
    if row.effects == ():
        sides = sides[HEAD:]  # the base is a saved run's, whose rounds are not here
    both = [time for side in sides for time in side]
    low, high = min(both), quantiles(both, 100)[99]
    width = (high - low) / _BINS or 1.0
    size = (_DENSITY_WIDTH, _DENSITY_HEIGHT + 20)
    name = escaped(f"{row.name} ({row.clock})")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}"'
        f' viewBox="0 0 {size[0]} {size[1]}" font-size="12" fill="currentColor"'
        f' role="img" aria-label="How often each time of {name} was seen">'
    ]
    looks = [
        'fill="#888" opacity="0.5"',
        'fill="none" stroke="currentColor" stroke-width="1.5"',
    ]
    for side, look in zip(sides, looks[-len(sides) :], strict=True):
        parts.append(f'<path d="{_outline(side, low, width)}" {look}/>')
    y = _DENSITY_HEIGHT + 15
    parts.append(f'<text x="0" y="{y}">{escaped(quantity(low, row.clock))}</text>')
    parts.append(
        f'<text x="{_DENSITY_WIDTH}" y="{y}" text-anchor="end">'
        f"{escaped(quantity(high, row.clock))}</text></svg>"
    )
    return f"<figure><figcaption>{name}</figcaption>{''.join(parts)}</figure>"


def _outline(times: Sequence[float], low: float, width: float) -> str:
    """The path of a histogram, as high as its fullest bin."""
    counts = [0] * _BINS
    for time in times:
        place = int((time - low) / width)
        if place <= _BINS:
            counts[min(place, _BINS - 1)] += 1
    most = max(counts) or 1
    step = _DENSITY_WIDTH / _BINS
    path = [f"M0 {_DENSITY_HEIGHT}"]
    for place, count in enumerate(counts):
        y = round(_DENSITY_HEIGHT * (1 - count / most), 1)
        path.append(f"L{round(place * step, 1)} {y}L{round((place + 1) * step, 1)} {y}")
    return "".join([*path, f"L{_DENSITY_WIDTH} {_DENSITY_HEIGHT}Z"])
