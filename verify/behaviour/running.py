"""Run a side's pytest suite in a process of its own, and read what it wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.behaviour.talking import PACKAGES
from verify.sides.side import Side
from verify.sides.workplace import Workplace

# pytest's exit statuses after which its results are whole: passed, or tests failed.
_WHOLE = (0, 1)
_NO_TESTS = 5
_PYTEST_SAYS = {
    2: "pytest was interrupted",
    3: "pytest had an error of its own",
    4: "pytest did not understand its arguments or settings",
    _NO_TESTS: "pytest found no test",
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test came to: passed, failed, error, skipped, xfailed or xpassed."""

    __test__ = False  # for pytest

    outcome: str
    text: str = ""


@dataclass(slots=True)
class SuiteRun:
    """One run of a suite: results by test id.

    `trouble` says why it is not whole; it is empty for one that is.
    """

    results: dict[str, TestResult] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    reached: frozenset[tuple[str, int]] = frozenset()
    strangers: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    trouble: str = ""


def run_suite(
    place: Workplace,
    side: Side,
    arguments: Sequence[str],
    *,
    watch: Iterable[str] = (),
    seconds: float,
) -> SuiteRun:
    """Run pytest with `arguments` on a side, for at most so many seconds."""
    output = side.scratch.parent / f"results-{len([*side.scratch.parent.iterdir()])}"
    told = {
        "output": str(output),
        "arguments": [*arguments],
        "watch": [*watch],
        "seed": place.seed,
    }
    child = place.start(side, PACKAGES, "rehome_behaviour.suite", told)
    ending = child.wait(seconds)
    run, running, finished = _read(output)
    if finished is None:
        run.trouble = f"{ending.how}, in {running}" if running else ending.cause
    elif finished["finished"] is None:
        run.trouble = finished["why"]
    elif finished["finished"] not in _WHOLE and not run.broken:
        said = _complaint(ending.said)
        run.trouble = _PYTEST_SAYS.get(finished["finished"], "pytest failed") + said
    elif finished["stopped"]:
        run.trouble = f"pytest ended early: {finished['stopped']}"
    elif finished["not_run"]:
        run.trouble = f"pytest found tests that it did not run: {finished['not_run']}"
    elif not ending.is_clean:
        run.trouble = f"after the last test: {ending.cause}"
    return run


def _read(output: Path) -> tuple[SuiteRun, str, dict[str, Any] | None]:
    """The run, the test that was under way at the end, and the last line."""
    run, running = SuiteRun(), ""
    finished: dict[str, Any] | None = None
    for line in _lines(output):
        if "start" in line:
            running = line["start"]
        elif "result" in line:
            running = ""
            run.results[line["result"]] = TestResult(line["outcome"], line["text"])
        elif "broken" in line:
            run.broken[line["broken"]] = line["text"]
        elif "left_out" in line:
            run.left_out[line["left_out"]] = line["text"]
        elif "finished" in line:
            finished = line
    if finished is not None and finished["finished"] is not None:
        run.reached = frozenset((path, first) for path, first in finished["reached"])
        run.strangers = tuple(finished["strangers"])
        run.own = tuple(finished["own"])
    return run, running, finished


def _lines(output: Path) -> list[dict[str, Any]]:
    try:
        content = output.read_bytes()
    except OSError:
        return []
    *whole, _ = content.split(b"\n")  # the last is empty, or was cut off
    return [json.loads(line) for line in whole]


def _complaint(said: str) -> str:
    """The line in which pytest says what is wrong."""
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if " error: " in line]
    told = told or [line for line in lines if line.startswith(("ERROR", "E  "))]
    return f": {told[-1][:300]}" if told else ""
