"""A side's modules come before all others, whatever a project does to `sys.path`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

# What stands beside the benchmarks, and is not what is compared.
_NEVER = frozenset({"conftest", "setup", "noxfile", "tests", "test", "benchmarks"})


def is_beside(name: str) -> bool:
    """Whether a top-level module belongs to the benchmarks, not to what they time."""
    return name in _NEVER or name.startswith("test_")


class SideFinder:
    """Finds the top-level modules that a side provides; first in the meta path."""

    def __init__(self, roots: Sequence[str], provided: Sequence[str]) -> None:
        self._roots = list(roots)
        self._provided = frozenset(each for each in provided if not is_beside(each))

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if path is not None or fullname not in self._provided:
            return None
        return PathFinder.find_spec(fullname, self._roots, target)

    def invalidate_caches(self) -> None:
        PathFinder.invalidate_caches()
