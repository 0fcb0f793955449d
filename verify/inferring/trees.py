"""The two versions that are compared, as files by their path below the import root."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from codemods.name import is_identifier
from verify.releasing.release import Release

_PYTHON = (".py", ".pyi")
_INIT = "__init__.py"


@dataclass(eq=False)
class Tree:
    """The modules of one package of a release.

    Every folder has an `__init__.py` here, an empty one where the release has none,
    so that the name of each module is its path. Files that no import can name are
    left out, and so are those that are `hidden`.
    """

    release: Release
    package: str
    _read: dict[str, bytes] = field(default_factory=dict, repr=False)
    hidden: set[str] = field(default_factory=set)

    @cached_property
    def _real(self) -> frozenset[str]:
        tops = f"{self.package}/", f"{self.package}."
        return frozenset(
            path
            for path in self.release.paths()
            if path.startswith(tops) and path.endswith(_PYTHON) and _can_be_named(path)
        )

    @cached_property
    def _all(self) -> frozenset[str]:
        return self._real | frozenset(_inits_above(self._real))

    def paths(self) -> Collection[str]:
        return self._all

    def read(self, path: str) -> bytes | None:
        if path not in self._all or path in self.hidden:
            return None
        if path not in self._read:
            data = self.release.read(path) if path in self._real else b""
            if data is None:
                return None
            self._read[path] = data
        return self._read[path]

    @cached_property
    def compiled(self) -> frozenset[str]:
        """The modules of the package whose names no text has."""
        return frozenset(
            name
            for name in self.release.compiled
            if f"{name}.".startswith(f"{self.package}.")
        )

    def is_opaque(self, module: str) -> bool:
        """Whether a module may be there though no text of it is."""
        return module in self.compiled or self.release.may_be_built(module)


def changed_between(old: Tree, new: Tree) -> list[str]:
    """The paths that differ, sorted."""
    paths = sorted({*old.paths(), *new.paths()})
    return [path for path in paths if old.read(path) != new.read(path)]


def _can_be_named(path: str) -> bool:
    *folders, file = path.split("/")
    return all(map(is_identifier, (*folders, file.rpartition(".")[0])))


def _inits_above(paths: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            yield f"{folder}/{_INIT}"
            folder = folder.rpartition("/")[0]
