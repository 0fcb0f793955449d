"""Does a cycle fail? Its modules are imported first, each in a simulation."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from verify.importing.arena import Arena, Arenas, shared
from verify.importing.components import Component
from verify.importing.graph import Reading
from verify.importing.keeping import Kept
from verify.importing.outcomes import Fate, Result
from verify.importing.store import Loaded

# Raise it when the simulation tells otherwise than before.
SCHEMA = 4
_RESULTS = list[Result]


@dataclass(frozen=True)
class Judged:
    """A component, and what importing each of `results`' modules first does.

    These are the modules of the component; where they are few, what leads to it and
    what lies in its packages as well.
    """

    component: Component
    results: tuple[Result, ...]

    @property
    def fate(self) -> Fate:
        """Fatal where it fails from one entry, whatever the others do."""
        if self.failing:
            return Fate.FATAL
        return Fate.UNDECIDED if self.untold else Fate.BENIGN

    @property
    def failing(self) -> tuple[Result, ...]:
        """Those that fail because a module of the cycle has not finished."""
        return tuple(each for each in self.results if self._is_to_blame(each))

    @property
    def untold(self) -> tuple[Result, ...]:
        """Those of which it cannot be told, for one because they fail otherwise."""
        return tuple(
            each
            for each in self.results
            if each.fate is Fate.UNDECIDED
            or (each.fate is Fate.FATAL and not _by_a_cycle(each))
        )

    def _is_to_blame(self, result: Result) -> bool:
        failure = result.failure
        if result.fate is not Fate.FATAL or failure is None or not failure.partial:
            return False
        return bool({failure.partial, failure.place.module} & {*self.component.modules})


def _by_a_cycle(result: Result) -> bool:
    return result.failure is not None and bool(result.failure.partial)


@dataclass(frozen=True)
class Told:
    """What was told of one revision, for another that differs little: the results by
    what was simulated, and the modules that there were.
    """

    results: Mapping[str, _RESULTS]
    modules: Set[str]


NOTHING_TOLD = Told({}, frozenset())


def judge(
    loaded: Loaded,
    components: Sequence[Component],
    cache: Path | None = None,
    *,
    called: Sequence[Component] = (),
    processes: int | None = None,
    before: Told = NOTHING_TOLD,
) -> tuple[tuple[Judged, ...], Told]:
    """The components with what becomes of their modules, in the same order.

    `called` are components of `Reading.CALLED` and come last, the others those of
    `Reading.PARENTS`; `cache` is a folder for what was found out before.
    """
    both = (*components, *called)
    arenas = shared(
        [
            *map(Arenas(loaded.graph).of, components),
            *map(Arenas(loaded.graph, Reading.CALLED).of, called),
        ]
    )
    found = _results(loaded, arenas, cache, processes, before)
    judged = []
    for component, arena in zip(both, arenas, strict=True):
        results = {each.entry: each for each in found[arena]}
        mine = arena.entries[component.modules]
        judged.append(Judged(component, tuple(results[entry] for entry in mine)))
    told = {_content(loaded, arena): results for arena, results in found.items()}
    return tuple(judged), Told(told, loaded.graph.modules.keys())


def _results(
    loaded: Loaded,
    arenas: Iterable[Arena],
    cache: Path | None,
    processes: int | None,
    before: Told,
) -> dict[Arena, _RESULTS]:
    """What the entries of each arena do: known from another time, told `before`, or
    simulated.
    """
    kept: Kept[_RESULTS] = Kept(cache, f"fates-{SCHEMA}", _RESULTS)
    distinct = tuple(dict.fromkeys(arenas))
    known = kept.load() if distinct else {}
    beside = _digest(sorted(loaded.graph.modules))
    keys = {a: _digest([_content(loaded, a), beside]) for a in distinct}
    found = {a: known[key] for a, key in keys.items() if key in known}
    if len(found) == len(distinct):
        return found
    for arena in distinct:
        results = before.results.get(_content(loaded, arena))
        if results and not _mentions_new(loaded, arena, before.modules):
            found.setdefault(arena, results)
    missing = [arena for arena in distinct if arena not in found]
    if missing:
        # Most of what a simulation needs takes a while to load.
        from verify.importing.trials import try_all

        found.update(zip(missing, try_all(loaded, missing, processes), strict=True))
    kept.save(known | {keys[a]: found[a] for a in distinct}, keys.values())
    return found


def _content(loaded: Loaded, arena: Arena) -> str:
    """What is simulated: the texts, and from where."""
    modules, oids = loaded.graph.modules, loaded.files.oids
    members = [
        (name, oids[modules[name].path], modules[name].is_package)
        for name in sorted(arena.run)
    ]
    version = [SCHEMA, *sys.version_info[:2]]
    return _digest([version, arena.all_entries, members])


def _mentions_new(loaded: Loaded, arena: Arena, before: Set[str]) -> bool:
    """Whether a text has the name of a module or package that came or went: only then
    what is beside the texts can make a difference.
    """
    now = loaded.graph.modules.keys()
    differing = _with_parents(before) ^ _with_parents(now) if before != now else ()
    if not differing:
        return False
    words = "|".join({re.escape(name.rpartition(".")[2]) for name in differing})
    mentioned = re.compile(rf"\b(?:{words})\b".encode("utf-8", "surrogateescape"))
    return any(mentioned.search(text) for text in loaded.sources(arena.run).values())


def _with_parents(names: Set[str]) -> Set[str]:
    found = set(names)
    for name in names:
        parent = name.rpartition(".")[0]
        while parent and parent not in found:
            found.add(parent)
            parent = parent.rpartition(".")[0]
    return found


def _digest(parts: Sequence[object]) -> str:
    text = json.dumps(parts)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
