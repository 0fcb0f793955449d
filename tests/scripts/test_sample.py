"""`scripts/sample` writes a repository into a new folder, and into no other."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sample(folder: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as someone who has told git nothing about themselves."""
    environment = {
        **os.environ,
        "HOME": str(cwd),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return subprocess.run(
        [str(ROOT / "scripts/sample"), folder],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["sample", "two words", "-dash", "deep/er"])
def test_it_makes_a_clean_repository_with_a_branch(name: str, tmp_path: Path) -> None:
    done = sample(name, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / name
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "branch", "--show-current") == "my-branch"
    assert git(folder, "rev-list", "--count", "main..my-branch") == "1"
    assert len({*git(folder, "log", "--format=%an").splitlines()}) == 2


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    assert sample("sample", tmp_path).returncode == 0


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / "sample"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    done = sample("sample", tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert [each.name for each in there.iterdir()] == ["mine.txt"]


def test_it_wants_a_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / "scripts/sample")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage" in done.stderr
