"""Expressions as short texts, so that one condition can be told from another."""

from __future__ import annotations

from verify.importing.program import (
    Attribute,
    Call,
    Chain,
    Comparison,
    Expression,
    Joined,
    Literal,
    Logic,
    Negation,
    Sequence,
    Several,
    Subscript,
)

_LONGEST = 80


def describe(expression: Expression) -> str:
    """An expression much as the source has it."""
    text = _describe(expression)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _describe(expression: Expression) -> str:
    if isinstance(expression, Literal):
        return repr(expression.value)
    if isinstance(expression, Chain):
        return ".".join((expression.root, *expression.attributes))
    if isinstance(expression, Attribute):
        return f"{_describe(expression.base)}.{expression.name}"
    if isinstance(expression, Call):
        return f"{_describe(expression.function)}({_arguments(expression)})"
    if isinstance(expression, Comparison):
        left, right = _describe(expression.left), _describe(expression.right)
        return f"{left} {expression.operator} {right}"
    if isinstance(expression, Negation):
        return f"not {_describe(expression.part)}"
    if isinstance(expression, Subscript):
        return f"{_describe(expression.base)}[{_describe(expression.key)}]"
    return _describe_parts(expression)


def _arguments(call: Call) -> str:
    plain = [_describe(argument) for argument in call.arguments]
    words = [f"{name or '**'}={_describe(value)}" for name, value in call.keywords]
    return ", ".join((*plain, *words))


def _describe_parts(expression: Expression) -> str:
    if isinstance(expression, Logic):
        return f" {expression.operator} ".join(map(_describe, expression.parts))
    if isinstance(expression, (Joined, Several)):
        return " ... ".join(map(_describe, expression.parts))
    if isinstance(expression, Sequence):
        return f"({', '.join(map(_describe, expression.items))})"
    return type(expression).__name__.lower()
