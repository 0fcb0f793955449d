"""Clones that hold less than everything: told, with what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from verify.git import GitError, Repository

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch


@pytest.fixture
def origin(make_scratch: MakeScratch) -> Scratch:
    scratch = make_scratch("origin")
    for number in range(6):
        scratch.commit({"a.py": f"{number}\n"})
        scratch.git("tag", f"v{number}")
    scratch.git("config", "uploadpack.allowAnySHA1InWant", "true")
    scratch.git("config", "uploadpack.allowFilter", "true")
    return scratch


def clone(origin: Scratch, to: Path, *arguments: str) -> Repository:
    source = origin.folder.as_uri()
    origin.git("clone", "--quiet", "--no-tags", *arguments, source, to)
    return Repository.open(to)


@pytest.mark.parametrize(
    ("depth", "text", "says"),
    [
        (1, "HEAD~1..HEAD", "lies 1 commit below .*--deepen=1`"),
        (2, "HEAD~4..HEAD", "lies 3 commits below .*--deepen=3`"),
        (2, "HEAD^^^..HEAD", "lies 2 commits below .*--deepen=2`"),
        (2, "HEAD~1^~2..HEAD", "lies 3 commits below .*--deepen=3`"),
        (1, "HEAD", "the parent of 'HEAD' is not here.*--deepen=1`"),
        (2, "v1..HEAD", "this clone is shallow: at least one more commit is missing"),
        (2, "HEAD~9999999..HEAD", "lies 9999998 commits below"),
    ],
)
def test_what_a_shallow_clone_lacks(
    origin: Scratch, tmp_path: Path, depth: int, text: str, says: str
) -> None:
    repository = clone(origin, tmp_path / "clone", f"--depth={depth}")
    with pytest.raises(GitError, match=says):
        repository.range_of(text)


def test_the_depth_that_is_named_is_enough(origin: Scratch, tmp_path: Path) -> None:
    clone(origin, tmp_path / "clone", "--depth=2")
    origin.git("-C", tmp_path / "clone", "fetch", "--quiet", "--deepen=3")
    found = Repository.open(tmp_path / "clone").range_of("HEAD~4..HEAD")
    assert found.base == origin.git("rev-parse", "v1")
    assert len(found.commits()) == 4


def test_a_base_that_was_fetched_alone(origin: Scratch, tmp_path: Path) -> None:
    clone(origin, tmp_path / "clone", "--depth=2")
    base = origin.git("rev-parse", "v1")
    origin.git(
        "-C", tmp_path / "clone", "fetch", "--quiet", "--depth=1", "origin", base
    )
    repository = Repository.open(tmp_path / "clone")
    with pytest.raises(GitError, match="shallow clone ends before the two sides"):
        repository.range_of(f"{base}..HEAD")


def test_a_side_branch_that_leaves_the_clone(origin: Scratch, tmp_path: Path) -> None:
    origin.git("switch", "--quiet", "--create", "side", "v0")
    for number in range(4):
        origin.commit({"side.py": f"{number}\n"})
    origin.git("switch", "--quiet", "main")
    origin.git("merge", "--quiet", "--no-edit", "side")
    repository = clone(origin, tmp_path / "clone", "--depth=3")
    with pytest.raises(GitError, match="leaves this shallow clone below"):
        repository.range_of("HEAD^1..HEAD")
    origin.git("-C", tmp_path / "clone", "fetch", "--quiet", "--unshallow")
    whole = Repository.open(tmp_path / "clone").range_of("HEAD^1..HEAD")
    assert len(whole.commits()) == 5


def test_a_range_inside_a_shallow_clone(origin: Scratch, tmp_path: Path) -> None:
    repository = clone(origin, tmp_path / "clone", "--depth=2")
    found = repository.range_of("HEAD~1..HEAD")
    assert [change.path for change in found.changes()] == ["a.py"]


def test_a_partial_clone_is_told_and_fetches_nothing(
    origin: Scratch, tmp_path: Path
) -> None:
    marker = tmp_path / "fetched"
    program = tmp_path / "upload-pack"
    program.write_text(f'#!/bin/sh\ntouch {marker}\nexec git upload-pack "$@"\n')
    program.chmod(0o755)
    repository = clone(
        origin, tmp_path / "clone", "--filter=blob:none", "--no-checkout"
    )
    where = ("-C", tmp_path / "clone")
    origin.git(*where, "config", "remote.origin.uploadpack", str(program))
    found = repository.range_of("HEAD~1..HEAD")
    (change,) = found.changes()
    assert change.new is not None
    with pytest.raises(GitError, match=r"is partial or damaged.*--refetch"):
        repository.read([change.new.oid])
    assert not marker.exists()
    origin.git(*where, "cat-file", "-e", change.new.oid)
    assert marker.exists()  # git itself does run it
