"""A page for people: everything that a command found out, with its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from codemods.finding import Place, Severity
from verify.diagram import Diagram, Edge, Pair
from verify.outcome import Outcome
from verify.render._drawing.element import written
from verify.render._drawing.legend import legend
from verify.render._drawing.page import MOST_PICTURES, kinds_drawn
from verify.render._drawing.picture import picture, title_of
from verify.render._drawing.style import STYLE
from verify.render._escape import visible
from verify.terminal import Terminal

_EDGE_COLUMNS = ("importer", "imported", "kind", "remark", "place", "statement")


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a picture; each has an id where others point to it."""

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ids: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class _Pictured:
    """A diagram as it stands on the page; `svg` is empty where it is one too many."""

    id: str
    title: str
    svg: Markup
    notes: tuple[str, ...]
    tables: tuple[_Table, ...]


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one HTML document that needs nothing else; the terminal makes no
    difference.
    """
    template = _environment().get_template("page.html")
    drawn = outcome.diagrams[:MOST_PICTURES]
    text = template.render(
        outcome=outcome,
        note=Severity.NOTE,
        style=Markup(STYLE),
        legend=_legend(drawn),
        pictures=[*_pictures(outcome.diagrams)],
    )
    return f"{text}\n"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verify.render", "_templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
    )
    environment.filters |= {
        "place": _place,
        "prose": _prose,
        "text": _text,
    }
    return environment


# Text of a user; what is not of type Markup is escaped after that.


def _harmless(value: object) -> object:
    """What every expression of the template goes through."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return visible(str(value)) if is_plain else value


def _prose(text: str) -> Markup:
    """A sentence of ours, in which names stand between backticks."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape(visible(text))
    shown = (
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return Markup("").join(shown)


def _text(text: str) -> Markup:
    return escape(visible(text, keep="\n\t"))


def _place(place: Place) -> str:
    return f"{place.path}:{place.line}" if place.line else place.path


# Pictures


def _legend(drawn: Sequence[Diagram]) -> Markup:
    if not drawn:
        return Markup("")
    return Markup(written(legend(drawn, kinds_drawn(drawn), "legend").root))


def _pictures(diagrams: Sequence[Diagram]) -> Iterator[_Pictured]:
    for number, diagram in enumerate(diagrams, 1):
        name = f"picture-{number}"
        ids = {edge.pair: f"{name}-edge-{n}" for n, edge in enumerate(diagram.edges, 1)}
        svg = Markup("Not drawn, since there are very many: see the tables.")
        numbers: Mapping[Pair, int] = {}
        if number <= MOST_PICTURES:
            drawn = picture(diagram, name, is_alone=False, ids=ids)
            svg, numbers = Markup(written(drawn.root)), drawn.numbers
        tables = (
            _cuts(diagram, name, numbers),
            _failing(diagram, name),
            _chain(diagram, name),
            _edges(diagram, name, tuple(ids.values())),
            _modules(diagram, name),
        )
        yield _Pictured(name, title_of(diagram), svg, diagram.notes, tables)


def _cuts(diagram: Diagram, name: str, numbers: Mapping[Pair, int]) -> _Table:
    """In the order of their numbers; those that are not drawn have none."""
    cuts = [edge for edge in diagram.edges if edge.is_cut]
    cuts.sort(key=lambda edge: numbers.get(edge.pair, len(numbers) + 1))
    rows = tuple((str(numbers.get(e.pair, "")), *_row(e)) for e in cuts)
    columns = ("number", *_EDGE_COLUMNS)
    return _Table(f"{name}-cuts", "Imports to cut", columns, rows)


def _failing(diagram: Diagram, name: str) -> _Table:
    rows = tuple(
        (node.name, f"{f.error}: {f.message}", f.at.place, f.at.text)
        for node in diagram.nodes
        if (f := node.failure) is not None
    )
    columns = ("module", "error", "place", "statement")
    return _Table(
        f"{name}-fails", "Modules that fail when imported first", columns, rows
    )


def _chain(diagram: Diagram, name: str) -> _Table:
    rows = tuple(_row(diagram.edge(pair)) for pair in diagram.chain)
    return _Table(f"{name}-chain", "A shortest cycle", _EDGE_COLUMNS, rows)


def _edges(diagram: Diagram, name: str, ids: tuple[str, ...]) -> _Table:
    rows = tuple(_row(edge) for edge in diagram.edges)
    caption = f"All imports between its modules: {len(rows)}"
    return _Table(f"{name}-edges", caption, _EDGE_COLUMNS, rows, ids, folded=True)


def _modules(diagram: Diagram, name: str) -> _Table:
    rows = tuple((node.name, node.mark.value) for node in diagram.nodes)
    caption = f"All its modules: {len(rows)}"
    columns = ("module", "remark")
    return _Table(f"{name}-modules", caption, columns, rows, folded=True)


def _row(edge: Edge) -> tuple[str, ...]:
    return (
        edge.source,
        edge.target,
        edge.kind,
        remark(edge),
        _lines(source.place for source in edge.sources),
        _lines(source.text for source in edge.sources),
    )


def _lines(texts: Iterable[str]) -> Markup:
    return Markup("<br>").join(visible(text) for text in texts)


def remark(edge: Edge) -> str:
    """What an edge is besides its kind, in words."""
    aside = "" if edge.counts or edge.mark.value else "no part of the cycle"
    words = ("to be cut" if edge.is_cut else "", edge.mark.value, aside)
    return ", ".join(word for word in words if word)
