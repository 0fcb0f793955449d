"""What a file calls while it is imported: imports in those functions run then."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def called_at_import(block: Iterable[ast.stmt]) -> set[str]:
    """The last names of what is called or used as a decorator outside of functions."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(block)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _FUNCTIONS):
            found.update(_names(node.decorator_list))
            waiting += [*node.decorator_list, *filter(None, _defaults(node.args))]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.ClassDef):
            found.update(_names([*node.decorator_list, *node.bases]))
        elif isinstance(node, ast.Call):
            found.update(_names([node.func]))
        elif isinstance(node, (ast.Constant, ast.Name, ast.Import, ast.ImportFrom)):
            continue
        waiting += ast.iter_child_nodes(node)
    return found


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr | None]:
    yield from arguments.defaults
    yield from arguments.kw_defaults


def _names(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        function = node.func if isinstance(node, ast.Call) else node
        if isinstance(function, ast.Attribute):
            yield function.attr
        elif isinstance(function, ast.Name):
            yield function.id
