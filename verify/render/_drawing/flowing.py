"""Where the lines of files went: bands from the files before to the files after.

Bands, and pieces of the bars that they end on, are as high as their lines are many,
and never too thin to be seen. What stayed where it was is cut short where it would be
much higher than what moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len

from verify.render._drawing.element import (
    Element,
    element,
    entitled,
    number,
    rectangle,
    text_at,
    told,
)
from verify.render._drawing.labels import middle_cut, width
from verify.render._drawing.layout import Rectangle
from verify.render._escape import visible

STAYED, ADDED, REMOVED, EXPLAINED = "stayed", "added", "removed", "explained"
WIDTH = 760.0
MOST_FILES = 40  # on one side of the picture
_OTHERS = "{} other files"
_BAR, _EDGE = 9.0, 6.0
_LABEL, _GAP, _WIDEST = 33.0, 12.0, 90.0
_NAME, _NOTE = 12.0, 11.0
_COLUMNS = 49
_DOTS = "\N{HORIZONTAL ELLIPSIS}"
_TALL = 460.0  # what all that moved takes, if it is not very little or very much
_THINNEST, _MOST_STAYED = 2.0, 40.0
_MOST_TOLD = 30


@dataclass(frozen=True, slots=True)
class Band:
    """Lines that went from one file to another; one end is empty where they are of
    one side alone. `how` is a likeness of moved code, or a word from above.
    """

    source: str
    target: str
    how: str
    lines: int

    @property
    def is_moved(self) -> bool:
        return self.how not in (STAYED, ADDED, REMOVED, EXPLAINED)


@dataclass(slots=True)
class _Bar:
    """A file on one side, and where on its bar the pieces begin."""

    path: str
    pieces: list[Band]
    y: float = 0.0
    tall: float = 0.0
    starts: dict[Band, float] = field(default_factory=dict)


def flowing(bands: Iterable[Band], name: str) -> tuple[Element, str]:
    """The picture, and the folder that all its paths begin with; every id begins with
    `name`. There must be a band.
    """
    kept = _readable([*bands])
    heights = _heights(kept)
    left, right = _bars(kept)
    tall = max(_stack(left, heights), _stack(right, heights))
    bottom = max(_spread(left, heights, tall), _spread(right, heights, tall))
    folder = _folder([bar.path for bar in (*left, *right)])
    root = element("svg", role="img", width=WIDTH, height=bottom)
    root.set("viewBox", f"0 0 {number(WIDTH)} {number(bottom)}")
    entitled(root, name, "What moved where", _described(kept))
    root.append(_hatching(name))
    starts = [
        {p: y for bar in side for p, y in bar.starts.items()} for side in (left, right)
    ]
    for band in sorted(kept, key=lambda each: (each.is_moved, -each.lines)):
        if band in starts[0] and band in starts[1]:
            root.append(
                _ribbon(band, starts[0][band], starts[1][band], heights[band], name)
            )
    for bar in left:
        root.append(_drawn(bar, _EDGE, heights, folder, is_left=True))
    for bar in right:
        root.append(_drawn(bar, WIDTH - _EDGE - _BAR, heights, folder, is_left=False))
    return root, folder


def _readable(bands: list[Band]) -> list[Band]:
    """With the files that least moved in or out of as one."""
    for end in ("source", "target"):
        weight: dict[str, int] = {}
        for band in bands:
            path = getattr(band, end)
            if path:
                weight[path] = weight.get(path, 0) + band.lines * band.is_moved
        if len(weight) > MOST_FILES:
            ranked = sorted(weight, key=lambda path: (-weight[path], path))
            others = {*ranked[MOST_FILES - 1 :]}
            bands = [
                _among(b, others) if getattr(b, end) in others else b for b in bands
            ]
    joined: dict[tuple[str, str, str], int] = {}
    for band in bands:
        key = band.source, band.target, band.how
        joined[key] = joined.get(key, 0) + band.lines
    return [Band(*key, lines) for key, lines in joined.items()]


def _among(band: Band, others: set[str]) -> Band:
    name = _OTHERS.format(len(others))
    return replace(
        band,
        source=name if band.source in others else band.source,
        target=name if band.target in others else band.target,
    )


def _heights(bands: Sequence[Band]) -> dict[Band, float]:
    moved = sum(band.lines for band in bands if band.how != STAYED)
    scale = min(2.0, _TALL / max(moved, 1))
    found = {}
    for band in bands:
        height = max(_THINNEST, band.lines * scale)
        found[band] = min(height, _MOST_STAYED) if band.how == STAYED else height
    return found


def _bars(bands: Sequence[Band]) -> tuple[list[_Bar], list[_Bar]]:
    """The files of both sides, in an order in which few bands cross."""
    sources = sorted({band.source for band in bands if band.source})
    places = {path: place for place, path in enumerate(sources)}
    targets = sorted({band.target for band in bands if band.target})
    targets.sort(key=lambda path: _middle(bands, path, places))
    after = {path: place for place, path in enumerate(targets)}
    return (
        [_bar(bands, path, after, is_left=True) for path in sources],
        [_bar(bands, path, places, is_left=False) for path in targets],
    )


def _middle(bands: Sequence[Band], path: str, places: Mapping[str, int]) -> float:
    """Where most of a file comes from."""
    came = [b for b in bands if b.target == path and b.source]
    if not came:
        return len(places)
    lines = sum(b.lines for b in came)
    return sum(places[b.source] * b.lines for b in came) / max(lines, 1)


def _bar(
    bands: Sequence[Band], path: str, others: Mapping[str, int], *, is_left: bool
) -> _Bar:
    here, there = ("source", "target") if is_left else ("target", "source")
    pieces = [band for band in bands if getattr(band, here) == path]
    pieces.sort(key=lambda b: (others.get(getattr(b, there), len(others)), b.how))
    return _Bar(path, pieces)


def _spread(bars: Sequence[_Bar], heights: Mapping[Band, float], tall: float) -> float:
    """Set the files of the shorter side as far apart as those of the other."""
    free = tall - _stack(bars, heights)
    wider = min(_WIDEST, _GAP + free / max(1, len(bars) - 1))
    return _stack(bars, heights, wider)


def _stack(
    bars: Sequence[_Bar], heights: Mapping[Band, float], gap: float = _GAP
) -> float:
    """Give every bar and piece its place; how high all is."""
    y = 0.0
    for bar in bars:
        y += _LABEL
        bar.y = y
        for piece in bar.pieces:
            bar.starts[piece] = y
            y += heights[piece]
        bar.tall = y - bar.y
        y += gap
    return y - gap + _GAP


def _folder(paths: Sequence[str]) -> str:
    """The folder, with its slash, that all paths lie in."""
    split = [path.split("/")[:-1] for path in paths if "/" in path]
    if len(split) < sum(not path.endswith(" other files") for path in paths):
        return ""
    first, last = min(split), max(split)
    shared = 0
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        shared += 1
    return "".join(f"{part}/" for part in first[:shared])


# Pieces


def _ribbon(band: Band, left: float, right: float, tall: float, name: str) -> Element:
    x, end = _EDGE + _BAR, WIDTH - _EDGE - _BAR
    middle = number((x + end) / 2)
    tops, lows = ([number(y + by) for y in (left, right)] for by in (0.0, tall))
    path = (
        f"M{number(x)} {tops[0]}C{middle} {tops[0]} {middle} {tops[1]} {number(end)}"
        f" {tops[1]}V{lows[1]}C{middle} {lows[1]} {middle} {lows[0]} {number(x)}"
        f" {lows[0]}Z"
    )
    made = element("g", told("title", [_words(band)]), of=f"f-band f-{_class(band)}")
    made.append(element("path", d=path))
    if band.how == "edited":
        hatched = element("path", d=path, of="f-hatched")
        hatched.set("style", f"fill:url(#{name}-hatch)")
        made.append(hatched)
    return made


def _class(band: Band) -> str:
    return band.how if band.how.isalpha() and band.how.isascii() else "moved"


def _words(band: Band) -> str:
    lines = f"{band.lines:,} {'line' if band.lines == 1 else 'lines'}"
    if band.how == STAYED:
        return f"{lines} stayed in {band.source}"
    if band.how == ADDED:
        return f"{lines} added in {band.target}, to be read"
    if band.how == REMOVED:
        return f"{lines} removed from {band.source}, to be read"
    if band.how == EXPLAINED:
        place = band.target or band.source
        return f"{lines} of {place} that follow from the moves"
    return f"{lines}, {band.how}, from {band.source} to {band.target}"


def _drawn(
    bar: _Bar, x: float, heights: Mapping[Band, float], folder: str, *, is_left: bool
) -> Element:
    made = element("g", told("title", [bar.path, *map(_words, bar.pieces)]))
    for piece in bar.pieces:
        place = Rectangle(x, bar.starts[piece], _BAR, heights[piece])
        made.append(rectangle(place, f"f-piece f-{_class(piece)}", 0))
    end = x if is_left else x + _BAR
    lines = (
        (_tail(bar.path.removeprefix(folder)), _NAME, "r-strong", 17),
        (_note(bar, is_left=is_left), _NOTE, "r-faint", 4),
    )
    plates = len(made)  # all of them below all text
    for text, size, of, above in lines:
        wide = width(text, size)
        left = end if is_left else end - wide
        plate = Rectangle(left - 2, bar.y - above - size, wide + 4, size + 3)
        made.insert(plates, rectangle(plate, "f-plate"))
        label = text_at(end, bar.y - above, text, size, of)
        if not is_left:
            label.set("text-anchor", "end")
        made.append(label)
    return made


def _tail(path: str) -> str:
    """As many of the last parts of a path as there is room for."""
    parts = path.split("/")
    for start in range(len(parts)):
        text = "/".join([_DOTS, *parts[start:]] if start else parts)
        if cell_len(visible(text)) <= _COLUMNS:
            return visible(text)
    return middle_cut(parts[-1], _COLUMNS)


def _note(bar: _Bar, *, is_left: bool) -> str:
    """What became of the lines of a file before, or where those of one after are
    from.
    """
    moved = sum(p.lines for p in bar.pieces if p.is_moved)
    count = {p.how: p.lines for p in bar.pieces if not p.is_moved}
    said = [f"{moved:,} {'moved out' if is_left else 'moved in'}"] if moved else []
    said += [
        f"{count[how]:,} {word}"
        for how, word in (
            (STAYED, "stayed"),
            (ADDED, "new, to be read"),
            (REMOVED, "removed, to be read"),
            (EXPLAINED, "follow from that"),
        )
        if how in count
    ]
    return ", ".join(said)


def _described(bands: Sequence[Band]) -> Iterator[str]:
    ranked = sorted(bands, key=lambda b: (not b.is_moved, -b.lines, b.source, b.target))
    yield from (_words(band) for band in ranked[:_MOST_TOLD])
    if len(ranked) > _MOST_TOLD:
        yield f"and {len(ranked) - _MOST_TOLD} more, in the table"


def _hatching(name: str) -> Element:
    """Lines across, so that edited code is told apart without colour."""
    line = element("path", d="M0 6L6 0", of="f-hatch")
    pattern = element("pattern", line, id=f"{name}-hatch", width=6.0, height=6.0)
    pattern.set("patternUnits", "userSpaceOnUse")
    return element("defs", pattern)
