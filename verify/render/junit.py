"""JUnit XML, for the pages on which CI systems show tests.

Each thing that was asked is a test case: a check, a benchmark, a test, and of commands
that ask but one thing each file with something to see. What is not as it should be is
a failure, what could not be told an error, and what was left out is skipped. The
elements and attributes are those of the schema of Jenkins (junit-10.xsd of its xUnit
plugin), which GitLab, Azure and others read as well.

Python's own writer of XML suffices: a library for reports would bring the same
elements, and neither escape sequences nor halves of pairs of characters are its care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.etree import ElementTree

from codemods.finding import Severity, Verdict
from verify.cases import line_of_accepted, lines_of
from verify.outcome import Case, Outcome
from verify.render._escape import inert_xml, visible
from verify.render._problems import Problem, problems_of
from verify.terminal import Terminal

NEEDS = frozenset({"cases", "changes", "findings"})

_MOST_LINES = 200  # of one case
_TAGS = {Verdict.FAIL: "failure", Verdict.UNDECIDED: "error"}

Element = ElementTree.Element


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one XML document; the terminal makes no difference."""
    cases = _cases(outcome)
    root = Element("testsuites", name=visible(f"rehome {outcome.command}"))
    _count(root, cases)
    for group, members in groupby(cases, key=lambda case: case.group):
        root.append(_suite(outcome, group, [*members]))
    _texted(root[0], "system-out", [*_said(outcome)])
    ElementTree.indent(root)
    text = inert_xml(ElementTree.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _said(outcome: Outcome) -> Iterator[str]:
    """What the command says of the whole, and the files that a person may save."""
    yield from (*outcome.heading, *outcome.summary)
    yield from map(line_of_accepted, outcome.accepted)
    for listing in outcome.listings:
        yield f"{listing.name}:"
        yield from _shortened(listing.text.removesuffix("\n").split("\n"))


def _count(element: Element, cases: Sequence[Case]) -> None:
    verdicts = [case.verdict for case in cases]
    element.set("tests", str(len(cases)))
    element.set("failures", str(verdicts.count(Verdict.FAIL)))
    element.set("errors", str(verdicts.count(Verdict.UNDECIDED)))


def _suite(outcome: Outcome, group: str, cases: Sequence[Case]) -> Element:
    suite = Element("testsuite", name=visible(group))
    _count(suite, cases)
    suite.set("skipped", str(sum(case.verdict is None for case in cases)))
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("command", outcome.command),
        ("verdict", outcome.verdict.value),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=visible(value))
    suite.extend(_testcase(outcome.command, case) for case in cases)
    return suite


def _testcase(command: str, case: Case) -> Element:
    group = ".".join(part for part in (command, case.group) if part)
    made = Element("testcase", classname=visible(group), name=visible(case.name))
    details = _shortened(case.details)
    if case.verdict is Verdict.OK:
        message = [case.message] if case.message and case.message not in details else []
        _texted(made, "system-out", [*message, *details])
        return made
    tag = "skipped" if case.verdict is None else _TAGS[case.verdict]
    kind = "skipped" if case.verdict is None else case.verdict.value
    told = ElementTree.SubElement(made, tag, type=kind, message=visible(case.message))
    told.text = _joined(details or (case.message,))
    return made


def _texted(parent: Element, tag: str, lines: Sequence[str]) -> None:
    if lines:
        ElementTree.SubElement(parent, tag).text = _joined(lines)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(visible(line) for line in lines)


def _shortened(lines: Sequence[str]) -> Sequence[str]:
    left = len(lines) - _MOST_LINES
    if left <= 0:
        return lines
    return (*lines[:_MOST_LINES], f"and {left} more lines: `--format json` has all")


# The cases of a command that names none


def _cases(outcome: Outcome) -> list[Case]:
    """At least one, of which the worst is no better than the outcome."""
    cases = [*outcome.cases] or _by_file(outcome)
    verdicts = [case.verdict for case in cases if case.verdict is not None]
    worst = max(verdicts, key=lambda v: v.exit_status, default=None)
    if worst is not outcome.verdict:
        message = "; ".join((*outcome.heading, *outcome.summary))
        details = (*outcome.heading, *outcome.summary)
        cases.append(Case("run", "verdict", outcome.verdict, message, details))
    return sorted(cases, key=lambda case: case.group)


def _by_file(outcome: Outcome) -> list[Case]:
    problems = sorted(problems_of(outcome), key=lambda p: p.finding.place)
    by_path = groupby(problems, key=lambda p: p.finding.place.path)
    return [_of_file(outcome, path, [*found]) for path, found in by_path]


def _of_file(outcome: Outcome, path: str, problems: Sequence[Problem]) -> Case:
    findings = [problem.finding for problem in problems]
    first = next((f for f in findings if f.severity is not Severity.NOTE), findings[0])
    verdict = Verdict.OK if outcome.verdict is Verdict.OK else Verdict.FAIL
    if any(finding.rule.undecided for finding in findings):
        verdict = Verdict.UNDECIDED
    details = tuple(line for finding in findings for line in lines_of(finding))
    return Case("files", path, verdict, first.message, details)
