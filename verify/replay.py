"""Replay a merged refactor: what `rehome` makes of it, and what is true.

A commit moved a symbol and re-pointed its call sites by hand. In a scratch
worktree at the commit's parent the migration does the same, and every file is
compared with what was merged, byte for byte. And what `rehome blame` says of the
commit is compared with what git blame says over all of history, line by line.
"""

from __future__ import annotations

import difflib
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.migration import Migration
from codemods.namemap import NameMap
from codemods.rewrite import Options

if TYPE_CHECKING:
    import git

    from verify.history.modes import Mode


class ReplayError(Exception):
    """A commit that cannot be replayed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One file: what became of it here, and the first line that differs from
    what was merged (empty where none does).
    """

    path: str
    is_call_site: bool
    rewritten: bool
    first_difference: str

    @property
    def outcome(self) -> str:
        if not self.rewritten:
            return "missed"
        if not self.is_call_site:
            return "wrongly touched"
        return "differs" if self.first_difference else "identical"


def replay(clone: Path, commit: str, migration: Migration) -> list[Replayed]:
    """Apply `migration` at the parent of `commit` and compare with the commit.

    Adds a worktree to the clone and always removes it again. Raises
    `ReplayError` where the clone or the commit cannot be read.
    """
    import git

    from codemods.runner import run

    try:
        repository = git.Repo(clone)
        head = repository.commit(commit)
        base = head.parents[0]
    except (git.GitError, ValueError, IndexError) as error:
        raise ReplayError(
            f"{commit} with its parent is not in {clone}: fetch the whole history"
            f" ({str(error).splitlines()[-1] if str(error) else 'no repository'})"
        ) from None
    names = NameMap.compose([migration])
    merged = _call_site_files(repository, head, names)
    with worktree(repository, base.hexsha) as tree:
        report = run([tree], names, options=Options(), jobs=None, write=True)
        written = {
            Path(item.path).resolve().relative_to(tree.resolve()).as_posix(): item.new
            for item in report.changed
        }
    return [
        Replayed(
            path,
            path in merged,
            path in written,
            _first_difference(written.get(path), merged.get(path)),
        )
        for path in sorted({*written, *merged})
    ]


def _call_site_files(
    repository: git.Repo, head: git.Commit, names: NameMap
) -> dict[str, bytes]:
    """The files that the commit changed in place, less those that the move is of."""
    moved_from = {name.module.replace(".", "/") + ".py" for name in names.old_names}
    found: dict[str, bytes] = {}
    for change in head.parents[0].diff(head):
        path = change.b_path
        if change.change_type != "M" or path is None or change.b_blob is None:
            continue
        if path.endswith(".py") and not any(path.endswith(f) for f in moved_from):
            found[path] = change.b_blob.data_stream.read()
    return found


@contextmanager
def worktree(repository: git.Repo, revision: str) -> Iterator[Path]:
    """A scratch worktree of the clone, gone again afterwards."""
    with tempfile.TemporaryDirectory(prefix="rehome-replay-") as folder:
        tree = Path(folder) / "tree"
        hooks_off = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]
        command = ["git", *hooks_off, "worktree"]
        repository.git.execute(
            [*command, "add", "--quiet", "--detach", str(tree), revision]
        )
        try:
            yield tree
        finally:
            repository.git.execute([*command, "remove", "--force", str(tree)])


def _first_difference(ours: bytes | None, merged: bytes | None) -> str:
    if ours is None or merged is None or ours == merged:
        return ""
    old, new = (text.decode(errors="replace").splitlines() for text in (merged, ours))
    for line in difflib.unified_diff(old, new, n=0, lineterm=""):
        if line[0] in "+-" and line[:3] not in ("+++", "---"):
            return line
    return "only line ends differ"


@dataclass(frozen=True, slots=True)
class BlamedFile:
    """The lines of one file that each mode retains, as told and as git has them."""

    path: str
    lines: int
    ours: Mapping[Mode, frozenset[int]]
    gits: Mapping[Mode, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Blamed:
    """Every file, the seconds that the survey took for all modes, and those that
    git took for the widest one.
    """

    files: tuple[BlamedFile, ...]
    seconds: float
    git_seconds: float


def blame_again(clone: Path, commit: str) -> Blamed:
    """Survey what a commit did to blame, and ask git the same without a limit.

    Raises `GitError` where the clone or the commit cannot be read.
    """
    from verify.git import Repository
    from verify.history.cache import Cache
    from verify.history.modes import MODES, WIDEST
    from verify.history.survey import survey
    from verify.history.unlimited import retained

    compared = Repository.open(clone).range_of(commit)
    started = time.perf_counter()
    found = survey(compared, Cache(None)).files
    seconds = time.perf_counter() - started
    files: list[BlamedFile] = []
    git_seconds = 0.0
    for file in found:
        gits: dict[Mode, frozenset[int]] = {}
        for mode in MODES:
            started = time.perf_counter()
            gits[mode] = retained(compared, file.subject, mode)
            git_seconds += time.perf_counter() - started if mode is WIDEST else 0
        ours = {mode: frozenset(file.kept[mode].retained) for mode in MODES}
        lines = len(file.subject.lines)
        files.append(BlamedFile(file.subject.path, lines, ours, gits))
    return Blamed(tuple(files), seconds, git_seconds)
