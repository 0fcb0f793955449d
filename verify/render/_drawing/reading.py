"""The part of a large diagram that can be read, and what was left out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from verify.diagram import Diagram, Edge, Mark, Pair, Source

MOST_NODES = 60
MOST_EDGES = 200
# The kind of an edge that stands for a way through nodes that are not drawn.
WAY = "by way of others"


@dataclass(frozen=True, slots=True)
class Readable:
    """A diagram that is small enough, and sentences on what it lacks."""

    diagram: Diagram
    left_out: tuple[str, ...] = ()


def readable(
    diagram: Diagram, most_nodes: int = MOST_NODES, most_edges: int = MOST_EDGES
) -> Readable:
    """What to draw of a diagram: all of it, or the ends of the edges to cut and what
    fails, with the ways between them.
    """
    left_out: list[str] = []
    if len(diagram.nodes) > most_nodes:
        smaller = _condensed(diagram, most_nodes)
        left_out.append(_difference(diagram, smaller))
        diagram = smaller
    if len(diagram.edges) > most_edges:
        counting = tuple(
            e for e in diagram.edges if e.counts or e.mark is not Mark.NONE
        )
        dropped = len(diagram.edges) - len(counting)
        if dropped:
            left_out.append(
                f"not drawn: {dropped} imports that do not run when their module is"
                " imported"
            )
        diagram = replace(diagram, edges=counting)
    return Readable(diagram, tuple(left_out))


def _condensed(diagram: Diagram, most: int) -> Diagram:
    kept = _most_telling(diagram, most)
    nodes = tuple(node for node in diagram.nodes if node.name in kept)
    inside = [edge for edge in diagram.edges if {*edge.pair} <= kept]
    ways = _ways(diagram, kept, {edge.pair for edge in inside if _leads(edge)})
    others = {edge.pair for edge in inside}
    drawn = [*inside, *(way for way in ways if way.pair not in others)]
    edges = tuple(sorted(drawn, key=lambda edge: edge.pair))
    return replace(diagram, nodes=nodes, edges=edges)


def _difference(whole: Diagram, part: Diagram) -> str:
    drawn = sum(edge.kind != WAY for edge in part.edges)
    cuts = [sum(e.is_cut for e in each.edges) for each in (whole, part)]
    nodes = f"{len(part.nodes)} of {len(whole.nodes)} modules"
    edges = f"{drawn} of {len(whole.edges)} edges"
    return (
        f"only a part is drawn: {nodes} and {edges}, {cuts[1]} of {cuts[0]} that are to"
        " be cut; the tables of --format html have all"
    )


def _most_telling(diagram: Diagram, most: int) -> set[str]:
    """Nodes that fail, a shortest cycle, and both ends of edges that are new or to
    be cut, as long as there is room.
    """
    kept: set[str] = set()
    for group in _groups(diagram):
        if len(kept | group) <= most:
            kept |= group
    return kept


def _groups(diagram: Diagram) -> Iterator[set[str]]:
    nodes = sorted(diagram.nodes, key=lambda node: node.name)
    yield from ({node.name} for node in nodes if node.failure)
    yield {name for pair in diagram.chain for name in pair}
    telling = [edge for edge in diagram.edges if edge.is_cut or edge.mark]
    telling.sort(key=lambda e: (not e.mark, not e.is_cut, e.pair))
    yield from ({*edge.pair} for edge in telling)
    yield from ({node.name} for node in nodes if node.mark)
    yield from ({node.name} for node in nodes)


def _leads(edge: Edge) -> bool:
    return edge.counts and not edge.is_cut


def _ways(diagram: Diagram, kept: set[str], direct: set[Pair]) -> Iterator[Edge]:
    """The ways between the kept nodes through others, less those that follow from
    others that are drawn.
    """
    after: dict[str, list[str]] = {}
    for edge in diagram.edges:
        if _leads(edge):
            after.setdefault(edge.source, []).append(edge.target)
    lengths = {
        (name, target): length
        for name in sorted(kept)
        for target, length in _through(name, after, kept).items()
    }
    drawn: dict[str, set[str]] = {}
    for source, target in direct | lengths.keys():
        drawn.setdefault(source, set()).add(target)
    reached = {name: _reached(name, drawn) for name in kept}
    for (source, target), length in lengths.items():
        between = drawn[source] - {source, target}
        if not any(target in reached[each] for each in between):
            yield Edge(source, target, WAY, (_on_the_way(length),))


def _on_the_way(length: int) -> Source:
    modules = "1 module" if length == 1 else f"{length} modules"
    return Source("", f"by way of {modules} that the picture leaves out")


def _through(
    start: str, after: Mapping[str, list[str]], kept: set[str]
) -> dict[str, int]:
    """The kept nodes that can be reached from one through nodes that are not, each
    with how many of these lie on the shortest way.
    """
    hidden = [each for each in after.get(start, ()) if each not in kept]
    depth = dict.fromkeys(hidden, 1)
    found: dict[str, int] = {}
    for name in hidden:  # grows while it is gone through
        for target in after.get(name, ()):
            if target in kept:
                if target != start:
                    found.setdefault(target, depth[name])
            elif target not in depth:
                depth[target] = depth[name] + 1
                hidden.append(target)
    return found


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for target in after.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
