"""Does an import resolve in a tree of source files? Told without importing it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


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


@dataclass
class SourceTree:
    """The modules below a folder, by file: folders without `__init__` count too."""

    root: Path
    _bound: dict[str, set[str] | None] = field(default_factory=dict)

    def resolves(self, wanted: ImportedName) -> Resolution:
        """Whether the module is there and binds the name at its top level.

        `UNDECIDED` where the name may come from a star import, a module-level
        `__getattr__`, or a module that does not parse.
        """
        path = self._file_of(wanted.module)
        if path is None:
            return Resolution.MISSING
        if wanted.name is None or wanted.name == "*":
            return Resolution.FOUND
        if self._file_of(f"{wanted.module}.{wanted.name}") is not None:
            return Resolution.FOUND
        if path.is_dir():
            return Resolution.MISSING
        bound = self._names_bound_in(path)
        if bound is not None and wanted.name in bound:
            return Resolution.FOUND
        if bound is None or bound & {"*", "__getattr__"}:
            return Resolution.UNDECIDED
        return Resolution.MISSING

    def _file_of(self, module: str) -> Path | None:
        """The file of a module; a folder stands for a package without one."""
        base = self.root.joinpath(*module.split("."))
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path
        return base if base.is_dir() else None

    def _names_bound_in(self, path: Path) -> set[str] | None:
        key = str(path)
        if key not in self._bound:
            self._bound[key] = _bound_at_top(path)
        return self._bound[key]


def _bound_at_top(path: Path) -> set[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    return set(_bindings(tree.body))


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    found: set[ImportedName] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(ImportedName(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.update(ImportedName(node.module, alias.name) for alias in node.names)
    return found
