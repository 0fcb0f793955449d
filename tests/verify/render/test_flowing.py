"""The picture of what moved where."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.render._drawing.element import Element, written
from verify.render._drawing.flowing import MOST_FILES, Band, flowing

TWO = (
    Band("a/old.py", "a/new/one.py", "verbatim", 100),
    Band("a/old.py", "a/new/two.py", "edited", 10),
    Band("a/old.py", "a/old.py", "stayed", 90_000),
    Band("", "a/new/two.py", "added", 3),
    Band("a/old.py", "", "removed", 4),
)


def texts(root: Element) -> list[str]:
    return [each.text or "" for each in root.iter("text")]


def titles(root: Element) -> list[str]:
    return [each.text or "" for each in root.iter("title")]


def rectangles(root: Element, of: str) -> list[tuple[float, float, float]]:
    """Where those of a class begin, from the left and from above, and how high."""
    return [
        (float(r.get("x", "")), float(r.get("y", "")), float(r.get("height", "")))
        for r in root.iter("rect")
        if of in (r.get("class") or "").split()
    ]


def test_it_says_what_went_where_and_what_became_of_every_file() -> None:
    root, folder = flowing(TWO, "x")
    assert folder == "a/"
    assert texts(root) == [
        "old.py",
        "110 moved out, 90,000 stayed, 4 removed, to be read",
        "new/one.py",
        "100 moved in",
        "new/two.py",
        "10 moved in, 3 new, to be read",
        "old.py",
        "90,000 stayed",
    ]
    assert "100 lines, verbatim, from a/old.py to a/new/one.py" in titles(root)
    assert "90,000 lines stayed in a/old.py" in titles(root)


def test_heights_are_as_the_lines_but_for_what_stayed() -> None:
    root, _ = flowing(TWO, "x")
    (verbatim, _), (edited, _) = (
        rectangles(root, f"f-{how}") for how in ("verbatim", "edited")
    )
    assert verbatim[2] == pytest.approx(10 * edited[2], rel=0.02)
    assert rectangles(root, "f-stayed")[0][2] < verbatim[2]


def test_only_what_is_edited_is_hatched_and_the_hatching_is_there() -> None:
    root, _ = flowing(TWO, "x")
    hatched = [p for p in root.iter("path") if p.get("class") == "f-hatched"]
    assert [p.get("style") for p in hatched] == ["fill:url(#x-hatch)"]
    assert [p.get("id") for p in root.iter("pattern")] == ["x-hatch"]


def test_of_very_many_files_those_that_least_moved_in_are_one() -> None:
    bands = [Band("a.py", f"b/{n:03}.py", "verbatim", n + 1) for n in range(200)]
    root, _ = flowing(bands, "x")
    names = [text for text in texts(root) if not text.endswith(("in", "out"))]
    assert len(names) == 1 + MOST_FILES
    assert "161 other files" in names
    assert "b/199.py" in names
    assert sum(b.lines for b in bands) == 20_100
    assert "20,100 moved out" in texts(root)


def test_a_long_path_keeps_its_end() -> None:
    path = "/".join(["folder"] * 20) + "/file.py"
    root, _ = flowing([Band(path, "b.py", "verbatim", 3)], "x")
    assert texts(root)[0].endswith("/folder/file.py")
    assert texts(root)[0].startswith("…/")
    assert len(texts(root)[0]) < 50


NAMES = st.sampled_from(["a.py", "b.py", "p/c.py", "p/d.py", "<&>", "\u202e\x1b"])
BANDS = st.builds(
    Band,
    NAMES,
    NAMES,
    st.sampled_from(["verbatim", "edited", "stayed", "adapted", "any thing"]),
    st.integers(1, 10**7),
)


@settings(max_examples=60)
@given(st.lists(BANDS, min_size=1, max_size=20))
def test_nothing_lies_on_anything_else_and_all_of_it_is_inside(
    bands: list[Band],
) -> None:
    root, _ = flowing(bands, "x")
    tall = float(root.get("height", ""))
    for x, group in _columns(rectangles(root, "f-piece")).items():
        assert 0 <= x <= 760
        ends = 0.0
        for _, y, height in sorted(group, key=lambda each: each[1]):
            assert y >= ends - 0.11
            ends = y + height
        assert ends <= tall + 0.11
    text = written(root)
    assert "\x1b" not in text
    assert "\u202e" not in text


def _columns(
    pieces: list[tuple[float, float, float]],
) -> dict[float, list[tuple[float, float, float]]]:
    found: dict[float, list[tuple[float, float, float]]] = {}
    for piece in pieces:
        found.setdefault(piece[0], []).append(piece)
    return found


def test_the_same_bands_in_another_order_are_the_same_picture() -> None:
    once, _ = flowing(TWO, "x")
    again, _ = flowing(TWO[::-1], "x")
    assert Counter(texts(once)) == Counter(texts(again))
