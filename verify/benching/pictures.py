"""Pictures of a run: intervals beside the margin, and the distributions under them.

SVG and HTML as text, with no script and no part from outside; every name is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from markupsafe import Markup

from verify.benching.answer import Asked, quantity
from verify.benching.experiment import BASE, HEAD, Measured
from verify.benching.judging import Row
from verify.benching.saving import sides_of, times_of
from verify.render._drawing.element import (
    Element,
    element,
    entitled,
    number,
    rectangle,
    text_at,
    written,
)
from verify.render._drawing.intervals import STYLE as INTERVALS
from verify.render._drawing.intervals import Interval, intervals
from verify.render._drawing.layout import Rectangle
from verify.render._drawing.style import STYLE
from verify.render._page.timings import short_name
from verify.statistics import quantiles

if TYPE_CHECKING:
    from verify.outcome import Outcome

_BINS = 40
_DENSITY_WIDTH, _DENSITY_HEIGHT = 420, 90


def picture(asked: Asked, rows: Sequence[Row]) -> str:
    """The ratios with their intervals as one SVG, a line for each row."""
    root = _intervals(asked, rows)
    style = element("style")
    style.text = f"{STYLE}{INTERVALS}"
    size = (float(root.get(side, "0")) for side in ("width", "height"))
    root.insert(0, rectangle(Rectangle(0, 0, *size), "r-ground", 0))
    root.insert(0, style)
    return f"{written(root)}\n"


def _intervals(asked: Asked, rows: Sequence[Row]) -> Element:
    drawn = [
        Interval(
            f"{short_name(row.name)} ({row.clock})",
            row.speed.value,
            row.found.log_ratio,
            row.found.low,
            row.found.high,
            row.effects,
        )
        for row in rows
        if row.found is not None and row.speed is not None
    ]
    title = f"Time of {asked.head}, compared with {asked.base}"
    return intervals(drawn, asked.margin, "intervals", title)


def page(
    outcome: Outcome,
    asked: Asked,
    rows: Sequence[Row],
    benchmarks: Sequence[Measured],
) -> str:
    """One HTML page: the run's own, with the pairs as dots in the picture, and each
    row's distributions.
    """
    from verify.render._page.sections import Section, sections_of
    from verify.render.html import page_of

    by_name = {each.name: each for each in benchmarks}
    figures = [
        (
            f"{row.name} ({row.clock})",
            Markup(written(_distribution(row, by_name[row.name], f"times-{place}"))),
        )
        for place, row in enumerate(rows, 1)
        if row.found is not None
    ]
    svg = Markup(written(_intervals(asked, rows))) if figures else Markup()
    sections = [
        replace(each, view={**each.view, "svg": svg}) if each.id == "bench" else each
        for each in sections_of(outcome)
    ]
    if figures:
        view = {"figures": figures}
        sections.append(Section("times", "Times of a call", "distributions.html", view))
    return page_of(outcome, sections)


def _distribution(row: Row, measured: Measured, name: str) -> Element:
    """How often each time was seen, both sides over one axis."""
    sides = [
        [
            t
            for pair in sides_of(which, measured)
            for t in times_of(pair, row, measured.calls)
        ]
        for which in (BASE, HEAD)
    ]
    classes = ["d-base", "d-head"]
    if row.effects == ():
        # The base is a saved run's, whose rounds are not here.
        sides, classes = sides[HEAD:], classes[HEAD:]
    both = [time for side in sides for time in side]
    low, high = min(both), quantiles(both, 100)[99]
    ends = [quantity(each, row.clock) for each in (low, high)]
    middles = [quantity(median(side), row.clock) for side in sides]
    step = (high - low) / _BINS or 1.0
    wide, tall = float(_DENSITY_WIDTH), float(_DENSITY_HEIGHT + 20)
    root = element("svg", role="img", width=wide, height=tall)
    root.set("viewBox", f"0 0 {number(wide)} {number(tall)}")
    title = f"How often {row.name} took how long ({row.clock})"
    words = (
        f"{of}: half of the rounds took {middle} or less"
        for of, middle in zip(("base", "head")[-len(sides) :], middles, strict=True)
    )
    entitled(root, name, title, [f"from {ends[0]} to {ends[1]}", *words])
    for side, of in zip(sides, classes, strict=True):
        root.append(element("path", of=of, d=_outline(side, low, step)))
    root.append(text_at(0, tall - 5, ends[0], 12))
    last = text_at(wide, tall - 5, ends[1], 12)
    last.set("text-anchor", "end")
    root.append(last)
    return root


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
