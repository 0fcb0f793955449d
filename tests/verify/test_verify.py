"""`rehome verify` and the commands of single checks: what they say, how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from verify import checks
from verify.cli import main

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

CHECK = '''"""A check of the tests.

No more.
"""

from codemods.finding import Finding, Place, Rule, Verdict
from verify.check import CheckResult, Setting
from verify.git import GitError
from verify.outcome import Table


def read(texts):
    if "bad" in texts:
        raise ValueError("'bad' is bad")
    return texts


SETTINGS = (Setting("--word", "WORD", "A word.", read),)
RULE = Rule("xrule", "title", "why")


def check(compared, settings):
    if "git" in settings["word"]:
        raise GitError("git is unwell")
    finding = Finding(RULE, Place("a.py", 3, 1), "it moved", "put it back")
    verdict = Verdict({verdict!r})
    return CheckResult(
        {name!r},
        verdict,
        () if verdict is Verdict.OK else (finding,),
        (Table("{name} table", ("one",), (("1",),)),),
        {{"words": len(settings["word"])}},
        ("7 of 20 changed lines are left to read", "second line"),
    )
'''


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules are the only checks."""
    folder = tmp_path / "checks"
    folder.mkdir()
    monkeypatch.setattr(checks, "__path__", [str(folder)])
    monkeypatch.delenv("REHOME_DEBUG", raising=False)
    _forget()
    yield folder
    _forget()


def _forget() -> None:
    for name in [*sys.modules]:
        if name.startswith(("verify.checks.", "verify.commands.verify")):
            del sys.modules[name]


def add(folder: Path, name: str, verdict: str) -> None:
    text = CHECK.format(name=name, verdict=verdict)
    (folder / f"{name}.py").write_text(text)


@pytest.fixture
def repo(scratch: Scratch) -> list[str]:
    scratch.commit({"a.py": "1\n"})
    scratch.commit({"a.py": "2\n"})
    return ["--repo", str(scratch.folder), "HEAD~1..HEAD"]


@pytest.mark.parametrize(
    ("verdicts", "status", "head"),
    [
        (("ok", "ok"), 0, "ok; 7 of 20 changed lines are left to read"),
        (("fail", "ok"), 1, "fail; 7 of 20 changed lines are left to read; moves fail"),
        (
            ("fail", "undecided"),
            2,
            "undecided; 7 of 20 changed lines are left to read;"
            " moves fail, surface undecided",
        ),
    ],
)
def test_the_head_line_and_the_status_tell_the_verdict(
    extra: Path,
    repo: list[str],
    capsys: pytest.CaptureFixture[str],
    verdicts: tuple[str, str],
    status: int,
    head: str,
) -> None:
    add(extra, "moves", verdicts[0])
    add(extra, "surface", verdicts[1])
    assert main(["verify", *repo]) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"HEAD~1..HEAD: {head}"
    assert lines[-2:] == [
        f"surface: {verdicts[1]}: 7 of 20 changed lines are left to read",
        "surface: second line",
    ]


def test_json_has_every_check_under_its_name(
    extra: Path, repo: list[str], scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(extra, "moves", "ok")
    add(extra, "surface", "fail")
    assert main(["verify", *repo, "--format", "json", "--word", "x"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema_version"] == 1
    assert document["facts"] == {
        "range": "HEAD~1..HEAD",
        "base": scratch.git("rev-parse", "HEAD~1"),
        "head": scratch.git("rev-parse", "HEAD"),
        "diverged": False,
        "moves_verdict": "ok",
        "moves_words": 1,
        "surface_verdict": "fail",
        "surface_words": 1,
    }
    assert [*document["tables"]] == ["moves table", "surface table"]
    assert [finding["rule"] for finding in document["findings"]] == ["xrule"]


def test_only_runs_what_is_named(
    extra: Path, repo: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    add(extra, "moves", "ok")
    add(extra, "surface", "fail")
    add(extra, "xother", "undecided")
    assert main(["verify", "--only", "moves, surface", *repo]) == 1
    assert main(["verify", "--only", "moves", "--only", "surface", *repo]) == 1
    assert main(["verify", "--only", "moves", *repo]) == 0
    assert "surface" not in capsys.readouterr().out.splitlines()[-1]
    assert main(["verify", "--only", "moves,blam", *repo]) == 2
    assert "there is no check 'blam', choose from moves, " in capsys.readouterr().err


def test_one_check_alone_is_a_command_of_its_own(
    extra: Path, repo: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    add(extra, "xsurface", "fail")
    assert main(["xsurface", *repo, "--word", "a", "--word", "b"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ("HEAD~1..HEAD: fail: 7 of 20 changed lines are left to read")
    assert "a.py:3:1: warning[xrule] it moved" in lines
    assert main(["--help"]) == 0
    assert "xsurface    A check of the tests." in capsys.readouterr().out
    assert main(["xsurface", "--help"]) == 0
    assert "--word WORD" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["verify", "xsurface"])
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--word", "bad"], "'bad' is bad"),
        (["--word", "git"], "Error: git is unwell"),
        (["--repo", "/nowhere"], "there is no folder '/nowhere'"),
        (["--repo", os.devnull], "there is no folder"),
    ],
)
def test_an_error_is_one_line_and_status_2(
    extra: Path,
    repo: list[str],
    capsys: pytest.CaptureFixture[str],
    command: str,
    arguments: list[str],
    says: str,
) -> None:
    add(extra, "xsurface", "ok")
    assert main([command, *repo, *arguments]) == 2
    shown = capsys.readouterr()
    assert says in shown.err.splitlines()[-1]
    assert shown.out == ""


@pytest.mark.parametrize(
    "text",
    ["-rf..HEAD", "\x1b[2J..HEAD", "HEAD..HEAD", "HEAD..HEAD~1", "\n::error::x..HEAD"],
)
def test_a_hostile_range_is_one_harmless_line(
    extra: Path, repo: list[str], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    add(extra, "moves", "ok")
    assert main(["verify", *repo[:2], "--", text]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: '")
    assert len(error.splitlines()) == 1
    assert error[:-1].isprintable()


def test_a_base_that_has_moved_on_is_said(
    extra: Path, scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(extra, "moves", "ok")
    one = scratch.commit({"a.py": "1\n"})
    scratch.commit({"a.py": "2\n"})
    scratch.git("switch", "--quiet", "--create", "side", one)
    scratch.commit({"b.py": "1\n"})
    folder = ["--repo", str(scratch.folder)]
    assert main(["verify", *folder, "main..side"]) == 0
    assert "no ancestor of the head" in capsys.readouterr().out.splitlines()[1]
    assert main(["verify", *folder, "main...side"]) == 0
    assert "no ancestor" not in capsys.readouterr().out


def test_help_imports_no_check() -> None:
    program = (
        "import sys; from verify.cli import main; main(['--help']);"
        " print([m for m in sys.modules if m.startswith(('verify.checks.',"
        " 'verify.git', 'verify.history'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify " in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
