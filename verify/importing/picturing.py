"""Cycles as diagrams, to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from verify.diagram import Diagram, Mark, Node, Pair, Source
from verify.diagram import Edge as Line
from verify.diagram import Failure as Failing
from verify.importing.components import Change, Compared, Component
from verify.importing.graph import Edge, Graph, Reading
from verify.importing.judging import Judged
from verify.importing.outcomes import Failure, Fate, Place
from verify.importing.statements import Kind
from verify.importing.survey import Both, Side

# Where several statements make an edge, the first of these is its kind.
_KINDS = (
    Kind.EAGER,
    Kind.GUARDED,
    Kind.IMPLICIT,
    Kind.DYNAMIC,
    Kind.LAZY,
    Kind.TYPE_CHECKING,
)
_NEWEST_FIRST = (Change.APPEARED, Change.GREW, Change.SHRANK, Change.STAYED)
_Pairs = Mapping[Pair, tuple[Edge, ...]]


def diagrams_of(side: Side, both: Both | None = None) -> tuple[Diagram, ...]:
    """One for each cycle: what is new first, then what fails, what went away last."""
    judged = sorted(side.judged, key=lambda each: _rank(each, both))
    found = [_diagram(side, each, both) for each in judged]
    if both is not None:
        gone = [each for each in both.changes if each.change is Change.WENT_AWAY]
        found += [_departed(both, before) for each in gone for before in each.base]
    return tuple(found)


def _rank(judged: Judged, both: Both | None) -> tuple[int, bool]:
    compared = _compared(judged, both)
    change = _NEWEST_FIRST.index(compared.change) if compared else 0
    return change, judged.fate is not Fate.FATAL


def _compared(judged: Judged, both: Both | None) -> Compared | None:
    return both.change_of[judged.component.modules] if both else None


def _diagram(side: Side, judged: Judged, both: Both | None) -> Diagram:
    component = judged.component
    compared = _compared(judged, both)
    gone: _Pairs = {}
    if both is not None and compared is not None:
        before = _pairs_of(compared.base)
        gone = _gone(side.loaded.graph, both.base.loaded.graph, before)
    lines = [*_live(side, component, both), *_not_counted(side, component, gone)]
    if both is not None:
        lines += _lost(both.base, gone)
    heading = _heading(component, compared.change.value if compared else "")
    return Diagram(
        heading,
        judged.fate.value,
        tuple(_nodes(side, judged, compared)),
        tuple(sorted(lines, key=lambda line: line.pair)),
        tuple((edge.importer, edge.imported) for edge in component.chain),
        tuple(_notes(side, judged)),
    )


def _departed(both: Both, component: Component) -> Diagram:
    """A cycle of base that is none any more."""
    graph = both.head.loaded.graph
    gone = _gone(graph, both.base.loaded.graph, component.pairs)
    stayed = {pair: e for pair, e in component.pairs.items() if pair not in gone}
    lines = [*_lost(both.base, gone)]
    lines += (_line(both.base, pair, edges) for pair, edges in stayed.items())
    return Diagram(
        _heading(component, Change.WENT_AWAY.value),
        "",
        tuple(
            Node(name, Mark.NONE if name in graph.modules else Mark.GONE)
            for name in component.modules
        ),
        tuple(sorted(lines, key=lambda line: line.pair)),
        notes=("The lines of its imports are those of the base.",),
    )


def _heading(component: Component, change: str) -> str:
    number = "1 module" if len(component) == 1 else f"{len(component)} modules"
    heading = f"cycle of {number} through {component.chain[0].importer}"
    return f"{heading}, which {change}" if change else heading


# Nodes


def _nodes(side: Side, judged: Judged, compared: Compared | None) -> Iterator[Node]:
    failures = {each.entry: each.failure for each in judged.failing}
    joined = compared.joined if compared else ()
    for name in judged.component.modules:
        failure = failures.get(name)
        failing = _failing(side, failure) if failure is not None else None
        yield Node(name, Mark.NEW if name in joined else Mark.NONE, failing)
    for name in compared.left if compared else ():
        yield Node(name, Mark.GONE)


def _failing(side: Side, failure: Failure) -> Failing:
    at = Source(_place_text(side, failure.place), failure.place.text)
    return Failing(failure.error, failure.message, at)


def _place_text(side: Side, place: Place) -> str:
    known = side.loaded.graph.modules
    path = side.path(place.module) if place.module in known else place.module
    return f"{path}:{place.line}"


def _notes(side: Side, judged: Judged) -> Iterator[str]:
    component = judged.component
    best = "the cheapest" if component.cut.exact else "about the cheapest"
    count = len(component.cut.pairs)
    yield f"{best} way to break it cuts {count} {'edge' if count == 1 else 'edges'}"
    for result in judged.failing:
        if result.entry not in component.modules and result.failure is not None:
            place = _place_text(side, result.failure.place)
            error = f"{result.failure.error} at {place}"
            yield f"{result.entry}, which leads to it, fails first as well: {error}"
    if judged.untold:
        entries = ", ".join(each.entry for each in judged.untold)
        yield f"whether it fails when imported first cannot be told of {entries}"


# Edges


def _live(side: Side, component: Component, both: Both | None) -> Iterator[Line]:
    """The edges that make the cycle; new are those that base has not."""
    cut = {*component.cut.pairs}
    base = both.base.loaded.graph if both else None
    for pair, edges in component.pairs.items():
        reading = _reading_of(side.loaded.graph, pair)
        is_new = base is not None and not _has(base, pair, reading)
        mark = Mark.NEW if is_new else Mark.NONE
        yield _line(side, pair, edges, is_cut=pair in cut, mark=mark)


def _not_counted(side: Side, component: Component, gone: _Pairs) -> Iterator[Line]:
    """Imports between its modules that do not run when these are imported."""
    inside = {*component.modules}
    found: dict[Pair, list[Edge]] = {}
    for module in component.modules:
        for edge in side.loaded.graph.edges_of(module):
            pair = module, edge.imported
            if edge.imported not in inside or edge.imported == module or edge.own:
                continue
            if pair not in component.pairs and pair not in gone:
                found.setdefault(pair, []).append(edge)
    for pair, edges in found.items():
        named = [edge for edge in edges if edge.kind is not Kind.IMPLICIT]
        if named:
            yield _line(side, pair, named, counts=False)


def _lost(base: Side, gone: _Pairs) -> Iterator[Line]:
    for pair, edges in gone.items():
        yield _line(base, pair, edges, counts=False, mark=Mark.GONE)


def _gone(head: Graph, base: Graph, before: _Pairs) -> _Pairs:
    """Those of some edges of base that head has no more."""
    return {
        pair: edges
        for pair, edges in before.items()
        if not _has(head, pair, _reading_of(base, pair))
    }


def _reading_of(graph: Graph, pair: Pair) -> Reading:
    """The reading under which an edge of a cycle counts."""
    return Reading.PARENTS if _has(graph, pair, Reading.PARENTS) else Reading.CALLED


def _has(graph: Graph, pair: Pair, reading: Reading) -> bool:
    source, target = pair
    return target in graph.successors(reading).get(source, ())


def _pairs_of(components: Iterable[Component]) -> dict[Pair, tuple[Edge, ...]]:
    return {pair: e for each in components for pair, e in each.pairs.items()}


def _line(
    side: Side,
    pair: Pair,
    edges: Sequence[Edge],
    *,
    is_cut: bool = False,
    counts: bool = True,
    mark: Mark = Mark.NONE,
) -> Line:
    path = side.path(pair[0])
    sources = (Source(f"{path}:{edge.line}", edge.statement.brief) for edge in edges)
    kind = min((edge.kind for edge in edges), key=_KINDS.index)
    unique = tuple(dict.fromkeys(sources))
    return Line(*pair, kind.value, unique, is_cut=is_cut, counts=counts, mark=mark)
