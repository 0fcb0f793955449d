"""Replay #26675, which split a module, with a plan of what went to which file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from verify.checks.moves import result_of
from verify.moving.proving import Proof
from verify.moving.trees import Overlay, WorkTree
from verify.releases import cache_folder
from verify.replay import worktree
from verify.replay_cycles import Row
from verify.splitting.plan import loads
from verify.splitting.planning import Wish, plan_split

if TYPE_CHECKING:
    import git

    from verify.moving.changes import Planned

COMMIT = "c06220159bca623b139018c8fe5c3822a8ded5de"
_FOLDER = "python/sglang/srt/mem_cache/allocator"

PLAN = """\
module = "sglang.srt.mem_cache.allocator"
docstring = "Token-to-KV-slot allocators. One file per allocation strategy."
header = ""
reexport = [
    "BaseTokenToKVPoolAllocator",
    "PagedTokenToKVPoolAllocator",
    "TokenToKVPoolAllocator",
    "alloc_extend_naive",
]

[[file]]
module = "base"
symbols = ["BaseTokenToKVPoolAllocator"]

[[file]]
module = "token"
symbols = ["TokenToKVPoolAllocator"]

[[file]]
module = "paged"
symbols = [
    "alloc_extend_naive",
    "alloc_extend_kernel",
    "alloc_decode_kernel",
    "PagedTokenToKVPoolAllocator",
]
"""

# The pull request took along a text that the module began with, besides its licence,
# and that documents nothing there: three lines and an empty one.
DIFFERING = {"__init__": 0, "base": 0, "token": 0, "paged": 4}
# That text, the new docstring and `__all__`: what no move explains. As merged it is 7,
# without that text.
RESIDUAL = 10


def replay_splits(clone: Path) -> list[Row]:
    """What is known of the merged split beside what `rehome split` plans at its parent.

    Adds a worktree to the clone and always removes it again. Raises `GitError` where
    the clone has no such commit.
    """
    import git

    from verify.gitprocess import GitError

    try:
        repository = git.Repo(clone)
        merged = repository.commit(COMMIT)
        with worktree(repository, merged.parents[0].hexsha) as folder:
            tree = WorkTree(folder)
            plan = loads(PLAN, "the plan of #26675")
            planned = plan_split(tree, plan, Wish(), cache_folder() / "imports")
            return list(_rows(tree, planned, merged))
    except (git.GitError, ValueError, IndexError) as error:
        text = str(error).splitlines()
        reason = text[-1] if text else "no repository"
        raise GitError(f"{COMMIT[:9]} is not in {clone}: {reason}") from None


def _rows(tree: WorkTree, planned: Planned, merged: git.Commit) -> Iterator[Row]:
    made = {each.path: each.after for each in planned.changes}
    for name, lines in DIFFERING.items():
        path = f"{_FOLDER}/{name}.py"
        ours = (made.pop(path, None) or b"").decode()
        theirs = merged.tree[path].data_stream.read().decode()
        found = _differing(ours, theirs)
        yield Row(f"allocator/{name}.py: lines that differ", str(lines), str(found))
    gone = [path for path, after in made.items() if after is None]
    yield Row("files that go", f"{_FOLDER}.py", ", ".join(gone))
    yield Row("other files that change", "0", str(len(made) - len(gone)))
    yield Row("findings", "0", str(len(planned.findings)))
    lost = planned.migration.moves if planned.migration else ()
    names = ", ".join(sorted(move.old.symbol for move in lost))
    known = "alloc_decode_kernel, alloc_extend_kernel"
    yield Row("names that lose their old path", known, names)
    after = Overlay(tree, planned.changes)
    paths = [each.path for each in planned.changes]
    movement = Proof(tree, after, paths, dict(planned.moved)).movement
    result = result_of(movement, tree, after)
    edited = result.facts["moves"]
    assert isinstance(edited, dict)
    yield Row("lines that no move explains", str(RESIDUAL), str(movement.residual))
    yield Row("definitions that moved verbatim", "6", str(edited["verbatim"]))


def _differing(ours: str, theirs: str) -> int:
    """How many lines stand in one of two texts alone."""
    lines = difflib.ndiff(theirs.splitlines(), ours.splitlines())
    return sum(line[:2] in ("+ ", "- ") for line in lines)
