"""How statements bind names, and change what a name means."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.moving.module import Bound
from codemods.moving.pieces import Piece

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PLAIN = (ast.Assign, ast.AnnAssign, ast.ClassDef, *_FUNCTIONS)
"""Statements that bind the same names whatever happens."""

_ENTERING = ("register", "route", "command", "hook", "on_", "subscribe", "add_")


def are_overloads(pieces: set[Piece]) -> bool:
    """Whether all but the last are there for type checkers."""
    ordered = sorted(pieces, key=lambda piece: piece.first)
    return all(
        isinstance(piece.node, _FUNCTIONS)
        and any("overload" in ast.unparse(d) for d in piece.node.decorator_list)
        for piece in ordered[:-1]
    )


def are_same_package(bindings: list[Bound]) -> bool:
    """`import a.b` and `import a.c` bind the same `a`."""
    return all(
        bound.alias is not None
        and bound.alias.asname is None
        and isinstance(bound.piece.node, ast.Import)
        for bound in bindings
    )


def is_bound_anyhow(node: ast.stmt | None, name: str) -> bool:
    """Whether every path through a statement binds a name."""
    if isinstance(node, ast.If):
        return all(
            any(is_bound_anyhow(each, name) for each in arm)
            for arm in (node.body, node.orelse)
        )
    if isinstance(node, ast.Try):
        if any(is_bound_anyhow(each, name) for each in node.finalbody):
            return True
        arms = [[*node.body, *node.orelse], *(h.body for h in node.handlers)]
        return all(
            any(is_bound_anyhow(each, name) for each in arm)
            or isinstance(arm[-1], ast.Raise)
            for arm in arms
        )
    if isinstance(node, ast.With):
        return any(is_bound_anyhow(each, name) for each in node.body)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return any((a.asname or a.name.partition(".")[0]) == name for a in node.names)
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return node.name == name
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(n, ast.Name) and n.id == name
            for target in targets
            for n in ast.walk(target)
        )
    return False


def changes_of(piece: Piece, name: str) -> Iterator[int]:
    """The lines on which a statement at the top level changes what a name means, or
    hands it to a call for nothing but what that does.
    """
    for statement in piece.nodes:
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            continue
        for node in _outside_functions(statement):
            if isinstance(node, (ast.Attribute, ast.Subscript)):
                if isinstance(node.ctx, (ast.Store, ast.Del)) and _root(node) == name:
                    yield node.lineno
            elif isinstance(node, ast.Expr) and any(
                isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)
            ):
                yield node.lineno


def _outside_functions(statement: ast.stmt) -> Iterator[ast.AST]:
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        yield node
        todo += [
            child
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, (*_FUNCTIONS, ast.ClassDef, ast.Lambda))
        ]


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def enters(decorator: ast.expr) -> bool:
    text = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    last = text.rpartition(".")[2].lower()
    return (
        any(last.startswith(word) for word in _ENTERING) or "registry" in text.lower()
    )


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
