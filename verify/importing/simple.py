"""Statements that hold no others -> steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from verify.importing.expressions import bound_names, expression, several
from verify.importing.program import (
    NOTHING,
    Assign,
    Augment,
    Chain,
    Delete,
    Evaluate,
    Expression,
    FromImport,
    Import,
    Leave,
    Literal,
    Raise,
    Return,
    Several,
    Step,
    Store,
)


def span(node: ast.stmt | ast.expr | ast.pattern) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno


def parts(read: Expression) -> tuple[Expression, ...]:
    return read.parts if type(read) is Several else (read,)


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def imports(node: ast.Import) -> Iterator[Step]:
    for alias in node.names:
        yield Import(*span(node), alias.name, alias.asname)


def from_import(node: ast.ImportFrom) -> Iterator[Step]:
    names: tuple[tuple[str, str], ...] | None = None
    if node.names[0].name != "*":
        names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
    yield FromImport(*span(node), node.level, node.module or "", names)


def assign(node: ast.Assign) -> Iterator[Step]:
    line, end = span(node)
    target = node.targets[0]
    if len(node.targets) == 1 and _is_parallel(target, node.value):
        assert isinstance(target, ast.Tuple)
        assert isinstance(node.value, ast.Tuple)
        for one, given in zip(target.elts, node.value.elts, strict=True):
            yield from bind(line, end, one, expression(given))
        return
    names = [one.id for one in node.targets if isinstance(one, ast.Name)]
    others = [one for one in node.targets if not isinstance(one, ast.Name)]
    value = expression(node.value)
    if names or not others:
        yield Assign(line, end, tuple(names), (), value, ())
        value = Chain(names[0], ())
    for other in others:
        yield from bind(line, end, other, value)
        value = NOTHING


def _is_parallel(target: ast.expr, value: ast.expr) -> bool:
    """Whether `a, b = x, y` may run as `a = x; b = y`."""
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        return False
    every = [*target.elts, *value.elts]
    if len(target.elts) != len(value.elts):
        return False
    if any(isinstance(one, ast.Starred) for one in every):
        return False
    return not set(bound_names(target)) & names_in(value)


def bind(line: int, end: int, target: ast.expr, value: Expression) -> Iterator[Step]:
    if isinstance(target, ast.Name):
        yield Assign(line, end, (target.id,), (), value, ())
    elif isinstance(target, ast.Attribute):
        base = expression(target.value)
        yield Store(line, end, base, target.attr, NOTHING, value)
    elif isinstance(target, ast.Subscript):
        base, index = expression(target.value), expression(target.slice)
        yield Store(line, end, base, None, index, value)
    else:
        inner = parts(several(_stored_in(target)))
        yield Assign(line, end, (), bound_names(target), value, inner)


def _stored_in(target: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(target):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            yield node.value


def augment(node: ast.AugAssign) -> Iterator[Step]:
    line, end = span(node)
    value = expression(node.value)
    if isinstance(node.target, ast.Name):
        operator = "+" if isinstance(node.op, ast.Add) else ""
        yield Augment(line, end, node.target.id, operator, value)
    else:
        yield Evaluate(line, end, expression(node.target))
        yield from bind(line, end, node.target, value)


def delete(node: ast.Delete) -> Iterator[Step]:
    names = tuple(one.id for one in node.targets if isinstance(one, ast.Name))
    others = [one for one in node.targets if not isinstance(one, ast.Name)]
    yield Delete(*span(node), names, parts(several(others)))


def evaluate(node: ast.Expr) -> Iterator[Step]:
    value = expression(node.value)
    if type(value) is not Literal and value != NOTHING:
        yield Evaluate(*span(node), value)


def raises(node: ast.Raise) -> Iterator[Step]:
    yield Raise(*span(node), expression(node.exc) if node.exc is not None else None)


def returns(node: ast.Return) -> Iterator[Step]:
    value = Literal(None) if node.value is None else expression(node.value)
    yield Return(*span(node), value)


def leave(node: ast.Break | ast.Continue) -> Iterator[Step]:
    yield Leave(*span(node))


def asserts(node: ast.Assert) -> Iterator[Step]:
    yield Evaluate(*span(node), several([node.test]))


def type_alias(node: ast.AST) -> Iterator[Step]:
    line: int = getattr(node, "lineno", 0)
    name: ast.expr = node.name  # type: ignore[attr-defined]
    yield Assign(line, line, bound_names(name), (), NOTHING, ())
