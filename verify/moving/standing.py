"""Whether what a plan changes is committed, so that git can bring it back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from codemods.worktree import top_of
from verify.git import Repository
from verify.gitprocess import GitError
from verify.moving.changes import FileChange


def uncommitted(root: Path, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """The paths of files that a plan would change and that are not as the last commit
    has them; none where there is no git.

    Reads git's objects, and runs no filter: a file that a filter changes counts as
    uncommitted.
    """
    top = top_of(str(root.resolve()))
    if top is None:
        return ()
    inner = root.resolve().relative_to(top).as_posix()
    prefix = "" if inner == "." else f"{inner}/"
    try:
        repository = Repository.open(Path(top))
    except GitError:
        return ()
    try:
        tree = repository.tree(repository.commit("HEAD"))
    except GitError:
        return tuple(each.path for each in changes if each.before is not None)
    finally:
        repository.close()
    found = []
    for change in changes:
        entry = tree.get(f"{prefix}{change.path}")
        if change.before is None:
            if entry is not None:
                found.append(change.path)
        elif entry is None or entry.oid != _oid(change.before, len(entry.oid)):
            found.append(change.path)
    return tuple(found)


def _oid(data: bytes, length: int) -> str:
    algorithm = hashlib.sha1 if length == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
