"""Print the range of this repository that its own checks look at, as BASE..HEAD.

On a branch it is what the branch has and origin/main has not. On main itself it is what
came since the last release, or the last twenty steps where nothing is released. Ends
with 2 where a shallow clone lacks the base.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UPSTREAM = "refs/remotes/origin/main"
RELEASES = "v[0-9]*"
STEPS = 20


class NoRangeError(Exception):
    """Why there is no range; the text says what to do."""


def main() -> int:
    try:
        print(own_range(ROOT))
    except NoRangeError as error:
        print(f"rehome: its own range is not verified: {error}", file=sys.stderr)
        return 2
    return 0


def own_range(root: Path) -> str:
    """The range of a repository. Raises NoRangeError."""
    head = _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    if head is None:
        raise NoRangeError("this is no clone of the repository")
    base = _branched_from(root, head) or _released(root, head) or _steps_ago(root)
    if base is None:
        raise NoRangeError("there is but one commit: nothing to compare it with")
    return f"{base}..{head}"


def _branched_from(root: Path, head: str) -> str | None:
    """Where a branch left origin/main; None on main, or where that is not known."""
    if _git(root, "rev-parse", "--verify", "--quiet", UPSTREAM) is None:
        return None
    base = _git(root, "merge-base", UPSTREAM, head)
    if base is None:
        _refuse_shallow(root)
    return base if base != head else None


def _released(root: Path, head: str) -> str | None:
    """The last release before this commit."""
    names = ("--tags", "--abbrev=0", "--match", RELEASES)
    name = _git(root, "describe", *names, f"{head}^")
    return name and _git(root, "rev-parse", "--verify", f"refs/tags/{name}^{{commit}}")


def _steps_ago(root: Path) -> str | None:
    for steps in range(STEPS, 0, -1):
        base = _git(root, "rev-parse", "--verify", "--quiet", f"HEAD~{steps}")
        if base is not None:
            if steps < STEPS:
                _refuse_shallow(root)
            return base
    _refuse_shallow(root)
    return None


def _refuse_shallow(root: Path) -> None:
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise NoRangeError(
            "this clone is shallow and ends before the base: run `git fetch"
            " --unshallow` (`fetch-depth: 0` of actions/checkout)"
        )


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None where it fails."""
    done = subprocess.run(
        ["git", "-C", root, *arguments], check=False, capture_output=True, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
