"""Findings: what a person must see, where it stands, and what to do about it.

A finding is a value. Codemods and checks make them, renderers print them, and
nothing in between changes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How much a finding matters; the values are the words of the output formats."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Verdict(str, Enum):
    """The answer of a run. `UNDECIDED` is never reported as `OK`."""

    OK = "ok"
    FAIL = "fail"
    UNDECIDED = "undecided"

    @property
    def exit_status(self) -> int:
        """The process exit status: 0 clean, 1 findings, 2 could not decide."""
        return {Verdict.OK: 0, Verdict.FAIL: 1, Verdict.UNDECIDED: 2}[self]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: `line` and `column` count from 1, columns in characters.

    A place that means the whole file has line 0 and column 0.
    """

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding.

    `undecided` marks the rules whose findings say that something could not be
    analysed: a run that has one is undecided, however clean the rest is.
    """

    id: str
    title: str
    why: str
    severity: Severity = Severity.WARNING
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding is about, and in what way, in a few words."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person must see.

    `message` says what is wrong, `fix` what to do; both are one line of plain
    text, in which names from the analysed code are quoted as they are: a
    renderer escapes them for its own format. `related` are places for a program to
    link to: what they tell is in the message too.
    """

    rule: Rule
    place: Place
    message: str
    fix: str
    related: tuple[Related, ...] = ()

    @property
    def severity(self) -> Severity:
        return self.rule.severity


def verdict_of(findings: list[Finding], *, would_change: bool = False) -> Verdict:
    """Fold findings into one verdict: undecided wins over fail, fail over ok."""
    if any(finding.rule.undecided for finding in findings):
        return Verdict.UNDECIDED
    return Verdict.FAIL if findings or would_change else Verdict.OK


def verdict_of_check(findings: Iterable[Finding]) -> Verdict:
    """The same, where notes do not count but for what they leave untold."""
    return verdict_of(
        [f for f in findings if f.rule.undecided or f.severity is not Severity.NOTE]
    )
