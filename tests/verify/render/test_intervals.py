"""The picture of timings, and how it is read off a table."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.verify.render.reports import benched
from verify.outcome import Table
from verify.render._drawing.element import Element
from verify.render._drawing.intervals import (
    CLASSES,
    STYLE,
    WIDTH,
    Interval,
    intervals,
)
from verify.render._page.timings import intervals_of, margin_of, short_name

SLOWER = Interval("a", "slower", math.log(1.2), math.log(1.1), math.log(1.3))
ENDLESS = Interval("b", "too noisy", 0.0, -math.inf, math.inf, (0.1, -0.1))


def bars(root: Element) -> list[tuple[float, float]]:
    """Where the bars begin and end."""
    found = []
    for path in root.iter("path"):
        if path.get("class") == "t-bar":
            start, _, rest = path.get("d", "").removeprefix("M").partition("H")
            found.append((float(start.split()[0]), float(rest.partition("M")[0])))
    return found


def test_a_bar_is_the_interval_and_the_band_the_margin() -> None:
    root = intervals([SLOWER], 0.05, "x", "title")
    (band,) = [r for r in root.iter("rect") if r.get("class") == "t-margin"]
    middle = float(band.get("x", "")) + float(band.get("width", "")) / 2
    assert middle == pytest.approx(WIDTH / 2, abs=0.2)
    ((low, high),) = bars(root)
    edge = float(band.get("x", "")) + float(band.get("width", ""))
    assert edge < low < high <= WIDTH
    scale = (high - middle) / math.log(1.3)
    assert low - middle == pytest.approx(scale * math.log(1.1), abs=0.3)
    assert edge - middle == pytest.approx(scale * math.log(1.05), abs=0.3)


def test_an_interval_without_an_end_goes_to_the_edge_and_is_told() -> None:
    root = intervals([SLOWER, ENDLESS], 0.05, "x", "title")
    low, high = bars(root)[1]
    assert (low, high) == (8, WIDTH - 8)
    said = [each.text or "" for each in root.iter("title")]
    assert "b: too noisy, 1.000 times the time (0 to any)" in said
    assert len(list(root.iter("circle"))) == 2


def test_verdicts_differ_by_shape_too() -> None:
    words = ("slower", "faster", "unchanged")
    rows = [Interval(word, word, 0.0, -0.1, 0.1) for word in words]
    root = intervals(rows, 0.05, "x", "title")
    shapes = {p.get("d") for p in root.iter("path") if p.get("class") == "t-point"}
    assert len(shapes) == 3


def test_the_table_of_a_run_is_read_as_it_was_written() -> None:
    found = intervals_of(benched().tables[0])
    assert [row.verdict for row in found] == [
        "slower",
        "faster",
        "unchanged",
        "too noisy",
    ]
    assert math.exp(found[0].middle) == pytest.approx(1.774)
    assert math.exp(found[0].low) == pytest.approx(1.687)
    assert (found[3].low, found[3].high) == (-math.inf, math.inf)
    assert intervals_of(None) == ()
    assert intervals_of(Table("benchmarks", ("verdict",), (("slower",),))) == ()


def test_a_name_is_short_and_its_parameter_whole() -> None:
    name = "benchmarks/test_a.py::Group::test_b[pkg.py::x[1]]"
    assert short_name(name) == "test_b[pkg.py::x[1]]"
    assert intervals_of(benched(name).tables[0])[0].name == f"{short_name(name)} (cpu)"


def test_the_ratio_stands_before_the_name_and_neither_on_the_other() -> None:
    root = intervals([replace(SLOWER, verdict="too" * 30)], 0.05, "x", "title")
    said, label = [t for t in root.iter("text") if t.get("y") == "39"]
    assert (label.text, len(said.text or "")) == ("a", 17)
    assert float(label.get("x", "")) > 8 + 17 * 7.2


def test_a_picture_alone_has_literal_colours_and_some_for_the_dark() -> None:
    assert "var(" not in STYLE
    light, dark = STYLE.split("prefers-color-scheme: dark")
    words = {f".{name} " for name in (*CLASSES.values(), "t-noisy", "d-head")}
    assert all(word in light and word in dark for word in words)


def test_a_margin_is_a_share() -> None:
    assert margin_of("2.5") == 0.025
    for wrong in (None, "", "nan", "inf", "-200", "0"):
        assert margin_of(wrong) == 0.05
