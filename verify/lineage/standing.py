"""The repository as it stands, or why no commit can be written to it now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verify.git import Repository, Tree
from verify.gitprocess import GitError, decode, look_up, work_in
from verify.lineage.errors import LineageError
from verify.moving.changes import Planned

# What git keeps while something is under way, and how a user names it.
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or `git am`",
    "sequencer": "a cherry-pick or revert of several commits",
}
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """`root` is the work tree, `prefix` where in it the folder is that was asked
    about, `old` the commit that it is on, `branch` its branch, None where it is on
    none.
    """

    root: Path
    prefix: str
    old: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class CommitFiles:
    """The regular files of a commit."""

    repository: Repository
    tree: Tree

    def paths(self) -> frozenset[str]:
        return frozenset(path for path, entry in self.tree.items() if entry.is_file)

    def read(self, path: str) -> bytes | None:
        entry = self.tree.get(path)
        if entry is None or not entry.is_file:
            return None
        return self.repository.read([entry.oid])[entry.oid]


def standing(folder: Path) -> Standing:
    """Where a folder's repository stands.

    Raises `LineageError` where nothing can be committed to it as it is, `GitError`
    where there is none.
    """
    if look_up(folder, "--is-bare-repository").strip() == b"true":
        raise LineageError(
            "a bare repository has no files: use a clone with a work tree"
        )
    if look_up(folder, "--is-inside-work-tree").strip() != b"true":
        raise LineageError("this is no work tree, but the inside of a repository")
    root, own = (
        Path(decode(look_up(folder, "--path-format=absolute", what)).removesuffix("\n"))
        for what in ("--show-toplevel", "--git-dir")
    )
    prefix = decode(look_up(folder, "--show-prefix")).removesuffix("\n")
    for name, what in _UNDER_WAY.items():
        if os.path.lexists(own / name):
            raise LineageError(f"{what} is under way here: finish it or abort it first")
    try:
        old = look_up(root, "--verify", "--quiet", "HEAD^{commit}").decode("ascii")
    except GitError:
        raise LineageError(
            "there is no commit yet whose history could be kept: commit the files first"
        ) from None
    return Standing(root, prefix, old.strip(), _branch(root))


def _branch(root: Path) -> str | None:
    try:
        return decode(
            work_in(root, "symbolic-ref", "--quiet", "--short", "HEAD")
        ).strip()
    except GitError:
        return None


def refuse_unsettled(stands: Standing, planned: Planned, files: CommitFiles) -> None:
    """Raise `LineageError` where the plan was made from other files than those of
    the commit, or would overwrite one that git does not know.
    """
    commit = stands.old[:12]
    tree = files.tree
    links = [
        c.path
        for c in planned.changes
        if c.path in tree and c.path not in files.paths()
    ]
    if links:
        raise LineageError(f"{_named(links)}: no regular file of the commit {commit}")
    unknown = [
        c.path for c in planned.changes if not c.comes and c.path not in files.paths()
    ]
    if unknown:
        raise LineageError(
            f"{_named(unknown)}: not in the commit {commit}: commit it first, or keep"
            " it out of the way"
        )
    there = [c.path for c in planned.changes if c.comes and c.path in files.paths()]
    lying = [
        c.path
        for c in planned.changes
        if c.comes and os.path.lexists(stands.root / c.path)
    ]
    if there or lying:
        raise LineageError(f"{_named(there or lying)}: is there already")
    changed = sorted({*_changed(stands, planned, files), *_staged(stands, planned)})
    if changed:
        raise LineageError(
            f"{_named(changed)}: not as in the commit {commit}, which the new commits"
            " begin with: commit or stash your changes (`git stash`), and run it again"
        )


def _changed(stands: Standing, planned: Planned, files: CommitFiles) -> Iterator[str]:
    """The files that the plan was made from and that differ from the commit's."""
    from verify.lineage.objects import blob_of

    found = [c for c in planned.changes if c.before is not None]
    texts = files.repository.read(files.tree[change.path].oid for change in found)
    for change in found:
        oid, before = files.tree[change.path].oid, change.before
        if before is None or texts[oid] == before:
            continue  # git has it as the work tree has it
        if blob_of(stands.root, change.path, before) != oid:
            yield change.path


def _staged(stands: Standing, planned: Planned) -> set[str]:
    """The plan's files that the index has otherwise than the commit."""
    asked = ("diff-index", "--cached", "--name-only", "--no-renames", "-z", stands.old)
    staged = decode(work_in(stands.root, *asked, "--")).split("\0")
    return {change.path for change in planned.changes}.intersection(staged)


def _named(paths: list[str]) -> str:
    more = len(paths) - _SHOWN
    shown = ", ".join(paths[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
