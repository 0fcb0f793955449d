"""What a person must see of an outcome, the worst first: findings, and what would be
rewritten but was not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.finding import Finding, Place, Rule, Severity
from verify.outcome import Accepted, Change, Edit, Outcome

WOULD_CHANGE = Rule(
    "would-change",
    "A place would be rewritten.",
    "It names something by a path that has moved, or stands where it need not; the"
    " same command without `--check` and `--diff` rewrites it.",
    Severity.ERROR,
)
_LONGEST = 300  # characters of what an edit leaves
_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding, with the edit that would settle it where one is known, and by what it
    is accepted, where it is.
    """

    finding: Finding
    edit: Edit | None = None
    accepted: Accepted | None = None


def rank(severity: Severity) -> int:
    """The worst has the smallest."""
    return _RANKS[severity]


def problems_of(outcome: Outcome) -> list[Problem]:
    """All problems: the worst first, then by place, so that equal outcomes give equal
    lists.
    """
    found = [Problem(finding) for finding in outcome.findings]
    found += _unwritten(outcome)
    return sorted(found, key=_order)


def accepted_of(outcome: Outcome) -> list[Problem]:
    """What the project's settings accept, in the same order."""
    found = (Problem(each.finding, accepted=each) for each in outcome.accepted)
    return sorted(found, key=_order)


def _unwritten(outcome: Outcome) -> Iterator[Problem]:
    for change in outcome.changes:
        if not change.written:
            yield from (_of_edit(outcome.command, change, e) for e in change.edits)


def _of_edit(command: str, change: Change, edit: Edit) -> Problem:
    place = Place(change.path, edit.line, 1)
    message = f"would be rewritten by `rehome {command}`"
    after = " ".join(edit.after.split())
    fix = f"to: {after[:_LONGEST]}" if after else "it can go"
    return Problem(Finding(WOULD_CHANGE, place, message, fix), edit)


def _order(problem: Problem) -> tuple[int, str, int, int, str, str]:
    finding = problem.finding
    place = finding.place
    return (
        rank(finding.severity),
        place.path,
        place.line,
        place.column,
        finding.rule.id,
        finding.message,
    )
