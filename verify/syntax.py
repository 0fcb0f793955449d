"""What Python's syntax says of one node: facts that several engines need."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def same_tree(one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes are the same, their places apart: as `ast.dump` would show
    them, but however deep they are.
    """
    pairs: list[tuple[object, object]] = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST):
            pairs += [(getattr(a, f, None), getattr(b, f, None)) for f in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b, strict=True)
        elif repr(a) != repr(b):  # 0.0 equals -0.0
            return False
    return True


def outside_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> Iterator[ast.AST]:
    """The parts of a definition that belong to the scope around it, and run there."""
    yield from node.decorator_list
    if isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
    else:
        yield from node.args.defaults
        yield from (d for d in node.args.kw_defaults if d is not None)


def is_own_names(node: ast.AST) -> bool:
    """`globals()` or `vars()`: the names of the module that calls it."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("globals", "vars")
        and not node.args
    )


def is_own_module(node: ast.AST) -> bool:
    """`sys.modules[__name__]`."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "modules"
        and isinstance(node.slice, ast.Name)
        and node.slice.id == "__name__"
    )
