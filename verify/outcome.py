"""What a command found out: the one value that every renderer prints.

Commands make an `Outcome` and print nothing; renderers print it and compute
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codemods.finding import Finding, Verdict
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
class Outcome:
    """The result of one command, ready to be rendered in any format.

    `facts` are for programs, `heading` and `summary` say the same to people:
    the first before everything else, the second after it. `diagrams` are drawn by
    the formats that can, and are left to the others' tables and findings.
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
