"""Results as `rehome report` gathers them: everything that a page can show."""

from __future__ import annotations

import json
from dataclasses import replace

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from tests.verify.render.diagrams import everything, pair_of_modules
from verify.gathering import gathered
from verify.outcome import Accepted, Case, Listing, Outcome, Part, Table

RESIDUAL = Rule("residual", "Lines are left.", "A person reads them.")
DIFFERS = Rule("step-differs", "A step differs.", "The code does.", Severity.ERROR)
NOTED = Rule("noted", "It is so.", "Nothing is to do.", Severity.NOTE)
UNCLEAR = Rule("unclear", "Not told.", "It depends.", undecided=True)


def verified(name: str = "p/new.py", text: str = "x = 1") -> Outcome:
    """What `rehome verify` tells; `name` stands where a user's names do, and `text`
    where lines do.
    """
    return Outcome(
        command="verify",
        verdict=Verdict.FAIL,
        findings=(
            Finding(RESIDUAL, Place(name, 3, 1), f"`{name}` has lines", "read them"),
            Finding(RESIDUAL, Place("p/old.py", 4, 1), "2 lines", "read them"),
            Finding(UNCLEAR, Place(name), f"`{name}` is not told", f"see {name}"),
            Finding(NOTED, Place(name), name, ""),
        ),
        accepted=(
            Accepted(
                Finding(RESIDUAL, Place(name, 9), name, "read"),
                name,
                "2026-12-31",
                "pyproject.toml:3",
            ),
        ),
        tables=(
            Table(
                "moves",
                ("verdict", "kind", "name", "new name", "from", "to"),
                (("verbatim", "class", name, "", "p/old.py:3", f"{name}:1"),),
            ),
            Table(
                "flows",
                ("from", "to", "how", "lines"),
                (
                    ("", name, "added", "3"),
                    ("", name, "explained", "2"),
                    ("p/old.py", "", "removed", "4"),
                    ("p/old.py", "p/old.py", "stayed", "900"),
                    ("p/old.py", name, "edited", "12"),
                    ("p/old.py", name, "verbatim", "100"),
                ),
            ),
            Table(
                "residual",
                ("file", "old line", "removed", "new line", "added"),
                (
                    (name, "3", f"{text} or old", "7", f"{text} or new"),
                    (name, "4", text, "", ""),
                    (name, "9", "", "12", text),
                    ("p/added.py", "", "", "1", text),
                ),
            ),
            Table(
                "blame",
                ("file", "change", "lines", "plain", "-M", "-C", "git shows"),
                (
                    (name, "added", "369", "0", "1", "368", "C054 p/old.py"),
                    ("p/other.py", "renamed", "10", "10", "10", "10", ""),
                ),
            ),
            Table("blame lost", ("file", "lines"), ((name, "1-3"),)),
            Table(
                "cycles",
                ("cycle", "modules", "verdict"),
                (("appeared", "2", "fatal"), ("stayed", "4", "benign")),
            ),
            Table("surface", ("name", "now"), ((name, "gone"),)),
            Table("another", ("one", "two"), ((name, text),)),
        ),
        facts={
            "range": "main..mine",
            "base": "a" * 40,
            "head": "b" * 40,
            "moves_changed_lines": 120,
            "moves_residual_lines": 7,
        },
        heading=(f"main..mine: fail; {name}",),
        summary=(f"moves: fail: 7 of 120 changed lines to read, `{name}`",),
        diagrams=(everything(), pair_of_modules()),
        cases=(
            Case("checks", "moves", Verdict.FAIL, "7 of 120 changed lines to read"),
            Case("checks", "blame", Verdict.OK, f"379 of 379, {name}"),
            Case("checks", "cycles", Verdict.UNDECIDED, "1 appeared"),
            Case("checks", "surface", Verdict.OK, "none went"),
        ),
    )


def behaved(name: str = "tests/test_a.py::test_b", text: str = "1") -> Outcome:
    replay = {
        "rehome_replay": 1,
        "case": {"size": 3},
        "operations": [["put", text], ["take"]],
        "base": f"int {text}",
        "head": f"int {text}2",
    }
    return Outcome(
        command="behaviour",
        verdict=Verdict.FAIL,
        findings=(Finding(DIFFERS, Place("driver.py"), f"{name} differs", "replay"),),
        tables=(Table("different tests", ("test", "base"), ((name, text),)),),
        facts={"base": "git:main", "head": "."},
        heading=("differs: base git:main, head .",),
        summary=(f"traces: differs after 3 steps, {name}",),
        listings=(Listing("replay.json", "json", json.dumps(replay)),),
        cases=(Case("traces", name, Verdict.FAIL, text),),
    )


def benched(name: str = "bench.py::test_a", text: str = "") -> Outcome:
    columns = ("verdict", "benchmark", "clock", "ratio", "interval", "base", "more")
    return Outcome(
        command="bench",
        verdict=Verdict.OK,
        tables=(
            Table(
                "benchmarks",
                columns,
                (
                    ("slower", name, "cpu", "1.774", "1.687 to 1.813", "24 µs", text),
                    ("faster", name, "cpu", "0.500", "0.4 to 0.6", "24 µs", text),
                    ("unchanged", name, "cpu", "1.001", "0.99 to 1.01", "2 µs", text),
                    ("too noisy", name, "wall", "1.100", "0 to any", "2 µs", text),
                    ("could not tell", name, "cpu", "", "", "", f"it fails: {text}"),
                ),
            ),
        ),
        facts={"base": "git:main", "head": ".", "margin_percent": "2.5"},
        heading=("git:main to .: 1 slower, 1 faster, 1 unchanged, 1 too noisy",),
        summary=("margin 2.5 %; 24 pairs of processes",),
    )


def full(name: str = "p/new.py", text: str = "x = 1") -> Outcome:
    """All three, gathered."""
    return gathered(
        [
            Part("main..mine", verified(name, text)),
            Part("behaviour.json", behaved(name, text)),
            Part("bench.json", benched(name, text)),
        ]
    )


def clean() -> Outcome:
    """One result in which nothing is wrong, and nothing else was run."""
    moved = Outcome(
        "moves",
        Verdict.OK,
        facts={"range": "A..B", "base": "1", "head": "2", "changed_lines": 9},
        cases=(Case("checks", "moves", Verdict.OK, "0 of 9 changed lines to read"),),
    )
    facts = {**moved.facts, "residual_lines": 0}
    return gathered([Part("moves.json", replace(moved, facts=facts))])
