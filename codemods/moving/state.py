"""Code that changes what a module has, when it is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.moving.module import ModuleText, Used
from codemods.moving.pieces import Piece

_CHANGING = frozenset(
    {
        *("add", "append", "appendleft", "clear", "discard", "extend", "insert"),
        *("pop", "popitem", "popleft", "push", "put", "register", "remove", "reverse"),
        *("setdefault", "sort", "update", "subtract"),
    }
)


def changes_module(module: ModuleText, piece: Piece) -> bool:
    """Whether the code of a piece binds globals, or changes an object that the module
    made at its top level.
    """
    return any(
        isinstance(node, ast.Global) or _changes(module, node)
        for statement in piece.nodes
        for node in ast.walk(statement)
    )


def _changes(module: ModuleText, node: ast.AST) -> bool:
    if isinstance(node, (ast.Subscript, ast.Attribute)):
        return not isinstance(node.ctx, ast.Load) and _is_made(module, node.value)
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr in _CHANGING and _is_made(module, function.value)
    is_next = isinstance(function, ast.Name) and function.id == "next"
    return is_next and any(_is_made(module, each) for each in node.args)


def _is_made(module: ModuleText, node: ast.expr) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if not isinstance(node, ast.Name):
        return False
    return any(bound.alias is None for bound in module.bound.get(node.id, ()))


def is_base(piece: Piece, use: Used) -> bool:
    """Whether a use is a base of the class that a piece defines."""
    node = piece.node
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(use.node in ast.walk(base) for base in bases)


def taken_by(module: ModuleText, use: Used) -> Iterator[tuple[str, str]]:
    """The module and name that a use may lead to, through attributes of modules."""
    for bound in module.bound.get(use.name, ()):
        if bound.alias is None:
            yield module.name, use.name
            continue
        for statement in bound.piece.nodes:
            for node in ast.walk(statement):
                if isinstance(node, ast.ImportFrom) and bound.alias in node.names:
                    base = module.base_of(node) or ""
                    yield base, bound.alias.name
                    if use.attributes:
                        yield f"{base}.{bound.alias.name}", use.attributes[0]
                elif isinstance(node, ast.Import) and bound.alias in node.names:
                    path = (bound.alias.name, *use.attributes)
                    if not bound.alias.asname:
                        path = (use.name, *use.attributes)
                    for end in range(1, len(path)):
                        yield ".".join(path[:end]), path[end]
