"""Read back what `--format json` wrote: the outcome of a command that ran before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

import msgspec

from codemods.finding import Finding, Place, Related, Rule, Severity, Verdict
from verify.diagram import Diagram
from verify.outcome import Accepted, Case, Change, Edit, Fact, Listing, Outcome, Table
from verify.render.json import SCHEMA_VERSION


class SavedError(Exception):
    """A text that is no saved outcome; the message says why, and what to do."""


def outcome_of(content: bytes) -> Outcome:
    """The outcome that a text of `--format json` tells of.

    Findings and changes are in the order of their places, tables and listings in
    that of their names. Raises SavedError.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise SavedError(
            "it is no JSON: save the result of a command by --format json --output FILE"
        ) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version is None:
        raise SavedError(
            "it is not what rehome writes: save the result of a command by"
            " --format json --output FILE"
        )
    if version != SCHEMA_VERSION:
        raise SavedError(
            f"its schema_version is {version!r}, this rehome reads {SCHEMA_VERSION}:"
            " make it again"
        )
    try:
        saved = msgspec.convert(document, _Saved)
        return _outcome(saved)
    except (msgspec.ValidationError, KeyError, ValueError, RecursionError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise SavedError(
            f"it is not what this rehome writes ({what}): make it again"
        ) from None


class _Rule(msgspec.Struct):
    title: str
    why: str
    severity: Severity
    undecided: bool


class _Related(msgspec.Struct):
    path: str
    line: int
    column: int
    message: str


class _Finding(msgspec.Struct):
    rule: str
    path: str
    line: int
    column: int
    message: str
    fix: str
    related: tuple[_Related, ...]


class _Accepted(_Finding):
    reason: str
    until: str
    where: str


class _Case(msgspec.Struct):
    group: str
    name: str
    verdict: Literal["ok", "fail", "undecided", "skipped"]
    message: str
    details: tuple[str, ...]


class _Change(msgspec.Struct):
    path: str
    written: bool
    diff: str | None
    edits: tuple[Edit, ...]


class _Saved(msgspec.Struct):
    command: str
    verdict: Verdict
    heading: tuple[str, ...]
    summary: tuple[str, ...]
    facts: dict[str, str | int | bool | dict[str, int] | None]
    rules: dict[str, _Rule]
    findings: tuple[_Finding, ...]
    accepted: tuple[_Accepted, ...]
    changes: tuple[_Change, ...]
    cases: tuple[_Case, ...]
    listings: dict[str, str]
    tables: dict[str, tuple[dict[str, str], ...]]
    columns: dict[str, tuple[str, ...]]
    diagrams: tuple[Diagram, ...]
    start: str = ""


def _outcome(saved: _Saved) -> Outcome:
    facts: Mapping[str, Fact] = saved.facts
    for diagram in saved.diagrams:
        _look_through(diagram)
    rules = {name: _rule(name, each) for name, each in saved.rules.items()}
    return Outcome(
        command=saved.command,
        verdict=saved.verdict,
        findings=tuple(_finding(each, rules[each.rule]) for each in saved.findings),
        changes=tuple(
            Change(each.path, each.edits, each.written, each.diff)
            for each in saved.changes
        ),
        tables=tuple(
            Table(
                name, columns, tuple(_row(row, columns) for row in saved.tables[name])
            )
            for name, columns in saved.columns.items()
        ),
        facts=facts,
        heading=saved.heading,
        summary=saved.summary,
        listings=tuple(Listing(name, "", t) for name, t in saved.listings.items()),
        diagrams=saved.diagrams,
        cases=tuple(map(_case, saved.cases)),
        accepted=tuple(_accepted(each, rules[each.rule]) for each in saved.accepted),
        start=saved.start,
    )


def _look_through(diagram: Diagram) -> None:
    """Raises KeyError where a diagram names what it does not have."""
    nodes = {node.name: node for node in diagram.nodes}
    for edge in diagram.edges:
        _ = nodes[edge.source], nodes[edge.target]
    for pair in diagram.chain:
        diagram.edge(pair)


def _rule(name: str, rule: _Rule) -> Rule:
    return Rule(name, rule.title, rule.why, rule.severity, rule.undecided)


def _finding(saved: _Finding, rule: Rule) -> Finding:
    related = tuple(
        Related(Place(each.path, each.line, each.column), each.message)
        for each in saved.related
    )
    place = Place(saved.path, saved.line, saved.column)
    return Finding(rule, place, saved.message, saved.fix, related)


def _accepted(saved: _Accepted, rule: Rule) -> Accepted:
    return Accepted(_finding(saved, rule), saved.reason, saved.until, saved.where)


def _row(row: Mapping[str, str], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def _case(saved: _Case) -> Case:
    verdict = None if saved.verdict == "skipped" else Verdict(saved.verdict)
    return Case(saved.group, saved.name, verdict, saved.message, saved.details)
