"""The user's own command at each commit, in a work tree of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verify.lineage.errors import LineageError
from verify.lineage.standing import Standing
from verify.lineage.telling import Commit
from verify.sides.process import Ending
from verify.sides.workplace import Workplace

_PACKAGES = {"rehome_lineage": Path(__file__).parent / "inside"}


def refuse_failing(
    place: Workplace, stands: Standing, commits: Sequence[Commit], command: str
) -> None:
    """Run a command at every commit; raise `LineageError` where it fails."""
    for commit in commits:
        ending = _run(place, stands, commit.oid, command)
        if not ending.is_clean:
            before = _run(place, stands, stands.old, command)
            too = "" if before.is_clean else " It fails at the commit before, too."
            raise LineageError(
                f'the command fails at "{commit.subject}" ({commit.oid[:12]}):'
                f" {ending.cause}.{too} Nothing has changed; look at it with"
                f" `git worktree add FOLDER {commit.oid[:12]}`"
            )


def _run(place: Workplace, stands: Standing, oid: str, command: str) -> Ending:
    side = place.open(f"git:{oid}", repository=stands.root)
    child = place.start(side, _PACKAGES, "rehome_lineage.shell", command)
    return child.wait()
