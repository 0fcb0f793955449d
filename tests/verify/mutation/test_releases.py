"""A seeded set of mutants of the real split of SGLang's allocators.

The two releases around it are downloaded by their hash; no line of them is here.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from zipfile import ZipFile

import pytest

from verify.movement.sources import Files
from verify.mutation.harness import Commit
from verify.mutation.mutant import KINDS
from verify.releases import AFTER_SPLIT, BEFORE_SPLIT, ReleaseError, fetch

FOLDER = "sglang/srt/mem_cache/"
MOVED = ("allocator.py", "allocator/", "swa_memory_pool.py", "triton_ops/allocator.py")
# Nothing in the split code has what these change.
ABSENT = {"await_dropped", "branch", "f_string", "flow", "not_dropped", "state"}


def python_files(wheel: Path) -> Files:
    with ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.endswith(".py")]
        return Files({name: archive.read(name) for name in names})


@pytest.fixture(scope="module")
def split() -> Commit:
    """The split, as far as it is in the files of the allocators."""
    try:
        sides = [python_files(fetch(each)) for each in (BEFORE_SPLIT, AFTER_SPLIT)]
    except ReleaseError as error:
        pytest.skip(f"the package index cannot be reached: {error}")
    prefixes = tuple(f"{FOLDER}{name}" for name in MOVED)
    paths = {path for side in sides for path in side.paths()}
    changed = {path for path in paths if path.startswith(prefixes)}
    return Commit(sides[0], sides[1], changed)


def test_what_moved_is_clean(split: Commit) -> None:
    moved = {m.old.qualified for m in split.clean if m.old.kind == "class"}
    assert moved == {
        "BaseTokenToKVPoolAllocator",
        "PagedTokenToKVPoolAllocator",
        "TokenToKVPoolAllocator",
    }
    assert all(d.is_note for m in split.clean for d in m.differences)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mutant_is_reported(split: Commit, kind: str) -> None:
    judged = [split.judge(each) for each in islice(split.by_kind(7)[kind], 1)]
    told = [
        f"{each.mutant.path}:{each.mutant.line}: {each.missed}"
        for each in judged
        if each.missed
    ]
    assert told == []
    assert judged or kind in ABSENT
