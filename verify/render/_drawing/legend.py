"""What the lines and boxes of pictures mean; only those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verify.diagram import Diagram, Edge, Mark
from verify.render._drawing.element import (
    Element,
    element,
    entitled,
    number,
    rectangle,
    text_at,
)
from verify.render._drawing.labels import width
from verify.render._drawing.layout import NAME_SIZE, NOTE_SIZE, Rectangle
from verify.render._drawing.picture import Picture, role_of
from verify.render._drawing.style import DASHES, class_of

_ROW = 20.0
_SAMPLE = 44.0
_MEANINGS = {
    "eager": "runs whenever the module is imported",
    "guarded": "runs then, under a condition, or its failure is caught",
    "implicit": "runs as the package of what is imported",
    "dynamic": "by a call with a literal, as import_module",
    "lazy": "inside a function",
    "type-checking": "for type checkers only",
    "by way of others": "through modules that are not drawn",
}
_HOW = (
    "A module stands above what it imports: an arrow on the right points down to it.",
    "Arrows on the left point back up. Where those that are to be cut go, no cycle"
    " is left.",
)
# A sample of a line or of a box, and what it means.
_Item = tuple[Element, str]


def legend(diagrams: Iterable[Diagram], kinds: Iterable[str], name: str) -> Picture:
    """Explain the diagrams; `kinds` are the kinds of edges that were drawn."""
    known = [*diagrams]
    items = [*_items(known, {*kinds})]
    texts = [*_HOW, *(text for _, text in items)]
    wide = max(width(text, NOTE_SIZE) for text in texts) + _SAMPLE + 40
    tall = 26 + _ROW * (len(_HOW) + len(items)) + 6
    root = element("svg", role="img", width=wide, height=tall)
    root.set("viewBox", f"0 0 {number(wide)} {number(tall)}")
    entitled(root, name, "Legend", texts)
    root.append(rectangle(Rectangle(0, 0, wide, tall), "r-ground", 0))
    root.append(text_at(8, 18, "Legend", NAME_SIZE + 1, "r-strong"))
    y = 26.0
    for text in _HOW:
        root.append(text_at(8, y + 13, text, NOTE_SIZE))
        y += _ROW
    for sample, text in items:
        sample.set("transform", f"translate(8 {number(y)})")
        root.append(sample)
        root.append(text_at(_SAMPLE + 20, y + 13, text, NOTE_SIZE))
        y += _ROW
    return Picture(root, wide, tall)


def _items(diagrams: list[Diagram], kinds: set[str]) -> Iterator[_Item]:
    edges = [edge for each in diagrams for edge in each.edges]
    nodes = [node for each in diagrams for node in each.nodes]
    for kind in DASHES:
        if kind in kinds:
            counts = any(e.counts for e in edges if e.kind == kind) or not edges
            aside = not counts and any(e.kind == kind for e in edges)
            sample = Edge("", "", kind, (), counts=not aside)
            text = f"{kind}: {_MEANINGS[kind]}"
            yield _line(sample), f"{text}; no part of the cycle" if aside else text
    if any(edge.is_cut for edge in edges):
        text = "thick, with a number: to be cut, the cheapest way to leave no cycle"
        yield _line(Edge("", "", "eager", (), is_cut=True)), text
    marks = {edge.mark for edge in edges} | {node.mark for node in nodes}
    if Mark.NEW in marks:
        text = "new: is there since the base"
        yield _line(Edge("", "", "eager", (), mark=Mark.NEW)), text
    if Mark.GONE in marks:
        text = "gone: was there at the base, and is no part of the cycle any more"
        yield _line(Edge("", "", "eager", (), mark=Mark.GONE)), text
    if any(node.failure for node in nodes):
        text = "thick frame: fails when it is imported first"
        yield _frame(), text


def _line(edge: Edge) -> Element:
    tip = f"M{number(_SAMPLE)} 10L{number(_SAMPLE - 8)} 6V14Z"
    line = f"M0 10H{number(_SAMPLE - 7)}"
    return element(
        "g",
        element("path", of=f"r-line {class_of(edge.kind)}", d=line),
        element("path", of="r-tip", d=tip),
        of=role_of(edge) or "r-plain",
    )


def _frame() -> Element:
    return element("g", rectangle(Rectangle(0, 3, _SAMPLE, 14), "r-box-fails"))
