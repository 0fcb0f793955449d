"""Settings of commands that look at versions of somebody else's package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.verify.conftest import Scratch
from verify.cli import main

OLD = {"kit/__init__.py": "", "kit/tools.py": "class R: pass\nclass S: pass\n"}
NEW = {"kit/__init__.py": "", "kit/tools.py": "class S: pass\n"}
ACCEPT = (
    '[[tool.rehome.accepted]]\nrule = "missing-name"\nsymbol = "*"\nreason = "theirs"\n'
)


@pytest.fixture
def kit(tmp_path: Path) -> Scratch:
    """A repository with two versions of a package."""
    made = Scratch(tmp_path / "kit")
    made.commit({**OLD, "pyproject.toml": "[project]\nname = 'kit'\n"})
    made.git("tag", "old")
    made.commit({**NEW, "pyproject.toml": ACCEPT})
    made.git("tag", "new")
    return made


@pytest.fixture
def project(tmp_path: Path, kit: Scratch, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that imports `kit`, which lies beside it."""
    made = tmp_path / "project"
    (made / ".git").mkdir(parents=True)
    (made / "use.py").write_text("from kit.tools import R, S\n")
    monkeypatch.chdir(made)
    return made


def ask(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    status = main([*arguments, "--format", "json"])
    shown = capsys.readouterr()
    assert shown.err == ""
    return status, json.loads(shown.out)


@pytest.mark.parametrize("set_", ['packages = ["project"]', 'packages = "project"'])
def test_packages_of_the_project_are_no_version_of_another(
    project: Path, capsys: pytest.CaptureFixture[str], set_: str
) -> None:
    Path("pyproject.toml").write_text(f"[tool.rehome]\n{set_}\n")
    assert main(["doctor", "use.py"]) == 2
    assert "Missing option '--package'" in capsys.readouterr().err
    status, document = ask(capsys, "infer", "git:old", "git:new", "--repo", "../kit")
    assert (status, document["facts"]["package"]) == (0, "kit")


def test_the_version_to_look_up_can_be_set(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").write_text("[tool.rehome.doctor]\npackage = '../kit'\n")
    assert ask(capsys, "doctor", "use.py")[0] == 1
    flags = ("--package", "git:old", "--repo", "../kit")
    assert ask(capsys, "doctor", "use.py", *flags)[0] == 0


@pytest.mark.parametrize("flag", [["--repo", "../kit"], ["--repo=../kit"]])
def test_the_settings_of_the_version_are_not_those_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str], flag: list[str]
) -> None:
    flags = ["--package", "git:new", *flag]
    status, document = ask(capsys, "doctor", "use.py", *flags)
    assert (status, document["accepted"]) == (1, [])
    assert [each["rule"] for each in document["findings"]] == ["missing-name"]
    flags = ["--package", "kit", "--from", "git:old", "--to", "git:new", *flag]
    status, document = ask(capsys, "upgrade", "use.py", "--check", *flags)
    assert (status, document["accepted"]) == (1, [])


def test_what_is_set_for_apply_holds_for_upgrade(
    project: Path, kit: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = {"kit/tools.py": "class S: pass\n", "kit/io.py": "class R: pass\n"}
    kit.commit(moved)
    flags = ("--package", "kit", "--from", "git:old", "--to", "git:HEAD")
    command = ("upgrade", "use.py", "--diff", *flags, "--repo", "../kit")
    assert "except ImportError" not in ask(capsys, *command)[1]["changes"][0]["diff"]
    Path("pyproject.toml").write_text("[tool.rehome.apply]\ncompat = true\n")
    assert "except ImportError" in ask(capsys, *command)[1]["changes"][0]["diff"]
    assert main(["config", "upgrade", "use.py"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["--compat", "true", "pyproject.toml:2"] in lines
