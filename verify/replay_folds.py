"""Replay #27458: a function moved, and what was made of it got a name of its own.

The definitions are as merged, for they are moved by hand; `rehome apply --hoist` does
the rest at the commit's parent. Each file is compared with what was merged, and what
differs is told in words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.migration import Migration
from codemods.namemap import NameMap
from codemods.rewrite import Options
from verify.releases import cache_folder
from verify.replay import ReplayError, worktree
from verify.replay_cycles import Row

if TYPE_CHECKING:
    import git

    from codemods.runner import Report

COMMIT = "1c7acba57937c26c459f07138be2ff4621c4100d"
MIGRATION = "sglang-27458"
_SRT = "python/sglang/srt"

# What is left between each rewritten file and the merged one. The pull request named
# the local by hand; it changed a comment and a message that spell the product; and of
# the last file it moved the lines around the call to a new function, so that the
# import, which dodged no cycle, went with them.
KNOWN = {
    f"{_SRT}/managers/schedule_batch.py": "the local alloc_reserve for reserve",
    f"{_SRT}/model_executor/model_runner_kv_cache_mixin.py": "other code",
    f"{_SRT}/speculative/eagle_info_v2.py": "texts and comments",
}
# Code in YAML in a string, and the new name that its finding has to give.
REPORTED = {
    f"{_SRT}/debug_utils/pr_fix_toggle.py": (
        "sglang.srt.mem_cache.common.get_alloc_reserve_per_decode"
    )
}


def replay_folds(clone: Path, migration: Migration, commit: str = COMMIT) -> list[Row]:
    """What is known of the commit, and what `rehome apply --hoist` makes of it.

    Adds a worktree to the clone and always removes it again. Raises `ReplayError`
    where the clone or the commit cannot be read.
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
    names = NameMap.compose([migration])
    merged = dict(_merged(head))
    with worktree(repository, base.hexsha) as tree:
        for path in _definitions(names, merged):
            (tree / path).write_bytes(merged[path])
        report = _apply(tree, names)
        made = {_inner(tree, each.path): each.new for each in report.changed}
        found = {
            _inner(tree, f.place.path): f"{f.message}; {f.fix}" for f in report.findings
        }
    left = sum(_reads(data, names) for data in made.values())
    return [
        *_rows_of_files(made, merged),
        Row("reads of the function itself that are left in them", "0", str(left)),
        *_rows_of_findings(found),
    ]


def _apply(tree: Path, names: NameMap) -> Report:
    from codemods.runner import run
    from verify.importing.freeing import HoistFreed

    paths = [tree / "python"]
    finish = HoistFreed(paths, names, cache_folder() / "imports")
    options = Options()
    return run(paths, names, options=options, jobs=None, write=True, finish=finish)


def _inner(tree: Path, path: str) -> str:
    return Path(path).resolve().relative_to(tree.resolve()).as_posix()


def _merged(head: git.Commit) -> Iterator[tuple[str, bytes]]:
    for change in head.parents[0].diff(head):
        if change.b_path is not None and change.b_blob is not None:
            yield change.b_path, change.b_blob.data_stream.read()


def _definitions(names: NameMap, merged: Mapping[str, bytes]) -> list[str]:
    """The files that definitions moved between."""
    modules = {name.module for move in names.moves for name in (move.old, move.new)}
    ends = tuple(f"/{module.replace('.', '/')}.py" for module in modules)
    return [path for path in merged if f"/{path}".endswith(ends)]


def _rows_of_files(
    made: Mapping[str, bytes], merged: Mapping[str, bytes]
) -> Iterator[Row]:
    for path in sorted({*made, *KNOWN}):
        known = KNOWN.get(path, "left alone")
        found = "left alone"
        if path in made:
            found = difference(made[path], merged.get(path, b""))
        yield Row(f"what differs from the merge in {path}", known, found)


def _reads(data: bytes, names: NameMap) -> int:
    """How often code reads, or imports, a function that folds are of."""
    functions = {name.symbol for name in names.folded_functions}
    return sum(
        getattr(node, "id", getattr(node, "name", "")) in functions
        for node in ast.walk(ast.parse(data))
        if isinstance(node, (ast.Name, ast.alias))
    )


def _rows_of_findings(found: Mapping[str, str]) -> Iterator[Row]:
    for path in sorted({*found, *REPORTED}):
        target = REPORTED.get(path, "nothing")
        told = found.get(path, "")
        shown = target if path in REPORTED and target in told else told or "nothing"
        yield Row(f"what is reported of {path}", target, shown)


def difference(ours: bytes, merged: bytes) -> str:
    """In what two versions of a file differ, in a few words."""
    if ours == merged:
        return "nothing"
    one, other = (
        _Textless().visit(ast.parse(ours)),
        _Textless().visit(ast.parse(merged)),
    )
    if ast.dump(one) == ast.dump(other):
        return "texts and comments"
    renamed = dict(_other_names(one, other))
    _Renamed(renamed).visit(one)
    if renamed and ast.dump(one) == ast.dump(other):
        pairs = ", ".join(f"{a} for {b}" for a, b in sorted(renamed.items()))
        return f"the local {pairs}"
    return "other code"


def _other_names(one: ast.AST, other: ast.AST) -> Iterator[tuple[str, str]]:
    for a, b in zip(ast.walk(one), ast.walk(other), strict=False):
        if isinstance(a, ast.Name) and isinstance(b, ast.Name) and a.id != b.id:
            yield a.id, b.id


class _Textless(ast.NodeTransformer):
    """Makes all strings alike."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)
