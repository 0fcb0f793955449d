"""Ratios of times with their intervals, beside the margin within which none matters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verify.render._drawing.element import (
    NAMESPACE,
    Element,
    element,
    entitled,
    number,
    rectangle,
    text_at,
    told,
)
from verify.render._drawing.labels import middle_cut
from verify.render._drawing.layout import Rectangle
from verify.render._drawing.style import DARK

WIDTH = 760.0
_LEFT, _RIGHT = 8.0, 752.0
_LINE, _TOP, _BOTTOM = 40.0, 26.0, 30.0
_SIZE = 12.0
_SAID, _SAID_COLUMNS = 124.0, 17  # of the longest verdict with its ratio
_COLUMNS = 84
_WIDEST = math.log(4)  # an interval is drawn no further than four times
_SPAN = 1.12
# Literal colours, for what draws pictures alone knows no variables.
STYLE = f"""
.t-margin {{ fill: #b9b9b4; fill-opacity: 0.3 }}
.t-zero {{ stroke: #8a8a86; stroke-dasharray: 3 3; fill: none }}
.t-same {{ color: #1b6b34 }}
.t-faster {{ color: #00558b }}
.t-slower {{ color: #b3261e }}
.t-noisy {{ color: #7a5200 }}
.t-bar {{ fill: none; stroke: currentColor; stroke-width: 2.5 }}
.t-point {{ fill: currentColor }}
.t-dot {{ fill: currentColor; fill-opacity: 0.35 }}
.d-base {{ fill: #8a8a86; fill-opacity: 0.5 }}
.d-head {{ fill: none; stroke: #1a1a1a; stroke-width: 1.5 }}
{DARK} {{
.t-same {{ color: #7fd699 }}
.t-faster {{ color: #7fc8ff }}
.t-slower {{ color: #ff9d93 }}
.t-noisy {{ color: #f0c263 }}
.d-head {{ stroke: #ececec }}
}}
"""
CLASSES = {"slower": "t-slower", "faster": "t-faster", "unchanged": "t-same"}
# A shape besides the colour for each verdict.
_SHAPES = {"slower": "M-6 -5H6L0 6Z", "faster": "M-6 5H6L0 -6Z"}
_SHAPE = "M0 -5.5A5.5 5.5 0 1 1 0 5.5A5.5 5.5 0 1 1 0 -5.5Z"


@dataclass(frozen=True, slots=True)
class Interval:
    """One benchmark: log ratios of head to base, and a word for the verdict.

    `effects` are those of the single pairs. An end may be infinite.
    """

    name: str
    verdict: str
    middle: float
    low: float
    high: float
    effects: tuple[float, ...] = ()


def intervals(
    rows: Sequence[Interval], margin: float, name: str, title: str
) -> Element:
    """The picture, a line for each row; ids in it begin with `name`. `margin` is a
    share of the time, 0.05 for five percent.
    """
    tall = _TOP + _LINE * max(1, len(rows)) + _BOTTOM
    scale = _Scale(rows, margin)
    root = element("svg", xmlns=NAMESPACE, role="img", width=WIDTH, height=tall)
    root.set("viewBox", f"0 0 {number(WIDTH)} {number(tall)}")
    entitled(root, name, title, map(_words, rows))
    root.extend(_ground(scale, margin, tall))
    for place, row in enumerate(rows):
        root.append(_line(scale, row, _TOP + _LINE * place))
    return root


class _Scale:
    """From log ratios to the horizontal place in the picture."""

    def __init__(self, rows: Sequence[Interval], margin: float) -> None:
        ends = [e for row in rows for e in (row.low, row.high, *row.effects)]
        finite = [abs(end) for end in ends if math.isfinite(end)]
        most = max([*finite, 2 * math.log1p(margin)])
        self.reach = min(_WIDEST, most * _SPAN)

    def __call__(self, log_ratio: float) -> float:
        inside = max(-self.reach, min(self.reach, log_ratio))
        return round(_LEFT + (_RIGHT - _LEFT) * (inside / self.reach + 1) / 2, 1)


def _ground(scale: _Scale, margin: float, tall: float) -> Iterator[Element]:
    border = math.log1p(margin)
    left, middle, right = scale(-border), scale(0), scale(border)
    low = tall - _BOTTOM
    yield rectangle(
        Rectangle(left, _TOP - 4, right - left, low - _TOP + 8), "t-margin", 0
    )
    yield element(
        "path", of="t-zero", d=f"M{number(middle)} {number(_TOP - 4)}V{number(low + 4)}"
    )
    yield text_at(_LEFT, 14, "\N{LEFTWARDS ARROW} faster", 12, "r-faint")
    slower = text_at(_RIGHT, 14, "slower \N{RIGHTWARDS ARROW}", 12, "r-faint")
    slower.set("text-anchor", "end")
    yield slower
    for place, said, anchor in (
        (left, f"{math.exp(-border):.3g}", "end"),
        (middle, "1", "middle"),
        (right, f"{1 + margin:.3g}", "start"),
    ):
        tick = text_at(place, low + 20, said, 12, "r-faint")
        tick.set("text-anchor", anchor)
        yield tick


def _line(scale: _Scale, row: Interval, y: float) -> Element:
    made = element("g", told("title", [_words(row)]))
    made.set("class", CLASSES.get(row.verdict, "t-noisy"))
    said = middle_cut(f"{math.exp(row.middle):.3f} {row.verdict}", _SAID_COLUMNS)
    label = middle_cut(row.name, _COLUMNS)
    # Both at the left, where a narrow window begins.
    made.append(text_at(_LEFT, y + 13, said, _SIZE, "r-strong"))
    made.append(text_at(_LEFT + _SAID, y + 13, label, _SIZE))
    axis = y + 27
    for effect in row.effects:
        x, at = number(scale(effect)), number(axis)
        made.append(element("circle", of="t-dot", cx=x, cy=at, r=2.0))
    low, high = number(scale(row.low)), number(scale(row.high))
    above = number(axis - 4)
    bar = f"M{low} {number(axis)}H{high}M{low} {above}v8M{high} {above}v8"
    made.append(element("path", of="t-bar", d=bar))
    point = element("path", of="t-point", d=_SHAPES.get(row.verdict, _SHAPE))
    point.set("transform", f"translate({number(scale(row.middle))} {number(axis)})")
    made.append(point)
    return made


def _words(row: Interval) -> str:
    low, high = (_ratio(end) for end in (row.low, row.high))
    return (
        f"{row.name}: {row.verdict}, {math.exp(row.middle):.3f} times the time"
        f" ({low} to {high})"
    )


def _ratio(log_ratio: float) -> str:
    if math.isinf(log_ratio):
        return "any" if log_ratio > 0 else "0"
    return f"{math.exp(log_ratio):.3f}"
