"""JUnit XML: what CI systems read of it, and that it keeps to what they know."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from codemods.finding import Finding, Place, Verdict
from tests.verify.render.outcomes import HOSTILE, KNOWN, MOVED, UNTOLD, hostile, rich
from verify.outcome import Case, Change, Edit, Outcome
from verify.render import render
from verify.render._escape import visible
from verify.terminal import Terminal

# What Jenkins' schema (junit-10.xsd of its xUnit plugin) has: attributes, those that
# must be there, and elements inside. GitLab and Azure read parts of the same.
TEXT = {"type", "message"}
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (
        {"name", "time", "tests", "failures", "errors"},
        set(),
        {"testsuite"},
    ),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        {"name", "tests", "failures", "errors"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (TEXT, set(), set()),
    "error": (TEXT, set(), set()),
    "skipped": (TEXT, set(), set()),
    "system-out": (set(), set(), set()),
}


def shown(outcome: Outcome) -> str:
    return render(outcome, "junit", Terminal())


def read(outcome: Outcome) -> list[tuple[str, TestCase]]:
    """Each test case with the name of its suite, as a reader of reports has them."""
    report = JUnitXml.fromstring(shown(outcome).encode())
    return [(str(suite.name), case) for suite in report for case in suite]


def verdicts(outcome: Outcome) -> dict[str, str]:
    """What became of each case, by its name."""
    kinds = {Failure: "failure", Error: "error", Skipped: "skipped"}
    return {
        str(case.name): ", ".join(kinds[type(each)] for each in case.result) or "passed"
        for _, case in read(outcome)
    }


EVERY = {
    "rich": rich(),
    "nothing": Outcome("cycles", Verdict.OK),
    "edits": Outcome(
        "apply",
        Verdict.FAIL,
        changes=(Change("a.py", (Edit(1, "x\n", "y\n"),), written=False),),
    ),
    **{ascii(name)[:30]: hostile(name) for name in HOSTILE},
}


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY)
def test_it_keeps_to_the_schema(outcome: Outcome) -> None:
    root = ElementTree.fromstring(shown(outcome))
    assert root.tag == "testsuites"
    for element in root.iter():
        known, needed, inside = SCHEMA[element.tag]
        assert needed <= {*element.keys()} <= known
        assert {child.tag for child in element} <= inside
        if {"tests", "failures", "errors"} <= {*element.keys()}:
            cases = [*element.iter("testcase")]
            assert element.get("tests") == str(len(cases))
            for name, tag in (("failures", "failure"), ("errors", "error")):
                assert element.get(name) == str(len([*element.iter(tag)]))
            skipped = str(len([*element.iter("skipped")]))
            assert element.get("skipped", skipped) == skipped
    assert [*root.iter("testcase")]


def test_each_check_is_a_case() -> None:
    assert verdicts(rich()) == {
        "blame": "passed",
        "moves": "failure",
        "surface": "error",
        "tests/test_a.py::test_b[1]": "skipped",
    }
    assert [suite for suite, _ in read(rich())] == ["checks"] * 3 + ["tests"]


def test_what_it_says_is_there() -> None:
    by_name = {str(case.name): case for _, case in read(rich())}
    (failure,) = by_name["moves"].result
    assert (failure.message, failure.text) == ("3 of 40", "p/b.py:7:2: to read")
    assert by_name["blame"].system_out == "all retained\np/old.py: a note"
    assert by_name["blame"].classname == "verify.checks"


def test_a_command_without_cases_has_one_for_each_file() -> None:
    outcome = Outcome(
        "apply",
        Verdict.UNDECIDED,
        findings=(
            Finding(MOVED, Place("b.py", 3, 1), "`a` is `b` now", "import it"),
            Finding(UNTOLD, Place("c.py"), "it does not parse", "correct it"),
            Finding(KNOWN, Place("b.py", 1, 1), "a note", ""),
        ),
        changes=(
            Change("a.py", (Edit(1, "x\n", "y\n"),), written=False),
            Change("d.py", (Edit(1, "x\n", "y\n"),), written=True),
        ),
    )
    found = {"a.py": "failure", "b.py": "failure", "c.py": "error"}
    assert verdicts(outcome) == found
    (text,) = re.findall(r"<failure[^>]*is `b` now\">([^<]*)<", shown(outcome))
    assert text.splitlines() == [
        "b.py:1:1: note[known] a note",
        "b.py:3:1: error[moved] `a` is `b` now",
        "    import it",
    ]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_that_no_case_has_is_a_case_of_its_own(verdict: Verdict) -> None:
    cases = (Case("g", "a", None), Case("g", "b", Verdict.OK))
    outcome = Outcome("demo", verdict, heading=("3 imports",), cases=cases)
    expected = {"a": "skipped", "b": "passed"}
    if verdict is Verdict.FAIL:
        expected["verdict"] = "failure"
    if verdict is Verdict.UNDECIDED:
        expected["verdict"] = "error"
    assert verdicts(outcome) == expected
    assert verdicts(Outcome("demo", Verdict.OK)) == {"verdict": "passed"}


def test_notes_of_a_clean_run_do_not_fail() -> None:
    note = Finding(KNOWN, Place("a.py", 1, 1), "it was so before", "")
    assert verdicts(Outcome("cycles", Verdict.OK, (note,))) == {"a.py": "passed"}


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_a_reader_gets_hostile_names_as_they_are_shown(name: str) -> None:
    cases = read(hostile(name))
    assert {str(case.name) for _, case in cases} == {visible(name)}
    assert {suite for suite, _ in cases} == {visible(name)}


def test_very_many_lines_of_a_case_are_cut() -> None:
    details = tuple(f"line {n}" for n in range(1000))
    case = Case("g", "a", Verdict.FAIL, "many", details)
    ((_, found),) = read(Outcome("demo", Verdict.FAIL, cases=(case,)))
    lines = found.result[0].text.splitlines()
    assert lines[-1] == "and 800 more lines: `--format json` has all"
    assert len(lines) == 201


def test_it_is_a_file_of_utf_8() -> None:
    case = Case("g", "é\U0001f600", Verdict.OK)
    text = shown(Outcome("demo", Verdict.OK, cases=(case,)))
    root = ElementTree.parse(io.BytesIO(text.encode("utf-8"))).getroot()
    assert [each.get("name") for each in root.iter("testcase")] == ["é\U0001f600"]
