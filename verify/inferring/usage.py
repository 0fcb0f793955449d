"""How a file uses attributes: what is read through them, and what they are made of."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """`members` counts the uses `x.attribute.member` by both names, `made` has each
    attribute with the class, as it is written, of which it is given an instance.
    """

    members: tuple[tuple[tuple[str, str], int], ...] = ()
    made: frozenset[tuple[str, str]] = frozenset()

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that are read through, or given an instance."""
        read = frozenset(attribute for (attribute, _), _ in self.members)
        return read | frozenset(attribute for attribute, _ in self.made)


NO_USAGE = Usage()


def usage_of(tree: ast.Module) -> tuple[Usage, list[ast.ImportFrom]]:
    """Look through a whole file, once; its from-imports come along."""
    members: Counter[tuple[str, str]] = Counter()
    made: set[tuple[str, str]] = set()
    imports: list[ast.ImportFrom] = []
    for node in _every(tree):
        if isinstance(node, ast.Attribute):
            through = _attribute(node.value)
            if through:
                members[through, node.attr] += 1
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            made.update(_made(node))
        elif isinstance(node, ast.ImportFrom):
            imports.append(node)
    return Usage(tuple(sorted(members.items())), frozenset(made)), imports


def _every(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, in no order: half the time that `ast.walk` takes."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)


def _attribute(node: ast.expr) -> str:
    """The attribute that an expression reads: `x.pool`, `getattr(x, "pool", None)`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
        and isinstance(node.args[1].value, str)
    ):
        return node.args[1].value
    return ""


def _made(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, str]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if not isinstance(node.value, ast.Call):
        return
    for target in targets:
        if isinstance(target, ast.Attribute):
            name = _last_name(node.value.func)
            if name:
                yield target.attr, name


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
