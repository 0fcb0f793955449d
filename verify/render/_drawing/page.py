"""A whole SVG document: a heading, a legend, and a picture of each diagram."""

from __future__ import annotations

from collections.abc import Sequence

from verify.diagram import Diagram
from verify.render._drawing.element import (
    NAMESPACE,
    Element,
    element,
    entitled,
    number,
    rectangle,
    stacked,
    text_at,
    written,
)
from verify.render._drawing.labels import end_cut, width
from verify.render._drawing.layout import NAME_SIZE, Rectangle
from verify.render._drawing.legend import legend
from verify.render._drawing.picture import Picture, picture, title_of
from verify.render._drawing.reading import readable
from verify.render._drawing.style import STYLE

MOST_PICTURES = 40
_COLUMNS = 150
_LINE = 20.0


def page(command: str, heading: Sequence[str], diagrams: Sequence[Diagram]) -> str:
    """Return a document with all diagrams, or the first of very many."""
    drawn = diagrams[:MOST_PICTURES]
    lines = [f"rehome {command}", *heading]
    if not diagrams:
        lines.append("There is nothing to draw: no diagram belongs to this result.")
    if len(diagrams) > len(drawn):
        lines.append(f"Not drawn: {len(diagrams) - len(drawn)} more, the last ones.")
    parts = _pictures(drawn)
    texts = [end_cut(line, _COLUMNS) for line in lines]
    top = 12 + _LINE * len(texts)
    wide = max(*(width(t, NAME_SIZE) + 20 for t in texts), *(p.width for p in parts), 0)
    tall = top + sum(part.height for part in parts) + 8
    root = _root(lines, drawn, wide, tall)
    root.extend(text_at(8, 18 + _LINE * n, t, NAME_SIZE) for n, t in enumerate(texts))
    root.extend(stacked(((part.root, part.height) for part in parts), top))
    return f"{written(root)}\n"


def kinds_drawn(diagrams: Sequence[Diagram]) -> set[str]:
    """The kinds of the edges that pictures of these diagrams show."""
    return {edge.kind for each in diagrams for edge in readable(each).diagram.edges}


def _pictures(drawn: Sequence[Diagram]) -> list[Picture]:
    if not drawn:
        return []
    parts = [legend(drawn, kinds_drawn(drawn), "legend")]
    parts += (picture(each, f"cycle-{n}") for n, each in enumerate(drawn, 1))
    return parts


def _root(
    lines: Sequence[str], drawn: Sequence[Diagram], wide: float, tall: float
) -> Element:
    root = element("svg", xmlns=NAMESPACE, role="img", width=wide, height=tall)
    root.set("viewBox", f"0 0 {number(wide)} {number(tall)}")
    words = [*lines, *(title_of(each) for each in drawn)]
    entitled(root, "page", lines[0], words)
    style = element("style")
    style.text = STYLE
    root.append(style)
    root.append(rectangle(Rectangle(0, 0, wide, tall), "r-ground", 0))
    return root
