"""A repository as values: ranges, trees, changes and contents, read from git objects.

Nothing is checked out, and nothing of the repository runs (see `gitprocess`).
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from verify.gitprocess import GitError, ObjectReader, Store, decode, look_up

__all__ = [
    "SUBMODULE",
    "SYMLINK",
    "Entry",
    "FileChange",
    "GitError",
    "Range",
    "Repository",
    "Tree",
]

SYMLINK, SUBMODULE = 0o120000, 0o160000

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path of a tree; `mode` is one of git's."""

    mode: int
    oid: str

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file: no symbolic link, no submodule."""
        return self.mode not in (SYMLINK, SUBMODULE)


# Path, with surrogates for bytes that are not UTF-8, and its entry, of all folders.
# Paths come from whoever wrote the commit: keys, never to be opened as files.
Tree = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class FileChange:
    """A path whose entry differs; `old` is None where the range adds it, `new`
    where it removes it.
    """

    path: str
    old: Entry | None
    new: Entry | None


@dataclass(frozen=True, slots=True)
class Range:
    """Two commits to compare, by their full object ids, and what the user called
    them. `diverged` where the base is no ancestor of the head. Changes of paths that
    `ignores` are left out; `left_out` says how many.
    """

    repository: Repository
    base: str
    head: str
    text: str
    diverged: bool = False
    ignores: Callable[[str], bool] | None = None
    left_out: int = 0

    def changes(self) -> tuple[FileChange, ...]:
        """Every path whose entry differs, sorted; renames are not looked for."""
        found = self.repository.changes(self.base, self.head)
        if self.ignores is None:
            return found
        return tuple(change for change in found if not self.ignores(change.path))

    def without(self, ignores: Callable[[str], bool]) -> Range:
        """The same, without the changes of paths that are ignored."""
        number = sum(ignores(change.path) for change in self.changes())
        return replace(self, ignores=ignores, left_out=number)

    def commits(self) -> tuple[str, ...]:
        """The commits that head has and base has not, newest first."""
        return self.repository.commits(self.base, self.head)


class Repository:
    """A repository to read; safe to share between threads.

    What it made on disk and the process that it started are gone when it is
    collected, or with `close`.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self._store = store
        self._trees: dict[str, Tree] = {}
        self._finalizer = weakref.finalize(self, store.close)

    @classmethod
    def open(cls, folder: Path) -> Repository:
        """The repository that a folder lies in; bare, or a worktree of another.

        Raises `GitError` where there is none, or git is missing or too old.
        """
        if not folder.is_dir():
            raise GitError(f"there is no folder {str(folder)!r}")
        asked = ("--show-object-format", "--path-format=absolute", "--git-common-dir")
        answer = look_up(folder, *asked).removesuffix(b"\n")
        object_format, _, common = answer.partition(b"\n")
        if object_format not in (b"sha1", b"sha256") or not common.startswith(b"/"):
            raise GitError("git 2.32 or newer is needed")
        store = Store(Path(os.fsdecode(common)), object_format.decode("ascii"))
        return cls(folder, store)

    def close(self) -> None:
        """End what was started; the repository cannot be read any more."""
        self._finalizer()

    def range_of(self, text: str) -> Range:
        """The range of `A..B`, `A...B` (from their merge base) or `REV` (from its
        first parent); an empty side is HEAD.

        Raises `GitError` for a ref that is not there, a range without commits,
        histories that share nothing, and what a shallow clone lacks.
        """
        from verify.ranges import range_of

        return range_of(self, text)

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names, by git's rules.

        Raises `GitError` where it names none.
        """
        named = look_up(self.folder, "--verify", "--end-of-options", revision)
        oid = named.decode("ascii", "replace").strip()
        peeled = ("--verify", "--end-of-options", f"{_checked(oid)}^{{commit}}")
        return self.run("rev-parse", *peeled).decode("ascii").strip()

    def commits(self, base: str, head: str) -> tuple[str, ...]:
        """The commits that head has and base has not, newest first."""
        limits = (_checked(head), f"^{_checked(base)}")
        return tuple(self.run("rev-list", *limits, "--").decode("ascii").split())

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents that a commit names, whether or not the clone has them."""
        head = self.read([commit])[commit].partition(b"\n\n")[0]
        fields = (line.split(b" ") for line in head.split(b"\n"))
        return tuple(f[1].decode("ascii") for f in fields if f[0] == b"parent")

    @property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents a shallow clone lacks; empty for a full one."""
        return self._store.shallow

    def tree(self, commit: str) -> Tree:
        """Every blob and submodule of a commit; symbolic links are not followed."""
        known = self._trees.get(commit)
        if known is None:
            listed = self.run("ls-tree", "-r", "-z", "--full-tree", _checked(commit))
            known = self._trees[commit] = dict(_entries(listed))
        return known

    def changes(self, base: str, head: str) -> tuple[FileChange, ...]:
        """The raw difference of two commits' trees, sorted by path."""
        raw = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames")
        compared = self.run("diff-tree", *raw, _checked(base), _checked(head), "--")
        fields = decode(compared).split("\0")
        pairs = zip(fields[::2], fields[1::2], strict=False)  # the last is empty
        changes = (FileChange(path, *_two_entries(facts)) for facts, path in pairs)
        return tuple(sorted(changes, key=lambda change: change.path))

    def read(
        self, oids: Iterable[str], *, at_most: int | None = None
    ) -> dict[str, bytes]:
        """The contents of objects, read in one go; those of more than `at_most`
        bytes are left out.

        Raises `GitError` where one is not in the clone.
        """
        return self.reader()(oids, at_most=at_most)

    def reader(self) -> ObjectsByName:
        """`read` as a value that another process can be given: it serves there as
        long as this repository is open here.
        """
        return ObjectsByName(self._store.objects, self)

    def run(self, *arguments: str) -> bytes:
        """What a git command prints, run where no setting of the repository counts.

        Raises `GitError` with git's own reason where it fails. What a user or a
        commit named belongs behind `--end-of-options` or `--`.
        """
        return self._store.run(*arguments)


@dataclass(frozen=True, slots=True)
class ObjectsByName:
    """Reads objects by their ids, in any process; see `Repository.read`."""

    objects: ObjectReader
    owner: Repository | None  # is not collected, and so not closed, before this is

    def __reduce__(self) -> tuple[type[ObjectsByName], tuple[object, ...]]:
        return ObjectsByName, (self.objects, None)

    def __call__(
        self, oids: Iterable[str], *, at_most: int | None = None
    ) -> dict[str, bytes]:
        wanted = [_checked(oid) for oid in dict.fromkeys(oids)]
        return self.objects.read(wanted, at_most)


def _checked(oid: str) -> str:
    if not _OID.fullmatch(oid):
        raise GitError(f"{oid!r} is no full object id")
    return oid


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    """Read what `ls-tree -z` prints."""
    for line in decode(listed).split("\0")[:-1]:
        facts, _, path = line.partition("\t")
        mode, _, oid = facts.split(" ")
        yield path, Entry(int(mode, 8), oid)


def _two_entries(facts: str) -> tuple[Entry | None, Entry | None]:
    """Read `:100644 100644 OID OID M` of a raw difference."""
    old_mode, new_mode, old, new, _ = facts.removeprefix(":").split(" ")
    return _entry(old_mode, old), _entry(new_mode, new)


def _entry(mode: str, oid: str) -> Entry | None:
    return Entry(int(mode, 8), oid) if int(mode, 8) else None
