"""A revision as files: a detached worktree outside the repository.

The janitor takes it away again (see `janitor`), whatever happens to us.
"""

from __future__ import annotations

from pathlib import Path

from verify.gitprocess import GitError, decode, look_up, work_in
from verify.sides.environment import MARK
from verify.sides.errors import SideError


def commit_of(repository: Path, revision: str) -> str:
    """The full id of the commit that a revision names; raises `SideError`."""
    name = ("--verify", "--end-of-options")
    try:
        oid = decode(look_up(repository, *name, revision)).strip()
        return decode(look_up(repository, *name, f"{oid}^{{commit}}")).strip()
    except GitError as error:
        raise SideError(f"git:{revision}: {error}") from None


def common_folder(repository: Path) -> Path:
    """The folder in which git keeps what all worktrees share; raises `SideError`."""
    try:
        told = look_up(repository, "--path-format=absolute", "--git-common-dir")
    except GitError as error:
        raise SideError(f"{str(repository)!r}: {error}") from None
    return Path(decode(told).removesuffix("\n"))


def add(repository: Path, commit: str, folder: Path, mark: str) -> None:
    """Check a commit out into a folder, which must not be there yet.

    No hook of the repository runs. Filters do: the files are what a user would have
    checked out. The `mark` lets the janitor find git, should we be killed before it
    is done. Raises `SideError`.
    """
    arguments = ("--quiet", "--detach", "--", str(folder), commit)
    try:
        work_in(repository, "worktree", "add", *arguments, variables={MARK: mark})
    except GitError as error:
        raise SideError(f"the commit {commit} cannot be checked out: {error}") from None
