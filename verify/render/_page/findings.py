"""Findings by their rules, what matters most first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.finding import Finding, Rule, Severity
from verify.outcome import Accepted, Outcome

MOST = 300  # of one rule on a page
_ORDER = [*Severity]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule; `fix` is what all of them say to do, if they agree,
    and `id` where they stand on the page.
    """

    id: str
    rule: Rule
    findings: tuple[Finding, ...]
    number: int
    fix: str


def groups(findings: Iterable[Finding], *, notes: bool) -> tuple[Group, ...]:
    """The notes, or all else; those that could not be told after what is wrong."""
    by_rule: dict[Rule, list[Finding]] = {}
    for each in findings:
        if (each.severity is Severity.NOTE) is notes:
            by_rule.setdefault(each.rule, []).append(each)
    rules = sorted(by_rule, key=lambda rule: (_ORDER.index(rule.severity), rule.id))
    name = "note" if notes else "rule"
    return tuple(
        _group(f"{name}-{place}", rule, by_rule[rule])
        for place, rule in enumerate(rules, 1)
    )


def _group(name: str, rule: Rule, findings: list[Finding]) -> Group:
    findings.sort(key=lambda each: (each.place, each.message))
    fixes = {each.fix for each in findings}
    fix = fixes.pop() if len(fixes) == 1 else ""
    return Group(name, rule, tuple(findings[:MOST]), len(findings), fix)


def accepted(outcome: Outcome) -> tuple[Accepted, ...]:
    return tuple(
        sorted(outcome.accepted, key=lambda a: (a.finding.place, a.finding.message))
    )


def counts(groups: Iterable[Group]) -> Iterator[tuple[str, int]]:
    """How many there are of each severity."""
    found: dict[str, int] = {}
    for each in groups:
        word = each.rule.severity.value
        found[word] = found.get(word, 0) + each.number
    yield from found.items()
