"""Replay #26676 with `rehome move`: every file of the merge, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codemods.name import Name
from verify.movement.engine import examine
from verify.moving.planning import Wish, plan
from verify.moving.refusing import NotMovable, Refused
from verify.moving.trees import Overlay, WorkTree
from verify.moving.writing import write
from verify.releases import cache_folder
from verify.replay import ReplayError, worktree
from verify.replay_cycles import Row

if TYPE_CHECKING:
    import git

    from verify.moving.changes import Planned

COMMIT = "1af53f67b24aeb8e8e39e9326304c452a76c35e7"
_FOLDER = "sglang.srt.mem_cache"
WISH = Wish(
    (Name(f"{_FOLDER}.swa_memory_pool", "SWATokenToKVPoolAllocator"),),
    f"{_FOLDER}.allocator.swa",
)
_OWN = ("mem_cache/allocator/swa.py", "mem_cache/swa_memory_pool.py")


def replay_move(clone: Path, wish: Wish = WISH, commit: str = COMMIT) -> list[Row]:
    """What was merged, and what `rehome move` makes at the commit's parent.

    Adds a worktree to the clone and always removes it again. Raises `ReplayError`
    where the clone or the commit cannot be read, or the move is refused.
    """
    import git

    try:
        repository = git.Repo(clone)
        head = repository.commit(commit)
        base = head.parents[0]
    except (git.GitError, ValueError, IndexError):
        raise ReplayError(
            f"{commit} with its parent is not in {clone}: fetch the whole history"
        ) from None
    merged = _merged(head, base)
    with worktree(repository, base.hexsha) as tree:
        try:
            planned = plan(tree, wish, cache_folder() / "imports")
        except (Refused, NotMovable) as error:
            raise ReplayError(f"the move is refused: {error}") from None
        sources = WorkTree(tree)
        after = Overlay(sources, planned.changes)
        paths = [each.path for each in planned.changes]
        movement = examine(sources, after, paths)
        write(tree, planned.changes)
        written = {path: _content(tree / path) for path in {*paths, *merged}}
    same = {path for path, data in merged.items() if written[path] == data}
    own = {path for path in merged if path.endswith(_OWN)}
    return [
        *(Row(path, "as merged", _said(path in same)) for path in sorted(own)),
        Row(
            "other files as merged, byte for byte",
            f"{len(merged) - len(own)} of {len(merged) - len(own)}",
            f"{len(same - own)} of {len(merged) - len(own)}",
        ),
        Row("files changed that the merge left alone", "0", _strange(planned, merged)),
        Row("findings", "0", str(len(planned.findings))),
        Row("lines that no move explains", "0", str(movement.residual)),
    ]


def _merged(head: git.Commit, base: git.Commit) -> dict[str, bytes | None]:
    """The files that the commit changed, as it left them."""
    found: dict[str, bytes | None] = {}
    for change in base.diff(head):
        blob = change.b_blob
        path = change.b_path or change.a_path
        if path is not None:
            found[path] = blob.data_stream.read() if blob is not None else None
    return found


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _said(is_same: bool) -> str:
    return "as merged" if is_same else "differs"


def _strange(planned: Planned, merged: dict[str, bytes | None]) -> str:
    return str(sum(each.path not in merged for each in planned.changes))
