"""Take what the project's settings accept out of an answer, and tell of it.

What could not be told is never accepted. An entry that is over accepts nothing and is
a finding itself; one that matched nothing is a note.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from codemods.finding import Finding, Place, Verdict, verdict_of, verdict_of_check
from codemods.ignore import spec_of
from verify.check import fold, names
from verify.outcome import Accepted, Case, Outcome
from verify.settings import rules
from verify.settings.reading import Loaded
from verify.settings.rulebook import tells

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from verify.check import CheckResult
    from verify.settings.schema import Accept

_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Project:
    """The settings as they judge findings, on a day. `start` is the folder that the
    paths of findings start from.
    """

    loaded: Loaded
    start: Path
    today: date
    entries: tuple[_Entry, ...] = field(init=False)
    _ignored: Ignored = field(init=False, repr=False)

    def __post_init__(self) -> None:
        accepted = self.loaded.settings.accepted
        entries = (_Entry(number, each) for number, each in enumerate(accepted))
        object.__setattr__(self, "entries", tuple(entries))
        object.__setattr__(self, "_ignored", Ignored(self.loaded))

    @property
    def is_silent(self) -> bool:
        """Whether the settings have nothing to say of any finding."""
        return not self.entries and not self.loaded.settings.ignore

    def inner(self, path: str) -> str | None:
        """The path of a finding from the folder of the settings; None outside it."""
        return _inner(os.path.join(self.start, path), self.loaded.root)

    def ignores(self, path: str) -> bool:
        """Whether the settings leave a path of a finding out."""
        return self._ignored(os.path.join(self.start, path))

    def where(self, entry: _Entry) -> str:
        return self.loaded.place("accepted", entry.number)

    def place(self, entry: _Entry) -> Place:
        """Where an entry stands, as findings of this run name paths."""
        assert self.loaded.file is not None
        path = os.path.relpath(self.loaded.file, self.start)
        return Place(
            PurePath(path).as_posix(), self.loaded.line("accepted", entry.number), 1
        )

    def is_over(self, entry: _Entry) -> bool:
        return entry.of.until is not None and self.today > entry.of.until


@dataclass(frozen=True)
class _Entry:
    """One `[[tool.rehome.accepted]]`."""

    number: int
    of: Accept

    @cached_property
    def _path(self) -> GitIgnoreSpec:
        return spec_of([self.of.path])

    def matches(self, finding: Finding, inner: str | None) -> bool:
        """Whether it means a finding, whose path from the settings is `inner`."""
        if finding.rule.id != self.of.rule:
            return False
        if self.of.path and (inner is None or not _matches(self._path, inner)):
            return False
        names = _QUOTED.findall(finding.message)
        return not self.of.symbol or any(
            fnmatchcase(name, self.of.symbol) for name in names
        )


@dataclass(frozen=True)
class Ignored:
    """Tells of absolute paths whether the settings leave them out."""

    loaded: Loaded

    def __call__(self, path: str) -> bool:
        inner = _inner(path, self.loaded.root)
        return inner is not None and _matches(self._patterns, inner)

    @cached_property
    def _patterns(self) -> GitIgnoreSpec:
        return spec_of(self.loaded.settings.ignore)


def _matches(patterns: GitIgnoreSpec, inner: str) -> bool:
    """Whether patterns mean a path: as a regular expression's `$` they would mean one
    with a newline more.
    """
    return not inner.endswith("\n") and patterns.match_file(inner)


def _inner(path: str, folder: Path) -> str | None:
    """A path as it is from a folder; None where it does not lie below that."""
    found = os.path.relpath(path, folder)
    if found in (os.curdir, os.pardir) or found.startswith(os.pardir + os.sep):
        return None
    return PurePath(found).as_posix()


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Findings that count, with those about the settings; those that are accepted;
    and how many lie in ignored paths.
    """

    kept: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]
    ignored: int


def _sorted_out(
    project: Project, findings: Iterable[Finding], teller: str
) -> tuple[_Sorted, tuple[Finding, ...]]:
    """Findings, sorted; and what is to be said of entries that are `teller`'s. Those in
    ignored paths are left out of a check's alone: no command reads such a file unless
    it is named.
    """
    leaves_out = teller in names()
    kept: list[Finding] = []
    accepted: list[Accepted] = []
    ignored = 0
    used: set[int] = set()
    void: set[int] = set()
    for finding in findings:
        inner = project.inner(finding.place.path)
        if leaves_out and _is_ignored(project, finding):
            ignored += 1
            continue
        entry = _entry_for(project, finding, inner)
        if entry is None:
            kept.append(finding)
            continue
        used.add(entry.number)
        if finding.rule.undecided:
            void.add(entry.number)
            kept.append(finding)
        elif project.is_over(entry):
            kept.append(finding)
        else:
            until = entry.of.until.isoformat() if entry.of.until else ""
            why = entry.of.reason.strip()
            accepted.append(Accepted(finding, why, until, project.where(entry)))
    remarks = _remarks(project, teller, used, void)
    return _Sorted(tuple(kept), tuple(accepted), ignored), tuple(remarks)


