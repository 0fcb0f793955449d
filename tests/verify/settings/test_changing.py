"""A range that changes the settings by which it is judged says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.verify.conftest import Scratch
from verify.cli import main

ACCEPT = '[[tool.rehome.accepted]]\nrule = "residual"\nreason = "r"\npath = "*"\n'
GATE = "[tool.rehome.blame]\nmin-retained = 90\n"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    made = Scratch(tmp_path / "project")
    made.commit({"p.py": "x = 1\n"})
    monkeypatch.chdir(made.folder)
    return made


def ask(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    status = main([*arguments, "--format", "json"])
    return status, json.loads(capsys.readouterr().out)


def told(document: dict[str, Any]) -> list[str]:
    found = document["findings"]
    return [each["message"] for each in found if each["rule"] == "settings-changed"]


def test_a_range_that_accepts_its_own_findings(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch.commit({"p.py": "x = 2\n", "pyproject.toml": f"# settings\n{ACCEPT}"})
    for command in ("verify", "moves", "blame"):
        status, document = ask(capsys, command, "HEAD")
        assert status == 0
        (message,) = told(document)
        assert message == "the range changes settings that it is judged by: `accepted`"
        (place,) = [f for f in document["findings"] if f["rule"] == "settings-changed"]
        assert (place["path"], place["line"]) == ("pyproject.toml", 2)
    assert main(["verify", "--format", "github", "HEAD"]) == 0
    lines = capsys.readouterr().out
    assert "::notice file=pyproject.toml,line=2,col=1,title=settings-changed::" in lines
    assert "the verdict is ok; without the settings it is fail" in lines


@pytest.mark.parametrize(
    ("base", "head", "keys"),
    [
        ("", GATE + ACCEPT.replace("*", "q.py"), "`accepted`, `blame.min-retained`"),
        (GATE, "", "`blame.min-retained`"),
        (GATE, None, "`blame.min-retained`"),
        (GATE, GATE.replace("90", "9"), "`blame.min-retained`"),
        ("[tool.rehome]\nignore=['a']", "[tool.rehome]\nignore=['p.py']", "`ignore`"),
        (f"{GATE}[", GATE, "`tool.rehome`, `blame.min-retained`"),
        (GATE, f"[project]\nname = 'p'\n{GATE}", ""),
        (None, "[project]\nname = 'p'\n", ""),
    ],
)
def test_what_differs(
    scratch: Scratch,
    capsys: pytest.CaptureFixture[str],
    base: str | None,
    head: str | None,
    keys: str,
) -> None:
    if base is not None:
        scratch.commit({"pyproject.toml": base})
    scratch.commit({"p.py": "x = 2\n", "pyproject.toml": head})
    status, document = ask(capsys, "moves", "HEAD")
    assert status == 1
    said = f"the range changes settings that it is judged by: {keys}"
    assert told(document) == ([said] if keys else [])


def test_it_cannot_be_accepted_or_ignored(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = f'[tool.rehome]\nignore = ["*"]\n{ACCEPT}{ACCEPT}'.replace(
        "residual", "settings-changed", 1
    )
    scratch.commit({"pyproject.toml": body})
    assert told(ask(capsys, "moves", "HEAD")[1])


def test_settings_that_the_user_chose_are_none_of_the_range(
    scratch: Scratch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scratch.commit({"pyproject.toml": ACCEPT})
    (tmp_path / "mine.toml").write_text(GATE)
    mine = ("--settings", str(tmp_path / "mine.toml"))
    for chosen in (("--no-settings",), mine):
        status, document = ask(capsys, *chosen, "moves", "HEAD")
        assert (status, told(document)) == (1, [])
    (scratch.folder / "sub").mkdir()
    assert told(ask(capsys, "moves", "--repo", "sub", "HEAD")[1])
