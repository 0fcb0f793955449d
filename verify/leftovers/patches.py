"""Code that replaces a global of a module where moved code no longer looks. Pure.

A function that moved reads a global, `now` for one, from its new module, which
imports it. Whoever then replaces it in the old module, by assignment, by
`monkeypatch.setattr` or by `mock.patch("old.now")`, does not reach the function any
more, and nothing fails at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.home import ModuleHome
from codemods.source import Source, SourceError
from verify.movement.answer import Movement
from verify.movement.definitions import FILE, Definition
from verify.surface.modules import Modules

_SETTERS = frozenset({"delattr", "patch", "setattr"})
_SETTERS_OF_OBJECTS = frozenset({"delattr", "object", "setattr"})


@dataclass(frozen=True, slots=True, order=True)
class Copied:
    """A global that code read in its old module, and reads in its new one now."""

    module: str
    name: str
    new_module: str
    reader: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A place that replaces a global in the old module alone."""

    line: int
    column: int
    copied: Copied


def copied_names(movement: Movement, base: Modules, head: Modules) -> Iterator[Copied]:
    """The globals that moved code has in two modules: its old one and its new one."""
    for match in movement.matches:
        old, new = match.old, match.new
        if old.module == new.module or FILE in (old.kind, new.kind):
            continue
        before, after = base.path_of(old.module), head.path_of(new.module)
        if before is None or after is None:
            continue
        bound = {*base.at(before).state.names} & {*head.at(after).state.names}
        for name in sorted(bound & _read(old) & _read(new)):
            if not _is_told(name, old, new, movement, head):
                yield Copied(old.module, name, new.module, new.qualified)


def _is_told(
    name: str, old: Definition, new: Definition, movement: Movement, head: Modules
) -> bool:
    """Whether its old path is an old name itself, which leads nowhere now."""
    if movement.moved.get(f"{old.module}.{name}") != f"{new.module}.{name}":
        return False
    path = head.path_of(old.module)
    return path is None or name not in head.at(path).state.names


def _read(definition: Definition) -> frozenset[str]:
    """The names that a definition reads and does not bind itself."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(definition.node):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    return frozenset(read - bound)


class Patches:
    """Finds the places that replace some globals in their old modules."""

    def __init__(self, copied: Iterable[Copied]) -> None:
        self._copied: dict[tuple[str, str], Copied] = {}
        for each in sorted(copied):
            self._copied.setdefault((each.module, each.name), each)

    @cached_property
    def _needles(self) -> frozenset[bytes]:
        tails = (module.rpartition(".")[2] for module, _ in self._copied)
        return frozenset(tail.encode("utf-8", "surrogateescape") for tail in tails)

    @cached_property
    def _shape(self) -> re.Pattern[bytes]:
        """`.name` that is not called or read on, and `"name"`, for any of the names."""
        names = "|".join(sorted({re.escape(name) for _, name in self._copied}))
        text = rf"\.(?:{names})(?!\w|[ \t]*[(.])|[\"'](?:{names})[\"']"
        return re.compile(text.encode("utf-8", "surrogateescape"))

    def matches(self, data: bytes) -> bool:
        """Whether a file with these bytes is worth parsing."""
        return any(n in data for n in self._needles) and bool(self._shape.search(data))

    def found_in(self, data: bytes, home: ModuleHome | None) -> Iterator[Patch]:
        """Every such place of a Python file, in order; none where it does not parse,
        which others tell.
        """
        if not self._copied or not self.matches(data):
            return
        try:
            source = Source.decode(data)
            tree = source.parse()
        except SourceError:
            return
        modules = _imported(tree, home, {module for module, _ in self._copied})
        for node in ast.walk(tree):
            for module, name, place in _replaced(node, modules):
                copied = self._copied.get((module, name))
                if copied is not None and (home is None or home.name != module):
                    yield Patch(*source.place(source.start(place)), copied)


def _imported(
    tree: ast.Module, home: ModuleHome | None, wanted: Collection[str]
) -> dict[str, str]:
    """The modules that a file has, by the expression that means them."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in wanted:
                    found[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            package = _package(node, home)
            for alias in node.names:
                if f"{package}.{alias.name}" in wanted:
                    found[alias.asname or alias.name] = f"{package}.{alias.name}"
    return found


def _package(node: ast.ImportFrom, home: ModuleHome | None) -> str:
    if not node.level:
        return node.module or ""
    parts = home.package.split(".") if home else []
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _replaced(
    node: ast.AST, modules: dict[str, str]
) -> Iterator[tuple[str, str, ast.expr]]:
    """Module, name and place of each global that a node replaces."""
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        module = modules.get(_dotted(node.value))
        if module:
            yield module, node.attr, node
    if not isinstance(node, ast.Call) or not node.args:
        return
    function = _dotted(node.func).rpartition(".")[2]
    first = node.args[0]
    path = _text(first)
    if path and function in _SETTERS:
        module, _, name = path.rpartition(".")
        yield module, name, first
    elif len(node.args) > 1 and function in _SETTERS_OF_OBJECTS:
        module, name = modules.get(_dotted(first), ""), _text(node.args[1])
        if module and name:
            yield module, name, node.args[1]


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _text(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""
