"""`rehome move`, as a user meets it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from codemods.migration import load
from tests.verify.conftest import Scratch
from verify.commands.move import command

FILES = {
    "pkg/__init__.py": "",
    "pkg/a.py": "from math import pi\n\n\ndef f():\n    return pi\n",
    "use.py": "from pkg.a import f\n\nprint(f())\n",
    "notes.md": "See `pkg.a.f`.\n",
}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    made = Scratch(tmp_path / "project")
    made.commit(FILES)
    monkeypatch.chdir(made.folder)
    return made


def move(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_writes_and_publishes(scratch: Scratch) -> None:
    done = move("pkg.a:f", "--to", "pkg.b", "--migration", "m.toml", "--since", "2.0")
    assert done.exit_code == 1  # the text is left to a person
    assert "notes.md:1" in done.output
    assert scratch.git("status", "--porcelain").splitlines() == [
        "M pkg/a.py",
        " M use.py",
        "?? m.toml",
        "?? pkg/b.py",
    ]
    published = load(Path("m.toml"))
    assert [(m.old_text, m.new_text) for m in published.moves] == [
        ("pkg.a:f", "pkg.b:f")
    ]
    assert published.since == "2.0"


def test_text_follows_if_asked(scratch: Scratch) -> None:
    done = move("pkg.a:f", "--to", "pkg.b", "--text")
    assert done.exit_code == 0
    assert Path("notes.md").read_text() == "See `pkg.b.f`.\n"


@pytest.mark.parametrize("flag", ["--dry-run", "--diff"])
def test_shows_and_writes_nothing(flag: str, scratch: Scratch) -> None:
    done = move("pkg.a:f", "--to", "pkg.b", "--text", flag)
    assert done.exit_code == 0
    assert "pkg/b.py" in done.output
    assert ("+def f():" in done.output) == (flag == "--diff")
    assert scratch.git("status", "--porcelain") == ""


def test_a_refusal_names_the_place_and_what_to_do(scratch: Scratch) -> None:
    Path("pkg/b.py").write_text("f = 1\n")
    done = move("pkg.a:f", "--to", "pkg.b", "--format", "json")
    assert done.exit_code == 1
    answer = json.loads(done.output)
    (finding,) = answer["findings"]
    assert finding["rule"] == "move-collision"
    assert finding["path"] == "pkg/b.py"
    assert scratch.git("status", "--porcelain") == "?? pkg/b.py"


def test_what_is_not_committed_is_not_touched(scratch: Scratch) -> None:
    Path("use.py").write_text("from pkg.a import f\n\nprint(f(), 1)\n")
    done = move("pkg.a:f", "--to", "pkg.b", "--text")
    assert done.exit_code == 1
    assert '"use.py" has changes that are not committed' in done.output
    assert not Path("pkg/b.py").exists()
    assert move("pkg.a:f", "--to", "pkg.b", "--text", "--allow-dirty").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("pkg.a:f", "--to", "pkg.b:x"),
        ("pkg.a:\x1b[31m", "--to", "pkg.b"),
        ("pkg a", "--to", "pkg.b"),
        ("pkg.a:f", "--to", "../b"),
        ("pkg.a:f", "--to", "pkg.b\n"),
        ("pkg.a:f", "--to", "pkg.b", "--deprecate", "soon"),
        ("pkg.a:f", "--to", "pkg.b", "--since", '1"\nid = "x'),
        ("pkg.a:f", "--to", "pkg.b", "--before", "x", "--after", "y"),
        ("pkg.a:f", "--to", "pkg.b", "--keep-alias", "--deprecate", "2"),
        ("pkg.a:f", "--to", "other.b"),
        ("pkg.a:f", "--to", "pkg.b", "--before", "g"),
        ("pkg.none:f", "--to", "pkg.b"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: tuple[str, ...], scratch: Scratch
) -> None:
    done = move(*arguments)
    assert done.exit_code in (1, 2)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    assert "\x1b" not in done.output
    assert scratch.git("status", "--porcelain") == ""


def test_history_is_written_as_commits(scratch: Scratch) -> None:
    scratch.git("config", "user.name", "A")
    scratch.git("config", "user.email", "a@example.org")
    before = scratch.git("rev-parse", "HEAD")
    done = move("pkg.a:f", "--to", "pkg.b", "--text", "--history=linear")
    assert done.exit_code == 0, done.output
    assert scratch.git("status", "--porcelain") == ""
    assert scratch.git("rev-parse", "HEAD") != before
    blamed = scratch.git("blame", "-s", "pkg/b.py").splitlines()
    assert any(line.startswith("^") for line in blamed)


def test_another_folder_and_a_killed_run(scratch: Scratch, tmp_path: Path) -> None:
    stage = scratch.folder / ".rehome-journal-0"
    stage.mkdir(mode=0o700)
    os.chdir(tmp_path)
    done = move("pkg.a:f", "--to", "pkg.b", "--text", "--root", str(scratch.folder))
    assert done.exit_code == 0, done.output
    assert "an earlier run was interrupted" in done.output
    assert not stage.exists()
