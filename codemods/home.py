"""The dotted module name of a file, read off the folders that it lies in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_SUFFIXES = frozenset({".py", ".pyi", ".pyw"})
_PROJECT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class ModuleHome:
    """A file's own dotted module name; `is_package` for an `__init__` file."""

    name: str
    is_package: bool = False

    @property
    def package(self) -> str:
        """What one leading dot means in the file; empty for a top-level module."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def home_of(path: Path, packages: frozenset[str]) -> ModuleHome | None:
    """Tell which module of one of the top-level `packages` the file at `path` is.

    Looks only for `__init__` and project files in the folders above; `path` need
    not exist. Returns None for a file outside the packages, and for one that no
    import statement can name.

    Folders named like a package are what can be one, except those inside another
    regular package. The outermost with an `__init__` file wins: a package may hold
    a folder of its own name. Where none has one (a namespace package) the innermost
    wins, and the folder of a whole project is none: a clone is often named like
    its package.
    """
    stem, suffix = os.path.splitext(path.name)
    if suffix not in _SUFFIXES or not stem.isidentifier():
        return None
    # Not `resolve`: a package linked into a tree is imported by its name there.
    folder = Path(os.path.abspath(path)).parent
    top = _top_folder(folder, packages)
    if top is None:
        return None
    parts = [top.name, *folder.relative_to(top).parts]
    if stem == "__init__":
        return ModuleHome(".".join(parts), is_package=True)
    return ModuleHome(".".join((*parts, stem)))


def _top_folder(folder: Path, packages: frozenset[str]) -> Path | None:
    candidates = []
    for above in (folder, *folder.parents):
        if not above.name.isidentifier():
            break
        if above.name in packages and not _is_regular_package(above.parent):
            candidates.append(above)
    for candidate in reversed(candidates):
        if _is_regular_package(candidate):
            return candidate
    return next((each for each in candidates if not _is_project(each)), None)


def _is_regular_package(folder: Path) -> bool:
    inits = (folder / "__init__.py", folder / "__init__.pyi")
    return any(os.path.isfile(init) for init in inits)


def _is_project(folder: Path) -> bool:
    """Whether a folder holds a project, perhaps with a package of its own name."""
    if any(os.path.lexists(folder / mark) for mark in _PROJECT_MARKS):
        return True
    return any(
        _is_regular_package(holder / folder.name)
        for holder in (folder, folder / "src", folder / "python", folder / "lib")
    )
