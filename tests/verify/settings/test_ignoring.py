"""What settings ignore is never left out without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.verify.conftest import Scratch
from tests.verify.published import schema_errors
from verify.cli import main

IGNORE = '[tool.rehome]\nignore = ["/made/"]\n'
LEFT_OUT = "left out: 1 ignored by the settings"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A project that uses its own `kit`, and a later `kit` beside it."""
    later = {"kit/__init__.py": "", "kit/tools.py": "", "kit/io.py": "class R: pass\n"}
    Scratch(tmp_path / "later").commit(later)
    made = Scratch(tmp_path / "project")
    made.commit(
        {
            "pyproject.toml": IGNORE,
            "kit/__init__.py": "",
            "kit/tools.py": "class R:\n    pass\n",
            "app.py": "from kit.tools import R\n",
            "made/__init__.py": "",
            "made/use.py": "def g():\n    from kit.tools import R\n    return R\n",
            "made/notes.md": "See `kit.tools.R`.\n",
        }
    )
    monkeypatch.chdir(made.folder)
    return made


def ask(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    status = main([*arguments, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert schema_errors(document) == []
    return status, document


def test_doctor_says_how_many_files_it_did_not_look_at(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, document = ask(capsys, "doctor", "made", "--package", "../later")
    assert (status, document["findings"]) == (0, [])
    assert "left out: 2 ignored by the settings" in document["summary"][0]


def test_doctor_of_a_file_that_is_named_counts(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, document = ask(capsys, "doctor", "made/use.py", "--package", "../later")
    assert status == 1
    assert [each["path"] for each in document["findings"]] == ["made/use.py"]


def test_hoist_says_so_too(place: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    Path("made/__init__.py").unlink()
    status, document = ask(capsys, "hoist", "--check", ".")
    assert status == 0
    assert document["facts"]["left_out"] == {"ignored by the settings": 1}
    assert document["summary"][0].endswith(LEFT_OUT)


def test_apply_counts_texts_as_well(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("m.toml").write_text(
        'id = "m"\ntitle = "t"\npackage = "kit"\nsince = "2.0"\n'
        '[[move]]\nfrom = "kit.tools:R"\nto = "kit.io:R"\n'
    )
    status, document = ask(capsys, "apply", "--check", "m.toml", "made")
    assert (status, document["findings"]) == (0, [])
    assert document["facts"]["left_out"] == {
        "ignored by the settings": 2,
        "other files ignored by the settings": 1,
    }


@pytest.mark.parametrize("how", [[], ["--dry-run"], ["--diff"], ["--text"]])
def test_a_move_that_would_break_ignored_code_is_refused(
    place: Scratch, capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    assert main(["move", "kit.tools:R", "--to", "kit.io", *how]) == 2
    said = capsys.readouterr().err
    assert '"made/use.py" would have to change' in said
    assert "pyproject.toml:2" in said
    assert place.git("status", "--porcelain") == ""
    assert main(["--no-settings", "move", "kit.tools:R", "--to", "kit.io"]) == 1
    assert "from kit.io import R" in Path("made/use.py").read_text()


def test_a_move_leaves_ignored_texts_alone_and_says_so(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.commit({"made/use.py": ""})
    status, document = ask(capsys, "move", "kit.tools:R", "--to", "kit.io", "--text")
    assert (status, document["findings"]) == (0, [])
    assert Path("made/notes.md").read_text() == "See `kit.tools.R`.\n"
    left_out = "left out: 1 other files ignored by the settings"
    assert document["summary"][-1] == left_out


def test_a_split_of_ignored_code_is_refused(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "made.use", "--propose"]) == 0
    Path("plan.toml").write_text(capsys.readouterr().out)
    assert main(["split", "made.use", "--into", "plan.toml"]) == 2
    assert "pyproject.toml:2 leaves out" in capsys.readouterr().err
