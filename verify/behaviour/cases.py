"""The answer of `rehome behaviour`, apart for each test and each case of the driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.finding import Finding, Verdict
from verify.behaviour import rules
from verify.behaviour.suites import Compared, Suites
from verify.behaviour.traces import Traces
from verify.cases import lines_of
from verify.outcome import Case

_OF_TESTS = frozenset(
    {rules.TEST_DIFFERS.id, rules.TEST_GONE.id, rules.TEST_UNSTEADY.id}
)


def cases_of(
    suites: Suites | None, traces: Traces | None, findings: Sequence[Finding]
) -> Iterator[Case]:
    """Every test, every case, and what is to be said of the run as a whole."""
    yield from _of_run(findings)
    if suites is not None:
        yield from _of_suites(suites)
    if traces is not None:
        yield from _of_traces(traces, findings)


def _of_run(findings: Sequence[Finding]) -> Iterator[Case]:
    for each in findings:
        if each.rule.undecided and each.rule.id not in _OF_TESTS:
            verdict, details = Verdict.UNDECIDED, lines_of(each)
            yield Case("run", each.rule.id, verdict, each.message, details)


def _of_suites(suites: Suites) -> Iterator[Case]:
    for test in suites.tests:
        yield _of_test(test)
    for name in suites.gone:
        yield Case("tests", name, Verdict.FAIL, "on the base alone")
    for name in suites.new:
        why = "on the head alone: there is nothing to compare it with"
        yield Case("tests", name, None, why)


def _of_test(test: Compared) -> Case:
    unsteady = test.unsteady
    message = f"{_outcomes(test.base)} on the base, {_outcomes(test.head)} on the head"
    verdict: Verdict | None = Verdict.OK
    if any(unsteady):
        if all(unsteady):
            message = f"flaky on both: {message}"
        else:
            verdict = Verdict.UNDECIDED
    elif test.differs:
        verdict = Verdict.FAIL
    elif test.head[0].outcome == "skipped":
        verdict, message = None, "skipped on both"
    texts = (each.text for each in (test.base[0], test.head[0]) if test.differs)
    lines = (line for text in texts for line in text.splitlines())
    return Case("tests", test.head_id, verdict, message, tuple(lines))


def _outcomes(results: Sequence[object]) -> str:
    return ", ".join(str(getattr(each, "outcome", "")) for each in results)


def _of_traces(traces: Traces, findings: Sequence[Finding]) -> Iterator[Case]:
    differs = traces.difference.case.name if traces.difference is not None else None
    for name, steps in sorted(traces.by_case.items()):
        if name != differs:
            message = f"no difference found in {steps:,} steps"
            yield Case("traces", name, Verdict.OK, message, (message,))
    for finding in findings:
        if differs is not None and finding.rule is rules.STEP_DIFFERS:
            message, details = finding.message, lines_of(finding)
            yield Case("traces", differs, Verdict.FAIL, message, details)
    for name, side in sorted(traces.one_sided.items()):
        yield Case("traces", name, None, f"of the {side} alone: not compared")
    for name, cause in sorted(traces.unbuilt.items()):
        yield Case("traces", name, None, f"built on neither side: {cause}")
