"""What a command found out: the one value that every renderer prints.

Commands make an `Outcome` and print nothing; renderers print it and compute
nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from codemods.finding import Finding, Place, Related, Verdict
from verify.diagram import Diagram

# A value that JSON can hold; what `Outcome.facts` is made of.
Fact = str | int | bool | None | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a line (or of several) that changed; `line` counts from 1."""

    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A file that was rewritten, or would be where `written` is false.

    `diff` is a unified diff, where one was asked for.
    """

    path: str
    edits: tuple[Edit, ...]
    written: bool
    diff: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; each row has one text for each column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The text of a file that a person may want to save, for one: a migration."""

    name: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was asked, and the answer: a check, a benchmark, a test.

    Its `group` is what asked; `verdict` is None where it was skipped. `message` is
    one line; `details` are more of them.
    """

    group: str
    name: str
    verdict: Verdict | None
    message: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that the project's settings accept: it is told, and does not count.

    `until` is the last day of that, as 2026-12-31, or empty; `where` is the place in
    the settings.
    """

    finding: Finding
    reason: str
    until: str
    where: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one command, ready to be rendered in any format.

    `facts` are for programs, `heading` and `summary` say the same to people:
    the first before everything else, the second after it. `diagrams` are drawn by
    the formats that can, and are left to the others' tables and findings. `cases`
    are the same answer, apart for each thing that was asked; a command that asked but
    one thing leaves them out.

    `otherwise` is the verdict that there would be without a finding, where `verdict` is
    the worse of that and of the findings' own: for such an outcome, settings can accept
    findings. `accepted` are no longer among `findings`.

    Paths of findings and changes are relative to the folder `start` of the repository,
    empty for its top, or where there is none.

    `parts` are the outcomes that this one gathers, if it does: it has all that they
    have, and a page shows them one by one.
    """

    command: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    heading: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    cases: tuple[Case, ...] = ()
    otherwise: Verdict | None = None
    accepted: tuple[Accepted, ...] = ()
    start: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of several outcomes, and where it comes from: a range, or a file."""

    source: str
    outcome: Outcome


def from_the_top(outcome: Outcome) -> Outcome:
    """The same, with paths from the top of the repository: for programs that do not
    know where a command ran.
    """
    start = outcome.start
    if not start:
        return outcome
    return replace(
        outcome,
        findings=tuple(_moved_up(each, start) for each in outcome.findings),
        changes=tuple(
            replace(each, path=_joined(start, each.path)) for each in outcome.changes
        ),
        accepted=tuple(
            replace(each, finding=_moved_up(each.finding, start))
            for each in outcome.accepted
        ),
        start="",
    )


def _moved_up(finding: Finding, start: str) -> Finding:
    related = tuple(
        Related(_placed(each.place, start), each.message) for each in finding.related
    )
    return replace(finding, place=_placed(finding.place, start), related=related)


def _placed(place: Place, start: str) -> Place:
    return replace(place, path=_joined(start, place.path)) if place.path else place


def _joined(start: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(start, path))
