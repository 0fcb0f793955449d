"""Rewrite the files below some paths: files in, files out.

Three steps, one after the other: read every file and keep the names of those
that can have a call site; rewrite these, in several processes if that pays;
write what changed. So whatever breaks the second step, nothing was written yet.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codemods.discovery import discover
from codemods.files import (
    FileProblem,
    read_regular,
    replace_atomically,
    signals_deferred,
)
from codemods.finding import Finding, Place, Verdict, verdict_of
from codemods.generated import is_generated
from codemods.home import ModuleHome, home_of
from codemods.rules import GENERATED_FILE, UNREADABLE, UNSUPPORTED_CHANGE

if TYPE_CHECKING:
    from codemods.namemap import NameMap
    from codemods.rewrite import Options, Rewritten
    from codemods.sorting import ImportSorter

# Where one more process pays. Measured: a forked one starts in about 4 ms, one
# that imports everything anew in about 250; rewriting takes 200 ms or more a MB.
BYTES_FOR_A_WORKER = 100_000 if sys.platform == "linux" else 1_000_000

Progress = Callable[[int, int], None]


SorterFor = Callable[[Path], "ImportSorter | None"]


class Rewrite(Protocol):
    """What `codemods.rewrite.rewrite` is: bytes and names in, a value out."""

    def __call__(
        self,
        source: bytes,
        names: NameMap,
        *,
        path: str,
        home: ModuleHome | None,
        sorter: ImportSorter | None,
        options: Options | None,
    ) -> Rewritten: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. All paths are as `shown` tells, all sequences sorted.

    `files_relevant` were analysed, the other of `files_read` cannot have a call
    site. `changed` were rewritten, or would be where nothing was to be written.
    `left_out` counts what was not read, by reason.
    """

    files_read: int
    files_relevant: int
    changed: tuple[Rewritten, ...]
    findings: tuple[Finding, ...]
    left_out: Mapping[str, int]

    def verdict(self, check: bool) -> Verdict:
        """The answer of the run; with `check`, a file that would change is one."""
        would_change = check and bool(self.changed)
        return verdict_of(list(self.findings), would_change=would_change)


def run(
    paths: Sequence[Path],
    names: NameMap,
    *,
    options: Options,
    jobs: int | None,
    write: bool,
    progress: Progress | None = None,
    rewrite: Rewrite | None = None,
) -> Report:
    """Rewrite the call sites in the files at and below `paths`.

    Uses at most `jobs` processes, by default one a processor. Files change only
    if `write`, each at once; a file in which nothing changes is not opened for
    writing. A file that cannot be read or written becomes a finding, and the
    others go on. `progress` is told how many files of how many are done.
    `rewrite` stands in for `codemods.rewrite.rewrite`.

    Raises what `progress` raises, and KeyboardInterrupt: every file is then
    either as it was or rewritten whole, and nothing else is left behind.
    """
    found = discover(paths)
    tally = _Tally(len(found.files), progress)
    reading = _read_all(found.files, names, tally)
    rewriter = _Rewriter(names, options, rewrite)
    outcomes = _rewrite_all(reading.candidates, rewriter, jobs, tally)
    if write:
        outcomes = [_written(outcome) for outcome in outcomes]
    findings = [
        *map(_as_shown, found.problems),
        *_unsupported(names),
        *reading.problems,
        *(finding for outcome in outcomes for finding in outcome.findings),
    ]
    return Report(
        files_read=reading.count,
        files_relevant=len(reading.candidates),
        changed=tuple(o.rewritten for o in outcomes if o.rewritten is not None),
        findings=tuple(sorted(findings, key=lambda f: (f.place, f.rule.id, f.message))),
        left_out=found.left_out,
    )


def shown(path: Path) -> str:
    """A path as findings name it: relative to the current folder if below it."""
    try:
        full, here = os.path.abspath(path), os.path.join(os.getcwd(), "")
    except OSError:  # the current folder is gone
        return os.fspath(path)
    return full[len(here) :] if full.startswith(here) else os.fspath(path)


def _as_shown(finding: Finding) -> Finding:
    place = replace(finding.place, path=shown(Path(finding.place.path)))
    return replace(finding, place=place)


