"""The cheapest edges whose removal leaves no cycle."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

Pair = tuple[str, str]
Weights = Mapping[Pair, int]

# How many times the exact search may branch before the estimate has to do.
_MOST_STEPS = 200
# Of a graph with more edges than that, after all that makes it smaller, one step alone
# takes seconds.
_MOST_EDGES = 600

# What it costs to cut, and which pairs that cuts.
_Edge = tuple[int, tuple[Pair, ...]]


@dataclass(frozen=True, slots=True)
class Cut:
    """Edges that break every cycle; `exact` where no cheaper ones would."""

    pairs: tuple[Pair, ...]
    exact: bool


def cheapest_cut(weights: Weights) -> Cut:
    """The cheapest pairs to remove from a graph, given as pairs with their cost.

    Exact by branch and bound, on a shortest cycle at a time; where that would take
    too many steps, the best that was found, said not to be exact.
    """
    found = _solve(weights)
    return Cut(tuple(sorted(found.pairs)), found.exact)


def shortest_cycle(pairs: Weights | set[Pair]) -> tuple[str, ...]:
    """The modules of a shortest cycle, each once, the first by name in front; empty
    where there is none.
    """
    after = _successors(pairs)
    best: tuple[str, ...] = ()
    for start in sorted(after):
        found = _back_to(start, after, len(best) or len(after) + 1)
        if found:
            best = found
            if len(best) <= 2:
                break
    return best


class _Kernel:
    """A graph that is made smaller without changing what its cheapest cut costs.

    Each edge stands for the pairs that cutting it cuts. What a module lies on only
    by passing through (one edge in, one out) is bridged; an edge from a module to
    itself has to be cut; what ends nowhere or begins nowhere is dropped.
    """

    def __init__(self, weights: Weights) -> None:
        self.cost = 0
        self.cut: list[Pair] = []
        self._after: dict[str, dict[str, _Edge]] = {}
        self._before: dict[str, set[str]] = {}
        for (source, target), weight in sorted(weights.items()):
            self._add(source, target, (weight, ((source, target),)))
        self._reduce(sorted(self._after.keys() | self._before.keys()))

    def edges(self) -> dict[Pair, _Edge]:
        """What is left, by its ends."""
        return {
            (a, b): e for a, targets in self._after.items() for b, e in targets.items()
        }

    def _add(self, source: str, target: str, edge: _Edge) -> None:
        if source == target:
            self.cost += edge[0]
            self.cut += edge[1]
            return
        known = self._after.setdefault(source, {}).get(target)
        if known is not None:
            edge = (known[0] + edge[0], (*known[1], *edge[1]))
        self._after[source][target] = edge
        self._before.setdefault(target, set()).add(source)

    def _remove(self, source: str, target: str) -> _Edge:
        self._before[target].discard(source)
        return self._after[source].pop(target)

    def _reduce(self, waiting: list[str]) -> None:
        while waiting:
            name = waiting.pop()
            sources = sorted(self._before.get(name, ()))
            targets = sorted(self._after.get(name, ()))
            if sources and targets and (len(sources) > 1 or len(targets) > 1):
                continue
            into = [self._remove(source, name) for source in sources]
            out = [self._remove(name, target) for target in targets]
            if into and out:
                cheaper = min(into[0], out[0], key=lambda edge: edge[0])
                self._add(sources[0], targets[0], cheaper)
            waiting += [*sources, *targets]


def _solve(weights: Weights) -> Cut:
    """The cut of one component."""
    kernel = _Kernel(weights)
    left = kernel.edges()
    costs = {pair: edge[0] for pair, edge in left.items()}
    search = _Search(costs, _estimate(costs))
    may_search = len(costs) <= _MOST_EDGES
    if may_search:
        search.go(frozenset(), frozenset(), 0)
    chosen = [each for pair in search.best for each in left[pair][1]]
    return Cut((*kernel.cut, *chosen), may_search and search.steps <= _MOST_STEPS)


@dataclass
class _Search:
    weights: dict[Pair, int]
    best: frozenset[Pair]
    steps: int = 0
    cost: int = field(init=False)

    def __post_init__(self) -> None:
        self.cost = sum(self.weights[pair] for pair in self.best)

    def go(self, removed: frozenset[Pair], kept: frozenset[Pair], cost: int) -> None:
        """Try what can be removed besides; `kept` is what must stay."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return
        left = {pair for pair in self.weights if pair not in removed}
        cycle = _pairs_of(shortest_cycle(left))
        if not cycle:
            if cost < self.cost:
                self.best, self.cost = removed, cost
            return
        if cost + self._at_least(left, kept, cycle) >= self.cost:
            return
        free = [pair for pair in cycle if pair not in kept]
        for pair in sorted(free, key=lambda p: (self.weights[p], p)):
            self.go(removed | {pair}, kept, cost + self.weights[pair])
            kept |= {pair}

    def _at_least(
        self, left: set[Pair], kept: frozenset[Pair], cycle: list[Pair]
    ) -> int:
        """What any solution costs: cycles that share no edge each cost something."""
        left = set(left)
        total = 0
        while cycle:
            costs = [self.weights[pair] for pair in cycle if pair not in kept]
            if not costs:
                return self.cost
            total += min(costs)
            if total >= self.cost:
                break
            left.difference_update(cycle)
            cycle = _pairs_of(shortest_cycle(left))
        return total


