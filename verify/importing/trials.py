"""Import modules first, each in a simulation: in as few and as parallel as will do."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from codemods.workers import Died, cores, spread
from verify.importing.arena import Arena, surely_loaded
from verify.importing.graph import Graph
from verify.importing.outcomes import Fate, Place, Reason, Result
from verify.importing.program import Program
from verify.importing.simulate import Simulator
from verify.importing.sources import ModuleSource
from verify.importing.store import Loaded

# Fewer bytes of source than that are simulated before a process has started.
_FEW = 200_000
_CHUNKS_A_PROCESS = 4


def try_all(
    loaded: Loaded, arenas: Sequence[Arena], processes: int | None
) -> list[list[Result]]:
    """What each entry of each arena does, by way of as few simulations as will do.

    Raises `GitError` where git cannot read the modules.
    """
    processes = processes or cores()
    sources = _sources(loaded, frozenset[str]().union(*(a.run for a in arenas)))
    alone = processes == 1 or sum(_size(source) for source in sources.values()) < _FEW
    if not alone:
        sources = _compiled(sources, processes)
    trials = [_Trial(loaded.graph, arena, sources) for arena in arenas]
    work = [(n, part) for n, trial in enumerate(trials) for part in trial.parts()]
    if alone:
        for number, part in work:
            trials[number].ask_all(part)
    else:
        work.sort(key=lambda each: -len(trials[each[0]].arena.run))
        for (number, part), told in spread(_Crew(trials), work, processes):
            results = map(_died, part) if isinstance(told, Died) else told
            trials[number].known.update(zip(part, results, strict=True))
    return [[t.known[entry] for entry in t.arena.all_entries] for t in trials]


def _sources(loaded: Loaded, names: Set[str]) -> dict[str, ModuleSource]:
    modules = loaded.graph.modules
    texts = loaded.sources(names)
    return {n: ModuleSource(texts[n], modules[n].is_package) for n in names}


def _size(source: ModuleSource) -> int:
    return len(source.data)


def _compiled(
    sources: dict[str, ModuleSource], processes: int
) -> dict[str, ModuleSource]:
    """The same with their programs; where making one ends Python, without."""
    ordered = sorted(sources, key=lambda name: -_size(sources[name]))
    number = processes * _CHUNKS_A_PROCESS
    chunks = [ordered[start::number] for start in range(number)]
    found = dict(sources)
    for _, told in spread(_Compiler(sources), [c for c in chunks if c], processes):
        if not isinstance(told, Died):
            for name, program in told.items():
                found[name] = replace(sources[name], program=program)
    return found


@dataclass(frozen=True)
class _Compiler:
    sources: dict[str, ModuleSource]

    def __call__(self, names: list[str]) -> dict[str, Program | None]:
        gc.disable()
        return {name: self.sources[name].compiled for name in names}


@dataclass(frozen=True)
class _Crew:
    trials: list[_Trial]

    def __call__(self, work: tuple[int, tuple[str, ...]]) -> list[Result]:
        gc.disable()
        number, part = work
        return self.trials[number].ask_all(part)


class _Trial:
    """Answers for the entries of one arena."""

    def __init__(
        self, graph: Graph, arena: Arena, sources: Mapping[str, ModuleSource]
    ) -> None:
        self.arena = arena
        self.known: dict[str, Result] = {}
        self._graph = graph
        modules = {name: sources[name] for name in arena.run}
        opaque = graph.modules.keys() - modules.keys()
        self._simulator = Simulator(modules, opaque=opaque)
        self._loaded_by: dict[str, Set[str]] = {}

    def parts(self) -> list[tuple[str, ...]]:
        """The entries, those together that lie in one package: what it does settles
        much of what they do.
        """
        found: dict[str, list[str]] = {}
        for entry in self.arena.all_entries:
            above = self._above(entry)
            found.setdefault(above[0] if above else "", []).append(entry)
        packages = [package for package in found if package in found.get("", ())]
        for package in packages:
            found[""].remove(package)
            found[package].insert(0, package)
        return [tuple(part) for part in found.values() if part]

    def ask_all(self, entries: Iterable[str]) -> list[Result]:
        return [self.ask(entry) for entry in entries]

    def ask(self, entry: str) -> Result:
        """What importing a module first does."""
        if entry not in self.known:
            settled = self._settled(entry)
            self.known[entry] = settled or self._simulator.simulate(entry)
        return self.known[entry]

    def _settled(self, entry: str) -> Result | None:
        """An import begins with that of the packages: where one fails, it fails; and
        where one loads the module in any case, it has been told already.
        """
        for package in self._above(entry):
            result = self.ask(package)
            fails = result.fate is Fate.FATAL
            went_well = result.fate is Fate.BENIGN and not result.swallowed
            is_loaded = went_well and self._loads(package, entry)
            if fails or is_loaded:
                return replace(result, entry=entry)
        return None

    def _loads(self, package: str, entry: str) -> bool:
        if package not in self._loaded_by:
            self._loaded_by[package] = surely_loaded(self._graph, package)
        return entry in self._loaded_by[package]

    def _above(self, entry: str) -> list[str]:
        return [p for p in self._graph.parents(entry) if p in self.arena.run]


def _died(entry: str) -> Result:
    reason = Reason("the simulation ended before its time", Place(entry, 0, 0))
    return Result(entry, Fate.UNDECIDED, reasons=(reason,))
