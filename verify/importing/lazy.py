"""Which function-local imports are there for a reason, and which can go to the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from graphlib import TopologicalSorter

from verify.importing.graph import Graph, Reading
from verify.importing.rings import Rings, Successors
from verify.importing.statements import Kind, Statement


class Need(str, Enum):
    """Why a function-local import stands where it does; the values are words."""

    REDUNDANT = "redundant"  # the top of the file imports that module already
    LOADED = "loaded anyway"  # at the top it would load nothing more
    FREE = "free"  # it would load something more, and make no cycle
    FORCED = "forced"  # it would make a cycle


@dataclass(frozen=True, slots=True)
class LocalImport:
    """A function-local import of modules of the same graph."""

    importer: str
    imported: tuple[str, ...]
    statement: Statement
    need: Need


def local_imports(graph: Graph, within: str = "") -> tuple[LocalImport, ...]:
    """The function-local imports between the modules of a package, sorted by
    importer; of all modules where no package is named.
    """
    needs = _Needs(graph, within)
    return tuple(each for module in sorted(needs.known) for each in needs.of(module))


def count_needs(found: Iterable[LocalImport]) -> dict[str, int]:
    """How many there are of each need, by its word; all words are there."""
    counted = Counter(each.need.value for each in found)
    return {need.value: counted[need.value] for need in Need}


@dataclass(eq=False)
class _Needs:
    graph: Graph
    within: str

    @cached_property
    def known(self) -> Set[str]:
        return self.graph.within(self.within)

    @cached_property
    def reach(self) -> Reach:
        return Reach.of(self.graph, self.within)

    def of(self, module: str) -> Iterator[LocalImport]:
        top: set[str] | None = None
        for statement, targets in self.graph.by_statement(module):
            if statement.kind is not Kind.LAZY:
                continue
            imported = tuple(each for each in targets if each in self.known)
            if not imported:
                continue
            top = self._top(module) if top is None else top
            need = self._need(module, imported, top)
            yield LocalImport(module, imported, statement, need)

    def _top(self, module: str) -> set[str]:
        """What the top of a file imports, with the packages that run for it."""
        direct = {t for t, s in self.graph.named[module] if s.runs_at_import}
        return direct | {p for each in direct for p in self.graph.parents(each)}

    def _need(self, module: str, imported: tuple[str, ...], top: set[str]) -> Need:
        if top.issuperset(imported):
            return Need.REDUNDANT
        own = {module, *self.graph.parents(module)}
        above = {p for each in imported for p in self.graph.parents(each)}
        loads = ({*imported} | (above & self.known)) - (own - {*imported})
        if any(self.reach.leads(each, module) for each in loads):
            return Need.FORCED
        if all(self.reach.leads(module, each) for each in loads):
            return Need.LOADED
        return Need.FREE


class Reach:
    """Which module leads to which, along the edges of one reading."""

    def __init__(self, successors: Successors, rings: Rings) -> None:
        self._bits = {name: 1 << place for place, name in enumerate(successors)}
        home = {name: ring[0] for ring in rings for name in ring}
        self._reached = self._follow(successors, home)

    @classmethod
    def of(cls, graph: Graph, within: str = "") -> Reach:
        """Along what runs at import, packages with it."""
        reading = Reading.PARENTS
        return cls(graph.successors(reading, within), graph.rings(reading, within))

    def leads(self, source: str, target: str) -> bool:
        """Whether importing `source` imports `target`, or is importing it."""
        return bool(self._reached[source] & self._bits[target])

    def _follow(
        self, successors: Successors, home: Mapping[str, str]
    ) -> dict[str, int]:
        """A set of bits for each module: those of all that it leads to. `home` is the
        first module of the component that one lies in.
        """
        rings: dict[str, list[str]] = {}
        for name in successors:
            rings.setdefault(home.get(name, name), []).append(name)
        after = {
            first: {home.get(t, t) for name in ring for t in successors[name]} - {first}
            for first, ring in rings.items()
        }
        found: dict[str, int] = {}
        for first in TopologicalSorter(after).static_order():
            reached = sum(self._bits[name] for name in rings[first])
            for target in after[first]:
                reached |= found[target]
            found[first] = reached
        return {name: found[home.get(name, name)] for name in successors}