def _estimate(weights: Weights) -> frozenset[Pair]:
    """Edges that point back in an order that has few of them; less those that turn
    out not to be needed.
    """
    position = {name: place for place, name in enumerate(_order(weights))}
    after: dict[str, set[str]] = {name: set() for name in position}
    back: list[Pair] = []
    for source, target in weights:
        if position[source] > position[target]:
            back.append((source, target))
        else:
            after[source].add(target)
    chosen = set()
    for source, target in sorted(back, key=lambda p: (-weights[p], p)):
        if _reaches(target, source, after):
            chosen.add((source, target))
        else:
            after[source].add(target)
    return frozenset(chosen)


def _reaches(start: str, end: str, after: Mapping[str, set[str]]) -> bool:
    met = {start}
    waiting = [start]
    while waiting and end not in met:
        new = after[waiting.pop()] - met
        met |= new
        waiting += new
    return end in met


def _order(weights: Weights) -> list[str]:
    """Eades, Lin and Smyth's order: what only imports first, what is only imported
    last, and of the rest the one that imports most for what imports it.
    """
    nodes = sorted({name for pair in weights for name in pair})
    out = dict.fromkeys(nodes, 0)
    into = dict.fromkeys(nodes, 0)
    for (source, target), weight in weights.items():
        out[source] += weight
        into[target] += weight
    first: list[str] = []
    last: list[str] = []
    left = set(nodes)
    while left:
        sinks = [name for name in sorted(left) if not out[name]]
        sources = [name for name in sorted(left) if not into[name] and out[name]]
        best = max(sorted(left), key=lambda name: out[name] - into[name])
        for name in sinks or sources or [best]:
            (last if sinks else first).append(name)
            left.discard(name)
            for (source, target), weight in weights.items():
                if source == name and target in left:
                    into[target] -= weight
                elif target == name and source in left:
                    out[source] -= weight
    return [*first, *reversed(last)]


def _successors(pairs: Weights | set[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, target in sorted(pairs):
        found.setdefault(source, []).append(target)
    return found


def _back_to(
    start: str, after: Mapping[str, list[str]], shorter_than: int
) -> tuple[str, ...]:
    """A shortest way from a module to itself, if it is short enough."""
    came_from: dict[str, str] = {}
    depth = {start: 0}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        if depth[name] + 1 >= shorter_than:
            return ()
        for target in after.get(name, ()):
            if target == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if target not in depth:
                depth[target] = depth[name] + 1
                came_from[target] = name
                waiting.append(target)
    return ()


def _pairs_of(cycle: tuple[str, ...]) -> list[Pair]:
    return list(zip(cycle, (*cycle[1:], *cycle[:1]), strict=True))
