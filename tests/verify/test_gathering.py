"""Several outcomes as one: nothing is lost, and what was not run is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codemods.finding import Verdict
from tests.verify.render.reports import behaved, benched, clean, full, verified
from verify.check import names
from verify.gathering import gathered
from verify.outcome import Case, Outcome, Part, Table


def test_all_that_the_parts_have_is_there() -> None:
    named = ("p/new.py", "x = 1")
    parts = [verified(*named), behaved(*named), benched(*named)]
    whole = full()
    assert whole.verdict is Verdict.FAIL
    for kind in ("findings", "accepted", "tables", "listings", "diagrams"):
        every = [each for part in parts for each in getattr(part, kind)]
        assert [*getattr(whole, kind)] == every
    assert [part.outcome for part in whole.parts] == parts
    asked = {case.name for case in verified().cases}
    assert whole.facts == {"results": 3, "not_run": len({*names()} - asked)}
    assert len({*names()} - asked) >= 1


def test_what_was_not_run_is_a_case_without_a_verdict() -> None:
    cases = {case.name: case for case in clean().cases}
    assert {*cases} == {*names(), "behaviour", "bench"}
    assert cases["moves"].verdict is Verdict.OK
    others = [case for name, case in cases.items() if name != "moves"]
    assert {(case.verdict, case.message) for case in others} == {(None, "not run")}
    assert "not run: blame, cycles" in clean().heading[0]


def test_the_headline_begins_with_the_verdict() -> None:
    assert full().heading[0].startswith("fail: moves, ")
    assert clean().heading[0].startswith("ok: moves; not run: ")


def test_a_line_of_the_summary_says_whose_it_is() -> None:
    lines = full().summary
    assert "bench: " + benched("p/new.py", "x = 1").heading[0] in lines
    assert {*verified("p/new.py", "x = 1").summary} <= {*lines}


def test_the_findings_of_a_check_are_told_with_its_answer() -> None:
    details = ("p/a.py:3:1: error[moved] it moved", "    import it")
    cases = (Case("checks", "moves", Verdict.FAIL, "1 moved", details),)
    whole = gathered([Part("A..B", Outcome("verify", Verdict.FAIL, cases=cases))])
    assert whole.cases[0] == replace(cases[0], group="report")


def test_undecided_wins_over_fail_and_both_are_said() -> None:
    undecided = Outcome("bench", Verdict.UNDECIDED, heading=("too noisy",))
    whole = gathered([Part("A..B", verified()), Part("bench.json", undecided)])
    assert whole.verdict is Verdict.UNDECIDED
    assert whole.heading[0].startswith(
        "undecided; fail: moves; undecided: cycles, bench; ok: blame, surface; not run:"
    )


def test_two_of_a_kind_are_told_apart_by_where_they_are_from() -> None:
    parts = [Part("cpu.json", benched()), Part("gpu.json", benched())]
    whole = gathered([*parts, Part("gpu.json", benched())])
    assert [table.name for table in whole.tables] == [
        "benchmarks (cpu.json)",
        "benchmarks (gpu.json)",
        "benchmarks (gpu.json) 2",
    ]
    assert [case.name for case in whole.cases[:2]] == [
        "bench (cpu.json)",
        "bench (gpu.json)",
    ]


@pytest.mark.parametrize(
    ("base", "head", "told"),
    [
        ("git:main (aaaaaaaaaaaa)", "git:mine (bbbbbbbbbbbb)", False),
        ("git:aaaaaaaaaaaa", f"git:{'b' * 40}", False),
        ("git:main (aaaaaaaaaaaa)", ".", False),
        ("pypi:p==1", "pypi:p==2", False),
        ("git:main (aaaaaaaaaaaa)", "git:mine (cccccccccccc)", True),
        ("git:cccccccccccc", ".", True),
    ],
)
def test_a_run_on_other_commits_than_the_range_is_pointed_out(
    base: str, head: str, told: bool
) -> None:
    bench = Outcome("bench", Verdict.OK, facts={"base": base, "head": head})
    whole = gathered([Part("main..mine", verified()), Part("b.json", bench)])
    note = f"b.json is of other commits than main..mine: {base} to {head}"
    assert whole.heading[1:] == ((note,) if told else ())


def test_results_of_different_commits_are_pointed_out() -> None:
    facts = {"range": "x..y", "base": "1", "head": "2"}
    other = Outcome("blame", Verdict.OK, facts=facts)
    whole = gathered([Part("a.json", verified()), Part("b.json", other)])
    assert whole.heading[1:] == (
        "these results are of different commits: main..mine, x..y",
    )
    assert full().heading[1:] == ()


def test_names_of_tables_stay_unique() -> None:
    table = Table("t", ("a",), (("b",),))
    parts = [Part("f", Outcome("x", Verdict.OK, tables=(table,)))] * 3
    found = [each.name for each in gathered(parts).tables]
    assert len({*found}) == 3
