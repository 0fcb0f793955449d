"""Readings that already serve two versions: where the new attribute is not there."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from enum import Enum

from codemods.rehoming.attributes import Rehomed
from codemods.rehoming.sources import Reading
from codemods.rehoming.tree import FUNCTIONS, File

_ATTRIBUTE_ERRORS = frozenset({"AttributeError", "Exception", "BaseException"})


class Serves(Enum):
    """`OLD_ONLY` runs only where the new attribute is missing, `TRIED` stands across
    an `except` from the new one, `PERHAPS` in a branch whose other branch uses the
    new one, for whatever reason.
    """

    ANY = "any"
    OLD_ONLY = "old only"
    TRIED = "tried"
    PERHAPS = "perhaps"


def served(file: File, attribute: Rehomed, reading: Reading) -> Serves:
    """Which versions a reading is for, by what stands around it."""
    perhaps = False
    at: ast.AST = reading.node
    for each in file.around(reading.node):
        if isinstance(each, FUNCTIONS):
            break
        if _falls_back(each, at, attribute, reading):
            return Serves.TRIED if isinstance(each, ast.Try) else Serves.OLD_ONLY
        perhaps = perhaps or _is_other_branch(each, at, attribute, reading)
        at = each
    return Serves.PERHAPS if perhaps else Serves.ANY


def _falls_back(
    around: ast.AST, part: ast.AST, attribute: Rehomed, reading: Reading
) -> bool:
    if isinstance(around, (ast.If, ast.IfExp)) and part is not around.test:
        test, there = around.test, _is_in(part, around.orelse)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, there = test.operand, not there
        return there and _asks_for(test, attribute, reading)
    if isinstance(around, ast.Try):
        if isinstance(part, ast.ExceptHandler):
            return _is_of_attributes(part) and _uses(around.body, attribute, reading)
        if part in around.body:
            handlers = [h for h in around.handlers if _is_of_attributes(h)]
            return _uses(handlers, attribute, reading)
    if isinstance(around, ast.BoolOp) and isinstance(around.op, ast.Or):
        ahead = (
            around.values[: around.values.index(part)] if part in around.values else ()
        )
        return any(_asks_for(value, attribute, reading) for value in ahead)
    if isinstance(around, ast.Call) and part in around.args[2:]:
        return _asks_for(around, attribute, reading)
    return False


def _is_other_branch(
    around: ast.AST, part: ast.AST, attribute: Rehomed, reading: Reading
) -> bool:
    if not isinstance(around, (ast.If, ast.IfExp)) or part is around.test:
        return False
    other = around.body if _is_in(part, around.orelse) else around.orelse
    return _uses(other if isinstance(other, list) else [other], attribute, reading)


def _is_in(part: ast.AST, branch: ast.expr | list[ast.stmt]) -> bool:
    return part in branch if isinstance(branch, list) else part is branch


def _asks_for(node: ast.AST, attribute: Rehomed, reading: Reading) -> bool:
    """Whether an expression is `hasattr(x, "new")` or `getattr(x, "new", ...)`."""
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    holder, second = node.args[:2]
    return (
        name in ("hasattr", "getattr")
        and isinstance(second, ast.Constant)
        and second.value in attribute.targets
        and ast.dump(holder) == ast.dump(reading.holder)
    )


def _uses(nodes: Iterable[ast.AST], attribute: Rehomed, reading: Reading) -> bool:
    """Whether the new attribute of the same object is used in some code."""
    wanted = ast.dump(reading.holder)
    return any(
        _asks_for(node, attribute, reading)
        or (
            isinstance(node, ast.Attribute)
            and node.attr in attribute.targets
            and ast.dump(node.value) == wanted
        )
        for top in nodes
        for node in ast.walk(top)
    )


def _is_of_attributes(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(
        isinstance(node, ast.Name) and node.id in _ATTRIBUTE_ERRORS
        for node in ast.walk(handler.type)
    )
