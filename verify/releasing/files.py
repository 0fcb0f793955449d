"""The files of a version, listed at once and read when they are asked for."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zlib import error as ZlibError

from codemods.files import FileProblem, read_regular
from verify.git import Repository, Tree

# Far beyond any source that people write.
_LARGEST = 64 << 20
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


class Files(Protocol):
    """Paths with slashes, from the root of what was opened; nothing else is read."""

    def paths(self) -> Collection[str]:
        """Every regular file; quick to ask `in` of."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, None where there is none that can be read."""


class WheelFiles:
    """The members of a wheel. Their names are keys, and never opened as files.

    Raises `zipfile.BadZipFile` or `OSError` for what is no zip archive.
    """

    def __init__(self, wheel: Path) -> None:
        self._archive = zipfile.ZipFile(wheel)
        self._members = {
            _installed(member.filename): member
            for member in self._archive.infolist()
            if not member.is_dir()
        }

    def paths(self) -> Collection[str]:
        return self._members.keys()

    def read(self, path: str) -> bytes | None:
        member = self._members.get(path)
        if member is None or member.file_size > _LARGEST:
            return None
        try:
            return self._archive.read(member)
        except (zipfile.BadZipFile, OSError, NotImplementedError, ZlibError):
            return None


def _installed(name: str) -> str:
    """Where an installer puts a member: what lies in `.data/purelib` lies on top."""
    top, _, rest = name.partition("/")
    kind, _, inner = rest.partition("/")
    is_library = top.endswith(".data") and kind in ("purelib", "platlib")
    return inner if is_library else name


@dataclass(eq=False, slots=True)
class RevisionFiles:
    """The files of a commit, read from git's objects."""

    repository: Repository
    commit: str
    _known: dict[str, bytes] = field(default_factory=dict)

    @property
    def _tree(self) -> Tree:
        return self.repository.tree(self.commit)

    def paths(self) -> Collection[str]:
        return self._tree.keys()

    def read(self, path: str) -> bytes | None:
        entry = self._tree.get(path)
        if entry is None or not entry.is_file:
            return None
        if entry.oid not in self._known:
            self._known |= self.repository.read([entry.oid], at_most=_LARGEST)
        return self._known.get(entry.oid)

    def fetch(self, paths: Collection[str]) -> None:
        """Read many files in one go."""
        entries = (self._tree[path] for path in paths if path in self._tree)
        oids = {entry.oid for entry in entries if entry.is_file}
        wanted = sorted(oids - self._known.keys())
        self._known |= self.repository.read(wanted, at_most=_LARGEST)


class FolderFiles:
    """The files below a folder; hidden folders, links and environments left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = frozenset(_below(folder))

    def paths(self) -> Collection[str]:
        return self._paths

    def read(self, path: str) -> bytes | None:
        if path not in self._paths:
            return None
        try:
            return read_regular(self._folder / path)
        except FileProblem:
            return None


@dataclass(frozen=True, slots=True)
class HeldFiles:
    """Files in memory; of those in `others` only the name is known."""

    contents: Mapping[str, bytes]
    others: frozenset[str] = frozenset()

    def paths(self) -> Collection[str]:
        return self.contents.keys() | self.others

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)


def _below(folder: Path) -> Collection[str]:
    found = []
    for above, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if _is_entered(above, name)]
        base = Path(above).relative_to(folder).as_posix()
        prefix = "" if base == "." else f"{base}/"
        found += [f"{prefix}{name}" for name in names]
    return found


def _is_entered(above: str, name: str) -> bool:
    if name.startswith(".") or name in _SKIPPED:
        return False
    return not os.path.lexists(os.path.join(above, name, "pyvenv.cfg"))
