"""SARIF: valid by its schema and by GitHub's rules, and the same problem keeps its
name.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft7Validator

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from tests.verify.render.outcomes import HOSTILE, MOVED, UNTOLD, hostile, rich
from verify.cli import main
from verify.commands.demo import SAMPLE as SAMPLES
from verify.outcome import Change, Edit, Outcome
from verify.render import _fingerprints, sarif
from verify.render._problems import problems_of
from verify.render.sarif import message_text
from verify.terminal import Terminal

SAMPLE = SAMPLES / "before"

Object = dict[str, Any]


def log_of(outcome: Outcome) -> Object:
    log: Object = json.loads(sarif.render(outcome, terminal=Terminal()))
    return log


def run_of(outcome: Outcome) -> Object:
    (run,) = log_of(outcome)["runs"]
    assert isinstance(run, dict)
    return run


def outcome_of(*findings: Finding, verdict: Verdict = Verdict.FAIL) -> Outcome:
    return Outcome("verify", verdict, findings)


def moved(path: str, line: int, message: str) -> Finding:
    return Finding(MOVED, Place(path, line, 1), message, "import it")


EVERY = {
    "rich": rich(),
    "nothing": Outcome("cycles", Verdict.OK),
    "undecided": Outcome("demo", Verdict.UNDECIDED, heading=("{0} [a](b)",)),
    **{ascii(name)[:30]: hostile(name) for name in HOSTILE},
}


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY)
def test_it_is_valid(outcome: Outcome, sarif_schema: Object) -> None:
    errors = Draft7Validator(sarif_schema).iter_errors(log_of(outcome))
    assert [f"{[*error.path]}: {error.message}" for error in errors] == []


def test_the_schema_refuses_what_is_wrong(sarif_schema: Object) -> None:
    validator = Draft7Validator(sarif_schema)
    for key, value in (("ruleIndex", -2), ("level", "fatal"), ("colour", "red")):
        log = log_of(rich())
        log["runs"][0]["results"][0][key] = value
        assert not validator.is_valid(log)


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY)
def test_it_is_what_code_scanning_asks_for(outcome: Outcome) -> None:
    """The properties that GitHub's page "SARIF support for code scanning" requires,
    and its limits.
    """
    log = log_of(outcome)
    assert log["$schema"]
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert "/" in run["automationDetails"]["id"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len({*ids})
    for rule in driver["rules"]:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert rule["properties"]["problem.severity"] in (
            *("error", "warning", "recommendation"),
        )
        assert len(rule["properties"]["tags"]) <= 10
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in ("note", "warning", "error")
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        uri = urlsplit(place["artifactLocation"]["uri"])
        assert uri.path
        assert uri.scheme in ("", "file")
        assert (uri.query, uri.fragment) == ("", "")
        region = place["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert region["startColumn"] >= 1


def test_the_worst_come_first() -> None:
    levels = [each["level"] for each in run_of(rich())["results"]]
    accepted = ["note"] * 2
    assert levels == ["error"] * 5 + ["warning", "note"] + accepted


def test_what_is_accepted_is_suppressed_and_nothing_else() -> None:
    results = run_of(rich())["results"]
    suppressed = [each for each in results if each["suppressions"]]
    assert [each["ruleId"] for each in suppressed] == ["moved", "read"]
    (first,), _ = (each["suppressions"] for each in suppressed)
    assert first["kind"] == "external"
    assert "g goes with 2.0" in first["justification"]
    without = replace(rich(), accepted=())
    assert all("suppressions" not in each for each in run_of(without)["results"])


# Names of problems


def names_of(outcome: Outcome) -> dict[tuple[str, int], str]:
    results = run_of(outcome)["results"]
    return {
        (
            each["message"]["text"],
            each["locations"][0]["physicalLocation"]["region"]["startLine"],
        ): each["partialFingerprints"]["rehome/v1"]
        for each in results
    }


def test_a_problem_that_only_moved_keeps_its_name() -> None:
    before = (
        moved("a.py", 3, "`p.a:f` is `p.b:f` now"),
        moved("a.py", 9, "`p.a:g` is `p.b:g` now (line 12)"),
        moved("a.py", 20, "`p.a:f` is `p.b:f` now"),
        moved("a.py", 30, "3 of 40 changed lines, at p/b.py:7, 1.5 s, <x at 0x7f1c>"),
    )
    after = (
        moved("a.py", 31, "4 of 1,250 changed lines, at p/b.py:19, 2 s, <x at 0xA2>"),
        moved("a.py", 10, "`p.a:g` is `p.b:g` now (line 300)"),
        moved("a.py", 4, "`p.a:f` is `p.b:f` now"),
        moved("a.py", 21, "`p.a:f` is `p.b:f` now"),
    )
    was = [name for _, name in sorted(names_of(outcome_of(*before)).items())]
    now = [name for _, name in sorted(names_of(outcome_of(*after)).items())]
    assert {*was} == {*now}
    by_line = {line: name for (_, line), name in names_of(outcome_of(*before)).items()}
    later = {line: name for (_, line), name in names_of(outcome_of(*after)).items()}
    assert [by_line[n] for n in (3, 9, 20, 30)] == [later[n] for n in (4, 10, 21, 31)]


def test_another_problem_has_another_name() -> None:
    other_rule = Rule("other", "title", "why")
    findings = [
        moved("a.py", 3, "`p.a:f` is `p.b:f` now"),
        moved("b.py", 3, "`p.a:f` is `p.b:f` now"),
        moved("a.py", 3, "`p.a:f1` is `p.b:f` now"),
        moved("a.py", 3, "`p.a:f2` is `p.b:f` now"),
        moved("a.py", 3, "`f[1]` and test_a.py::test_b[1]"),
        moved("a.py", 3, "`f[1]` and test_a.py::test_b[2]"),
        moved("a.py", 3, "`f 1` is gone"),
        moved("a.py", 3, "`f 2` is gone"),
        Finding(other_rule, Place("a.py", 3, 1), "`p.a:f` is `p.b:f` now", ""),
    ]
    names = [*names_of(outcome_of(*findings)).values()]
    found = _fingerprints.fingerprints(problems_of(outcome_of(*findings)))
    assert len({each.partition(":")[0] for each in found}) == len(findings)
    assert len({*names}) == len({*found}) - 1  # two share their text and line


def test_names_do_not_hang_on_the_order() -> None:
    findings = [*rich().findings, moved("p/a.py", 3, "`p.a:f` is `p.b:f` now")]
    shuffled = random.Random(1).sample(findings, len(findings))
    assert log_of(outcome_of(*findings)) == log_of(outcome_of(*shuffled))
    found = _fingerprints.fingerprints(problems_of(outcome_of(*findings)))
    assert max(Counter(found).values()) == 1


# How the run went


def test_what_could_not_be_told_is_a_result_and_a_failed_run() -> None:
    run = run_of(rich())
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    (told,) = invocation["toolExecutionNotifications"]
    assert told["level"] == "error"
    assert told["associatedRule"] == {"id": "untold"}
    assert "untold" in {each["ruleId"] for each in run["results"]}


def test_a_clean_run_has_succeeded_and_so_has_one_with_findings() -> None:
    clean = run_of(Outcome("verify", Verdict.OK))["invocations"]
    assert clean[0]["executionSuccessful"] is True
    assert clean[0]["toolExecutionNotifications"] == []
    (found,) = run_of(outcome_of(moved("a.py", 1, "x")))["invocations"]
    assert (found["executionSuccessful"], found["exitCode"]) == (True, 1)


def test_an_undecided_run_says_why_where_no_finding_does() -> None:
    outcome = Outcome("demo", Verdict.UNDECIDED, heading=("3 imports: {0}",))
    (invocation,) = run_of(outcome)["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told["level"] == "error"
    assert told["message"]["text"] == "3 imports: {{0}}"


# Limits


def test_too_many_results_are_cut_from_the_end_and_it_says_so() -> None:
    note = Rule("note", "title", "why", Severity.NOTE)
    notes = [Finding(note, Place("a.py", n), "x", "") for n in range(1, 25_001)]
    run = run_of(outcome_of(*notes, moved("z.py", 1, "the worst")))
    assert len(run["results"]) == sarif.MOST_RESULTS == 25_000
    assert run["results"][0]["ruleId"] == "moved"
    told = [
        each["message"]["text"]
        for each in run["invocations"][0]["toolExecutionNotifications"]
    ]
    assert told[0].startswith("1 of 25001 results were left out")
    assert told[1].startswith("code scanning shows 5000 of these 25000 results")


def test_a_file_is_not_larger_than_an_upload_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MOST_BYTES", 40_000)
    noise = random.Random(1)
    findings = [
        moved("a.py", n, "".join(noise.choices("abcdefgh", k=400)))
        for n in range(1, 401)
    ]
    text = sarif.render(outcome_of(*findings), terminal=Terminal())
    assert len(gzip.compress(text.encode())) <= 40_000
    (run,) = json.loads(text)["runs"]
    kept = len(run["results"])
    assert 50 <= kept < 400
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith(f"{400 - kept} of 400 results")


def test_of_many_that_could_not_be_told_the_run_names_some() -> None:
    many = [Finding(UNTOLD, Place(f"{n}.py"), "x", "") for n in range(250)]
    run = run_of(outcome_of(*many, verdict=Verdict.UNDECIDED))
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert len(run["results"]) == 250
    assert told[-1]["message"]["text"] == "150 more could not be told: see the results"


# Edits


@pytest.mark.parametrize(
    ("old", "line", "before", "after"),
    [
        ("a\nb\nc\n", 2, "b\n", "B\n"),
        ("a\nb\nc\n", 1, "a\nb\n", "A\n"),
        ("a\nb\nc\n", 2, "b\n", ""),
        ("a\nb\nc\n", 3, "c\n", ""),
        ("a\nb", 2, "b", "B"),
        ("a\nb", 2, "b", "B\nC"),
        ("a\r\nb\r\nc\r\n", 2, "b\r\n", "B\r\nC\r\n"),
        ("a\r\nb\r\nc\r\n", 2, "b\r\n", ""),
        ("a\r\nb\r\nc\r\n", 2, "b\r\n", "B\n"),
        ("a\rb\rc\r", 2, "b\r", "B\r"),
        ("é\U0001f600\nb\U0001f600\nc\n", 2, "b\U0001f600\n", "\U0001f600b\n"),
        ("a\n\nc\n", 2, "\n", "b\n"),
    ],
)
def test_a_fix_makes_the_edit(old: str, line: int, before: str, after: str) -> None:
    change = Change("a.py", (Edit(line, before, after),), written=False)
    (result,) = run_of(Outcome("apply", Verdict.FAIL, changes=(change,)))["results"]
    (fix,) = result["fixes"]
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    region, text = replacement["deletedRegion"], replacement["insertedContent"]["text"]
    lines = old.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ends = "\r\n" if "\r\n" in old else "\r" if "\r" in old else "\n"
    starts = [sum(len(x) + len(ends) for x in lines[:n]) for n in range(len(lines) + 1)]
    first = starts[region["startLine"] - 1] + region["startColumn"] - 1
    last = starts[region["endLine"] - 1] + region["endColumn"] - 1
    assert old[first:last] in (before, before.removesuffix(ends))
    expected = old[: starts[line - 1]] + after + old[starts[line - 1] + len(before) :]
    assert old[:first] + text + old[last:] == expected


def test_the_fixes_of_a_run_do_what_apply_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("fixed", "applied"):
        shutil.copytree(SAMPLE, tmp_path / name)
    monkeypatch.chdir(tmp_path / "fixed")
    main(["apply", "--check", "sglang", ".", "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    fixes = [fix for result in run["results"] for fix in result.get("fixes", ())]
    changes = [change for fix in fixes for change in fix["artifactChanges"]]
    for change in reversed(changes):  # they are in the order of their lines
        path = Path(change["artifactLocation"]["uri"])
        (replacement,) = change["replacements"]
        region = replacement["deletedRegion"]
        lines = path.read_text("utf-8").splitlines(keepends=True)
        old = lines[region["startLine"] - 1 : region["endLine"]]
        assert region["endColumn"] == len(old[-1].rstrip("\n")) + 1
        inserted = f"{replacement['insertedContent']['text']}\n"
        lines[region["startLine"] - 1 : region["endLine"]] = [inserted]
        path.write_text("".join(lines), "utf-8")
    monkeypatch.chdir(tmp_path / "applied")
    assert main(["apply", "sglang", "."]) == 1
    assert len(changes) >= 2
    for applied in (tmp_path / "applied").rglob("*.py"):
        fixed = tmp_path / "fixed" / applied.relative_to(tmp_path / "applied")
        assert fixed.read_bytes() == applied.read_bytes()


def test_what_was_rewritten_is_no_problem_any_more() -> None:
    change = Change("a.py", (Edit(1, "a\n", "b\n"),), written=True)
    assert run_of(Outcome("apply", Verdict.OK, changes=(change,)))["results"] == []


# Messages, rules and places


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plain [a] {b} \\", "plain [a] {b} \\"),
        ("{0}", "{{0}}"),
        ("{{x}}", "{{{{x}}}}"),
        ("[a](1)", "\\[a\\](1)"),
        ("\\[a](1) {1}", "\\\\\\[a\\](1) {{1}}"),
    ],
)
def test_a_message_says_nothing_but_its_text(text: str, message: str) -> None:
    assert message_text(text) == message


def test_help_leads_to_the_documentation_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("verify.about.documentation", lambda: "https://example.org/r")
    rules = run_of(rich())["tool"]["driver"]["rules"]
    assert {rule["helpUri"] for rule in rules} == {
        f"https://example.org/r#{rule['id']}" for rule in rules
    }
    monkeypatch.setattr("verify.about.documentation", lambda: None)
    rules = run_of(rich())["tool"]["driver"]["rules"]
    assert not [rule for rule in rules if "helpUri" in rule]


@pytest.mark.parametrize(
    ("path", "uri", "has_base"),
    [
        ("a/b.py", "a/b.py", True),
        ("./a//b.py", "a/b.py", True),
        ("a b/é.py", "a%20b/%C3%A9.py", True),
        ("\udcff.py", "%FF.py", True),
        ("git:main", "git%3Amain", True),
        ("/a/b.py", "file:///a/b.py", False),
        ("../b.py", "../b.py", False),
        ("", ".", True),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str, has_base: bool) -> None:
    (result,) = run_of(outcome_of(moved(path, 1, "x")))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == uri
    assert artifact.get("uriBaseId") == ("%SRCROOT%" if has_base else None)


def test_related_places_can_be_linked_to() -> None:
    result, _ = (r for r in run_of(rich())["results"] if r["ruleId"] == "read")
    related = result["relatedLocations"]
    assert [each["id"] for each in related] == [1, 2]
    assert [each["message"]["text"] for each in related] == [
        "p.a imports p.b",
        "p.b imports p.a",
    ]
