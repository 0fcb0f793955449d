"""What a module does when it is imported, besides binding names of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def effects_of(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements at the top level that change something else, or say something."""
    yield from _effects(tree.body)


def _effects(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, _DEFINITIONS) or _asks_whether_main(node):
            continue
        if _does_something(node):
            yield node
        for part in ("body", "orelse", "finalbody"):
            yield from _effects(getattr(node, part, []))
        for clause in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _effects(clause.body)


def _does_something(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, (ast.Constant, ast.Name, ast.Attribute))
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        return not all(map(_is_name, _targets(node)))
    return isinstance(node, (ast.Raise, ast.Assert))


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


def _is_name(node: ast.expr) -> bool:
    if isinstance(node, (ast.Tuple, ast.List)):
        return all(map(_is_name, node.elts))
    if isinstance(node, ast.Starred):
        return _is_name(node.value)
    return isinstance(node, ast.Name)


def _asks_whether_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "'__main__'" in ast.dump(node.test)
