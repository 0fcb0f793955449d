"""The files of a project as they are, and as they are once some have changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from codemods.discovery import discover
from codemods.files import FileProblem, read_regular
from verify.movement.sources import Sources
from verify.moving.changes import FileChange


@dataclass(eq=False)
class WorkTree:
    """The files below a folder, as `rehome apply` finds them: no links, nothing that
    git ignores. Each is read once, when it is asked for; paths are relative to the
    folder, with forward slashes.
    """

    root: Path
    _known: dict[str, bytes | None] = field(default_factory=dict, repr=False)

    def paths(self) -> Collection[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        found = discover([self.root])
        return frozenset(
            path.relative_to(self.root).as_posix()
            for path in (*found.files, *found.texts)
            if path.is_relative_to(self.root)
        )

    def read(self, path: str) -> bytes | None:
        if path not in self._known:
            self._known[path] = self._read(path) if path in self._paths else None
        return self._known[path]

    def mode(self, path: str) -> int:
        """The permission bits of a file that is there."""
        return os.stat(self.root / path).st_mode & 0o777

    def is_taken(self, path: str) -> bool:
        """Whether anything at all is at a path, a link or an ignored file included."""
        return os.path.lexists(self.root / path)

    def _read(self, path: str) -> bytes | None:
        try:
            return read_regular(self.root / path)
        except FileProblem:
            return None


class Overlay:
    """The files of a tree with changes applied to them."""

    def __init__(self, before: Sources, changes: Iterable[FileChange]) -> None:
        self.before = before
        self.changes = {each.path: each for each in changes}

    def paths(self) -> Collection[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        gone = {path for path, each in self.changes.items() if each.goes}
        return (frozenset(self.before.paths()) | self.changes.keys()) - gone

    def read(self, path: str) -> bytes | None:
        if path in self.changes:
            return self.changes[path].after
        return self.before.read(path)
