"""Where an expression is a pattern, by value, and where it only may be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from codemods.folding.pattern import Pattern, is_multiple

Parents = Mapping[ast.AST, ast.AST]
Same = Callable[[ast.expr], bool]


def parents_in(tree: ast.AST) -> Parents:
    """The node around each node."""
    return {
        child: parent
        for parent in ast.walk(tree)
        for child in ast.iter_child_nodes(parent)
    }


@dataclass(frozen=True, eq=False)
class Match:
    """An expression `root` that is a pattern around `kept`.

    `gone` are what it has besides that is the same value: in `f(a) + f(a)` the
    second call.
    """

    root: ast.expr
    kept: ast.expr
    gone: tuple[ast.expr, ...] = ()


def match_around(
    pattern: Pattern, inner: ast.expr, parents: Parents, same: Same
) -> Match | None:
    """The pattern around `inner`, in any spelling that has the same value.

    `same` tells which other expressions have the value of `inner`.
    """
    root: ast.AST | None = inner
    for _ in range(pattern.depth):
        root = parents.get(root) if root is not None else None
    if isinstance(root, ast.expr) and pattern.surrounds(root, inner):
        return Match(root, inner)
    return _sum_around(pattern, inner, parents, same)


def _sum_around(
    pattern: Pattern, inner: ast.expr, parents: Parents, same: Same
) -> Match | None:
    """`f(a) + f(a)` for `2 * f(a)`: as many terms as the pattern says, and no more.

    What is added before them may be of another kind than a number: in
    `x + f(a) + f(a)` nothing adds the two calls to each other.
    """
    whole = _climb(inner, parents, ast.Add)
    if pattern.times is None or whole is inner:
        return None
    if sum(same(term) for term in _terms(whole, ast.Add)) != pattern.times:
        return None
    root = inner
    while root is not whole:
        around = parents[root]
        assert isinstance(around, ast.expr)
        root = around
        terms = list(_terms(root, ast.Add))
        if len(terms) == pattern.times and all(map(same, terms)):
            return Match(root, terms[0], tuple(terms[1:]))
    return None


def doubt_around(
    pattern: Pattern, inner: ast.expr, parents: Parents, alike: Same
) -> tuple[ast.expr, str] | None:
    """An expression that may be the pattern in other words, and why that is not sure.

    `alike` tells which other expressions call the same function, however.
    """
    if pattern.times is None:
        return None
    signed = _signed(inner, parents)
    around = parents.get(signed)
    if isinstance(around, ast.BinOp) and around.left is signed:
        if isinstance(around.op, ast.Pow):
            product = _climb(_signed(around, parents), parents, ast.Mult)
            if _has_multiple(product, pattern.times):
                return product, "its power is taken first"
        if isinstance(around.op, ast.LShift) and isinstance(around.right, ast.Constant):
            return around, "it is shifted, which only whole numbers can be"
    product = _climb(signed, parents, ast.Mult)
    if product is not inner and _has_multiple(product, pattern.times):
        return product, "it is multiplied in another order, or by another number"
    whole = _climb(signed, parents, ast.Add, ast.Sub)
    if _unsigned(whole) is not inner:
        return _sum_of_two(signed, whole, parents, alike)
    return None


def _sum_of_two(
    node: ast.expr, whole: ast.expr, parents: Parents, alike: Same
) -> tuple[ast.expr, str] | None:
    """The smallest sum around a term in which there is another one like it."""
    while node is not whole:
        around = parents[node]
        assert isinstance(around, (ast.BinOp, ast.UnaryOp))
        if isinstance(around, ast.BinOp):
            other = around.right if around.left is node else around.left
            if any(alike(_unsigned(t)) for t in _terms(other, ast.Add, ast.Sub)):
                why = "its terms may not be the same, or are added in another order"
                return around, why
        node = around
    return None


def _signed(node: ast.expr, parents: Parents) -> ast.expr:
    """The node with the signs before it."""
    around = parents.get(node)
    while isinstance(around, ast.UnaryOp) and isinstance(
        around.op, (ast.UAdd, ast.USub)
    ):
        node, around = around, parents.get(around)
    return node


def _unsigned(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.UnaryOp):
        node = node.operand
    return node


def _climb(node: ast.expr, parents: Parents, *kinds: type[ast.operator]) -> ast.expr:
    """The largest expression around a node that is made by these operators."""
    around = parents.get(node)
    while isinstance(around, (ast.BinOp, ast.UnaryOp)):
        if isinstance(around, ast.BinOp) and not isinstance(around.op, kinds):
            break
        if isinstance(around, ast.UnaryOp) and not isinstance(
            around.op, (ast.UAdd, ast.USub)
        ):
            break
        if isinstance(around, ast.UnaryOp) and kinds == (ast.Add,):
            break
        node, around = around, parents.get(around)
    return node


def _terms(node: ast.expr, *kinds: type[ast.operator]) -> Iterator[ast.expr]:
    """What an expression joins by these operators, in order."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.BinOp) and isinstance(each.op, kinds):
            waiting += (each.right, each.left)
        else:
            yield each


def _has_multiple(product: ast.expr, times: int) -> bool:
    """Whether a product has a literal factor that is a multiple of `times`."""
    factors = (_unsigned(each) for each in _terms(_unsigned(product), ast.Mult))
    return any(is_multiple(each, times) for each in factors)