@dataclass
class _Tally:
    """How many files are done, for whoever wants to be told."""

    total: int
    progress: Progress | None
    done: int = 0

    def add(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file that can have a call site; its bytes are read again when it is due,
    so that only those of a few files are in memory at a time.
    """

    path: Path
    shown: str
    size: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a candidate; `rewritten` is None where nothing is to change."""

    file: _Candidate
    findings: tuple[Finding, ...]
    rewritten: Rewritten | None = None


@dataclass
class _Reading:
    count: int = 0
    candidates: list[_Candidate] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def _read_all(files: Iterable[Path], names: NameMap, tally: _Tally) -> _Reading:
    reading = _Reading()
    for path in files:
        try:
            data = read_regular(path)
        except FileProblem as problem:
            reading.problems.append(_unreadable(shown(path), problem))
            tally.add()
            continue
        reading.count += 1
        if names.relevant(data):
            reading.candidates.append(_Candidate(path, shown(path), len(data)))
        else:
            tally.add()
    return reading


def _rewrite_all(
    candidates: Sequence[_Candidate],
    rewriter: _Rewriter,
    jobs: int | None,
    tally: _Tally,
) -> list[_Outcome]:
    """Rewrite the candidates, in the order of their paths when all is done."""
    outcomes = []
    with closing(_outcomes(candidates, rewriter, jobs)) as answers:
        for outcome in answers:
            outcomes.append(outcome)
            tally.add()
    return sorted(outcomes, key=lambda outcome: outcome.file.shown)


def _outcomes(
    candidates: Sequence[_Candidate], rewriter: _Rewriter, jobs: int | None
) -> Generator[_Outcome, None, None]:
    total = sum(candidate.size for candidate in candidates)
    useful = min(1 + total // BYTES_FOR_A_WORKER, len(candidates))
    if useful <= 1 or jobs == 1:
        yield from map(rewriter, candidates)
        return
    from codemods.workers import Died, cores, spread

    if rewriter.rewrite is None:
        _real_rewrite()  # once, before this process forks
    large_first = sorted(candidates, key=lambda each: each.size, reverse=True)
    processes = min(useful, jobs or cores())
    with closing(spread(rewriter, large_first, processes)) as answers:
        for file, answer in answers:
            if isinstance(answer, Died):
                yield _Outcome(file, (_worker_died(file, answer.status),))
            else:
                yield answer


@dataclass(frozen=True, slots=True)
class _Rewriter:
    """Rewrites one candidate; can be sent to another process."""

    names: NameMap
    options: Options
    rewrite: Rewrite | None

    def __call__(self, file: _Candidate) -> _Outcome:
        try:
            rewritten = self._rewrite(file, read_regular(file.path))
        except FileProblem as problem:
            return _Outcome(file, (_unreadable(file.shown, problem),))
        except Exception as error:  # one file must not take the others with it
            return _Outcome(file, (_broken(file.shown, error),))
        if not rewritten.changed:
            return _Outcome(file, rewritten.findings)
        if is_generated(rewritten.old, file.path.name):
            return _Outcome(file, (*rewritten.findings, _generated(rewritten)))
        return _Outcome(file, rewritten.findings, rewritten)

    def _rewrite(self, file: _Candidate, source: bytes) -> Rewritten:
        rewrite, sorter = self.rewrite, None
        if rewrite is None:
            rewrite, sorter_for = _real_rewrite()
            sorter = sorter_for(file.path)
        return rewrite(
            source,
            self.names,
            path=file.shown,
            home=home_of(file.path, self.names.packages),
            sorter=sorter,
            options=self.options,
        )


def _real_rewrite() -> tuple[Rewrite, SorterFor]:
    """Imported late: most runs find little to rewrite, and some find nothing."""
    from codemods.rewrite import rewrite
    from codemods.sorting import sorter_for

    return rewrite, sorter_for


def _written(outcome: _Outcome) -> _Outcome:
    """Write the file, unless nothing is to change; say so where that fails."""
    if outcome.rewritten is None:
        return outcome
    old, new = outcome.rewritten.old, outcome.rewritten.new
    try:
        with signals_deferred():
            replace_atomically(outcome.file.path, old, new)
    except FileProblem as problem:
        unwritten = _unreadable(outcome.file.shown, problem)
        return _Outcome(outcome.file, (*outcome.findings, unwritten))
    return outcome


def _unreadable(path: str, problem: FileProblem) -> Finding:
    return Finding(UNREADABLE, Place(path), problem.message, problem.fix)


def _broken(path: str, error: Exception) -> Finding:
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return Finding(
        UNREADABLE,
        Place(path),
        f"could not be analysed, by a mistake of rehome itself: {what}",
        "please report it; the file was left as it is",
    )


def _worker_died(file: _Candidate, status: int | None) -> Finding:
    return Finding(
        UNREADABLE,
        Place(file.shown),
        f"the process that analysed it {_ending(status)}",
        "run again with fewer jobs, in case memory was short",
    )


def _ending(status: int | None) -> str:
    if status is None:
        return "could not be started"
    if status < 0 and -status in set(signal.Signals):
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _generated(rewritten: Rewritten) -> Finding:
    line = rewritten.edits[0].line if rewritten.edits else 0
    return Finding(
        GENERATED_FILE,
        Place(rewritten.path, line, min(line, 1)),
        "this generated file has a call site, and was left as it is",
        "change its generator or the source of it, and generate it again",
    )


def _unsupported(names: NameMap) -> Iterator[Finding]:
    for each in names.unsupported:
        path, _, line = each.place.rpartition(":")
        yield Finding(
            UNSUPPORTED_CHANGE,
            Place(path, int(line), 1),
            f"{each.migration} declares a change that is not applied yet:"
            f" [[{each.table}]] {each.what}",
            "look for its call sites by hand",
        )