def _is_ignored(project: Project, finding: Finding) -> bool:
    """Whether all that a finding is about lies in ignored paths: a cycle that leads
    through one is a cycle of the others too.
    """
    places = (finding.place, *(each.place for each in finding.related))
    return all(project.ignores(place.path) for place in places)


def _entry_for(project: Project, finding: Finding, inner: str | None) -> _Entry | None:
    """The entry that means a finding; one that is not over, if there is one."""
    found = [each for each in project.entries if each.matches(finding, inner)]
    return min(found, key=project.is_over, default=None)


def _remarks(
    project: Project, teller: str, used: set[int], void: set[int]
) -> Iterator[Finding]:
    for entry in project.entries:
        if entry.number not in used and not tells(entry.of.rule, teller):
            continue
        named = f"`{entry.of.rule}` ({entry.of.reason.strip()})"
        if entry.number in void:
            message = f"{named} says that something could not be told"
            fix = "take it out, and see to what it is about"
            yield Finding(rules.CANNOT_ACCEPT, project.place(entry), message, fix)
        elif project.is_over(entry):
            message = f"{named} was accepted until {entry.of.until}"
            fix = "mend what it is about, or decide again, with another date"
            yield Finding(rules.EXPIRED, project.place(entry), message, fix)
        elif entry.number not in used:
            message = f"{named} was not found here"
            fix = "take it out where nothing is left of it"
            yield Finding(rules.UNUSED, project.place(entry), message, fix)


# Answers


def settle_check(project: Project, result: CheckResult) -> CheckResult:
    """The answer of a check without what the settings accept or ignore."""
    if project.is_silent:
        return result
    found, remarks = _sorted_out(project, result.findings, result.name)
    verdict = result.verdict
    if verdict is verdict_of_check(result.findings):
        verdict = verdict_of_check(found.kept)
    verdict = fold([verdict, verdict_of_check(remarks)])
    return replace(
        result,
        verdict=verdict,
        findings=(*found.kept, *remarks),
        accepted=found.accepted,
        summary=(*result.summary, *_told(project, found, result.verdict, verdict)),
    )


def settle(project: Project, outcome: Outcome) -> Outcome:
    """The same of a command's outcome, where that says what its verdict is made of."""
    if project.is_silent or outcome.otherwise is None:
        return outcome
    found, remarks = _sorted_out(project, outcome.findings, outcome.command)
    verdict = outcome.verdict
    if verdict is fold([outcome.otherwise, verdict_of([*outcome.findings])]):
        verdict = fold([outcome.otherwise, verdict_of([*found.kept])])
    verdict = fold([verdict, verdict_of_check(remarks)])
    told = _told(project, found, outcome.verdict, verdict)
    heading = outcome.heading
    if heading and verdict is not outcome.verdict:
        heading, told = (*heading, *told), ()
    return replace(
        outcome,
        verdict=verdict,
        findings=(*found.kept, *remarks),
        accepted=found.accepted,
        heading=heading,
        summary=(*outcome.summary, *told),
        cases=_cases(outcome, verdict),
    )


def _told(
    project: Project, found: _Sorted, before: Verdict, now: Verdict
) -> tuple[str, ...]:
    """What the settings did, in words."""
    told = []
    if found.accepted:
        told.append(f"{_count(len(found.accepted))} accepted")
    if found.ignored:
        told.append(f"{_count(found.ignored)} in ignored paths left out")
    lines = [f"{' and '.join(told)}, as {project.loaded.shown} asks"] if told else []
    if now is not before:
        words = f"the verdict is {now.value}; without the settings it is {before.value}"
        lines.append(words)
    return tuple(lines)


def _count(number: int) -> str:
    return "1 finding" if number == 1 else f"{number} findings"


def _cases(outcome: Outcome, verdict: Verdict) -> tuple[Case, ...]:
    """The cases, of which none has failed where all that failed is accepted."""
    if verdict is not Verdict.OK or outcome.verdict is Verdict.OK:
        return outcome.cases
    return tuple(
        replace(each, verdict=None, message=f"accepted: {each.message}")
        if each.verdict is Verdict.FAIL
        else each
        for each in outcome.cases
    )
