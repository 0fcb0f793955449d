"""Statements that leave their function, which elsewhere is another function. Pure.

`return x` in code that went into a function of its own ends that function, not the
old one. It is the same only where the call is returned too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from verify.movement.atoms import Atom
from verify.movement.blocks import Run

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def leaves(atom: Atom) -> bool:
    """Whether a statement ends its function, or hands on a value and waits."""
    return any(
        isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom))
        for each in atom.nodes
        for node in _own(each)
    )


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """A node with all in it that belongs to the same function."""
    yield node
    if isinstance(node, _SCOPES):
        return
    for child in ast.iter_child_nodes(node):
        yield from _own(child)


def hands_on(call: Atom, name: str) -> bool:
    """Whether a statement does no more than return, or yield from, a call of `name`."""
    node = call.nodes[0] if len(call.nodes) == 1 else None
    value = getattr(node, "value", None)
    if isinstance(node, ast.Expr):
        value = value.value if isinstance(value, ast.YieldFrom) else None
    elif not isinstance(node, ast.Return):
        return False
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    return name in (getattr(function, "id", ""), getattr(function, "attr", ""))


def split_at(run: Run, leaving: Iterable[tuple[Atom, Atom]]) -> Iterator[Run]:
    """The pieces of a run between some of its pairs."""
    left_out = set(leaving)
    old: list[Atom] = []
    new: list[Atom] = []
    for a, b in zip(run.old, run.new, strict=True):
        if (a, b) in left_out:
            if old:
                yield Run(tuple(old), tuple(new))
            old, new = [], []
        else:
            old.append(a)
            new.append(b)
    if old:
        yield Run(tuple(old), tuple(new))
