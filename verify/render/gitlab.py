"""A Code Quality report, which GitLab shows in merge requests, on the lines changed.

A list of issues as GitLab documents it, a part of Code Climate's format. It compares
the reports of both branches by fingerprint: what is in both is no news. Accepted
findings are left out, and what the command says of the whole has no place; but an
answer that is not ok, and that no finding explains, is an issue of its own.
"""

from __future__ import annotations

import json
from hashlib import sha256

from codemods.finding import Severity, Verdict
from verify.outcome import Outcome, from_the_top
from verify.render._escape import inert_json, visible
from verify.render._fingerprints import fingerprints
from verify.render._problems import Problem, problems_of
from verify.terminal import Terminal

NEEDS = frozenset({"changes", "findings"})

_SEVERITIES = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.NOTE: "info",
}


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one JSON document in ASCII; the terminal makes no difference."""
    problems = problems_of(from_the_top(outcome))
    issues = [
        _issue(problem, fingerprint)
        for problem, fingerprint in zip(problems, fingerprints(problems), strict=True)
    ]
    if not issues and outcome.verdict is not Verdict.OK:
        issues = [_unexplained(outcome)]
    return inert_json(json.dumps(issues, indent=1)) + "\n"


def _unexplained(outcome: Outcome) -> dict[str, object]:
    """An empty report would say that all is well."""
    said = [
        *outcome.heading,
        *outcome.summary,
        f"the verdict is {outcome.verdict.value}",
    ]
    return {
        "check_name": outcome.verdict.value,
        "description": visible("; ".join(said)),
        "fingerprint": sha256(outcome.command.encode("utf-8", "replace")).hexdigest(),
        "severity": "major",
        "location": {"path": ".", "lines": {"begin": 1}},
    }


def _issue(problem: Problem, fingerprint: str) -> dict[str, object]:
    finding = problem.finding
    said = [text for text in (finding.message, finding.fix) if text]
    return {
        "check_name": finding.rule.id,
        "description": visible("; ".join(said)),
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": visible(finding.place.path) or ".",
            "lines": {"begin": max(finding.place.line, 1)},
        },
    }
