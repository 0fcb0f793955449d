"""One revision as the modules that Python would find in it."""

from __future__ import annotations

import ast
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from codemods.scopes import Use, analyse, identifiers
from codemods.source import Source, SourceError
from verify.movement.bindings import Names, Position, names_of
from verify.movement.sources import Sources, module_name
from verify.paths import shared_folders

_INIT = "__init__.py"


@dataclass(frozen=True, eq=False)
class ModuleFile:
    """A parsed file. `name` is its dotted name, `data` its bytes."""

    path: str
    name: str
    data: bytes
    source: Source
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        return self.path.rpartition("/")[2] == _INIT

    @property
    def package(self) -> str:
        """What one leading dot means in the file; empty for a top-level module."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def names(self) -> Names:
        return names_of(self.tree)

    @cached_property
    def plain_imports(self) -> frozenset[str]:
        """The modules that `import a.b` statements name, wherever they stand."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Import))
        return frozenset(alias.name for node in nodes for alias in node.names)

    def loads(self, module: str) -> bool:
        """Whether an absolute import in the file loads a module on its way."""
        named = set(self.plain_imports)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named |= {f"{node.module}.{alias.name}" for alias in node.names}
        return any(f"{name}.".startswith(f"{module}.") for name in named)

    def uses_between(self, start: Position, end: Position) -> list[Use]:
        """The uses of names from one position up to another, in order."""
        low = bisect_left(self._places, start)
        return self._uses[low : bisect_left(self._places, end)]

    @cached_property
    def _uses(self) -> list[Use]:
        return sorted(analyse(self.tree, identifiers(self.tree)).uses, key=_anchored)

    @cached_property
    def _places(self) -> list[Position]:
        return [_anchored(use) for use in self._uses]


@dataclass(eq=False)
class Modules:
    """The modules of one side of a range; parses each file once at most.

    `other` is the other side of the range: what is a package on either side gives
    its modules the same names on both.
    """

    sources: Sources
    other: Sources | None = None
    _parsed: dict[str, ModuleFile | None] = field(default_factory=dict, repr=False)

    def at(self, path: str) -> ModuleFile | None:
        """The file at a path, None where there is none or it does not parse."""
        if path not in self._parsed:
            self._parsed[path] = self._parse(path)
        return self._parsed[path]

    def find(self, name: str, near: str = "") -> str | None:
        """The path of a module by its dotted name, None where the tree has none.

        Of several files with that name the one closest to `near` is meant; an
        empty text says that this cannot be told.
        """
        beside = self._script_beside(name, near)
        if beside is not None:
            return beside
        found = self._paths.get(name, ())
        if len(found) <= 1:
            return found[0] if found else None
        ranked = sorted(found, key=lambda path: -shared_folders(path, near))
        tied = shared_folders(ranked[0], near) == shared_folders(ranked[1], near)
        return "" if tied else ranked[0]

    def is_package(self, name: str) -> bool:
        """Whether modules lie below a dotted name: a package, or a namespace."""
        return name in self._folders

    def owns(self, name: str) -> bool:
        """Whether a dotted name lies in a regular package of this tree, so that
        what is not found there is missing and not installed elsewhere."""
        top = name.partition(".")[0]
        return any(path.endswith(_INIT) for path in self._paths.get(top, ()))

    def _script_beside(self, name: str, near: str) -> str | None:
        """Scripts, which lie in no package, import their neighbours by file name."""
        folder = near.rpartition("/")[0]
        if not near or f"{folder}/{_INIT}".lstrip("/") in self._known:
            return None
        if self._paths.get(self._name(near).partition(".")[0]):
            return None  # lies in a package, if without an __init__ of its own
        stem = "/".join((folder, *name.split("."))).lstrip("/")
        for path in (f"{stem}/{_INIT}", f"{stem}.py"):
            if path in self._known and path != near:
                return path
        return None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(p for p in self.sources.paths() if p.endswith(".py"))

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._known:
            found.setdefault(self._name(path), []).append(path)
        return {name: _without_shadowed(paths) for name, paths in found.items()}

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(
            name[:index]
            for name in self._paths
            for index, letter in enumerate(name)
            if letter == "."
        )

    def _name(self, path: str) -> str:
        sides = (self.sources,) if self.other is None else (self.sources, self.other)
        return module_name(path, *sides)

    def _parse(self, path: str) -> ModuleFile | None:
        data = self.sources.read(path)
        if data is None:
            return None
        try:
            source = Source.decode(data)
            made = ModuleFile(path, self._name(path), data, source, source.parse())
            made.names  # noqa: B018 (fails here or never)
        except (SourceError, RecursionError):
            return None
        return made


def _anchored(use: Use) -> Position:
    return use.anchor.lineno, use.anchor.col_offset


def _without_shadowed(paths: list[str]) -> tuple[str, ...]:
    """A package hides the module of its name that lies beside it."""
    packages = {p.removesuffix(f"/{_INIT}") for p in paths if p.endswith(f"/{_INIT}")}
    return tuple(sorted(p for p in paths if p.removesuffix(".py") not in packages))
