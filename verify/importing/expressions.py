"""Expressions as their syntax tree has them -> what running them needs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from verify.importing.program import (
    NOTHING,
    Alternative,
    Attribute,
    Call,
    Chain,
    Comparison,
    Comprehension,
    Expression,
    Joined,
    Lambda,
    Literal,
    Logic,
    Negation,
    Pairs,
    Sequence,
    Several,
    Subscript,
    Walrus,
)

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def expression(node: ast.AST) -> Expression:
    """What evaluating an expression does, in the order in which it does it."""
    reader = _READERS.get(type(node))
    return _children(node) if reader is None else reader(node)


def several(nodes: Iterable[ast.AST | None]) -> Expression:
    """Expressions that run one after the other."""
    parts: list[Expression] = []
    for node in nodes:
        if node is not None:
            _add(parts, expression(node))
    return _sequence_of(parts)


def bound_names(target: ast.AST) -> tuple[str, ...]:
    """The names that a target binds, one that unpacks included."""
    if isinstance(target, ast.Name):
        return (target.id,)
    return tuple(
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def parameters(arguments: ast.arguments) -> tuple[str, ...]:
    """The names of all parameters that take one argument, in order."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return tuple(argument.arg for argument in every)


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The defaults of parameters, in the order in which Python evaluates them."""
    return [*arguments.defaults, *(one for one in arguments.kw_defaults if one)]


def _children(node: ast.AST) -> Expression:
    return several(
        child
        for child in ast.iter_child_nodes(node)
        if isinstance(child, (ast.expr, ast.keyword, ast.comprehension))
    )


def _sequence_of(parts: list[Expression]) -> Expression:
    if not parts:
        return NOTHING
    return parts[0] if _is_opaque(parts) else Several(tuple(parts))


def _is_opaque(parts: list[Expression]) -> bool:
    return len(parts) == 1 and isinstance(parts[0], Several)


def _add(parts: list[Expression], part: Expression) -> None:
    """Adds what has an effect: a literal has none, several lose their bracket."""
    if type(part) is Several:
        for inner in part.parts:
            _add(parts, inner)
    elif type(part) is not Literal and part not in parts:
        parts.append(part)


def _name(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Name)
    return Chain(node.id, ())


def _constant(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Constant)
    return Literal(node.value)


def _attribute(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Attribute)
    base = expression(node.value)
    if type(base) is Chain:
        return Chain(base.root, (*base.attributes, node.attr))
    return Attribute(base, node.attr)


def _call(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Call)
    return Call(
        expression(node.func),
        tuple(expression(argument) for argument in node.args),
        tuple((word.arg, expression(word.value)) for word in node.keywords),
    )


def _comparison(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Compare)
    if len(node.ops) > 1:
        return _children(node)
    right = expression(node.comparators[0])
    return Comparison(expression(node.left), _COMPARISONS[type(node.ops[0])], right)


def _logic(node: ast.AST) -> Expression:
    assert isinstance(node, ast.BoolOp)
    operator = "and" if isinstance(node.op, ast.And) else "or"
    return Logic(operator, tuple(expression(value) for value in node.values))


def _unary(node: ast.AST) -> Expression:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        return Negation(expression(node.operand))
    value = node.operand.value if isinstance(node.operand, ast.Constant) else None
    if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
        return Literal(-value)
    return _children(node)


def _binary(node: ast.AST) -> Expression:
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, ast.Add):
        return Joined((expression(node.left), expression(node.right)))
    return _children(node)


def _f_string(node: ast.AST) -> Expression:
    assert isinstance(node, ast.JoinedStr)
    parts: list[Expression] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            plain = part.conversion == -1 and part.format_spec is None
            parts.append(expression(part.value) if plain else _children(part))
        else:
            parts.append(expression(part))
    return Joined(tuple(parts))


def _alternative(node: ast.AST) -> Expression:
    assert isinstance(node, ast.IfExp)
    test, yes, no = (expression(one) for one in (node.test, node.body, node.orelse))
    return Alternative(test, yes, no)


def _subscript(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Subscript)
    return Subscript(expression(node.value), expression(node.slice))


def _items(node: ast.AST) -> Expression:
    assert isinstance(node, (ast.Tuple, ast.List, ast.Set))
    items = tuple(expression(item) for item in node.elts)
    if all(type(item) is Literal for item in items):
        return Literal(tuple(item.value for item in items if type(item) is Literal))
    return Sequence(items)


def _dict(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Dict)
    names = [NOTHING if key is None else expression(key) for key in node.keys]
    values = [expression(value) for value in node.values]
    pairs: dict[object, object] = {}
    for name, value in zip(names, values, strict=True):
        if type(name) is not Literal:
            return several(_interleaved(node))
        if type(value) is not Literal:
            return Pairs(tuple(names), tuple(values))
        pairs[name.value] = value.value
    return Literal(pairs)


def _interleaved(node: ast.Dict) -> Iterable[ast.expr | None]:
    for key, value in zip(node.keys, node.values, strict=True):
        yield key
        yield value


def _walrus(node: ast.AST) -> Expression:
    assert isinstance(node, ast.NamedExpr)
    return Walrus(node.target.id, expression(node.value))


def _lambda(node: ast.AST) -> Expression:
    assert isinstance(node, ast.Lambda)
    made = tuple(expression(one) for one in defaults(node.args))
    rest = (node.args.vararg, node.args.kwarg)
    names = parameters(node.args) + tuple(one.arg for one in rest if one)
    end = node.body.end_lineno or node.body.lineno
    return Lambda(node.body.lineno, end, names, made, expression(node.body))


def _comprehension(node: ast.AST) -> Expression:
    assert isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
    first, *others = node.generators
    inner: list[ast.AST] = list(first.ifs)
    for generator in others:
        inner += [generator.iter, *generator.ifs]
    if isinstance(node, ast.DictComp):
        inner += [node.key, node.value]
    else:
        inner.append(node.elt)
    names = tuple(n for one in node.generators for n in bound_names(one.target))
    is_generator = isinstance(node, ast.GeneratorExp)
    return Comprehension(expression(first.iter), names, several(inner), is_generator)


_READERS: dict[type[ast.AST], Callable[[ast.AST], Expression]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Compare: _comparison,
    ast.BoolOp: _logic,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.JoinedStr: _f_string,
    ast.IfExp: _alternative,
    ast.Subscript: _subscript,
    ast.Tuple: _items,
    ast.List: _items,
    ast.Set: _items,
    ast.Dict: _dict,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
}
