"""Which range the repository verifies of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.own_range import STEPS, NoRangeError, own_range
from tests.snapshot import git


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return repository(tmp_path / "origin", STEPS + 5)


def repository(folder: Path, commits: int) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for number in range(commits):
        commit(folder, str(number))
    return folder


def commit(folder: Path, message: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def clone(origin: Path, folder: Path, *arguments: str) -> Path:
    git(origin, "clone", "--quiet", *arguments, origin.as_uri(), str(folder))
    return folder


def at(folder: Path, revision: str) -> str:
    return git(folder, "rev-parse", f"{revision}^{{commit}}")


def test_a_branch_from_where_it_left_main(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path / "clone")
    base = at(folder, "HEAD~2")
    git(folder, "switch", "--quiet", "--create", "branch", base)
    head = [commit(folder, "one"), commit(folder, "two")][-1]
    git(folder, "tag", "v9")  # not what a branch is compared with
    assert own_range(folder) == f"{base}..{head}"


def test_main_from_the_last_release(origin: Path, tmp_path: Path) -> None:
    git(origin, "tag", "v1.0", "HEAD~7")
    git(origin, "tag", "--annotate", "v1.1", "HEAD~3", "--message", "a release")
    git(origin, "tag", "other", "HEAD~1")
    git(origin, "tag", "v1.2")  # what is checked out is not its own base
    folder = clone(origin, tmp_path / "clone")
    assert own_range(folder) == f"{at(folder, 'HEAD~3')}..{at(folder, 'HEAD')}"
    assert own_range(origin) == own_range(folder)


def test_main_without_a_release(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path / "clone")
    assert own_range(folder) == f"{at(folder, f'HEAD~{STEPS}')}..{at(folder, 'HEAD')}"
    detached = at(folder, "HEAD")
    git(folder, "switch", "--quiet", "--detach", detached)
    assert own_range(folder).endswith(f"..{detached}")


def test_a_young_repository_from_its_first_commit(tmp_path: Path) -> None:
    folder = repository(tmp_path / "young", 3)
    assert own_range(folder) == f"{at(folder, 'HEAD~2')}..{at(folder, 'HEAD')}"


@pytest.mark.parametrize("depth", [1, STEPS])
def test_a_shallow_clone_of_main_is_told(
    origin: Path, tmp_path: Path, depth: int
) -> None:
    folder = clone(origin, tmp_path / "clone", f"--depth={depth}")
    with pytest.raises(NoRangeError, match="this clone is shallow"):
        own_range(folder)


def test_a_shallow_clone_that_has_the_base(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, tmp_path / "clone", f"--depth={STEPS + 1}")
    assert own_range(folder) == f"{at(folder, f'HEAD~{STEPS}')}..{at(folder, 'HEAD')}"


def test_a_shallow_clone_of_a_branch_is_told(origin: Path, tmp_path: Path) -> None:
    git(origin, "switch", "--quiet", "--create", "branch", "HEAD~4")
    commit(origin, "one")
    more = ("--depth=2", "--no-single-branch")
    folder = clone(origin, tmp_path / "clone", *more)
    with pytest.raises(NoRangeError, match="this clone is shallow"):
        own_range(folder)


def test_what_has_no_range_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoRangeError, match="but one commit"):
        own_range(repository(tmp_path / "one", 1))
    (tmp_path / "none").mkdir()
    with pytest.raises(NoRangeError, match="no clone of the repository"):
        own_range(tmp_path / "none")
