"""One JSON object, for programs.

`schema_version` grows when a key changes its meaning or goes; a new key does
not count. Keys, findings and changes are sorted, so that equal outcomes give
equal text.
"""

from __future__ import annotations

import json
from typing import Any

from codemods.finding import Finding
from verify.outcome import Change, Outcome, Table
from verify.terminal import Terminal

SCHEMA_VERSION = 1


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return the outcome as ASCII JSON; the terminal makes no difference."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "command": outcome.command,
        "verdict": outcome.verdict.value,
        "facts": dict(outcome.facts),
        "findings": [_finding(f) for f in sorted(outcome.findings, key=_order)],
        "changes": [_change(c) for c in sorted(outcome.changes, key=lambda c: c.path)],
        "listings": {listing.name: listing.text for listing in outcome.listings},
        "tables": {table.name: _rows(table) for table in outcome.tables},
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return place.path, place.line, place.column, finding.rule.id, finding.message


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity.value,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "fix": finding.fix,
    }


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


def _rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
