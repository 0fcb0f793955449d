"""Locals that serve the new object alone are named as their attribute is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.rehoming.deciding import Decision
from codemods.rehoming.following import assigned_targets, bound_values, is_none
from codemods.rehoming.tree import FUNCTIONS, File, Variable
from codemods.scopes import identifiers


def renamed_names(
    file: File, old: str, decisions: list[Decision]
) -> Iterator[tuple[str, list[ast.Name]]]:
    """Every local that is to be renamed: its new name, and the nodes that spell
    the old one.
    """
    moved = {d.reading.node: d.target for d in decisions if d.target}
    done: set[tuple[str, int]] = set()
    for node, target in moved.items():
        for variable in _variables_of(file, node):
            if variable.key in done or variable.name != old:
                continue
            done.add(variable.key)
            names = [*variable.bindings, *(use.nodes[0] for use in variable.uses)]
            if _is_pure(file, variable, moved, target) and _can_be(
                file, variable, target
            ):
                yield target, [n for n in names if isinstance(n, ast.Name)]


def _variables_of(file: File, value: ast.expr) -> Iterator[Variable]:
    """The variables that an expression is bound to, through conditions."""
    parent = file.parents[value]
    if isinstance(parent, (ast.IfExp, ast.BoolOp)):
        yield from _variables_of(file, parent)
    elif isinstance(parent, ast.NamedExpr):
        yield file.variable(parent.target)
        yield from _variables_of(file, parent)
    else:
        for target in assigned_targets(file, value) or ():
            if isinstance(target, ast.Name):
                yield file.variable(target)


def _is_pure(
    file: File, variable: Variable, moved: dict[ast.expr, str], target: str
) -> bool:
    """Whether a variable is never bound to anything but the new object."""
    for binding in variable.bindings:
        values = list(bound_values(file, binding))
        if not values:
            return False
        if any(moved.get(v) != target and not is_none(v) for v in values):
            return False
    return True


def _can_be(file: File, variable: Variable, new: str) -> bool:
    """Whether the new name is free, and nothing sees the old one but by its uses."""
    function = variable.owner
    if not variable.is_local or not isinstance(function, FUNCTIONS):
        return False
    if any(use.nodes[0] not in file.parents for use in variable.uses):
        return False  # in a quoted annotation
    outermost = [
        n for n in (function, *file.around(function)) if isinstance(n, FUNCTIONS)
    ]
    taken = identifiers(outermost[-1])
    if new in taken or "dir" in taken:
        return False
    if file.introduced.setdefault((outermost[-1], new), variable.name) != variable.name:
        return False
    for node in ast.walk(outermost[-1]):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and variable.name in node.names:
            return False
        if isinstance(node, ast.JoinedStr) and _shows_its_own_text(node, variable.name):
            return False
    return True


def _shows_its_own_text(node: ast.JoinedStr, name: str) -> bool:
    """Whether an f-string shows the name itself: `f"{name=}"`."""
    for before, field in zip(node.values, node.values[1:], strict=False):
        if not isinstance(field, ast.FormattedValue):
            continue
        text = before.value if isinstance(before, ast.Constant) else ""
        if not isinstance(text, str) or not text.rstrip().endswith("="):
            continue
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(field.value)):
            return True
    return False
