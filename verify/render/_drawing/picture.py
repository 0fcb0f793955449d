"""One diagram as an SVG picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from verify.diagram import Diagram, Edge, Mark, Node, Pair
from verify.render._drawing.element import (
    Element,
    element,
    entitled,
    number,
    rectangle,
    text_at,
    told,
)
from verify.render._drawing.labels import end_cut, middle_cut, width
from verify.render._drawing.layout import (
    NAME_SIZE,
    NOTE_SIZE,
    PILL_SIZE,
    Arc,
    Box,
    Pill,
    Rectangle,
    Sheet,
    lay_out,
)
from verify.render._drawing.reading import readable
from verify.render._drawing.style import class_of
from verify.render._escape import visible

_LINE = 16.0
_MARGIN = 8.0
_TITLE_SIZE = NAME_SIZE + 1
_COLUMNS = 150
_TIP = (8.0, 4.0)  # how long an arrow's tip is, and how far its corners lie apart
_MOST_CUTS = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """An `svg` element, its size in pixels, and the numbers that edges have in it."""

    root: Element
    width: float
    height: float
    numbers: Mapping[Pair, int] = field(default_factory=dict)


def picture(
    diagram: Diagram,
    name: str,
    *,
    is_alone: bool = True,
    ids: Mapping[Pair, str] | None = None,
) -> Picture:
    """Draw a diagram. Every id in it begins with `name`. One that `is_alone` has its
    heading and notes above it, and lists the edges that are to be cut below. Where
    `ids` names an element of the same document for an edge, the edge is a link to it.
    """
    part = readable(diagram)
    sheet = lay_out(part.diagram)
    title = title_of(diagram) if is_alone else ""
    above = [*_prefix(sheet), *part.left_out]
    if is_alone:
        above = [title, *diagram.notes, *above]
    below = [*_cuts(sheet)] if is_alone else []
    top = _MARGIN + len(above) * _LINE + _MARGIN
    texts = [end_cut(line, _COLUMNS) for line in (*above, *below)]
    widest = [width(line, NOTE_SIZE) for line in texts]
    widest.append(width(end_cut(title, _COLUMNS), _TITLE_SIZE))
    wide = max(sheet.width, max(widest) + 2 * _MARGIN)
    tall = top + sheet.height + len(below) * _LINE + _MARGIN
    # Nothing in an image can be followed: with links in it, it is none.
    role = "group" if ids else "img"
    root = element("svg", role=role, width=wide)
    root.set("height", number(tall))
    root.set("viewBox", f"0 0 {number(wide)} {number(tall)}")
    entitled(root, name, title_of(diagram), _described(diagram))
    root.append(rectangle(Rectangle(0, 0, wide, tall), "r-ground", 0))
    root.extend(_lines(above, 0, title))
    root.append(_drawn(sheet, top, ids or {}))
    root.extend(_lines(below, top + sheet.height))
    numbers = {arc.edge.pair: arc.number for arc in sheet.arcs if arc.number}
    return Picture(root, wide, tall, numbers)


def title_of(diagram: Diagram) -> str:
    """A diagram's heading with its verdict."""
    if not diagram.verdict:
        return diagram.heading
    return f"{diagram.heading}: {diagram.verdict}"


def _described(diagram: Diagram) -> list[str]:
    cuts = sum(edge.is_cut for edge in diagram.edges)
    counted = sum(edge.counts for edge in diagram.edges)
    lines = [f"{len(diagram.nodes)} modules, {counted} imports, {cuts} of them to cut."]
    lines += (f"{each} fails when imported first." for each in _failing(diagram))
    return [*lines, *diagram.notes]


def _failing(diagram: Diagram) -> list[str]:
    return [node.name for node in diagram.nodes if node.failure]


def _prefix(sheet: Sheet) -> Iterator[str]:
    if sheet.package:
        yield f"all names begin with {middle_cut(sheet.package, 100)}."


def _cuts(sheet: Sheet) -> Iterator[str]:
    """A line for each statement that makes an edge to cut."""
    lines = [
        f"{arc.number}  {source.place}  {source.text}"
        for arc in sheet.arcs
        if arc.number
        for source in arc.edge.sources
    ]
    if lines:
        yield "to cut:"
        yield from lines[:_MOST_CUTS]
    if len(lines) > _MOST_CUTS:
        yield f"and {len(lines) - _MOST_CUTS} more statements"


