"""Does an import resolve in a tree of source files? Told without importing it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from codemods.home import ModuleHome


class Resolution(str, Enum):
    """What can be said of `from module import name` in a tree."""

    FOUND = "found"
    MISSING = "missing"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ImportedName:
    """`from module import name`; without a name, `import module`."""

    module: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.module}:{self.name}" if self.name else self.module


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a module binds at its top level, the modules that it imports all names of,
    and the names that it gives to those who do so, None where any without underscore.
    """

    names: frozenset[str]
    stars: frozenset[str]
    exported: frozenset[str] | None


@dataclass
class SourceTree:
    """The modules below a folder, by file: folders without `__init__` count too."""

    root: Path
    _bound: dict[str, _Bound | None] = field(default_factory=dict)

    def resolves(self, wanted: ImportedName) -> Resolution:
        """Whether the module is there and binds the name at its top level, by itself
        or by a star import of a module of the tree.

        `UNDECIDED` where the name may come from a star import of another module, a
        module-level `__getattr__`, or a module that does not parse.
        """
        return self._resolves(wanted, frozenset())

    def _resolves(self, wanted: ImportedName, asked: frozenset[str]) -> Resolution:
        path = self._file_of(wanted.module)
        if path is None:
            return Resolution.MISSING
        if wanted.name is None or wanted.name == "*":
            return Resolution.FOUND
        if self._file_of(f"{wanted.module}.{wanted.name}") is not None:
            return Resolution.FOUND
        if path.is_dir():
            return Resolution.MISSING
        bound = self._names_bound_in(path, wanted.module)
        if bound is None:
            return Resolution.UNDECIDED
        if wanted.name in bound.names:
            return Resolution.FOUND
        told = {
            self._by_star(star, wanted.name, asked | {wanted.module})
            for star in bound.stars - asked
        }
        if Resolution.FOUND in told:
            return Resolution.FOUND
        if "__getattr__" in bound.names or Resolution.UNDECIDED in told:
            return Resolution.UNDECIDED
        return Resolution.MISSING

    def _by_star(self, module: str, name: str, asked: frozenset[str]) -> Resolution:
        """Whether `from module import *` brings a name."""
        path = self._file_of(module)
        if path is None or path.is_dir():
            return Resolution.UNDECIDED
        bound = self._names_bound_in(path, module)
        if bound is None or (bound.exported is None and "__all__" in bound.names):
            return Resolution.UNDECIDED
        if bound.exported is not None and name not in bound.exported:
            return Resolution.MISSING
        if bound.exported is None and name.startswith("_"):
            return Resolution.MISSING
        return self._resolves(ImportedName(module, name), asked)

    def _file_of(self, module: str) -> Path | None:
        """The file of a module; a folder stands for a package without one."""
        base = self.root.joinpath(*module.split("."))
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path
        return base if base.is_dir() else None

    def _names_bound_in(self, path: Path, module: str) -> _Bound | None:
        if module not in self._bound:
            is_package = path.name == "__init__.py"
            self._bound[module] = _bound_at_top(path, ModuleHome(module, is_package))
        return self._bound[module]


def _bound_at_top(path: Path, home: ModuleHome) -> _Bound | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    names = frozenset(_bindings(tree.body))
    stars = frozenset(
        _module_of(node, home)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    )
    return _Bound(names - {"*"}, stars, _exported(tree))


def _exported(tree: ast.Module) -> frozenset[str] | None:
    """The names in `__all__`, None where it is not one plain list of strings."""
    mentions = sum(
        isinstance(node, ast.Name) and node.id == "__all__" for node in ast.walk(tree)
    )
    lists = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "__all__"
    ]
    if mentions != 1 or not lists:
        return None
    try:
        return frozenset(map(str, ast.literal_eval(lists[0])))
    except (ValueError, TypeError):
        return None


def _bindings(block: list[ast.stmt]) -> Iterator[str]:
    for statement in block:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
        for part in ("body", "orelse", "finalbody"):
            yield from _bindings(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            yield from _bindings(handler.body)


def imported_names(source: bytes) -> set[ImportedName]:
    """The absolute imports of a file; relative ones are left out."""
    return set(imports_of(source, None))


def imports_of(source: bytes, home: ModuleHome | None) -> dict[ImportedName, int]:
    """Every import of a file, with the first line that has it; relative ones only
    where `home`, the file's own module, is known.

    Raises SyntaxError or ValueError for what is no Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    found: dict[ImportedName, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(ImportedName(alias.name), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            module = _module_of(node, home)
            for alias in node.names if module else ():
                found.setdefault(ImportedName(module, alias.name), node.lineno)
    return found


def _module_of(node: ast.ImportFrom, home: ModuleHome | None) -> str:
    """The absolute module of a from-import, empty where it cannot be told."""
    if not node.level:
        return node.module or ""
    parts = home.package.split(".") if home else []
    if node.level > len(parts):
        return ""
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])
