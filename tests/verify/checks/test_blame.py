"""`rehome blame`: its gates, tables and summary, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from codemods.finding import Verdict
from verify.check import CheckResult
from verify.checks.blame import check, read_gates
from verify.cli import main
from verify.git import Repository
from verify.history.modes import MODES

if TYPE_CHECKING:
    from tests.verify.conftest import Body, Scratch


def result(scratch: Scratch, *gates: str, text: str = "HEAD") -> CheckResult:
    compared = Repository.open(scratch.folder).range_of(text)
    return check(compared, {"min_retained": read_gates(gates)})


def test_what_is_no_text_is_left_out(scratch: Scratch) -> None:
    scratch.commit({"a": "1"})
    (scratch.folder / "link").symlink_to("a")
    scratch.commit({"binary": b"\0" * 99, "empty": "", "latin.py": b"x = '\xe9'\n"})
    found = result(scratch)
    assert found.facts["files"] == 2
    assert found.facts["files_left_out"] == 1
    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    "path", ["line\nfeed.py", "\x1b[2J.py", ":(top)x.py", "-C", "*.py", 'q"\\.py']
)
def test_hostile_paths(
    scratch: Scratch, body: Body, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch.commit({f"old {path}": body("a") + body("b")})
    scratch.commit({f"old {path}": body("b"), path: body("a")})
    assert main(["blame", "--repo", str(scratch.folder), "HEAD"]) == 0
    shown = capsys.readouterr().out.replace("\n", "")
    assert shown.isprintable()
    assert (
        main(["blame", "--repo", str(scratch.folder), "HEAD", "--format", "json"]) == 0
    )
    rows = json.loads(capsys.readouterr().out)["tables"]["blame"]
    assert [row["file"] for row in rows] == [path]


def test_gates_are_read() -> None:
    assert read_gates(()) == {}
    assert read_gates(("90",)) == {mode.key: 90 for mode in MODES}
    assert read_gates(("plain=10", "90")) == {mode.key: 90 for mode in MODES} | {
        "plain": 10
    }
    assert read_gates(("-C -C -C=99.5", "-w -C=1")) == {"CCC": 99.5, "wC": 1}


@pytest.mark.parametrize(
    "text", ["", "x", "=90", "101", "-1", "nan", "inf", "D=9", "M=", "M=1=2"]
)
def test_a_bad_gate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is neither PERCENT"):
        read_gates((text,))


def test_a_gate_fails_with_a_finding_for_each_mode(scratch: Scratch) -> None:
    scratch.move()
    assert result(scratch).verdict is Verdict.OK
    found = result(scratch, "100")
    assert found.verdict is Verdict.FAIL
    assert [finding.message for finding in found.findings] == [
        f"{name} retains 0 of the 8 lines that come from elsewhere (0%, asked for: 100%)"
        for name in ("plain git blame", "git blame -M")
    ]
    assert {finding.place.path for finding in found.findings} == {"new.py"}
    assert result(scratch, "100", "plain=0", "M=0").verdict is Verdict.OK


def test_a_gate_asks_nothing_of_new_code(scratch: Scratch, body: Body) -> None:
    scratch.commit({"a.py": ""})
    scratch.commit({"b.py": "import os\n" + body("b")})
    assert result(scratch, "100").verdict is Verdict.OK


def test_the_command_ends_with_the_gate(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch.move()
    arguments = ["blame", "--repo", str(scratch.folder), "HEAD~1..HEAD"]
    assert main([*arguments, "--min-retained", "C=100"]) == 0
    assert main([*arguments, "--min-retained", "plain=1"]) == 1
    assert main([*arguments, "--min-retained", "half"]) == 2
    assert "'half' is neither PERCENT" in capsys.readouterr().err


def test_the_table_of_lost_lines_says_where_they_came_from(scratch: Scratch) -> None:
    scratch.move()
    (lost,) = (table for table in result(scratch).tables if table.name == "blame lost")
    every = ", ".join(mode.label for mode in MODES)
    assert lost.rows == (
        ("new.py", "1", "import", "", every),
        ("new.py", "2-9", "moved but lost", "old.py:2-9", "plain, -M"),
    )
