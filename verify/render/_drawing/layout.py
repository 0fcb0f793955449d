"""Where everything of a diagram stands, in pixels; nothing here knows of SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from verify.diagram import Diagram, Edge, Mark, Node
from verify.render._drawing.labels import (
    common_package,
    end_cut,
    label,
    middle_cut,
    width,
)
from verify.render._drawing.order import in_order

NAME_SIZE = 12.0
NOTE_SIZE = 11.0
PILL_SIZE = 10.0
_BOX = 20.0
_NOTE = 16.0
_GAP = 7.0
_MARGIN = 8.0
_PILL = 14.0
_PORT = 4.0  # how far from the middle of its box an edge leaves or arrives
_NARROWEST = 150.0
_NOTE_COLUMNS = 92
# How far an arc swings out: a little for neighbours, more with every row between.
_NEAR, _PER_ROW, _FARTHEST = 22.0, 7.0, 300.0
# Where on its arc a pill may stand; the first place where no other does.
_STOPS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8)


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Rectangle) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place; `notes` are further lines, where it fails."""

    node: Node
    label: str
    notes: tuple[str, ...]
    place: Rectangle

    @property
    def middle(self) -> float:
        return self.place.y + self.place.height / 2


@dataclass(frozen=True, slots=True)
class Pill:
    """A short text on an arc."""

    text: str
    place: Rectangle


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge as a curve with four control points, the last one its arrow's tip."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    number: int = 0  # of those that are to be cut
    pill: Pill | None = None

    @property
    def is_right(self) -> bool:
        return self.points[1][0] > self.points[0][0]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A diagram with the place of everything; the package is said once."""

    package: str
    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]
    width: float
    height: float


def lay_out(diagram: Diagram) -> Sheet:
    """Give every node and edge its place; the top left corner is 0, 0."""
    nodes = {node.name: node for node in diagram.nodes}
    order = in_order(diagram)
    row = {name: number for number, name in enumerate(order)}
    spans = [(row[e.target] - row[e.source]) for e in diagram.edges]
    left = _room(-span for span in spans if span <= 0)
    right = _room(span for span in spans if span > 0)
    package = common_package(order)
    boxes = _boxes([nodes[name] for name in order], package, left)
    arcs = _with_pills(_arcs(diagram, {box.node.name: box for box in boxes}, row))
    last = boxes[-1].place if boxes else Rectangle(left, 0, 0, 0)
    total = last.x + last.width + right
    return Sheet(package, boxes, arcs, total, last.y + last.height + _MARGIN)


def _room(spans: Iterable[int]) -> float:
    widest = max((_swing(span) for span in spans), default=0.0)
    return _MARGIN + widest * 0.75 + (40 if widest else 0)


def _swing(span: int) -> float:
    return min(_FARTHEST, _NEAR + _PER_ROW * span)


def _boxes(nodes: Sequence[Node], package: str, x: float) -> tuple[Box, ...]:
    labels = [label(node.name, package) for node in nodes]
    notes = [_notes(node) for node in nodes]
    widest = _NARROWEST
    for node, name, lines in zip(nodes, labels, notes, strict=True):
        marked = width(node.mark.value, PILL_SIZE) + 16 if node.mark.value else 0
        widest = max(widest, width(name, NAME_SIZE) + marked)
        widest = max(widest, *(width(line, NOTE_SIZE) for line in lines), 0)
    found = []
    y = _MARGIN
    for node, name, lines in zip(nodes, labels, notes, strict=True):
        height = _BOX + _NOTE * len(lines)
        place = Rectangle(x, y, widest + 20, height)
        found.append(Box(node, name, lines, place))
        y += height + _GAP
    return tuple(found)


def _notes(node: Node) -> tuple[str, ...]:
    """How a node fails, in as many columns as there are."""
    failure = node.failure
    if failure is None:
        return ()
    start = end_cut(f"fails first: {failure.error} at ", _NOTE_COLUMNS // 2)
    place = middle_cut(failure.at.place, _NOTE_COLUMNS - cell_len(start))
    return start + place, end_cut(f"  {failure.at.text}", _NOTE_COLUMNS)


def _arcs(diagram: Diagram, boxes: dict[str, Box], row: dict[str, int]) -> list[Arc]:
    ordered = sorted(diagram.edges, key=lambda e: (row[e.source], row[e.target]))
    found: list[Arc] = []
    number = 0
    for edge in ordered:
        number += edge.is_cut
        source, target = boxes[edge.source], boxes[edge.target]
        span = row[edge.target] - row[edge.source]
        side = 1 if span > 0 else -1
        x = source.place.x + (source.place.width if side > 0 else 0)
        start = source.middle + side * _PORT
        end = target.middle - side * _PORT
        away = x + side * _swing(abs(span))
        points = ((x, start), (away, start), (away, end), (x, end))
        found.append(Arc(edge, points, number if edge.is_cut else 0))
    return found


def _with_pills(arcs: Iterable[Arc]) -> tuple[Arc, ...]:
    """The same with a pill on each that is to be cut, new or gone."""
    taken: list[Rectangle] = []
    found = []
    for arc in arcs:
        text = _pill_text(arc)
        if text:
            place = _free_place(arc, width(text, PILL_SIZE) + 8, taken)
            taken.append(place)
            found.append(replace(arc, pill=Pill(text, place)))
        else:
            found.append(arc)
    return tuple(found)


def _pill_text(arc: Arc) -> str:
    number = str(arc.number) if arc.number else ""
    mark = arc.edge.mark.value if arc.edge.mark is not Mark.NONE else ""
    return " ".join(part for part in (number, mark) if part)


def _free_place(arc: Arc, wide: float, taken: Sequence[Rectangle]) -> Rectangle:
    places = [_around(_on_curve(arc.points, stop), wide) for stop in _STOPS]
    free = (each for each in places if not any(map(each.meets, taken)))
    return next(free, places[0])


def _around(point: tuple[float, float], wide: float) -> Rectangle:
    return Rectangle(point[0] - wide / 2, point[1] - _PILL / 2, wide, _PILL)


def _on_curve(points: Sequence[tuple[float, float]], at: float) -> tuple[float, float]:
    """A point of a cubic Bézier curve, `at` from 0 to 1."""
    rest = 1 - at
    weights = (rest**3, 3 * rest * rest * at, 3 * rest * at * at, at**3)
    x = sum(w * point[0] for w, point in zip(weights, points, strict=True))
    y = sum(w * point[1] for w, point in zip(weights, points, strict=True))
    return x, y
