"""`rehome rules`: every rule in a list, and the text on one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from codemods.finding import Finding, Place, Rule, Severity, Verdict
from tests.verify.published import schema_errors
from verify.cli import main, root
from verify.explaining.explanation import explained
from verify.explaining.pages import help_of
from verify.explaining.plain import plain
from verify.explaining.telling import told_rules
from verify.movement.rules import ORDER, OTHER_MEANING, RESIDUAL
from verify.outcome import Outcome
from verify.render import sarif, text
from verify.terminal import Terminal


def test_the_list_has_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = {line.split()[0] for line in lines[1:-2]}
    assert shown == {*told_rules()}
    assert any(line.split()[:2] == ["unread", "error,"] for line in lines)


def test_the_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert schema_errors(document) == []
    rows = {row["rule"]: row for row in document["tables"]["rules"]}
    assert rows["residual"]["told by"] == "moves"
    assert rows["bench-slower"]["severity"] == "error"
    assert rows["unclear-meaning"]["severity"] == "warning, undecided"


def test_the_text_on_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "other-meaning"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        "other-meaning\n\nA name in moved code means something else"
    )
    assert "\nHOW TO FIX IT\n" in shown
    assert "    $ rehome moves base..head\n" in shown
    assert '    rule = "other-meaning"\n' in shown


def test_what_cannot_be_told_cannot_be_accepted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rules", "unclear-meaning"]) == 0
    shown = capsys.readouterr().out
    assert "It cannot be accepted." in shown
    assert "tool.rehome.accepted" not in shown


def test_markdown_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rule.md"
    command = ["rules", "--format", "markdown", "--output", str(file), "residual"]
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# residual\n")
    assert "## How to accept it\n" in written


def test_a_rule_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "residual", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert schema_errors(document) == []
    assert document["listings"]["residual.md"].startswith("# residual\n")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("other-meanin", 'did you mean "other-meaning"?'),
        ("OTHER", "`rehome rules` lists them"),
        ("\x1b[31m\n", "`rehome rules` lists them"),
        ("../../pyproject", "`rehome rules` lists them"),
    ],
)
def test_an_unknown_rule(
    name: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", name]) == 2
    error = capsys.readouterr().err
    assert hint in error
    assert "\x1b" not in error


def test_ids_are_completed() -> None:
    shell = ShellComplete(root, {}, "rehome", "_REHOME_COMPLETE")
    found = [item.value for item in shell.get_completions(["rules"], "bench-")]
    assert found == [each for each in explained() if each.startswith("bench-")]
    assert len(found) == 7


def told(rule: Rule, severity: Severity = Severity.WARNING) -> Finding:
    named = Rule(rule.id, rule.title, rule.why, severity)
    return Finding(named, Place("a.py", 1, 1), "wrong", "mend it")


SCREEN = Terminal(width=80)


def last_line(*findings: Finding, terminal: Terminal = SCREEN) -> str:
    outcome = Outcome("moves", Verdict.FAIL, findings, summary=("that is all",))
    return text.render(outcome, terminal=terminal).rstrip().splitlines()[-1]


def test_on_a_terminal_one_line_says_where_more_is_told() -> None:
    findings = (told(ORDER), told(OTHER_MEANING, Severity.ERROR), told(RESIDUAL))
    assert last_line(*findings) == "rehome rules other-meaning tells more of this rule"


def test_it_is_not_said_elsewhere_nor_of_nothing() -> None:
    assert last_line(told(ORDER), terminal=Terminal()) == "that is all"
    assert last_line(told(ORDER), terminal=Terminal(colour=True)).endswith(
        "that is all"
    )
    assert last_line() == "that is all"
    assert last_line(told(Rule("no-such-rule", "x", "y"))) == "that is all"


def help_in_sarif(finding: Finding) -> Any:
    outcome = Outcome("moves", Verdict.FAIL, (finding,))
    (run,) = json.loads(sarif.render(outcome, terminal=Terminal()))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    return rule["help"]


def test_code_scanning_shows_the_text_on_a_rule() -> None:
    shown = help_in_sarif(told(OTHER_MEANING))
    assert shown["markdown"] == help_of("other-meaning")
    assert shown["text"] == plain(shown["markdown"])
    assert "## How to fix it" in shown["markdown"]


def test_of_a_rule_that_only_a_saved_result_knows_its_why_is_shown() -> None:
    shown = help_in_sarif(told(Rule("../rule", "A title.", "A why.")))
    assert shown == {"text": "A title.\n\nA why.", "markdown": "**A title.**\n\nA why."}


def test_a_file_with_every_rule_is_far_from_too_large() -> None:
    findings = tuple(told(each.rule) for each in told_rules().values())
    outcome = Outcome("report", Verdict.FAIL, findings)
    written = sarif.render(outcome, terminal=Terminal()).encode("ascii")
    assert len(gzip.compress(written)) < sarif.MOST_BYTES / 100
