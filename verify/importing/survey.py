"""Everything that is asked of one revision, and of one beside another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from verify.importing.components import Change, Compared, compare, components_of
from verify.importing.graph import Reading
from verify.importing.judging import NOTHING_TOLD, Judged, Told, judge
from verify.importing.lazy import LocalImport, Need, local_imports
from verify.importing.outcomes import Place, Result
from verify.importing.parsing import Files, Parsed
from verify.importing.reaching import reached
from verify.importing.store import Loaded, load
from verify.progress import Advance

# Larger cycles through functions that may be called at import are not simulated: what
# may be called is told by its name alone, so most of them are none.
_FEW = 40


@dataclass(frozen=True)
class Side:
    """One revision: its graph, its cycles with what they do, and the imports inside
    functions.

    Among the cycles are those through imports in functions that may be called while a
    module is imported, where that makes one fail that would not; `untried` counts
    those of that kind that are too large to be simulated.
    """

    loaded: Loaded
    judged: tuple[Judged, ...]
    untried: int = 0
    told: Told = NOTHING_TOLD

    @cached_property
    def local(self) -> tuple[LocalImport, ...]:
        return local_imports(self.loaded.graph)

    @cached_property
    def results(self) -> Mapping[str, Result]:
        """What importing a module first does, of those for which it was asked."""
        return {each.entry: each for j in self.judged for each in j.results}

    def path(self, module: str) -> str:
        return self.loaded.graph.modules[module].path


def examine(
    files: Files,
    cache: Path | None = None,
    *,
    processes: int | None = None,
    progress: Advance = lambda done, total: None,
    parsed: Parsed | None = None,
    before: Told = NOTHING_TOLD,
) -> Side:
    """Parse the files, find the cycles and simulate them, but those that are alike in
    what was told `before`.

    Raises `GitError` where git cannot read a file.
    """
    loaded = load(files, cache, processes=processes, progress=progress, parsed=parsed)
    graph = loaded.graph
    eager = components_of(graph)
    known = {each.modules for each in eager}
    called = components_of(graph, Reading.CALLED, without=known)
    few = [each for each in called if len(each) <= _FEW]
    both, told = judge(
        loaded, eager, cache, called=few, processes=processes, before=before
    )
    judged, more = both[: len(eager)], both[len(eager) :]
    seen = {place for each in judged for place in _failures(each)}
    failing = tuple(each for each in more if _failures(each) - seen)
    untried = sum(len(each) > _FEW for each in called)
    return Side(loaded, (*judged, *failing), untried, told)


def _failures(judged: Judged) -> set[tuple[Place, str]]:
    """Where a cycle makes it fail, if under a condition or unnoticed."""
    found = [each.failure for each in judged.failing]
    for each in judged.results:
        found += each.conditional
        found += (swallowed.failure for swallowed in each.swallowed)
    return {(each.place, each.name) for each in found if each and each.partial}


@dataclass(frozen=True)
class Both:
    """Base and head, and what became of each cycle."""

    base: Side
    head: Side
    left_out: int = 0  # files of head that nothing which changed leads to

    @cached_property
    def changes(self) -> tuple[Compared, ...]:
        return compare(
            [each.component for each in self.base.judged],
            [each.component for each in self.head.judged],
        )

    @cached_property
    def change_of(self) -> Mapping[tuple[str, ...], Compared]:
        """What became of a component of head, by its modules."""
        return {each.head.modules: each for each in self.changes if each.head}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many components changed in each way; all ways are there."""
        found = dict.fromkeys((change.value for change in Change), 0)
        for each in self.changes:
            found[each.change.value] += 1
        return found

    @cached_property
    def freed(self) -> tuple[LocalImport, ...]:
        """The function-local imports that a cycle forced at base, and none at head."""
        forced = {_same(each) for each in self.base.local if each.need is Need.FORCED}
        return tuple(
            each
            for each in self.head.local
            if each.need is not Need.FORCED and _same(each) in forced
        )


def examine_both(
    base: Files,
    head: Files,
    changed: Collection[str] | None = None,
    cache: Path | None = None,
    *,
    progress: Advance = lambda done, total: None,
) -> Both:
    """Examine two revisions; where paths that `changed` are given, what these can have
    an effect on.

    Raises `GitError` where git cannot read a file.
    """
    parsed = Parsed(head if head.oids else base, cache, progress=progress)
    left_out = 0
    if changed is not None:
        narrow = reached(base, head, changed, parsed)
        base, head, left_out = narrow.base, narrow.head, narrow.left_out
    first = examine(base, cache, parsed=parsed)
    second = examine(head, cache, parsed=parsed, before=first.told)
    return Both(first, second, left_out)


def _same(found: LocalImport) -> tuple[str, str, str]:
    """What makes an import the same on both sides: not its line."""
    return found.importer, found.statement.function, found.statement.text
