"""The part of a graph that has to be simulated to judge a cycle.

Of everything else it is enough to know that it is there: it does not lead back to
the cycle, so it has finished, or has not begun, whenever a module of the cycle asks
for it. But for the packages that it lies in: these run before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from verify.importing.components import Component
from verify.importing.graph import Graph, Reading
from verify.importing.statements import Kind

# Up to so many modules that lead to a cycle are each imported first, and what lies
# in these with them; of more, those of the cycle alone.
_FEW = 60
# The same of cycles through calls, most of which are none.
_FEWER = 20


@dataclass(frozen=True, eq=False)
class Arena:
    """What to simulate for some components: what is `run`, everything else being
    opaque, and from which `entries`, for each component by its modules.
    """

    run: frozenset[str]
    entries: Mapping[tuple[str, ...], tuple[str, ...]]

    @cached_property
    def all_entries(self) -> tuple[str, ...]:
        return tuple(sorted({each for part in self.entries.values() for each in part}))


class Arenas:
    """The arenas of one graph's components."""

    def __init__(self, graph: Graph, reading: Reading = Reading.PARENTS) -> None:
        self._graph = graph
        self._reading = reading
        self._known_importers: dict[Reading, Mapping[str, Set[str]]] = {}

    def of(self, component: Component) -> Arena:
        """The arena of one component alone."""
        cycle = component.modules
        entries = frozenset(cycle)
        reading = Reading.CALLED
        most = _FEWER if self._reading is Reading.CALLED else _FEW
        leading = _reached(cycle, self._importers(reading))
        if len(leading) > most:
            reading = self._reading
            leading = _reached(cycle, self._importers(reading))
        if len(leading) <= most:
            inside = (m for m in self._graph.modules if self._lies_in(m, leading))
            entries = frozenset((*leading, *islice(inside, most)))
        reached = _reached(entries, self._imported(reading))
        run = reached & leading | entries
        above = {p for each in run for p in self._graph.parents(each)}
        return Arena(frozenset(run | above), {cycle: tuple(sorted(entries))})

    def _lies_in(self, module: str, packages: Set[str]) -> bool:
        return not packages.isdisjoint(self._graph.parents(module))

    def _imported(self, reading: Reading) -> Mapping[str, Set[str]]:
        """For each module all that it may run, its own packages with them."""
        whole = self._graph.successors(Reading.ANCESTORS)
        if reading is Reading.PARENTS:
            return whole
        more = self._graph.successors(reading)
        return {name: targets | more[name] for name, targets in whole.items()}

    def _importers(self, reading: Reading) -> Mapping[str, Set[str]]:
        """For each module those that run it, their own packages left out."""
        if reading not in self._known_importers:
            found: dict[str, set[str]] = {name: set() for name in self._graph.modules}
            for name, targets in self._graph.successors(reading).items():
                for target in targets:
                    found[target].add(name)
            self._known_importers[reading] = found
        return self._known_importers[reading]


def shared(arenas: Sequence[Arena]) -> list[Arena]:
    """For each arena one that holds it: those that share most of what is run share
    theirs, as it has to be run once then.
    """
    groups: list[list[int]] = []
    runs: list[frozenset[str]] = []
    for number in sorted(range(len(arenas)), key=lambda n: -len(arenas[n].run)):
        run = arenas[number].run
        for group, common in enumerate(runs):
            if 2 * len(run & common) >= len(run):
                groups[group].append(number)
                runs[group] |= run
                break
        else:
            groups.append([number])
            runs.append(run)
    found = list(arenas)
    for numbers, run in zip(groups, runs, strict=True):
        entries = {k: v for n in numbers for k, v in arenas[n].entries.items()}
        arena = Arena(run, entries)
        for number in numbers:
            found[number] = arena
    return found


def surely_loaded(graph: Graph, module: str) -> Set[str]:
    """What has run whenever a module was imported without an error."""

    def after(name: str) -> Set[str]:
        direct = {t for t, s in graph.named[name] if s.kind is Kind.EAGER}
        return direct | {p for each in direct for p in graph.parents(each)}

    found = {module}
    waiting = [module]
    while waiting:
        new = after(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def _reached(start: Iterable[str], after: Mapping[str, Set[str]]) -> set[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        new = after[waiting.pop()] - found
        found |= new
        waiting += new
    return found
