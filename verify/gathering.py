"""One outcome of several: what `rehome report` tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from codemods.finding import Rule, Severity, Verdict
from verify.check import fold, names
from verify.outcome import Case, Listing, Outcome, Part, Table, from_the_top

PART_NOT_RUN = Rule(
    "part-not-run",
    "A part of a report could not be run.",
    "What it would have told is not known; the other parts stand.",
    Severity.ERROR,
    undecided=True,
)

GROUP = "report"  # of the cases that say what was asked, and what was not
NOT_RUN = "not run"
# `git:main (0123456789ab)`, or `git:0123456789ab` where the revision is the commit.
_COMMIT = re.compile(r"git:(?:.*\(([0-9a-f]{12})\)|([0-9a-f]{12,40}))", re.DOTALL)
_T = TypeVar("_T", Table, Listing)


def gathered(parts: Sequence[Part]) -> Outcome:
    """One outcome with all that the parts have; what was not run is a case that says
    so. The verdict is the worst of the parts'. There must be at least one part.
    """
    outcomes = [from_the_top(part.outcome) for part in parts]
    answers = [case for part in parts for case in _answers(part, _is_told_twice(parts))]
    missing = _not_run(parts)
    verdict = fold([outcome.verdict for outcome in outcomes])
    return Outcome(
        command="report",
        verdict=verdict,
        findings=tuple(each for o in outcomes for each in o.findings),
        accepted=tuple(each for o in outcomes for each in o.accepted),
        changes=tuple(each for o in outcomes for each in o.changes),
        tables=_named_apart(parts, lambda outcome: outcome.tables),
        listings=_named_apart(parts, lambda outcome: outcome.listings),
        diagrams=tuple(each for o in outcomes for each in o.diagrams),
        facts={"results": len(parts), "not_run": len(missing)},
        heading=(_headline(verdict, answers, missing), *_notes(parts)),
        summary=tuple(line for o in outcomes for line in _said(o)),
        cases=(*answers, *missing, *_other_cases(outcomes)),
        parts=tuple(parts),
    )


def _said(outcome: Outcome) -> Iterable[str]:
    """What an outcome says to people; each line of whom it is, as `verify` has it."""
    of = "" if outcome.command == "verify" else f"{outcome.command}: "
    yield from (f"{of}{line}" for line in (*outcome.heading, *outcome.summary))


def _answers(part: Part, told_twice: set[str]) -> Iterable[Case]:
    """A line for each thing that was asked: of checks one each, else one."""
    outcome = part.outcome
    checks = [case for case in outcome.cases if case.group == "checks"]
    if not checks:
        message = outcome.heading[0] if outcome.heading else ""
        checks = [Case("", outcome.command, outcome.verdict, message)]
    for case in checks:
        beside = f" ({part.source})" if case.name in told_twice else ""
        name = f"{case.name}{beside}"
        yield Case(GROUP, name, case.verdict, case.message, case.details)


def _asked(part: Part) -> set[str]:
    checks = {case.name for case in part.outcome.cases if case.group == "checks"}
    return checks or {part.outcome.command}


def _is_told_twice(parts: Sequence[Part]) -> set[str]:
    count = Counter(name for part in parts for name in _asked(part))
    return {name for name, number in count.items() if number > 1}


def _not_run(parts: Sequence[Part]) -> list[Case]:
    asked = {name for part in parts for name in _asked(part)}
    known = (*names(), "behaviour", "bench")
    return [Case(GROUP, n, None, NOT_RUN) for n in known if n not in asked]


def _headline(verdict: Verdict, answers: list[Case], missing: list[Case]) -> str:
    """The answers by verdict, of which the whole one comes first."""
    said = []
    for each in (Verdict.FAIL, Verdict.UNDECIDED, Verdict.OK):
        alike = [case.name for case in answers if case.verdict is each]
        if alike:
            said.append(f"{each.value}: {', '.join(alike)}")
    if not said or not said[0].startswith(verdict.value):
        said.insert(0, verdict.value)
    if missing:
        said.append(f"{NOT_RUN}: {', '.join(case.name for case in missing)}")
    return "; ".join(said)


def _notes(parts: Sequence[Part]) -> Iterable[str]:
    """A word of warning where results are of different commits, as far as they tell."""
    ranges = {
        (str(facts["base"]), str(facts["head"])): str(facts["range"])
        for part in parts
        if "range" in (facts := part.outcome.facts)
    }
    if len(ranges) > 1:
        named = ", ".join(ranges.values())
        yield f"these results are of different commits: {named}"
    for part in parts if len(ranges) == 1 else ():
        facts = part.outcome.facts
        sides = [str(facts.get(side, "")) for side in ("base", "head")]
        ((commits, name),) = ranges.items()
        if "range" not in facts and any(map(_is_other, sides, commits)):
            named = " to ".join(sides)
            yield f"{part.source} is of other commits than {name}: {named}"


def _is_other(side: str, commit: str) -> bool:
    """Whether a side, by the name that `bench` and `behaviour` give it, is known to be
    another commit; of a folder or a release that cannot be said.
    """
    named = _COMMIT.fullmatch(side)
    return named is not None and not commit.startswith(named[1] or named[2])


def _other_cases(outcomes: Sequence[Outcome]) -> Iterable[Case]:
    return (case for o in outcomes for case in o.cases if case.group != "checks")


def _named_apart(
    parts: Sequence[Part], wanted: Callable[[Outcome], tuple[_T, ...]]
) -> tuple[_T, ...]:
    """All of a kind; one whose name another part has too is called by its source."""
    count = Counter(each.name for part in parts for each in wanted(part.outcome))
    taken: Counter[str] = Counter()
    found: list[_T] = []
    for part in parts:
        for each in wanted(part.outcome):
            name = each.name
            if count[name] > 1:
                name = f"{name} ({part.source})"
                taken[name] += 1
                name += f" {taken[name]}" * (taken[name] > 1)
            found.append(replace(each, name=name))
    return tuple(found)
