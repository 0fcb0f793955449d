"""Cycles as strongly connected components, and how two revisions' differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from verify.importing.cutting import Cut, Pair, cheapest_cut, shortest_cycle
from verify.importing.graph import Edge, Graph, Reading


@dataclass(frozen=True, eq=False)
class Component:
    """Modules each of which imports every other, if by way of third ones; or one that
    needs itself (see `Reading.CALLED`).

    `pairs` are the edges within it, each with everything that makes it.
    """

    modules: tuple[str, ...]
    pairs: Mapping[Pair, tuple[Edge, ...]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.modules)

    @cached_property
    def chain(self) -> tuple[Edge, ...]:
        """A shortest cycle in it, as its edges, one after the other."""
        ring = shortest_cycle(set(self.pairs))
        steps = zip(ring, (*ring[1:], *ring[:1]), strict=True)
        return tuple(self.pairs[step][0] for step in steps)

    @cached_property
    def cut(self) -> Cut:
        """The cheapest edges to cut, counted in the statements that would change."""
        return cheapest_cut(
            {pair: cost_of(edges) for pair, edges in self.pairs.items()}
        )

    def cut_edges(self) -> tuple[Edge, ...]:
        """The statements of the cheapest cut."""
        return tuple(edge for pair in self.cut.pairs for edge in self.pairs[pair])


def cost_of(edges: Iterable[Edge]) -> int:
    """How many statements would have to change to cut an edge."""
    return len({(edge.statement.line, edge.statement.column) for edge in edges})


def components_of(
    graph: Graph,
    reading: Reading = Reading.PARENTS,
    within: str = "",
    *,
    without: Set[tuple[str, ...]] = frozenset(),
) -> tuple[Component, ...]:
    """The components of a reading, the largest first, less those of the modules that
    are given.
    """
    rings = [each for each in graph.rings(reading, within) if each not in without]
    found = [_component(graph, modules, reading, within) for modules in rings]
    return tuple(sorted(found, key=lambda each: (-len(each), each.modules)))


def _component(
    graph: Graph, modules: tuple[str, ...], reading: Reading, within: str
) -> Component:
    successors = graph.successors(reading, within)
    inside = frozenset(modules)
    pairs: dict[Pair, list[Edge]] = {}
    for module in modules:
        targets = successors[module] & inside
        for edge in graph.edges_of(module):
            runs = edge.statement.runs_at_import or reading is Reading.CALLED
            if edge.imported in targets and runs:
                pairs.setdefault((module, edge.imported), []).append(edge)
    return Component(modules, {pair: tuple(edges) for pair, edges in pairs.items()})


class Change(str, Enum):
    """What became of a component from base to head; the values are words."""

    APPEARED = "appeared"
    GREW = "grew"
    SHRANK = "shrank"
    WENT_AWAY = "went away"
    STAYED = "stayed"


@dataclass(frozen=True, slots=True)
class Compared:
    """A component of head with those of base that it shares modules with; `head` is
    None where one of base went away.
    """

    change: Change
    head: Component | None
    base: tuple[Component, ...]
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def compare(
    base: Sequence[Component], head: Sequence[Component]
) -> tuple[Compared, ...]:
    """What became of each component, those of head first."""
    homes = {module: each for each in base for module in each.modules}
    found: list[Compared] = []
    met: set[int] = set()
    for component in head:
        before = {id(homes[m]): homes[m] for m in component.modules if m in homes}
        met.update(before)
        found.append(_compared(component, tuple(before.values())))
    gone = [each for each in base if id(each) not in met]
    found += [Compared(Change.WENT_AWAY, None, (g,), left=g.modules) for g in gone]
    return tuple(found)


def _compared(head: Component, base: tuple[Component, ...]) -> Compared:
    before = {module for each in base for module in each.modules}
    now = set(head.modules)
    joined, left = tuple(sorted(now - before)), tuple(sorted(before - now))
    if not base:
        change = Change.APPEARED
    elif joined or len(base) > 1:
        change = Change.GREW
    else:
        change = Change.SHRANK if left else Change.STAYED
    return Compared(change, head, base, joined, left)
