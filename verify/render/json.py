"""One JSON object, for programs.

`schema_version` grows when a key changes its meaning or goes; a new key does
not count. Keys, findings and changes are sorted, so that equal outcomes give
equal text. `rehome schema` prints the JSON Schema of it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codemods.finding import Finding, Place, Rule
from verify.outcome import Accepted, Case, Change, Outcome, Table
from verify.render._escape import inert_json
from verify.terminal import Terminal

SCHEMA_VERSION = 1
_SCHEMA = Path(__file__).parent / "schema" / f"rehome-{SCHEMA_VERSION}.json"


def schema() -> str:
    """The JSON Schema of what `render` returns."""
    return _SCHEMA.read_text(encoding="utf-8")


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return the outcome as ASCII JSON; the terminal makes no difference."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "command": outcome.command,
        "verdict": outcome.verdict.value,
        "heading": [*outcome.heading],
        "summary": [*outcome.summary],
        "facts": dict(outcome.facts),
        "rules": {f.rule.id: _rule(f.rule) for f in _all_findings(outcome)},
        "findings": [_finding(f) for f in sorted(outcome.findings, key=_order)],
        "accepted": [
            _accepted(a)
            for a in sorted(outcome.accepted, key=lambda a: _order(a.finding))
        ],
        "changes": [_change(c) for c in sorted(outcome.changes, key=lambda c: c.path)],
        "cases": [_case(case) for case in outcome.cases],
        "listings": {listing.name: listing.text for listing in outcome.listings},
        "tables": {table.name: _rows(table) for table in outcome.tables},
        "columns": {table.name: [*table.columns] for table in outcome.tables},
        "diagrams": [asdict(each) for each in outcome.diagrams],
        "start": outcome.start,
    }
    return inert_json(json.dumps(document, indent=2, sort_keys=True)) + "\n"


def _all_findings(outcome: Outcome) -> list[Finding]:
    return [*outcome.findings, *(each.finding for each in outcome.accepted)]


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return place.path, place.line, place.column, finding.rule.id, finding.message


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "title": rule.title,
        "why": rule.why,
        "severity": rule.severity.value,
        "undecided": rule.undecided,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity.value,
        **_place(finding.place),
        "message": finding.message,
        "fix": finding.fix,
        "related": [
            _place(each.place) | {"message": each.message} for each in finding.related
        ],
    }


def _accepted(accepted: Accepted) -> dict[str, Any]:
    return _finding(accepted.finding) | {
        "reason": accepted.reason,
        "until": accepted.until,
        "where": accepted.where,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "column": place.column}


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "written": change.written,
        "diff": change.diff,
        "edits": [
            {"line": edit.line, "before": edit.before, "after": edit.after}
            for edit in change.edits
        ],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "group": case.group,
        "name": case.name,
        "verdict": case.verdict.value if case.verdict is not None else "skipped",
        "message": case.message,
        "details": [*case.details],
    }


def _rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
