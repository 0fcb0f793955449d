"""Move function-local imports in the files below some paths: files in, files out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.discovery import discover
from codemods.files import FileProblem, replace_atomically, signals_deferred
from codemods.finding import Finding, Place, Verdict, verdict_of
from codemods.generated import is_generated
from codemods.hoisting import hoist
from codemods.reading import shown
from codemods.rewrite import Rewritten
from codemods.rules import GENERATED_FILE, UNPARSABLE, UNREADABLE
from codemods.sorting import sorter_for
from verify.importing.hoisting import Kept, Plan, plan
from verify.importing.outcomes import Fate
from verify.importing.store import Loaded, in_folder
from verify.importing.survey import Side, examine
from verify.progress import Advance

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Hoisted:
    """What a run did: the files that it changed, or would, and what it left.

    `moved` counts the imports that move, `left_out` the files that were passed over, by
    reason. Paths are as `codemods.reading.shown` tells.
    """

    root: str
    files_read: int
    changed: tuple[Rewritten, ...]
    moved: int
    kept: tuple[Kept, ...]
    findings: tuple[Finding, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def verdict(self, check: bool) -> Verdict:
        """The answer of the run; with `check`, a file that would change is one."""
        would_change = check and bool(self.changed)
        return verdict_of(list(self.findings), would_change=would_change)


def project_of(path: Path) -> Path:
    """The folder of the project that a path lies in: what marks one lies there, or
    it holds the outermost package.
    """
    start = path.resolve()
    folder = start if start.is_dir() else start.parent
    for above in (folder, *folder.parents):
        if any((above / mark).exists() for mark in _MARKS):
            return above
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def run(
    paths: Sequence[Path],
    *,
    root: Path | None = None,
    heavy: bool = False,
    others: bool = False,
    write: bool,
    cache: Path | None = None,
    progress: Advance = lambda done, total: None,
) -> Hoisted:
    """Move what can be moved in the files at and below `paths`.

    All Python files of the project, at `root`, count for what would make a cycle.
    Raises `NoPackage` where there are none.
    """
    root = root or project_of(paths[0])
    found = discover(paths)
    files = in_folder(root)
    side = examine(files, cache, progress=progress)
    loaded = side.loaded
    base = folder_of(root, files.oids)
    wanted = dict(in_graph(found.files, base, loaded))
    plans = plan(loaded, wanted, heavy=heavy, others=others, failing=failing_in(side))
    findings = [*found.problems, *_unread(loaded, wanted)]
    changed: list[Rewritten] = []
    moved = 0
    for each in plans:
        if not each.moved:
            continue
        outcome = _rewritten(each, wanted[each.path])
        if outcome.changed and write:
            outcome = _written(outcome, wanted[each.path])
        findings += outcome.findings
        if outcome.changed:
            changed.append(outcome)
            moved += len(each.moved)
    kept = tuple(
        replace(k, path=shown(wanted[each.path])) for each in plans for k in each.kept
    )
    ordered = tuple(sorted(findings, key=lambda f: (f.place, f.rule.id)))
    return Hoisted(
        str(root),
        len(wanted),
        tuple(changed),
        moved,
        kept,
        ordered,
        found.left_out,
    )


def folder_of(root: Path, names: Iterable[str]) -> Path:
    """The folder that the paths of the graph start in."""
    start = root.resolve()
    one = next(iter(names), "")
    return next((a for a in (start, *start.parents) if (a / one).is_file()), start)


def in_graph(
    files: Iterable[Path], base: Path, loaded: Loaded
) -> Iterator[tuple[str, Path]]:
    known = loaded.files.oids
    for path in files:
        try:
            inner = Path(os.path.realpath(path)).relative_to(base).as_posix()
        except ValueError:
            continue
        if inner in known:
            yield inner, path


def failing_in(side: Side) -> dict[str, frozenset[str]]:
    """Modules of cycles of which it is not known that importing them first works,
    each with the modules of its cycle.
    """
    found: dict[str, frozenset[str]] = {}
    for each in side.judged:
        ring = frozenset(each.component.modules)
        fine = {r.entry for r in each.results if r.fate is Fate.BENIGN}
        found |= dict.fromkeys(ring - fine, ring)
    return found


def _unread(loaded: Loaded, wanted: dict[str, Path]) -> Iterator[Finding]:
    for each in loaded.graph.left_out:
        if each.path in wanted:
            place = Place(shown(wanted[each.path]), each.line, min(each.line, 1))
            fix = "correct it, then run again; the file was left as it is"
            yield Finding(UNPARSABLE, place, each.why, fix)


def _rewritten(plan: Plan, path: Path) -> Rewritten:
    result = hoist(
        plan.source, plan.tree, plan.moved, path=shown(path), sorter=sorter_for(path)
    )
    if result.changed and is_generated(result.old, path.name):
        first = plan.moved[0].node
        finding = Finding(
            GENERATED_FILE,
            Place(result.path, *plan.source.place(plan.source.start(first))),
            "this generated file has an import that can move, and was left as it is",
            "change its generator or the source of it, and generate it again",
        )
        return Rewritten(result.path, result.old, result.old, (), (finding,))
    return result


def _written(result: Rewritten, path: Path) -> Rewritten:
    try:
        with signals_deferred():
            replace_atomically(path, result.old, result.new)
    except FileProblem as problem:
        finding = Finding(UNREADABLE, Place(result.path), problem.message, problem.fix)
        return Rewritten(result.path, result.old, result.old, (), (finding,))
    return result
