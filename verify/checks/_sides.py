"""Both sides of a range as files that are read from git."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from verify.git import Range, Tree


@dataclass(eq=False)
class TreeSources:
    """One revision's files, read from git when they are asked for."""

    compared: Range
    commit: str
    known: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def tree(self) -> Tree:
        """Every file of the revision."""
        return self.compared.repository.tree(self.commit)

    def paths(self) -> Collection[str]:
        return self.tree.keys()

    def read(self, path: str) -> bytes | None:
        entry = self.tree.get(path)
        if entry is None or not entry.is_file:
            return None
        if entry.oid not in self.known:
            self.fetch([path])
        return self.known[entry.oid]

    def fetch(self, paths: Collection[str]) -> None:
        """Read many files in one go."""
        entries = (self.tree.get(path) for path in paths)
        oids = {e.oid for e in entries if e is not None and e.is_file}
        wanted = sorted(oids - self.known.keys())
        self.known.update(self.compared.repository.read(wanted))


def sides_of(compared: Range) -> tuple[TreeSources, TreeSources, list[str]]:
    """Both sides of a range, and the paths that differ, those read already."""
    changed = [change.path for change in compared.changes()]
    sides = (TreeSources(compared, c) for c in (compared.base, compared.head))
    base, head = sides
    base.fetch(changed)
    head.fetch(changed)
    return base, head, changed
