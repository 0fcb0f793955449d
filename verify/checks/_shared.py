"""What several checks need of one range, worked out once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from verify.checks._sides import TreeSources
from verify.git import Range, Repository
from verify.movement.definitions import FILE, Definition
from verify.movement.engine import Movement, examine


@dataclass(eq=False)
class Shared:
    """A range's two sides, and what moved between them. Safe to share."""

    compared: Range
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The paths whose entries differ."""
        return tuple(change.path for change in self.compared.changes())

    @cached_property
    def base(self) -> TreeSources:
        return self._side(self.compared.base)

    @cached_property
    def head(self) -> TreeSources:
        return self._side(self.compared.head)

    def movement(self) -> Movement:
        """What moved, by the engine of `rehome moves`."""
        with self._lock:
            return self._movement

    def moves(self) -> Mapping[str, str]:
        """Old names, as `pkg.module:Class.method`, and the new ones."""
        found = {
            _written(match.old): _written(match.new)
            for match in self.movement().matches
            if not _is_local(match.old) and not _is_local(match.new)
        }
        return {old: new for old, new in found.items() if old != new}

    def moved_files(self) -> Mapping[str, str]:
        """The paths of files that became others."""
        return {
            match.old.path: match.new.path
            for match in self.movement().matches
            if match.old.kind == FILE and match.old.path != match.new.path
        }

    @cached_property
    def _movement(self) -> Movement:
        return examine(self.base, self.head, self.changed)

    def _side(self, commit: str) -> TreeSources:
        side = TreeSources(self.compared, commit)
        side.fetch(self.changed)
        return side


_known: WeakKeyDictionary[Repository, dict[tuple[str, str], Shared]] = (
    WeakKeyDictionary()
)
_lock = threading.Lock()


def shared(compared: Range) -> Shared:
    """The one value for a range, as long as its repository lives."""
    with _lock:
        ranges = _known.setdefault(compared.repository, {})
        return ranges.setdefault((compared.base, compared.head), Shared(compared))


def _written(definition: Definition) -> str:
    module = definition.module
    return f"{module}:{definition.qualified}" if definition.qualified else module


def _is_local(definition: Definition) -> bool:
    return "<" in definition.qualified
