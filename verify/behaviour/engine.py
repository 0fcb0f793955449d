"""Compare two sides: their tests, a driver's traces, and what of the code ran."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.behaviour.driver import Driver
from verify.behaviour.functions import (
    Function,
    files_of_modules,
    files_that_differ,
    functions_in,
)
from verify.behaviour.matching import pairs
from verify.behaviour.running import SuiteRun, run_suite
from verify.behaviour.suites import compare
from verify.behaviour.talking import Answer, Lost, Talk
from verify.behaviour.telling import Behaviour
from verify.behaviour.traces import Comparison, CouldNotTell, Plan, Progress
from verify.sides.side import Side
from verify.sides.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compare: the suite with these arguments, or none; the driver, or none.

    `code` names modules whose functions should be reached; `replay` is a case with the
    operations to do, in the place of generated ones.
    """

    tests: Sequence[str] | None
    driver: Driver | None
    plan: Plan
    suite_seconds: float
    step_seconds: float
    reruns: int
    code: tuple[str, ...] = ()
    replay: tuple[str, list[Any]] | None = None


Reached = set[tuple[str, int]]


def behaviour_of(
    place: Workplace, base: Side, head: Side, wanted: Wanted, progress: Progress
) -> Behaviour:
    """Compare all that is wanted. What could not be told is in the answer."""
    answer = Behaviour(base, head, wanted.driver.name if wanted.driver else "")
    files = _code_of(base, head, wanted)
    reached: list[Reached] = [set(), set()]
    if wanted.tests is not None:
        _compare_tests(place, answer, wanted, files, reached)
    if wanted.driver is not None:
        _compare_traces(place, answer, wanted, files, reached, progress)
    _tell_reach(answer, files, reached)
    return answer


def _code_of(base: Side, head: Side, wanted: Wanted) -> tuple[list[Path], list[Path]]:
    """The files of the code under comparison, on each side."""
    named = wanted.code or (wanted.driver.code if wanted.driver else ())
    if named:
        return files_of_modules(base, named), files_of_modules(head, named)
    return files_that_differ(base, head)


def _compare_tests(
    place: Workplace,
    answer: Behaviour,
    wanted: Wanted,
    files: tuple[list[Path], list[Path]],
    reached: list[Reached],
) -> None:
    sides = (answer.base, answer.head)

    def run(number: int, tests: Sequence[str]) -> SuiteRun:
        done = run_suite(
            place,
            sides[number],
            tests or wanted.tests or (),
            watch=[str(file) for file in files[number]],
            seconds=wanted.suite_seconds,
        )
        reached[number] |= done.reached
        return done

    def match(theirs: Sequence[str], ours: Sequence[str]) -> dict[str, str]:
        return pairs(*sides, theirs, ours)

    answer.suites = compare(run, match, reruns=wanted.reruns)
    for side, done in zip(sides, answer.suites.runs, strict=True):
        _judge_run(answer, side, done)
    if not answer.trouble and not answer.suites.same.get("passed"):
        different = answer.suites.different or answer.suites.gone
        if not different:
            text = "no test passed on both sides: nothing was exercised"
            answer.trouble.append(("nothing", text))


def _judge_run(answer: Behaviour, side: Side, done: SuiteRun) -> None:
    if done.trouble:
        answer.trouble.append(("not-run", f"{side}: tests: {done.trouble}"))
    for name, text in done.broken.items():
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        why = lines[-1] if lines else "no reason given"
        what = f"{side}: {name or 'the tests'} cannot be collected: {why}"
        answer.trouble.append(("not-run", what))
    _judge_origin(answer, side, "tests", done.strangers, done.own, bool(done.trouble))


def _judge_origin(
    answer: Behaviour,
    side: Side,
    what: str,
    strangers: Iterable[str],
    own: Sequence[str],
    failed: bool,
) -> None:
    for stranger in [*strangers][:3]:
        answer.strangers.append(f"{side}: {what} imported {stranger}")
    if not own and not failed:
        text = f"{side}: {what} imported no module of this side"
        answer.trouble.append(("nothing", text))


def _compare_traces(
    place: Workplace,
    answer: Behaviour,
    wanted: Wanted,
    files: tuple[list[Path], list[Path]],
    reached: list[Reached],
    progress: Progress,
) -> None:
    if wanted.driver is None:
        return
    talks = [
        Talk(place, side, wanted.driver, list(map(str, watch)), wanted.step_seconds)
        for side, watch in zip((answer.base, answer.head), files, strict=True)
    ]
    with talks[0], talks[1]:
        comparison = Comparison(talks[0], talks[1], wanted.plan)
        answer.traces = comparison.traces
        try:
            if wanted.replay is None:
                comparison.run(progress)
            else:
                comparison.replay(*wanted.replay)
            for number, talk in enumerate(talks):
                closed = talk.last(do="close")
                _judge_closed(answer, talk.side, closed)
                reached[number] |= {(path, line) for path, line in closed["reached"]}
        except CouldNotTell as reason:
            answer.trouble.append((reason.kind, str(reason)))
        except Lost as lost:
            text = f"{lost.side}: the driver was lost: {lost.cause}"
            answer.trouble.append(("not-run", text))


def _judge_closed(answer: Behaviour, side: Side, closed: Answer) -> None:
    own = closed["own"]
    _judge_origin(answer, side, "the driver", closed["strangers"], own, failed=False)


def _tell_reach(
    answer: Behaviour, files: tuple[list[Path], list[Path]], reached: list[Reached]
) -> None:
    unreached: dict[str, Sequence[Function]] = {}
    sides = (answer.base, answer.head)
    for name, side, paths, ran in zip(
        ("base", "head"), sides, files, reached, strict=True
    ):
        functions = functions_in(side, paths)
        answer.functions += len(functions)
        real = os.path.realpath(side.folder)
        unreached[name] = [
            each
            for each in functions
            if ran.isdisjoint(
                (os.path.join(real, *each.path.split("/")), line) for line in each.lines
            )
        ]
    answer.unreached = unreached
