"""`rehome-hook`: what pre-commit appends is never an option, a migration or a range."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verify.ci import hook

OLD = "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FROM_REF", "TO_REF", "LOCAL_BRANCH"):
        monkeypatch.delenv(f"PRE_COMMIT_{name}", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["rehome-hook", *arguments])
    return hook.main()


@pytest.mark.parametrize(
    "name", ["--output=a.py", "-x.py", "n\nl.py", "b c.py", "--", "-"]
)
def test_a_file_is_never_an_option(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.py").write_text("# mine\n")
    (tmp_path / name).write_text(OLD)
    status = run(monkeypatch, "apply", "--check", "sglang", "a.py", name)
    said = capsys.readouterr()
    if status == 2:
        assert "name of an option" in said.err
        assert name in ("--", "-")
    else:
        assert status == 1
        assert "2 files read; 1 would be rewritten" in said.out
    assert (tmp_path / "a.py").read_text() == "# mine\n"


@pytest.mark.parametrize("name", ["-h", "--help", "--text", "--diff"])
def test_a_file_called_as_an_option_is_told(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / name).write_text(OLD)
    assert run(monkeypatch, "apply", "--check", "sglang", name) == 2
    assert f"the name of an option, {name!r}: rename it" in capsys.readouterr().err


def test_a_file_called_as_a_migration_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.rehome]\nmigrations = ["sglang"]\n')
    (tmp_path / "sglang").write_text(f"#!/usr/bin/env python\n{OLD}")
    (tmp_path / "a.py").write_text("")
    assert run(monkeypatch, "apply", "--check", "sglang", "a.py") == 1
    assert "2 files read; 1 would be rewritten" in capsys.readouterr().out


def test_a_folder_called_as_a_migration_is_the_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sglang").mkdir()
    (tmp_path / "a.py").write_text(OLD)
    assert run(monkeypatch, "apply", "--check", "sglang", "a.py") == 1
    assert "1 file read; 1 would be rewritten" in capsys.readouterr().out


def test_no_range_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "verify") == 2
    assert "--hook-stage pre-push --from-ref BASE" in capsys.readouterr().err


def test_the_first_push_of_all_has_nothing_to_compare(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "main")
    assert run(monkeypatch, "verify") == 0
    assert "nothing to compare it with" in capsys.readouterr().err


def test_a_hostile_range_is_no_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "--output=written")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert run(monkeypatch, "verify") == 2
    assert not (tmp_path / "written").exists()
    assert "no such option" not in capsys.readouterr().err.lower()


def test_nothing_to_do_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch) == 2
