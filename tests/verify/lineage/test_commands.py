"""`rehome move` and `rehome split` with `--history`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.verify.lineage.conftest import Project
from verify.cli import main

MOVE = ("move", "pkg.store:b", "--to", "pkg.other.b")
PLAN = """\
module = "pkg.store"
reexport = ["a", "b", "c"]

[[file]]
module = "first"
symbols = ["a", "c"]

[[file]]
module = "second"
symbols = ["b"]
"""


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.folder)
    return project


@pytest.mark.parametrize("form", ["--history", "--history=merge"])
def test_a_move_is_committed(
    here: Project, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*MOVE, form]) == 0

    told = capsys.readouterr().out
    assert "undo: git reset --keep" in told
    assert "a squash merge throws this away" in told
    assert here.git("status", "--porcelain") == ""
    assert here.git("log", "-1", "--format=%s").startswith("Move ")
    retained, lines = here.retained("pkg/other/b.py")
    assert retained >= 14
    assert here.retained("pkg/store.py")[0] == here.retained("pkg/store.py")[1]
    assert "from pkg.other.b import b" in (here.folder / "pkg/use.py").read_text()
    assert lines - retained <= 3


def test_the_tree_is_the_one_of_a_move_without_it(here: Project) -> None:
    assert main([*MOVE]) == 0
    here.git("add", "--all")
    plain = here.git("write-tree")
    here.git("reset", "--quiet", "--hard")

    assert main([*MOVE, "--history"]) == 0

    assert here.git("rev-parse", "HEAD^{tree}") == plain


def test_programs_are_told_what_was_written(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    old = here.git("rev-parse", "HEAD")

    main([*MOVE, "--history", "--format", "json"])

    facts = json.loads(capsys.readouterr().out)["facts"]
    assert facts["history_old"] == old
    assert facts["history_new"] == here.git("rev-parse", "HEAD")
    assert facts["history_branch"] == "topic"
    assert facts["history_retained"]["pkg/other/b.py"] >= 14


def test_a_dry_run_commits_nothing(here: Project) -> None:
    assert main([*MOVE, "--history", "--dry-run"]) in (0, 1)

    assert here.git("rev-parse", "HEAD") == here.git("rev-parse", "main")
    assert here.git("status", "--porcelain") == ""


def test_changes_that_are_not_committed(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    store = here.folder / "pkg/store.py"
    store.write_text(store.read_text() + "x = 1\n")

    assert main([*MOVE, "--history"]) == 2

    assert "commit or stash your changes" in capsys.readouterr().err
    assert store.read_text().endswith("x = 1\n")
    assert here.git("rev-parse", "HEAD") == here.git("rev-parse", "main")


def test_a_command_that_fails(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*MOVE, "--history", "--check-commit", "exit 3"]) == 2

    assert "the command fails at" in capsys.readouterr().err
    assert here.git("rev-parse", "HEAD") == here.git("rev-parse", "main")


@pytest.mark.parametrize("form", ["--history", "--history=merge"])
def test_a_split_is_committed(here: Project, form: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)

    assert main(["split", "pkg.store", "--into", str(plan), form]) == 0

    assert here.git("status", "--porcelain") == ""
    for name, least in (("first", 28), ("second", 14)):
        retained, lines = here.retained(f"pkg/store/{name}.py")
        assert retained >= least
        assert lines - retained <= 3
        told = here.git("log", "--follow", "--format=%s", f"pkg/store/{name}.py")
        assert told.splitlines()[-1] == "all there is"