def _lines(texts: Sequence[str], y: float, title: str = "") -> Iterator[Element]:
    for place, text in enumerate(texts):
        is_title = bool(title) and place == 0
        size = _TITLE_SIZE if is_title else NOTE_SIZE
        base = y + _MARGIN + place * _LINE + 11
        shown = end_cut(text, _COLUMNS)
        line = text_at(_MARGIN, base, shown, size, "r-strong" if is_title else "")
        if shown == visible(text):
            yield line
        else:
            yield element("g", element("title", text=text), line)


def _drawn(sheet: Sheet, y: float, ids: Mapping[Pair, str]) -> Element:
    lines = sorted(sheet.arcs, key=_depth)
    return element(
        "g",
        *(_linked(_arc(arc), arc.edge, ids) for arc in lines),
        *map(_box, sheet.boxes),
        *(_pill(arc.pill, arc.edge) for arc in lines if arc.pill),
        transform=f"translate(0 {number(y)})",
    )


def _depth(arc: Arc) -> tuple[bool, bool, bool]:
    """What matters most is drawn last, on top."""
    return arc.edge.is_cut, arc.edge.mark is Mark.NEW, arc.edge.counts


# Pieces


def _linked(drawn: Element, edge: Edge, ids: Mapping[Pair, str]) -> Element:
    """A link, though none to be reached by key: the keys lead to the tables."""
    if edge.pair not in ids:
        return drawn
    label = ", ".join(source.place for source in edge.sources)
    link = element("a", drawn, href=f"#{ids[edge.pair]}", tabindex="-1")
    link.set("aria-label", visible(label))
    return link


def _arc(arc: Arc) -> Element:
    (x, y), *_, (_, end) = arc.points
    side = 1 if arc.is_right else -1
    base = x + side * (_TIP[0] - 1)
    far = number(arc.points[1][0])
    curve = (
        f"M{number(x)} {number(y)}C{far} {number(y)} {far} {number(end)}"
        f" {number(base)} {number(end)}"
    )
    back, up, down = x + side * _TIP[0], end - _TIP[1], end + _TIP[1]
    tip = f"M{number(x)} {number(end)}L{number(back)} {number(up)}V{number(down)}Z"
    return element(
        "g",
        told("title", _words_on(arc.edge)),
        element("path", of=f"r-line {class_of(arc.edge.kind)}", d=curve),
        element("path", of="r-tip", d=tip),
        element("path", of="r-reach", d=curve),
        of=f"r-edge {role_of(arc.edge)}".strip(),
    )


def role_of(edge: Edge) -> str:
    """The class of a line for what it means, empty where it is one of many."""
    if edge.is_cut:
        return "r-cut"
    if edge.mark is not Mark.NONE:
        return f"r-{edge.mark.value}"
    return "" if edge.counts else "r-aside"


def _words_on(edge: Edge) -> list[str]:
    words = [edge.kind, edge.mark.value, "to be cut" if edge.is_cut else ""]
    how = ", ".join(word for word in words if word)
    lines = [f"{edge.source} imports {edge.target} ({how})"]
    lines += (f"{each.place} {each.text}".strip() for each in edge.sources)
    return lines


def _box(box: Box) -> Element:
    node, place = box.node, box.place
    looks = "r-box-fails" if node.failure else "r-box"
    if node.mark is Mark.GONE:
        looks = "r-box-gone"
    made = element(
        "g",
        told("title", _words_of(node)),
        rectangle(place, looks),
        text_at(
            place.x + 8,
            place.y + 14,
            box.label,
            NAME_SIZE,
            "r-strong" if node.failure else "",
        ),
    )
    for line, note in enumerate(box.notes):
        made.append(text_at(place.x + 8, place.y + 29 + 16 * line, note, NOTE_SIZE))
    if node.mark is not Mark.NONE:
        made.append(_mark(node.mark, place))
    return made


def _words_of(node: Node) -> list[str]:
    failure = node.failure
    if failure is None:
        return [node.name]
    error = f"fails when imported first: {failure.error}: {failure.message}"
    return [node.name, error, f"{failure.at.place} {failure.at.text}"]


def _mark(mark: Mark, box: Rectangle) -> Element:
    wide = width(mark.value, PILL_SIZE) + 8
    place = Rectangle(box.x + box.width - wide - 4, box.y + 3, wide, 14)
    return _pill_at(Pill(mark.value, place))


def _pill(pill: Pill, edge: Edge) -> Element:
    made = _pill_at(pill)
    made.insert(0, told("title", _words_on(edge)))
    return made


def _pill_at(pill: Pill) -> Element:
    place = pill.place
    return element(
        "g",
        rectangle(place, "r-pill", 7),
        text_at(place.x + 4, place.y + 10.5, pill.text, PILL_SIZE, "r-strong"),
    )
