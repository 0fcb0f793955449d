"""Rewrite the files below some paths: files in, files out.

Three steps, one after the other: read every file and keep the names of those
that can have a call site; rewrite these, in several processes if that pays;
write what changed. So whatever breaks the second step, nothing was written yet.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codemods.analysed import AnalysedFiles
from codemods.discovery import TEXTS_BY_SETTINGS, Discovered, discover
from codemods.files import (
    FileProblem,
    read_regular,
    replace_atomically,
    signals_deferred,
)
from codemods.finding import Finding, Place, Verdict, verdict_of
from codemods.generated import is_generated
from codemods.home import ModuleHome, home_of
from codemods.reading import Candidate, read_all, shown, unreadable
from codemods.rules import GENERATED_FILE, UNREADABLE

if TYPE_CHECKING:
    from codemods.namemap import NameMap
    from codemods.rewrite import Options, Rewritten
    from codemods.sorting import ImportSorter

# Where one more process pays. Measured: a forked one starts in about 4 ms, one
# that imports everything anew in about 250; rewriting takes 200 ms or more a MB.
BYTES_FOR_A_WORKER = 100_000 if sys.platform == "linux" else 1_000_000

Progress = Callable[[int, int], None]


# Files that change, to those that change in the end, with the findings of that.
Finish = Callable[["Mapping[Path, Rewritten]"], "Mapping[Path, Rewritten]"]
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

    `files_relevant` were analysed, the other of `files_read`, which are Python, and
    of `texts_read` cannot have a call site. `changed` were rewritten, or would be
    where nothing was to be written.
    `left_out` counts what was not read, by reason.
    """

    files_read: int
    files_relevant: int
    changed: tuple[Rewritten, ...]
    findings: tuple[Finding, ...]
    left_out: Mapping[str, int]
    texts_read: int = 0

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
    finish: Finish | None = None,
) -> Report:
    """Rewrite the call sites in the files at and below `paths`.

    Uses at most `jobs` processes, by default one a processor. Files change only
    if `write`, each at once; a file in which nothing changes is not opened for
    writing. A file that cannot be read or written becomes a finding, and the
    others go on. `progress` is told how many files of how many are done.
    `rewrite` stands in for `codemods.rewrite.rewrite`. `finish` is given all files
    that change, before any is written, and has the last word.

    Raises what `progress` raises, and KeyboardInterrupt: every file is then
    either as it was or rewritten whole, and nothing else is left behind.
    """
    found = discover(paths)
    tally = _Tally(len(found.files) + len(found.texts), progress)
    reading = read_all(found, names, tally.add)
    rewriter = _Rewriter(
        names, options, rewrite, AnalysedFiles(found.files, reading.kept)
    )
    outcomes = _rewrite_all(reading.candidates, rewriter, jobs, tally)
    if finish is not None:
        outcomes = _finished(outcomes, finish)
    if write:
        outcomes = [_written(outcome) for outcome in outcomes]
    findings = [
        *map(_as_shown, found.problems),
        *reading.problems,
        *(finding for outcome in outcomes for finding in outcome.findings),
    ]
    return Report(
        files_read=reading.count,
        files_relevant=len(reading.candidates),
        changed=tuple(o.rewritten for o in outcomes if o.rewritten is not None),
        findings=tuple(sorted(findings, key=lambda f: (f.place, f.rule.id, f.message))),
        left_out={**found.left_out, **_texts_left_out(found), **reading.left_out},
        texts_read=reading.texts,
    )


def _texts_left_out(found: Discovered) -> dict[str, int]:
    number = found.texts_left_out
    return {TEXTS_BY_SETTINGS: number} if number else {}


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
class _Outcome:
    """What became of a candidate; `rewritten` is None where nothing is to change."""

    file: Candidate
    findings: tuple[Finding, ...]
    rewritten: Rewritten | None = None


def _rewrite_all(
    candidates: Sequence[Candidate],
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


def _finished(outcomes: Sequence[_Outcome], finish: Finish) -> list[_Outcome]:
    changed = {o.file.path: o.rewritten for o in outcomes if o.rewritten is not None}
    made = dict(finish(changed))
    known = {outcome.file.path: outcome for outcome in outcomes}
    for path, rewritten in made.items():
        outcome = known.get(path) or _Outcome(Candidate(path, shown(path), 0), ())
        findings = (*outcome.findings, *rewritten.findings)
        new = rewritten if rewritten.changed else None
        known[path] = _Outcome(outcome.file, findings, new)
    return sorted(known.values(), key=lambda outcome: outcome.file.shown)


def _outcomes(
    candidates: Sequence[Candidate], rewriter: _Rewriter, jobs: int | None
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
    modules: AnalysedFiles

    def __call__(self, file: Candidate) -> _Outcome:
        try:
            rewritten = self._rewrite(file, read_regular(file.path))
        except FileProblem as problem:
            return _Outcome(file, (unreadable(file.shown, problem),))
        except Exception as error:  # one file must not take the others with it
            return _Outcome(file, (_broken(file.shown, error),))
        says = rewritten.changed or rewritten.findings
        if file.is_text and says and is_generated(rewritten.old, file.path.name):
            return _Outcome(file, (_generated(rewritten),))
        if not rewritten.changed:
            return _Outcome(file, rewritten.findings)
        if is_generated(rewritten.old, file.path.name):
            return _Outcome(file, (*rewritten.findings, _generated(rewritten)))
        return _Outcome(file, rewritten.findings, rewritten)

    def _rewrite(self, file: Candidate, source: bytes) -> Rewritten:
        if file.is_text:
            from codemods.texts import rewrite_text  # most runs meet no such text

            return rewrite_text(
                source, self.names, path=file.shown, options=self.options
            )
        home = home_of(file.path, self.names.packages)
        if self.rewrite is not None:
            return self.rewrite(
                source,
                self.names,
                path=file.shown,
                home=home,
                sorter=None,
                options=self.options,
            )
        rewrite, sorter_for = _real_rewrite()
        return rewrite(
            source,
            self.names,
            path=file.shown,
            home=home,
            sorter=sorter_for(file.path),
            options=self.options,
            modules=self.modules.seen_from(file.path),
        )


def _real_rewrite() -> tuple[Callable[..., Rewritten], SorterFor]:
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
        unwritten = unreadable(outcome.file.shown, problem)
        return _Outcome(outcome.file, (*outcome.findings, unwritten))
    return outcome


def _broken(path: str, error: Exception) -> Finding:
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return Finding(
        UNREADABLE,
        Place(path),
        f"could not be analysed, by a mistake of rehome itself: {what}",
        "please report it; the file was left as it is",
    )


def _worker_died(file: Candidate, status: int | None) -> Finding:
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
    lines = [edit.line for edit in rewritten.edits[:1]]
    lines += [finding.place.line for finding in rewritten.findings[:1]]
    line = min(lines, default=0)
    return Finding(
        GENERATED_FILE,
        Place(rewritten.path, line, min(line, 1)),
        "this generated file has a call site, and was left as it is",
        "change its generator or the source of it, and generate it again",
    )
