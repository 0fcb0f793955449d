"""Who still imports names that are gone, found without parsing every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verify.surface.flow import Reference, truth_of
from verify.surface.modules import Module

_FROM = re.compile(
    rb"\bfrom(?=[ \t.])[ \t]*([.\w][.\w \t]*?)[ \t]*\bimport\b"
    rb"(?:[ \t]*\(([^)]*)\)|([^\n;(]*))"
    rb"|\bimport[ \t]+(\w[^\n;#]*)"
)
# Begins with letters alone, which `re` looks for at once.
_RELATIVE = re.compile(rb"from[ \t]*\.")
_ODD = re.compile(rb"from[ \t]*\\|import[ \t]*\\")
_WORD = re.compile(rb"\w+")

# Module, and the names of it that are gone; empty text for the module itself.
Gone = Mapping[str, frozenset[str]]


class Prefilter:
    """Tells files that cannot import what is gone; never misses one that does."""

    def __init__(self, gone: Gone) -> None:
        self.names: dict[bytes, frozenset[bytes]] = {}
        self.modules: set[bytes] = set()
        for module, names in gone.items():
            tail = module.rpartition(".")[2].encode("utf-8", "surrogateescape")
            encoded = frozenset(
                name.encode("utf-8", "surrogateescape") for name in names if name
            )
            self.names[tail] = self.names.get(tail, frozenset()) | encoded
            if "" in names:
                self.modules.add(tail)
        self.every = frozenset(name for each in self.names.values() for name in each)

    def matches(self, data: bytes) -> bool:
        """Whether a file with these bytes is worth parsing."""
        if not any(t in data for t in self.names) and not _RELATIVE.search(data):
            return False
        if not data.isascii() and b"coding" in data[:400]:
            return True
        if _ODD.search(data):
            return True
        return any(map(self._imports, _FROM.finditer(data)))

    def _imports(self, found: re.Match[bytes]) -> bool:
        source, inside, plain, modules = found.groups()
        if modules is not None:
            return not self.modules.isdisjoint(_WORD.findall(modules))
        listed = inside if inside is not None else plain
        tail = source.rpartition(b".")[2].strip()
        if tail and tail not in self.names:
            return False
        if any(sign in listed for sign in (b"#", b"\\", b"*")):
            return True
        wanted = self.names[tail] if tail else self.every
        return not wanted.isdisjoint(_WORD.findall(listed))


@dataclass(frozen=True, slots=True)
class Broken:
    """An import of a name that is gone; `at_import` fails with the module. The name
    `never` was there where the import is new.
    """

    path: str
    line: int
    column: int
    module: str
    name: str
    at_import: bool
    never: bool = False


def named_imports(module: Module) -> Iterator[Broken]:
    """Every `from module import name` of a file that nothing catches, as if the name
    had never been there.
    """
    for node, at_import in _imports(module.tree.body, True):
        base = None
        if isinstance(node, ast.ImportFrom):
            base = module.absolute(Reference(node.module or "", node.level))
        for alias in node.names if base is not None else ():
            if alias.name != "*":
                at = module.place(node)
                name = alias.name
                yield Broken(module.path, *at, base or "", name, at_import, never=True)


def broken_imports(module: Module, gone: Gone) -> Iterator[Broken]:
    """The imports of a file that must fail, those that are caught left out."""
    for node, at_import in _imports(module.tree.body, True):
        for ways in _named(module, node):
            hits = [(t, n) for t, n in ways if n in gone.get(t, ())]
            for target, name in hits[:1]:
                at = module.place(node)
                yield Broken(module.path, *at, target, name, at_import)


def _named(
    module: Module, node: ast.Import | ast.ImportFrom
) -> Iterator[list[tuple[str, str]]]:
    """What each part of an import needs: modules, and the names of modules."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield [(alias.name, "")]
        return
    base = module.absolute(Reference(node.module or "", node.level))
    if base is None:
        return
    for alias in node.names:
        dotted = f"{base}.{alias.name}"
        yield [(base, ""), (dotted, ""), (base, alias.name)]


def _imports(
    body: list[ast.stmt], at_import: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The imports that run, or may run, with nothing around that catches them."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, at_import
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _imports(node.body, False)
        elif isinstance(node, ast.ClassDef):
            yield from _imports(node.body, at_import)
        elif isinstance(node, ast.If):
            yield from _imports_of_if(node, at_import)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            yield from _imports_of_try(node, at_import)
        else:
            for block in ("body", "orelse"):
                yield from _imports(getattr(node, block, []), False)
            for case in getattr(node, "cases", ()):
                yield from _imports(case.body, False)


def _imports_of_if(
    node: ast.If, at_import: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    truth = truth_of(node.test)
    if truth is not False:
        yield from _imports(node.body, at_import and truth is True)
    if truth is not True:
        yield from _imports(node.orelse, at_import and truth is False)


def _imports_of_try(
    node: ast.stmt, at_import: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
    if not any(map(_catches, handlers)):
        yield from _imports(getattr(node, "body", []), at_import)
    for handler in handlers:
        yield from _imports(handler.body, False)
    yield from _imports(getattr(node, "orelse", []), at_import)
    yield from _imports(getattr(node, "finalbody", []), at_import)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes an ImportError."""
    if handler.type is None:
        return True
    caught = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    nodes = ast.walk(handler.type)
    return any(isinstance(n, ast.Name) and n.id in caught for n in nodes)
