"""The outcome of `rehome behaviour`, of what was compared."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.finding import Finding, Place, Rule, Verdict, verdict_of
from verify.behaviour import rules
from verify.behaviour.cases import cases_of
from verify.behaviour.functions import Function
from verify.behaviour.suites import Compared, Suites
from verify.behaviour.traces import Difference, Traces
from verify.behaviour.values import parting, shown
from verify.outcome import Fact, Listing, Outcome, Table
from verify.sides.side import Side

_MOST_TESTS = 100  # findings of one kind; the table has all
_KINDS = {
    "not-run": rules.NOT_RUN,
    "nothing": rules.NOTHING_EXERCISED,
    "uncomparable": rules.NOT_COMPARED,
}
_AGAIN = "see the cause, and compare again"


@dataclass(slots=True)
class Behaviour:
    """All that was compared, for `told` to tell.

    `unreached` are the functions of each side that nothing ran, or None where that
    is not known; `trouble` are reasons why something could not be told, by kind.
    """

    base: Side
    head: Side
    driver: str = ""
    suites: Suites | None = None
    traces: Traces | None = None
    functions: int = 0
    unreached: Mapping[str, Sequence[Function]] = field(default_factory=dict)
    trouble: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def told(behaviour: Behaviour) -> Outcome:
    """Findings, tables and a summary; equal inputs give equal outcomes."""
    findings = [*_findings(behaviour)]
    verdict = verdict_of(findings)
    facts: dict[str, Fact] = {
        "base": str(behaviour.base),
        "head": str(behaviour.head),
    }
    if _knows_reach(behaviour):
        left = sum(map(len, behaviour.unreached.values()))
        facts |= {"functions": behaviour.functions, "functions_not_reached": left}
    summary: list[str] = []
    if behaviour.suites is not None:
        facts |= _facts_of_suites(behaviour.suites)
        summary += _summary_of_suites(behaviour.suites)
    if behaviour.traces is not None:
        facts |= _facts_of_traces(behaviour.traces)
        summary.append(_summary_of_traces(behaviour.traces))
    summary += _summary_of_functions(behaviour)
    return Outcome(
        command="behaviour",
        verdict=verdict,
        findings=tuple(findings),
        tables=tuple(_tables(behaviour)),
        facts=facts,
        heading=(f"{_ANSWERS[verdict]}: base {behaviour.base}, head {behaviour.head}",),
        summary=tuple(summary),
        listings=tuple(_replay_file(behaviour)),
        cases=tuple(cases_of(behaviour.suites, behaviour.traces, findings)),
        otherwise=_otherwise(behaviour),
    )


def _otherwise(behaviour: Behaviour) -> Verdict | None:
    """Steps end at the first that differs: to accept it would be to accept whatever
    comes after it.
    """
    traces = behaviour.traces
    return None if traces is not None and traces.difference else Verdict.OK


_ANSWERS = {
    Verdict.OK: "no difference found",
    Verdict.FAIL: "differs",
    Verdict.UNDECIDED: "could not tell",
}


def _findings(behaviour: Behaviour) -> Iterable[Finding]:
    for kind, text in behaviour.trouble:
        yield _finding(_KINDS[kind], "", text, _AGAIN)
    for text in behaviour.strangers:
        yield _finding(
            rules.OTHER_CODE,
            "",
            text,
            "name the side's import path with `--root`, or uninstall the other copy",
        )
    if behaviour.traces is not None and behaviour.traces.difference is not None:
        yield _of_difference(behaviour, behaviour.traces.difference)
    if behaviour.suites is not None:
        yield from _of_suites(behaviour.suites)


def _finding(rule: Rule, path: str, message: str, fix: str) -> Finding:
    line = " ".join(message.split("\n"))
    return Finding(rule, Place(path or "behaviour"), line, fix)


def _of_difference(behaviour: Behaviour, difference: Difference) -> Finding:
    where = parting(difference.base, difference.head)
    step = len(difference.operations)
    what = f"operation {step}, {_json(difference.operation)}," if step else "building"
    return _finding(
        rules.STEP_DIFFERS,
        behaviour.driver,
        f"case {difference.case.name}: {what} differs in {where.where}:"
        f" {where.base} on the base, {where.head} on the head",
        "the listing replay.json has the operations that lead there: save it, and"
        " `--replay` it",
    )


def _of_suites(suites: Suites) -> Iterable[Finding]:
    for test in suites.different[:_MOST_TESTS]:
        yield _finding(
            rules.TEST_DIFFERS,
            _file(test.head_id),
            f"{_named(test)}: {_result(test.base)} on the base,"
            f" {_result(test.head)} on the head",
            f"run it on both: pytest {shlex.quote(test.head_id)}",
        )
    for test in suites.unsteady[:_MOST_TESTS]:
        side = "base" if test.unsteady[0] else "head"
        yield _finding(
            rules.TEST_UNSTEADY,
            _file(test.head_id),
            f"{_named(test)}: {_results(test.base)} on the base, {_results(test.head)}"
            f" on the head: unsteady on the {side} alone",
            "make it steady, or raise `--reruns`",
        )
    for name in suites.gone[:_MOST_TESTS]:
        yield _finding(
            rules.TEST_GONE,
            _file(name),
            f"{name} is on the base alone",
            "bring it back, or see that another test looks after the same",
        )
    for rule, kind, names in (
        (rules.TEST_DIFFERS, "differing", suites.different),
        (rules.TEST_UNSTEADY, "unsteady", suites.unsteady),
        (rules.TEST_GONE, "missing", suites.gone),
    ):
        if len(names) > _MOST_TESTS:
            yield _finding(
                rule,
                "",
                f"{len(names) - _MOST_TESTS} more {kind} tests",
                "`--format json` lists them in its tables",
            )


def _file(name: str) -> str:
    return name.partition("::")[0]


def _named(test: Compared) -> str:
    if test.base_id == test.head_id:
        return test.head_id
    return f"{test.head_id} (was {test.base_id})"


def _result(results: Sequence[object]) -> str:
    first = results[0]
    outcome, text = getattr(first, "outcome", ""), getattr(first, "text", "")
    line = next((x for x in text.splitlines() if x.strip()), "")
    return f"{outcome} ({line[:200]})" if line else outcome


def _results(results: Sequence[object]) -> str:
    return ", ".join(str(getattr(each, "outcome", "")) for each in results)


def _json(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 300 else text[:299] + "…"


# Facts and summary.


def _facts_of_suites(suites: Suites) -> dict[str, Fact]:
    return {
        "tests_same": dict(sorted(suites.same.items())),
        "tests_different": len(suites.different),
        "tests_flaky": len(suites.flaky),
        "tests_unsteady": len(suites.unsteady),
        "tests_moved": len(suites.moved),
        "tests_gone": len(suites.gone),
        "tests_new": len(suites.new),
    }


def _summary_of_suites(suites: Suites) -> list[str]:
    counts = [
        f"{number} {outcome} on both"
        for outcome, number in sorted(suites.same.items(), key=lambda e: -e[1])
    ]
    counts += [
        f"{len(tests)} {what}"
        for tests, what in (
            (suites.different, "different"),
            (suites.flaky, "flaky on both"),
            (suites.unsteady, "unsteady on one side"),
            (suites.moved, "moved, matched by their new id"),
            (suites.gone, "on the base alone"),
            (suites.new, "on the head alone"),
        )
        if tests
    ]
    return [f"tests: {', '.join(counts) or 'none was run'}"]


def _facts_of_traces(traces: Traces) -> dict[str, Fact]:
    return {
        "steps": traces.steps,
        "steps_without_effect": traces.skipped,
        "steps_by_case": dict(sorted(traces.by_case.items())),
        "cases_not_compared": _cases_left(traces),
        "difference_found": traces.difference is not None,
    }


def _cases_left(traces: Traces) -> int:
    return len(traces.one_sided) + len(traces.unbuilt) + len(traces.idle)


def _summary_of_traces(traces: Traces) -> str:
    cases = sum(map(bool, traces.by_case.values()))
    done = f"{traces.steps:,} {_plural(traces.steps, 'step')}"
    of_cases = f" of {cases} {_plural(cases, 'case')}" if cases else ""
    if traces.difference is None and not traces.steps:
        return "traces: no step was compared"
    if traces.difference is None:
        alone = _cases_left(traces)
        left = f"; {alone} {_plural(alone, 'case')} not compared" if alone else ""
        return f"traces: no difference found in {done}{of_cases}{left}"
    step = len(traces.difference.operations)
    return (
        f"traces: differs after {done} that did not; shrunk from"
        f" {traces.difference.found_after} to {step} {_plural(step, 'operation')}"
    )


def _knows_reach(behaviour: Behaviour) -> bool:
    """Not where the run ended early: what else would have run is not known."""
    traces = behaviour.traces
    ended_early = traces is not None and traces.difference is not None
    return bool(behaviour.functions) and not ended_early and not behaviour.trouble


def _plural(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _summary_of_functions(behaviour: Behaviour) -> list[str]:
    if not _knows_reach(behaviour):
        return []
    left = sum(map(len, behaviour.unreached.values()))
    return [
        f"reach: {behaviour.functions - left} of {behaviour.functions} functions of the"
        f" code under comparison were seen to run, on both sides together; of the other"
        f" {left} nothing is known"
    ]


# Tables and listings.


def _tables(behaviour: Behaviour) -> Iterable[Table]:
    if behaviour.suites is not None:
        yield from _tables_of_suites(behaviour.suites)
    if behaviour.traces is not None:
        rows = sorted(behaviour.traces.by_case.items())
        steps = tuple((name, str(number)) for name, number in rows)
        yield Table("steps by case", ("case", "steps"), steps)
        unbuilt = tuple(sorted(behaviour.traces.unbuilt.items()))
        alone = tuple(sorted(behaviour.traces.one_sided.items()))
        yield Table("cases of one side alone", ("case", "side"), alone)
        yield Table("cases not built on either side", ("case", "cause"), unbuilt)
    if not _knows_reach(behaviour):
        return
    where: dict[str, dict[str, str]] = {}
    for side, functions in behaviour.unreached.items():
        for each in functions:
            where.setdefault(each.name, {})[side] = f"{each.path}:{each.line}"
    yield Table(
        "functions that were not seen to run",
        ("function", "base", "head"),
        tuple((n, w.get("base", ""), w.get("head", "")) for n, w in where.items()),
    )


def _tables_of_suites(suites: Suites) -> Iterable[Table]:
    columns = ("test", "base", "head")
    for name, tests in (
        ("different tests", suites.different),
        ("flaky tests", suites.flaky),
        ("unsteady tests", suites.unsteady),
    ):
        rows = tuple((_named(t), _results(t.base), _results(t.head)) for t in tests)
        yield Table(name, columns, rows)
    moved = tuple((test.base_id, test.head_id) for test in suites.moved)
    yield Table("moved tests", ("base", "head"), moved)
    yield Table("tests of the base alone", ("test",), tuple((n,) for n in suites.gone))
    yield Table("tests of the head alone", ("test",), tuple((n,) for n in suites.new))


def _replay_file(behaviour: Behaviour) -> Iterable[Listing]:
    difference = behaviour.traces.difference if behaviour.traces else None
    if difference is None:
        return
    content = {
        "rehome_replay": 1,
        "case": json.loads(difference.case.name),
        "operations": difference.operations,
        "base": shown(difference.base),
        "head": shown(difference.head),
    }
    text = json.dumps(content, indent=2) + "\n"
    yield Listing("replay.json", "json", text)
