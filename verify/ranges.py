"""From what a user calls a range to two commits, or to a clear reason why not."""

from __future__ import annotations

import re

from verify.git import GitError, Range, Repository

_STEPS = re.compile(r"(?P<from>.*?)(?P<steps>(?:~\d*|\^)+)", re.DOTALL)


def range_of(repository: Repository, text: str) -> Range:
    """See `Repository.range_of`."""
    dots = "..." if "..." in text else ".."
    if dots not in text:
        return _of_commit(repository, text)
    left, _, right = text.partition(dots)
    base = _resolved(repository, left or "HEAD")
    head = _resolved(repository, right or "HEAD")
    if base == head:
        raise GitError(
            f"{text!r} is empty, both sides are {base[:12]}: name two commits"
        )
    meeting = _merge_base(repository, base, head, text)
    if dots == "...":
        base = meeting
    if meeting == head:
        raise GitError(
            f"{text!r} has no commits: {right or 'HEAD'!r} lies before"
            f" {left or 'HEAD'!r}, is it the wrong way round?"
        )
    found = Range(repository, base, head, text, diverged=meeting != base)
    _require_whole(found)
    return found


def _of_commit(repository: Repository, revision: str) -> Range:
    head = _resolved(repository, revision or "HEAD")
    parents = repository.parents(head)
    if not parents:
        raise GitError(f"{revision!r} is a first commit: it has no parent to compare")
    if head in repository.shallow:
        raise GitError(f"the parent of {revision!r} is not here: {_deepen(1)}")
    return Range(repository, parents[0], head, revision)


def _resolved(repository: Repository, revision: str) -> str:
    """The commit that a revision names; `GitError` says what is known of why not."""
    try:
        return repository.commit(revision)
    except GitError as error:
        if repository.shallow:
            raise GitError(_beyond(repository, revision)) from None
        raise GitError(f"{revision!r} names no commit here: {error}") from None


def _beyond(repository: Repository, revision: str) -> str:
    """Why a shallow clone does not know a revision."""
    missing = _missing_steps(repository, revision)
    if missing:
        return f"{revision!r} lies {_commits(missing)} below this shallow clone:" + (
            f" {_deepen(missing)}"
        )
    return (
        f"{revision!r} names no commit here, and this clone is shallow: at least one"
        f" more commit is missing, {_deepen(100)} until it is found"
    )


def _missing_steps(repository: Repository, revision: str) -> int:
    """How many commits are missing for `REV~N`; 0 where that cannot be told."""
    named = _STEPS.fullmatch(revision)
    if named is None:
        return 0
    steps = sum(
        int(step[1:] or 1) if step[0] == "~" else 1
        for step in re.findall(r"~\d*|\^", named["steps"])
    )
    try:
        commit = repository.commit(named["from"] or "HEAD")
    except GitError:
        return 0
    for left in range(steps, 0, -1):
        if commit in repository.shallow:
            return left
        parents = repository.parents(commit)
        if not parents:
            return 0
        commit = parents[0]
    return 0


def _merge_base(repository: Repository, base: str, head: str, text: str) -> str:
    try:
        return repository.run("merge-base", base, head).decode("ascii").split()[0]
    except GitError:
        pass
    if repository.shallow:
        raise GitError(
            f"this shallow clone ends before the two sides of {text!r} meet: at least"
            f" {_missing_between(repository, base, head)}, {_deepen(100)} until they do"
        )
    raise GitError(f"the two sides of {text!r} share no history: compare others")


def _missing_between(repository: Repository, base: str, head: str) -> str:
    return f"{_commits(len(_cut(repository, base, head)) or 1)} more is needed"


def _require_whole(found: Range) -> None:
    """Refuse a range that leaves a shallow clone: what lies beyond would count as
    written in the range.
    """
    cut = _cut(found.repository, found.base, found.head)
    if cut:
        raise GitError(
            f"the range {found.text!r} leaves this shallow clone below"
            f" {cut[0][:12]}: at least one more commit is needed, {_deepen(100)}"
        )


def _cut(repository: Repository, base: str, head: str) -> list[str]:
    if not repository.shallow:
        return []
    return [c for c in repository.commits(base, head) if c in repository.shallow]


def _commits(number: int) -> str:
    return "1 commit" if number == 1 else f"{number} commits"


def _deepen(number: int) -> str:
    return f"run `git fetch --deepen={number}` (or `git fetch --unshallow`)"
