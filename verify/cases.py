"""Findings and answers as cases: one line for each thing that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.finding import Finding
from verify.outcome import Accepted, Case

if TYPE_CHECKING:
    from verify.check import CheckResult


def case_of(result: CheckResult) -> Case:
    """The answer of one check; its findings are the details, by place."""
    headline = result.summary[0] if result.summary else ""
    found = sorted(result.findings, key=lambda each: (each.place, each.message))
    details = tuple(line for each in found for line in lines_of(each))
    details += tuple(map(line_of_accepted, result.accepted))
    return Case("checks", result.name, result.verdict, headline, details)


def line_of_accepted(each: Accepted) -> str:
    """An accepted finding, and why and how long it is accepted, as one line."""
    until = f" until {each.until}" if each.until else ""
    why = f"accepted{until}: {each.reason} ({each.where})"
    return f"{lines_of(each.finding)[0]}: {why}"


def lines_of(finding: Finding) -> tuple[str, ...]:
    """A finding as lines: where it is and what, and below what to do."""
    place = finding.place
    position = f":{place.line}:{place.column}" if place.line else ""
    what = f"{finding.severity.value}[{finding.rule.id}] {finding.message}"
    line = f"{place.path}{position}: {what}"
    return (line, f"    {finding.fix}") if finding.fix else (line,)
