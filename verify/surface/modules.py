"""The modules of one revision: where they are, and what their text binds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.source import Source, SourceError
from verify.movement.sources import Sources, module_name
from verify.paths import shared_folders
from verify.surface.exports import Exports, exports_of
from verify.surface.flow import Reference, State, run
from verify.surface.lazy import (
    NOTHING,
    SIGNS_OF_WRITERS,
    Lazy,
    hidden_of,
    lazy_of,
    writers_of,
)

_SUFFIXES = (".py", ".pyi")
# Larger ones are tables that a program wrote; parsing them takes a minute.
MAX_BYTES = 4 << 20
_LINE_ENDS = re.compile(rb"\r\n?|\n")
_GLOBAL = re.compile(rb"\bglobal[\s\\]")
_EMPTY = ast.Module([], [])


@dataclass(frozen=True, eq=False)
class Module:
    """A parsed file; `problem` says why nothing of it is known, empty if it is.

    `data` is its content, asked before the tree is gone through in vain.
    """

    path: str
    name: str
    tree: ast.Module
    data: bytes = field(default=b"", repr=False)
    problem: str = ""
    line: int = 0

    @property
    def is_package(self) -> bool:
        return _stem(self.path) == "__init__"

    def place(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        """Where a node begins: line and column from 1, the column in characters, where
        `ast` counts bytes.
        """
        return self._source.place(self._source.start(node))

    @cached_property
    def _source(self) -> Source:
        return Source.decode(self.data)

    def absolute(self, source: Reference) -> str | None:
        """The module that an import in this one means, None above the top."""
        if not source.level:
            return source.module
        package = self.name if self.is_package else self.name.rpartition(".")[0]
        parts = package.split(".") if package else []
        if source.level > len(parts):
            return None
        kept = parts[: len(parts) - source.level + 1]
        return ".".join([*kept, source.module] if source.module else kept)

    @cached_property
    def lines(self) -> tuple[bytes, ...]:
        """Its lines, as a parser counts them."""
        return tuple(_LINE_ENDS.split(self.data))

    @cached_property
    def state(self) -> State:
        return run(self.tree.body)

    @cached_property
    def exports(self) -> Exports | None:
        return exports_of(self.tree.body)

    @cached_property
    def lazy(self) -> Lazy:
        bound = self.state.names.get("__getattr__")
        return lazy_of(self.tree, bound) if bound else NOTHING

    @cached_property
    def writers(self) -> tuple[str, ...]:
        """The statements that bind names behind the text."""
        if not any(sign in self.data for sign in SIGNS_OF_WRITERS):
            return ()
        return writers_of(self.tree)

    @cached_property
    def hidden(self) -> dict[str, str]:
        """What may give out more names than the text has, each with its statement."""
        if not self.writers and not self.lazy.opaque:
            return {}
        return hidden_of(self.tree, self.lazy)

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The names that functions declare `global`."""
        if not _GLOBAL.search(self.data):
            return frozenset()
        nodes = ast.walk(self.tree)
        found = (node.names for node in nodes if isinstance(node, ast.Global))
        return frozenset(name for names in found for name in names)


@dataclass(eq=False)
class Modules:
    """The modules of one side of a range; parses each file once at most.

    `other` is the other side: what is a package on either gives its modules the
    same names on both.
    """

    sources: Sources
    other: Sources
    # By content: most files are the same on both sides.
    trees: dict[bytes, ast.Module] = field(default_factory=dict, repr=False)
    _folders: dict[str, str] = field(default_factory=dict, repr=False)
    _parsed: dict[str, Module] = field(default_factory=dict, repr=False)

    def at(self, path: str) -> Module:
        """The file at a path, which must be there."""
        if path not in self._parsed:
            self._parsed[path] = self._parse(path)
        return self._parsed[path]

    def name_of(self, path: str) -> str:
        """The dotted name of a Python file."""
        folder, _, _ = path.rpartition("/")
        package = self.package_of(folder)
        stem = _stem(path)
        if stem == "__init__":
            return package or stem
        return f"{package}.{stem}" if package else stem

    def package_of(self, folder: str) -> str:
        """The dotted name of a folder, empty where modules in it are top-level."""
        if folder not in self._folders:
            inside = f"{folder}/_" if folder else "_"
            name = module_name(inside, self.sources, self.other)
            self._folders[folder] = name.rpartition(".")[0]
        return self._folders[folder]

    def find(self, name: str, near: str = "") -> Module | None:
        """The module of a dotted name, None where the tree has none.

        Of several the one that lies closest to the path `near`.
        """
        path = self.path_of(name, near)
        return self.at(path) if path else None

    def path_of(self, name: str, near: str = "") -> str | None:
        """The file of a dotted name; a stub only where there is nothing else."""
        paths = self._paths.get(name)
        if not paths:
            return None
        return min(
            paths, key=lambda path: (-shared_folders(path, near), _rank(path), path)
        )

    def all_of(self, name: str) -> tuple[str, ...]:
        """Every file that a dotted name may mean."""
        return tuple(self._paths.get(name, ()))

    def stub_of(self, path: str) -> str | None:
        """The stub that lies beside a module."""
        stub = path.removesuffix(".py") + ".pyi"
        return stub if path.endswith(".py") and stub in self.known else None

    def exists(self, name: str) -> bool:
        """Whether there is such a module, or a folder that can be imported."""
        return name in self._paths or name in self._packages

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every Python file and stub."""
        return tuple(p for p in self.sources.paths() if p.endswith(_SUFFIXES))

    @cached_property
    def known(self) -> frozenset[str]:
        """The same, quick to ask `in` of."""
        return frozenset(self.paths)

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(self.name_of(path), []).append(path)
        return found

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(parent for name in self._paths for parent in parents(name))

    def _parse(self, path: str) -> Module:
        name = self.name_of(path)
        data = self.sources.read(path)
        if data is None:
            return Module(
                path,
                name,
                _EMPTY,
                b"",
                "is a link, not a file: what it links to is not followed",
            )
        if len(data) > MAX_BYTES:
            why = f"is larger than {MAX_BYTES >> 20} MiB"
            return Module(path, name, _EMPTY, data, why)
        try:
            if data not in self.trees:
                self.trees[data] = Source.decode(data).parse()
        except SourceError as error:
            verb = "does not parse" if error.decoded else "cannot be decoded"
            why = f"{verb}: {error.message}"
            return Module(path, name, _EMPTY, data, why, error.line)
        return Module(path, name, self.trees[data], data)


def parents(name: str) -> Iterator[str]:
    """The packages that a dotted name lies in, the closest first."""
    parent = name.rpartition(".")[0]
    while parent:
        yield parent
        parent = parent.rpartition(".")[0]


def is_python(path: str) -> bool:
    return path.endswith(_SUFFIXES)


def python_of(paths: Iterable[str]) -> list[str]:
    """The Python files and stubs among some paths, sorted."""
    return sorted(filter(is_python, paths))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _rank(path: str) -> int:
    """Which of a package, a module and a stub Python takes."""
    if path.endswith(".pyi"):
        return 2
    return 0 if _stem(path) == "__init__" else 1
