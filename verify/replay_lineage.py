"""Replay refactors with their history kept: what plain blame and `--follow` tell then.

The final trees are the merged pull requests' own; only the commits before them differ.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verify.git import Entry, Range, Repository
from verify.gitprocess import work_in
from verify.lineage import Form, Written, write
from verify.lineage.measuring import measure
from verify.moving.changes import FileChange, Lineage, Planned
from verify.replay_cycles import Row

_FOLDER = "python/sglang/srt/mem_cache"


@dataclass(frozen=True, slots=True)
class Refactor:
    """A merged pull request: the commit, where its code went, and how many lines of
    each file plain blame is known to retain, by other means, where commits like these
    are made by hand.
    """

    pull: str
    commit: str
    lineage: Lineage
    retained: tuple[tuple[str, int], ...]


REFACTORS = (
    Refactor(
        "#26675",
        "c06220159",
        Lineage(
            f"{_FOLDER}/allocator.py",
            tuple(
                f"{_FOLDER}/allocator/{name}.py"
                for name in ("__init__", "base", "token", "paged")
            ),
            stays=False,
        ),
        (
            ("allocator/base.py", 109),
            ("allocator/token.py", 82),
            ("allocator/paged.py", 381),
        ),
    ),
    Refactor(
        "#26676",
        "1af53f67b",
        Lineage(
            f"{_FOLDER}/swa_memory_pool.py",
            (f"{_FOLDER}/allocator/swa.py",),
            stays=True,
        ),
        (("allocator/swa.py", 366), ("swa_memory_pool.py", 268)),
    ),
)


def replay_lineage(clone: Path) -> list[Row]:
    """What is known of these commits beside what is found, in both forms.

    Works in a clone of the clone, which is removed again. Raises `GitError` where
    the clone or a commit cannot be read, `LineageError` where nothing is written.
    """
    rows: list[Row] = []
    repository = Repository.open(clone)
    try:
        for refactor in REFACTORS:
            planned = _as_merged(repository, refactor)
            for form in Form:
                rows += _replayed(clone, refactor, planned, form)
    finally:
        repository.close()
    return rows


def _as_merged(repository: Repository, refactor: Refactor) -> Planned:
    """The pull request as a plan."""
    merged = repository.range_of(refactor.commit)
    changes = tuple(
        FileChange(
            change.path,
            _content(repository, change.old),
            _content(repository, change.new),
            0o777 & (change.new or change.old or Entry(0o644, "")).mode,
        )
        for change in merged.changes()
    )
    return Planned(changes, (refactor.lineage,), None)


def _content(repository: Repository, entry: Entry | None) -> bytes | None:
    return None if entry is None else repository.read([entry.oid])[entry.oid]


def _replayed(
    clone: Path, refactor: Refactor, planned: Planned, form: Form
) -> Iterator[Row]:
    with _scratch(clone, f"{refactor.commit}^") as folder:
        written = write(folder, planned, form, title=f"As in {refactor.pull}")
        repository = Repository.open(folder)
        try:
            yield from _rows(repository, refactor, form, written)
        finally:
            repository.close()


def _rows(
    repository: Repository, refactor: Refactor, form: Form, written: Written
) -> Iterator[Row]:
    what = f"{refactor.pull}, {form.value}"
    merged = repository.commit(refactor.commit)
    trees = [_tree(repository, commit) for commit in (merged, written.new)]
    yield Row(f"{what}, final tree", trees[0], trees[1])
    kept = {each.path: each for each in written.kept}
    plain = _as_it_was(repository, refactor, written.old, merged)
    past = _followed(repository, written.old, refactor.lineage.source)
    for name, known in refactor.retained:
        path = f"{_FOLDER}/{name}"
        lines = kept[path].lines
        told = f"{what}, {name}, lines that plain blame retains (as merged: "
        yield Row(
            f"{told}{plain[path]})",
            f"{known} of {lines}",
            f"{kept[path].retained} of {lines}",
        )
        found = _followed(repository, written.new, path) & past
        told = f"{what}, {name}, commits before that --follow reaches"
        yield Row(told, str(len(past)), str(len(found)))


def _tree(repository: Repository, commit: str) -> str:
    return repository.run("rev-parse", f"{commit}^{{tree}}").decode("ascii").strip()


def _as_it_was(
    repository: Repository, refactor: Refactor, base: str, merged: str
) -> dict[str, int]:
    compared = Range(repository, base, merged, "")
    paths = [f"{_FOLDER}/{name}" for name, _ in refactor.retained]
    return {each.path: each.retained for each in measure(compared, paths)}


def _followed(repository: Repository, commit: str, path: str) -> frozenset[str]:
    asked = ("log", "--follow", "--format=%H", commit, "--", path)
    return frozenset(repository.run(*asked).decode("ascii").split())


@contextmanager
def _scratch(clone: Path, revision: str) -> Iterator[Path]:
    """A clone of the clone, at a revision, with few files checked out."""
    with tempfile.TemporaryDirectory(prefix="rehome-replay-") as name:
        folder = Path(name) / "clone"
        source = str(clone.resolve())
        borrowed = ("clone", "--quiet", "--shared", "--no-checkout", "--", source)
        _git(clone, *borrowed, str(folder))
        _git(folder, "sparse-checkout", "set", _FOLDER)
        _git(folder, "checkout", "--quiet", "--detach", revision)
        _git(folder, "config", "user.name", "rehome")
        _git(folder, "config", "user.email", "rehome@example.org")
        yield folder


def _git(folder: Path, *arguments: str) -> None:
    allowed = {"GIT_ALLOW_PROTOCOL": "file"}
    work_in(folder, "-c", "protocol.file.allow=always", *arguments, variables=allowed)
