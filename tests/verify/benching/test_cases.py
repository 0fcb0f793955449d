"""The answer apart for each benchmark."""

from __future__ import annotations

import json

import pytest

from codemods.finding import Finding, Place, Verdict
from tests.verify.published import schema_errors
from verify.benching.answer import Asked, outcome_of
from verify.benching.judging import Row
from verify.benching.rules import FORCED_BASELINE
from verify.render import render
from verify.statistics import Estimate, Speed, estimate
from verify.terminal import Terminal

FOUND: Estimate = estimate([0.01, 0.02, 0.015, 0.01, 0.02, 0.012, 0.011, 0.01], 0.01)


def row(speed: Speed) -> Row:
    return Row(f"a.py::test_{speed.name}", "cpu", FOUND, speed, 90, 1e-6, 2e-6)


def asked(*gates: Speed) -> Asked:
    return Asked("git:a", "git:b", 0.05, frozenset(gates), 0.01, 24)


ROWS = [
    *map(row, Speed),
    Row("a.py::test_skipped", "cpu", skipped="base: not here"),
    Row("a.py::test_broken", "wall", problem="base:\n boom"),
]


@pytest.mark.parametrize("gates", [(), (Speed.SLOWER,), (Speed.SLOWER, Speed.FASTER)])
def test_each_benchmark_is_a_case(gates: tuple[Speed, ...]) -> None:
    outcome = outcome_of(asked(*gates), ROWS, ())
    verdicts = {case.name: case.verdict for case in outcome.cases}
    assert verdicts == {
        "a.py::test_UNCHANGED [cpu]": Verdict.OK,
        "a.py::test_SLOWER [cpu]": Verdict.FAIL if gates else Verdict.OK,
        "a.py::test_FASTER [cpu]": Verdict.FAIL if len(gates) == 2 else Verdict.OK,
        "a.py::test_TOO_NOISY [cpu]": Verdict.UNDECIDED,
        "a.py::test_skipped [cpu]": None,
        "a.py::test_broken [wall]": Verdict.UNDECIDED,
    }


def test_cases_say_what_the_table_does() -> None:
    outcome = outcome_of(asked(Speed.SLOWER), ROWS, ())
    details = {case.name: case.details for case in outcome.cases}
    assert details["a.py::test_SLOWER [cpu]"][:3] == (
        "verdict: slower",
        "benchmark: a.py::test_SLOWER",
        "clock: cpu",
    )


def test_what_is_to_be_said_of_the_run_is_a_case() -> None:
    other = Finding(FORCED_BASELINE, Place("base.json"), "of another machine", "run it")
    first, *_ = outcome_of(asked(), ROWS, (), others=[other]).cases
    assert (first.group, first.name) == ("run", "bench-forced-baseline")
    assert first.verdict is Verdict.UNDECIDED


def test_its_json_is_valid() -> None:
    document = json.loads(render(outcome_of(asked(), ROWS, ()), "json", Terminal()))
    assert schema_errors(document) == []
