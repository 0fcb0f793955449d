"""Where a name that is imported was defined, followed from file to file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from codemods.draft import inner_blocks
from codemods.source import SourceError
from verify.movement.definitions import Module, parse_module
from verify.movement.sources import Sources, name_in, package_of

_STEPS = 12


@dataclass(eq=False)
class Origins:
    """The modules of one side, parsed when they are asked for.

    `parsed` are those that are parsed already, by path.
    """

    side: Sources
    other: Sources
    parsed: Mapping[str, Module]
    _more: dict[str, Module | None] = field(default_factory=dict)

    @cached_property
    def _paths(self) -> dict[str, str]:
        """The path of each module; that of a package where both are there."""
        found: dict[str, str] = {}
        packages: dict[str, tuple[str, ...]] = {}
        for path in self.side.paths():
            if path.endswith(".py"):
                folder, _, file = path.rpartition("/")
                if folder not in packages:
                    packages[folder] = package_of(folder, self.side, self.other)
                name = name_in(packages[folder], file)
                if name not in found or path.endswith("/__init__.py"):
                    found[name] = path
        return found

    def module(self, name: str) -> Module | None:
        """The parsed module, None where there is none that can be parsed."""
        path = self._paths.get(name)
        if path is None:
            return None
        if path in self.parsed:
            return self.parsed[path]
        if path not in self._more:
            data = self.side.read(path)
            try:
                made = parse_module(path, name, data) if data is not None else None
            except SourceError:
                made = None
            self._more[path] = made
        return self._more[path]

    def follow(self, module: str, name: str | None) -> str:
        """The dotted path of what `module.name` is, as far as it can be told."""
        return self.way(module, name)[-1]

    def way(self, module: str, name: str | None) -> list[str]:
        """The modules through which a name comes, and last what it is."""
        passed = [module]
        for _ in range(_STEPS):
            if not name:
                return [*passed, module]
            there = self.module(module)
            onward = _onward(there, name) if there is not None else None
            if onward is None:
                break
            module, name = onward
            passed.append(module)
        return [*passed, f"{module}.{name}"]


def _onward(module: Module, name: str) -> tuple[str, str | None] | None:
    """Where a name of a module is imported from; None if it is not, or if more
    than one statement binds it.
    """
    found = list(binders(module.tree.body, name))
    if len(found) != 1 or not isinstance(found[0], ast.alias):
        return None
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and found[0] in node.names:
            base = absolute(node, module)
            return (base, found[0].name) if base else None
        if isinstance(node, ast.Import) and found[0] in node.names and found[0].asname:
            return found[0].name, None
    return None


def binders(body: list[ast.stmt], name: str) -> Iterator[ast.AST]:
    """What binds a name in some statements, and in the blocks inside them."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (a for a in node.names if local_name(a) == name)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                yield node
        else:
            blocks = list(inner_blocks(node))
            yield from (n for n in _heads(node) if _binds(n, name))
            for block in blocks:
                yield from binders(block, name)


def _heads(node: ast.stmt) -> Iterator[ast.AST]:
    """What is in a statement, the blocks inside it left out."""
    todo: list[ast.AST] = [node]
    while todo:
        at = todo.pop()
        yield at
        todo += (n for n in ast.iter_child_nodes(at) if not isinstance(n, ast.stmt))


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.ExceptHandler) and node.name == name


def local_name(alias: ast.alias) -> str:
    """The name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def absolute(node: ast.ImportFrom, module: Module) -> str | None:
    """The module that a from-import names, None where it leads out of the top."""
    if not node.level:
        return node.module
    parts = module.name.split(".")
    up = node.level - 1 if module.is_package else node.level
    if up >= len(parts):
        return None
    kept = parts[: len(parts) - up]
    return ".".join([*kept, *([node.module] if node.module else [])])
