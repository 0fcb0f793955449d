"""Import cycles on a page: a picture of each, and tables of all that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from verify.diagram import Diagram, Edge, Mark, Pair
from verify.render._drawing.element import written
from verify.render._drawing.legend import legend
from verify.render._drawing.page import MOST_PICTURES, kinds_drawn
from verify.render._drawing.picture import picture, title_of
from verify.render._page.tables import Shown
from verify.render._page.text import lines

_COLUMNS = ("importer", "imported", "kind", "remark", "place", "statement")
_NOT_DRAWN = "Not drawn, since there are very many: see the tables."


@dataclass(frozen=True, slots=True)
class Pictured:
    """A diagram as it stands on the page; `svg` is a sentence where it is one too
    many.
    """

    id: str
    title: str
    svg: Markup
    notes: tuple[str, ...]
    tables: tuple[Shown, ...]
    has_changed: bool


def legend_of(diagrams: Sequence[Diagram], name: str) -> Markup:
    """What lines and boxes mean, empty where nothing is drawn."""
    drawn = diagrams[:MOST_PICTURES]
    if not drawn:
        return Markup("")
    return Markup(written(legend(drawn, kinds_drawn(drawn), name).root))


def pictures_of(diagrams: Sequence[Diagram], name: str) -> Iterator[Pictured]:
    """Every diagram, the first of very many with a picture. All ids begin with
    `name`.
    """
    for number, diagram in enumerate(diagrams, 1):
        yield _pictured(diagram, f"{name}-{number}", is_drawn=number <= MOST_PICTURES)


def _pictured(diagram: Diagram, name: str, *, is_drawn: bool) -> Pictured:
    ids = {edge.pair: f"{name}-edge-{n}" for n, edge in enumerate(diagram.edges, 1)}
    svg, numbers = Markup(_NOT_DRAWN), dict[Pair, int]()
    if is_drawn:
        drawn = picture(diagram, name, is_alone=False, ids=ids)
        svg, numbers = Markup(written(drawn.root)), {**drawn.numbers}
    tables = (
        _cuts(diagram, name, numbers),
        _failing(diagram, name),
        _chain(diagram, name),
        _edges(diagram, name, tuple(ids.values())),
        _modules(diagram, name),
    )
    marks = {node.mark for node in diagram.nodes} | {e.mark for e in diagram.edges}
    has_changed = marks != {Mark.NONE}
    return Pictured(name, title_of(diagram), svg, diagram.notes, tables, has_changed)


def _cuts(diagram: Diagram, name: str, numbers: Mapping[Pair, int]) -> Shown:
    """In the order of their numbers; those that are not drawn have none."""
    cuts = [edge for edge in diagram.edges if edge.is_cut]
    cuts.sort(key=lambda edge: numbers.get(edge.pair, len(numbers) + 1))
    rows = tuple((str(numbers.get(e.pair, "")), *_row(e)) for e in cuts)
    columns = ("number", *_COLUMNS)
    return Shown(f"{name}-cuts", "Imports to cut", columns, rows)


def _failing(diagram: Diagram, name: str) -> Shown:
    rows = tuple(
        (node.name, f"{f.error}: {f.message}", f.at.place, f.at.text)
        for node in diagram.nodes
        if (f := node.failure) is not None
    )
    columns = ("module", "error", "place", "statement")
    return Shown(
        f"{name}-fails", "Modules that fail when imported first", columns, rows
    )


def _chain(diagram: Diagram, name: str) -> Shown:
    rows = tuple(_row(diagram.edge(pair)) for pair in diagram.chain)
    return Shown(f"{name}-chain", "A shortest cycle", _COLUMNS, rows)


def _edges(diagram: Diagram, name: str, ids: tuple[str, ...]) -> Shown:
    rows = tuple(_row(edge) for edge in diagram.edges)
    caption = f"All imports between its modules: {len(rows)}"
    return Shown(f"{name}-edges", caption, _COLUMNS, rows, ids, folded=True)


def _modules(diagram: Diagram, name: str) -> Shown:
    rows = tuple((node.name, node.mark.value) for node in diagram.nodes)
    caption = f"All its modules: {len(rows)}"
    columns = ("module", "remark")
    return Shown(f"{name}-modules", caption, columns, rows, folded=True)


def _row(edge: Edge) -> tuple[str, ...]:
    return (
        edge.source,
        edge.target,
        edge.kind,
        _remark(edge),
        lines(source.place for source in edge.sources),
        lines(source.text for source in edge.sources),
    )


def _remark(edge: Edge) -> str:
    """What an edge is besides its kind, in words."""
    aside = "" if edge.counts or edge.mark.value else "no part of the cycle"
    words = ("to be cut" if edge.is_cut else "", edge.mark.value, aside)
    return ", ".join(word for word in words if word)
