"""The answer apart for each test and each case of the driver."""

from __future__ import annotations

import pytest

from codemods.finding import Finding, Place, Verdict
from verify.behaviour import rules
from verify.behaviour.cases import cases_of
from verify.behaviour.running import TestResult
from verify.behaviour.suites import Compared, Suites
from verify.behaviour.traces import Case, Difference, Traces

PASSED, FAILED = TestResult("passed"), TestResult("failed", "assert 1 == 2\nmore")
SKIPPED = TestResult("skipped", "no GPU")


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ((PASSED,), (PASSED,), Verdict.OK),
        ((FAILED,), (FAILED,), Verdict.OK),
        ((SKIPPED,), (SKIPPED,), None),
        ((SKIPPED,), (PASSED,), Verdict.FAIL),
        ((PASSED, PASSED), (FAILED, FAILED), Verdict.FAIL),
        ((PASSED, FAILED), (FAILED, PASSED), Verdict.OK),  # flaky on both
        ((PASSED, PASSED), (FAILED, PASSED), Verdict.UNDECIDED),
    ],
)
def test_each_test_is_a_case(
    base: tuple[TestResult, ...], head: tuple[TestResult, ...], verdict: Verdict | None
) -> None:
    suites = Suites([Compared("old.py::t", "new.py::t", base, head)])
    (case,) = cases_of(suites, None, ())
    assert (case.group, case.name, case.verdict) == ("tests", "new.py::t", verdict)
    if verdict is Verdict.FAIL and FAILED in head:
        assert case.details == ("assert 1 == 2", "more")


def test_tests_of_one_side_alone() -> None:
    cases = cases_of(Suites(gone=["a.py::t"], new=["b.py::t"]), None, ())
    assert [(case.name, case.verdict) for case in cases] == [
        ("a.py::t", Verdict.FAIL),
        ("b.py::t", None),
    ]


def test_cases_of_the_driver() -> None:
    traces = Traces(
        by_case={"2": 1200, "1": 7, "3": 4},
        unbuilt={"4": "ValueError: x"},
        one_sided={"5": "head"},
        difference=Difference(Case(0, 0, "3"), ("go",), 1, 2, 9),
    )
    findings = (
        Finding(rules.STEP_DIFFERS, Place("driver.py"), "case 3: 1, 2", "replay it"),
        Finding(rules.NOT_RUN, Place("behaviour"), "it was killed", "see why"),
        Finding(rules.TEST_UNSTEADY, Place("a.py"), "of a test", ""),
    )
    told = {
        (case.group, case.name): (case.verdict, case.message)
        for case in cases_of(None, traces, findings)
    }
    assert told == {
        ("run", "not-run"): (Verdict.UNDECIDED, "it was killed"),
        ("traces", "1"): (Verdict.OK, "no difference found in 7 steps"),
        ("traces", "2"): (Verdict.OK, "no difference found in 1,200 steps"),
        ("traces", "3"): (Verdict.FAIL, "case 3: 1, 2"),
        ("traces", "4"): (None, "built on neither side: ValueError: x"),
        ("traces", "5"): (None, "of the head alone: not compared"),
    }
