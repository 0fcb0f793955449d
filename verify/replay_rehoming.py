"""Replay the merged re-homing of an attribute: every use of its name, one by one.

The truth is read off the two trees of the commit by a diff of words, and what the
tool made of the parent is read off in the same way. So nothing of it was written by
hand, and nothing of it asks the tool what a use means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.finding import Finding
from codemods.migration import Migration
from codemods.namemap import NameMap
from codemods.rewrite import Options
from verify.attribute_uses import Form, Meaning, Pair, Reading, Use, followed
from verify.checks._sides import TreeSources
from verify.git import Range, Repository
from verify.replay import ReplayError, worktree

if TYPE_CHECKING:
    from codemods.runner import Report


class Truth(str, Enum):
    """What the merged commit did with a use."""

    IN_EFFECT = "in effect"
    RENAMED = "local renamed"
    LEFT = "left alone"
    BY_HAND = "restructured by hand"


class Made(str, Enum):
    """What the tool made of a use, beside the truth."""

    SAME = "as merged"
    OTHER_NAME = "as merged, under another name"
    REPORTED = "reported"
    MISSED = "missed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Judged:
    """One use: where it stands, what is true of it and what was made of it.

    `findings` is the number of findings on its statement, whatever was made of it.
    """

    path: str
    line: int
    column: int
    truth: Truth
    made: Made
    findings: int


@dataclass(frozen=True, slots=True)
class Rehomed:
    """Every use of the attribute's name, and what changed beside the uses.

    `strayed` are the places, as `path:line`, of changed lines at which no use
    stands; `findings` counts those of files that have a use.
    """

    attribute: str
    uses: tuple[Judged, ...]
    strayed: tuple[str, ...]
    findings: int

    def count(self, truth: Truth, *made: Made) -> int:
        return sum(u.truth is truth and u.made in made for u in self.uses)

    def total(self, truth: Truth) -> int:
        return sum(use.truth is truth for use in self.uses)

    def silent(self, truth: Truth) -> list[Judged]:
        """The uses of which the tool neither made what was merged nor said so."""
        bad = (Made.MISSED, Made.WRONG)
        return [use for use in self.uses if use.truth is truth and use.made in bad]

    @property
    def is_right(self) -> bool:
        """Nothing wrong, nothing missed without a word, nothing else touched."""
        return not self.strayed and not any(self.silent(truth) for truth in Truth)


def truths(base: Reading, head: Reading) -> dict[int, Truth]:
    """What a commit did with each use of a file, by where it starts in `base`."""
    uses = followed(base, head)
    became = {use.start: use for use in uses}
    return {use.start: _truth(use, became) for use in uses}


def _truth(use: Use, became: Mapping[int, Use]) -> Truth:
    if use.reshaped:
        return Truth.BY_HAND
    if use.meaning is Meaning.OLD:
        return Truth.LEFT
    if use.form is not Form.NAME:
        return Truth.IN_EFFECT
    # A local follows what it is assigned from, unless that stayed.
    source = None if use.value is None else became.get(use.value)
    is_split = source is None or source.meaning is Meaning.OLD
    return Truth.IN_EFFECT if is_split else Truth.RENAMED


def replay_rehoming(clone: Path, commit: str, migration: Migration) -> list[Rehomed]:
    """Apply `migration` at the parent of `commit`; judge each `[[rehome]]` of it.

    Adds a worktree to the clone and always removes it again. Raises `ReplayError`
    where the migration re-homes nothing, `GitError` where the clone or the commit
    cannot be read.
    """
    import git

    from codemods.runner import run

    if not migration.rehomes:
        raise ReplayError(f"{migration.id} re-homes nothing: declare a [[rehome]]")
    repository = Repository.open(clone)
    try:
        compared = repository.range_of(commit)
        names = NameMap.compose([migration])
        with worktree(git.Repo(clone), compared.base) as tree:
            report = run([tree], names, options=Options(), jobs=None, write=False)
            result = _Result.of(report, tree)
            return [
                _judged(compared, tree, Pair(each.old, each.new), result)
                for each in migration.rehomes
            ]
    finally:
        repository.close()


@dataclass(frozen=True, slots=True)
class _Result:
    """What the tool wrote and found, by paths in the tree."""

    written: Mapping[str, str]
    found: Mapping[str, Sequence[Finding]]

    @classmethod
    def of(cls, report: Report, tree: Path) -> _Result:
        found: dict[str, list[Finding]] = {}
        for finding in report.findings:
            found.setdefault(_inside(finding.place.path, tree), []).append(finding)
        return cls(
            {_inside(f.path, tree): f.new.decode() for f in report.changed}, found
        )


def _inside(path: str, tree: Path) -> str:
    full = Path(path).resolve()
    top = tree.resolve()
    return full.relative_to(top).as_posix() if full.is_relative_to(top) else path


def _judged(compared: Range, tree: Path, pair: Pair, result: _Result) -> Rehomed:
    judged: list[Judged] = []
    strayed: list[str] = []
    findings = 0
    sources = TreeSources(compared, compared.head)
    for path, base in _readings(tree, pair):
        head = Reading((sources.read(path) or b"").decode(), pair)
        made = Reading(result.written.get(path, base.text), pair)
        found = result.found.get(path, ())
        findings += len(found)
        judged += judge(path, base, head, made, found)
        strayed += (f"{path}:{line}" for line in strays(base, made))
    strayed += sorted(result.written.keys() - {each.path for each in judged})
    return Rehomed(pair.old, tuple(judged), tuple(strayed), findings)


def _readings(tree: Path, pair: Pair) -> Iterator[tuple[str, Reading]]:
    """The Python files of a tree in which the word stands."""
    for path in sorted(tree.rglob("*.py")):
        if path.is_symlink() or pair.old.encode() not in path.read_bytes():
            continue
        reading = Reading(path.read_bytes().decode(), pair)
        if any(True for _ in reading.starts()):
            yield path.relative_to(tree).as_posix(), reading


def judge(
    path: str,
    base: Reading,
    head: Reading,
    made: Reading,
    findings: Sequence[Finding] = (),
) -> list[Judged]:
    """Hold what was made of a file's uses against what the commit did."""
    truth = truths(base, head)
    merged = {use.start: use for use in followed(base, head)}
    lines = {finding.place.line for finding in findings}
    judged = []
    for use in followed(base, made):
        statement = base.statement_lines(use.start)
        told = len(lines.intersection(statement))
        verdict = _verdict(truth[use.start], use, merged[use.start], told)
        judged.append(
            Judged(path, use.line, use.column, truth[use.start], verdict, told)
        )
    return judged


def _verdict(truth: Truth, use: Use, merged: Use, told: int) -> Made:
    if use.meaning is merged.meaning and not (use.reshaped and truth is Truth.LEFT):
        is_silent = truth is Truth.BY_HAND and not told
        if is_silent and use.meaning is Meaning.OLD:
            return Made.MISSED
        return Made.SAME if use.word == merged.word else Made.OTHER_NAME
    if use.meaning is Meaning.OLD and not use.reshaped:
        return Made.REPORTED if told else Made.MISSED
    return Made.WRONG


def strays(base: Reading, made: Reading) -> list[int]:
    """The lines of `base` that changed although no use stands on them."""
    used = {line for start in base.starts() for line in base.statement_lines(start)}
    before, after = (each.text.splitlines() for each in (base, made))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    changed = {
        line
        for tag, i1, i2, _, _ in matcher.get_opcodes()
        if tag != "equal"
        for line in range(i1 + 1, max(i2, i1 + 1) + 1)
    }
    return sorted(changed - used)
