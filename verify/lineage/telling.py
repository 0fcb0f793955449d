"""The result in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.finding import Finding, Place, Rule, Severity
from verify.lineage.measuring import Kept
from verify.lineage.steps import Course, Kind, Step, Unkept
from verify.outcome import Fact, Table
from verify.render._escape import visible

_LONGEST_SUBJECT = 72

HISTORY_NOT_KEPT = Rule(
    "history-not-kept",
    "A file does not get the history of all the code that comes to it.",
    "Who wrote these lines, and why, `git blame` tells only with -C.",
    Severity.WARNING,
)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit that was written."""

    oid: str
    subject: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the branch (None: HEAD itself) went from `old` to `new`.

    `commits` are in order, parents first; `kept` is what plain blame retains of each
    file that moved code stands in; `checked` whether the user's command passed at
    each of them.
    """

    old: str
    new: str
    branch: str | None
    commits: tuple[Commit, ...]
    kept: tuple[Kept, ...]
    findings: tuple[Finding, ...]
    checked: bool = False
    is_fragile: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        rows = tuple((c.oid[:12], visible(c.subject)) for c in self.commits)
        lines = tuple((k.path, str(k.lines), str(k.retained)) for k in self.kept)
        return (
            Table("commits", ("commit", "subject"), rows),
            Table("plain git blame", ("file", "lines", "retained"), lines),
        )

    @property
    def facts(self) -> dict[str, Fact]:
        return {
            "history_old": self.old,
            "history_new": self.new,
            "history_branch": self.branch,
            "history_retained": {kept.path: kept.retained for kept in self.kept},
            "history_lines": {kept.path: kept.lines for kept in self.kept},
            "history_checked": self.checked,
        }

    @property
    def summary(self) -> tuple[str, ...]:
        return tuple(self._summary())

    def _summary(self) -> Iterator[str]:
        where = f"branch {visible(self.branch)}" if self.branch else "HEAD"
        old, new = self.old[:12], self.new[:12]
        count = len(self.commits)
        plural = "s" * (count != 1)
        yield f"{count} commit{plural} written: {where} went from {old} to {new}"
        lines = sum(kept.lines for kept in self.kept)
        retained = sum(kept.retained for kept in self.kept)
        yield f"plain git blame retains {retained} of {lines} lines; no hook has run"
        yield f"undo: git reset --keep {old}"
        yield (
            "a squash merge throws this away: merge it with its commits, then check:"
            f" rehome blame {old}..HEAD --min-retained plain=97"
        )
        if self.is_fragile:
            yield "do not rebase it: the merge, and with it the final text, goes away"


def findings_of(course: Course) -> Iterator[Finding]:
    for unkept in course.unkept:
        yield _finding(unkept)


def _finding(unkept: Unkept) -> Finding:
    message = f"no history of {unkept.source} is kept for it: {unkept.reason}"
    return Finding(HISTORY_NOT_KEPT, Place(unkept.target), message, unkept.fix)


def message_of(step: Step, title: str) -> str:
    """The message of a commit: what it does, and what it is for."""
    if step.kind is Kind.FINAL:
        return f"{title}\n"
    subject = {
        Kind.ASIDE: "Move aside what gets code",
        Kind.COPY: _copying(step),
        Kind.BACK: "Move back what stays",
        Kind.TRIM: "Leave in each file what is its own",
    }[step.kind]
    body = [
        f'In preparation of "{title}", so that plain `git blame` and',
        "`git log --follow` find who wrote the lines that move.",
        "",
        *(f"{visible(old)} is {visible(new)} here." for old, new in step.homes.items()),
    ]
    return "\n".join([subject, "", *body]).rstrip() + "\n"


def _copying(step: Step) -> str:
    told = (f"{_name(s)} to {_names(targets)}" for s, targets in step.copies)
    subject = f"Copy {'; '.join(told)}"
    if len(subject) <= _LONGEST_SUBJECT:
        return subject
    targets = {target for _, each in step.copies for target in each}
    sources = _name(step.copies[0][0])
    if len(step.copies) > 1:
        sources = f"{len(step.copies)} files"
    return f"Copy {sources} to {len(targets)} files"


def _names(paths: Iterable[str]) -> str:
    return ", ".join(_name(path) for path in paths)


def _name(path: str) -> str:
    """A file's name, with its folder where others have the same."""
    pure = PurePosixPath(path)
    short = f"{pure.parent.name}/{pure.name}" if pure.stem == "__init__" else pure.name
    return visible(short)
