"""Get what a shallow clone lacks of a range, from where it was cloned from.

The only place of `rehome` that fetches: it runs in a workflow's own clone, with the
settings and the credentials that the checkout left there.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from verify.ci.event import Wanted
from verify.git import GitError, Repository

# A pull request seldom has more commits; what a fetch costs is mostly its start.
_STEPS = (64, 512, 4096)
_WHOLE = f"--depth={2**31 - 1}"  # as --unshallow, which refuses a whole clone
_SECONDS = 600
_GIT = (
    *("git", "-c", f"core.hooksPath={os.devnull}", "fetch", "--quiet", "--no-tags"),
    *("--no-recurse-submodules", "--no-write-fetch-head"),
)
_ADVICE = (
    "let the checkout have the whole history: `fetch-depth: 0` of actions/checkout, or"
    " GIT_DEPTH: 0"
)
Say = Callable[[str], None]


def complete(folder: Path, wanted: Wanted, say: Say) -> None:
    """Fetch until the clone has all of a range. Raises GitError where it cannot."""
    error = _lacks(folder, wanted)
    for arguments in _fetches(folder, wanted) if error else ():
        say(f"git fetch {' '.join(arguments)}")
        failed = _fetch(folder, arguments)
        error = _lacks(folder, wanted)
        if error is None:
            return
        if failed:
            error = GitError(f"{error}; git fetch said: {failed}; {_ADVICE}")
            break
    if error is not None:
        raise error


def _lacks(folder: Path, wanted: Wanted) -> GitError | None:
    """Why the range cannot be taken from this clone as it is."""
    repository = Repository.open(folder)
    try:
        repository.range_of(wanted.text)
    except GitError as error:
        return error
    finally:
        repository.close()
    return None


def _is_shallow(folder: Path) -> bool:
    repository = Repository.open(folder)
    try:
        return bool(repository.shallow)
    finally:
        repository.close()


def _has(folder: Path, commit: str) -> bool:
    repository = Repository.open(folder)
    try:
        return repository.commit(commit) == commit
    except GitError:
        return False
    finally:
        repository.close()


def _fetches(folder: Path, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    """What to ask for, from less to more; asked for one by one, as long as need be."""
    commits = wanted.commits
    missing = [commit for commit in commits if not _has(folder, commit)]
    if not _is_shallow(folder):
        if missing:
            yield ("origin", *missing)
        return
    if missing:
        yield (f"--depth={_STEPS[0]}", "origin", *missing)
    for step in _STEPS if commits else ():
        if _is_shallow(folder):
            yield (f"--deepen={step}", "origin", *commits)
    if _is_shallow(folder):
        yield (_WHOLE, "origin", *commits)
    if not commits and _is_shallow(folder):  # the checkout may be of no branch
        yield (_WHOLE, "origin", _head(folder))


def _head(folder: Path) -> str:
    repository = Repository.open(folder)
    try:
        return repository.commit("HEAD")
    finally:
        repository.close()


def _fetch(folder: Path, arguments: tuple[str, ...]) -> str:
    """Run git fetch; what it said where it failed."""
    try:
        done = subprocess.run(
            [*_GIT, *arguments],
            cwd=folder,
            env={**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = done.stderr.decode("utf-8", "replace").split("\n")
    lines = [line.strip() for line in said if line.strip()]
    return (lines[-1] if lines else "nothing") if done.returncode else ""
