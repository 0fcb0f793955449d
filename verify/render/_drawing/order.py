"""In which order the nodes stand: what imports above what is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verify.diagram import Diagram, Edge, Pair


def in_order(diagram: Diagram) -> tuple[str, ...]:
    """The nodes, from top to bottom, so that every edge that counts and is not cut
    points down, and edges are short. Where such edges make a cycle, some point up.
    """
    counting = [edge for edge in diagram.edges if edge.counts or edge.mark.value]
    down = {edge.pair for edge in counting if _points_down(edge)}
    names = [node.name for node in diagram.nodes]
    order = _topological(names, _after(down))
    sifter = _Sifter(order, {edge.pair for edge in counting}, down)
    sifter.sift()
    return tuple(sifter.order)


def _points_down(edge: Edge) -> bool:
    return edge.counts and not edge.is_cut and edge.source != edge.target


def _after(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, target in sorted(pairs):
        found.setdefault(source, []).append(target)
    return found


def _topological(names: Iterable[str], after: Mapping[str, list[str]]) -> list[str]:
    """Depth first, so that what belongs together stays so; the last to end on top."""
    imported = {target for targets in after.values() for target in targets}
    starts = sorted(names, key=lambda name: (name in imported, name), reverse=True)
    starts.sort(key=lambda name: name in imported)
    ended: list[str] = []
    seen: set[str] = set()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        way = [(start, iter(reversed(after.get(start, ()))))]
        while way:
            name, targets = way[-1]
            target = next((each for each in targets if each not in seen), None)
            if target is None:
                ended.append(name)
                way.pop()
            else:
                seen.add(target)
                way.append((target, iter(reversed(after.get(target, ())))))
    return ended[::-1]


class _Sifter:
    """Makes the edges of an order shorter, a node at a time (Matuszewski, Schönfeld
    and Molitor's sifting, here in one dimension).
    """

    def __init__(self, order: list[str], pairs: set[Pair], down: set[Pair]) -> None:
        self.order = order
        self._down = down
        self._place = {name: number for number, name in enumerate(order)}
        self._beside: dict[str, list[str]] = {name: [] for name in order}
        for source, target in pairs:
            if source != target:
                self._beside[source].append(target)
                self._beside[target].append(source)

    def sift(self) -> None:
        """Move nodes to better places until no single move helps."""
        while sum(self._move(name) for name in [*self.order]):
            pass

    def _move(self, name: str) -> bool:
        """Move one node to where it is best; whether that helped."""
        start = self._place[name]
        best, most = start, 0
        for step in (-1, 1):
            gained = 0
            while self._may_step(name, step):
                gained += self._step(name, step)
                if gained > most:
                    best, most = self._place[name], gained
            self._go(name, start)
        self._go(name, best)
        return best != start

    def _may_step(self, name: str, step: int) -> bool:
        other = self._place[name] + step
        if not 0 <= other < len(self.order):
            return False
        pair = (name, self.order[other])
        return (pair if step > 0 else pair[::-1]) not in self._down

    def _go(self, name: str, target: int) -> None:
        while self._place[name] != target:
            self._step(name, 1 if target > self._place[name] else -1)

    def _step(self, name: str, step: int) -> int:
        """Swap a node with its neighbour; by how much the edges got shorter."""
        place = self._place[name]
        other = self.order[place + step]
        gained = self._pull(name, other, step) + self._pull(other, name, -step)
        self.order[place], self.order[place + step] = other, name
        self._place[name], self._place[other] = place + step, place
        return gained

    def _pull(self, name: str, other: str, step: int) -> int:
        """How many more of its edges lead that way than back, the other's left out."""
        here = self._place[name]
        places = [self._place[each] for each in self._beside[name] if each != other]
        below = sum(each > here for each in places)
        return step * (2 * below - len(places))
