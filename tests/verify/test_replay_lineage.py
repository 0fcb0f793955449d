"""Refactors as merged, with their history kept: the rows."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from tests.verify.conftest import ENVIRONMENT, function
from verify import replay_lineage as replay
from verify.git import GitError
from verify.moving.changes import Lineage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.verify.conftest import Scratch

_HERE = replay._FOLDER
A, B = (function(name, lines=14) for name in "ab")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def merged(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> replay.Refactor:
    scratch.commit({f"{_HERE}/old.py": A, "far.py": "x = 1\n"})
    scratch.commit({f"{_HERE}/old.py": A + B})
    commit = scratch.commit(
        {f"{_HERE}/old.py": A, f"{_HERE}/new.py": B, "far.py": "x = 2\n"}
    )
    lineage = Lineage(f"{_HERE}/old.py", (f"{_HERE}/new.py",), stays=True)
    made = replay.Refactor("#1", commit, lineage, (("new.py", 14), ("old.py", 14)))
    monkeypatch.setattr(replay, "REFACTORS", (made,))
    return made


def test_what_is_retained_and_followed(
    scratch: Scratch, merged: replay.Refactor
) -> None:
    before = scratch.git("for-each-ref")

    rows = replay.replay_lineage(scratch.folder)

    assert all(row.agrees for row in rows)
    found = {row.what: row.found for row in rows}
    for form in ("linear", "merge"):
        lines = "lines that plain blame retains (as merged"
        assert found[f"#1, {form}, new.py, {lines}: 0)"] == "14 of 14"
        assert found[f"#1, {form}, old.py, {lines}: 14)"] == "14 of 14"
        reached = "commits before that --follow reaches"
        assert found[f"#1, {form}, new.py, {reached}"] == "2"
    assert scratch.git("for-each-ref") == before
    assert scratch.git("status", "--porcelain") == ""


def test_a_figure_that_is_another(
    scratch: Scratch, merged: replay.Refactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(merged, retained=(("new.py", 13),))
    monkeypatch.setattr(replay, "REFACTORS", (other,))

    rows = replay.replay_lineage(scratch.folder)

    assert [row.known for row in rows if not row.agrees] == ["13 of 14"] * 2


def test_a_clone_that_lacks_the_commit(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit({"x.py": ""})

    with pytest.raises(GitError, match="c06220159"):
        replay.replay_lineage(scratch.folder)
