"""The notation of patterns: what it can say, and what is refused with a reason."""

from __future__ import annotations

import ast

import pytest

from codemods.folding.pattern import PatternError, parse_pattern


def accepts(pattern: str, call: str) -> bool:
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    return parse_pattern(pattern).accepts(node)


@pytest.mark.parametrize(
    ("text", "function", "depth", "times"),
    [
        ("2 * f(...)", "f", 1, 2),
        ("f(...) * 3", "f", 1, 3),
        ("2 * pkg.m.f($a)", "pkg.m.f", 1, 2),
        ("f(...) + 1", "f", 1, None),
        ("-f(...).size // 2", "f", 3, None),
        ("2.0 * f(...)", "f", 1, None),
        ("1 * f(...)", "f", 1, None),
    ],
)
def test_what_a_pattern_says(
    text: str, function: str, depth: int, times: int | None
) -> None:
    pattern = parse_pattern(text)
    assert (pattern.function, pattern.depth) == (function, depth)
    assert pattern.times == times


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2 *", "is not a Python expression"),
        ("", "is not a Python expression"),
        ("2 * f(\0)", "is not a Python expression"),
        ("(" * 300 + "f()" + ")" * 300, "is not a Python expression"),
        ("2 * hole__a", "begins with hole__"),
        ("2", "calls nothing"),
        ("2 * $a", "calls nothing"),
        ("f(...) + f(...)", "more than one call"),
        ("f(g(...)) + 1", "more than one call"),
        ("2 * $f(...)", "not a name"),
        ("2 * f[0](...)", "not a name"),
        ("2 * m.$f(...)", "not a name"),
        ("2 * 1(...)", "not a name"),
        ("2 * f('\\d')(...)", "more than one call"),
        ("f(...)", "is a call by itself"),
        ("x * f(...)", "numbers, operators and attributes"),
        ("2 * f(...) if True else 0", "numbers, operators and attributes"),
        ("True * f(...)", "numbers, operators and attributes"),
        ("-" * 30 + "f(...)", "more than 20 operators"),
        ("2 * f(..., $a)", "something after `...`"),
        ("2 * f(..., ...)", "something after `...`"),
        ("2 * f(a)", "holes like $a"),
        ("2 * f(*$a)", "holes like $a"),
        ("2 * f(**$a)", "has `**`"),
    ],
)
def test_what_is_no_pattern(text: str, reason: str) -> None:
    with pytest.raises(PatternError, match=r".") as caught:
        parse_pattern(text)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("pattern", "call", "fits"),
    [
        ("2 * f(...)", "f()", True),
        ("2 * f(...)", "f(a, *b, c=d, **e)", True),
        ("2 * f()", "f()", True),
        ("2 * f()", "f(a)", False),
        ("2 * f($a)", "f(g(x))", True),
        ("2 * f($a)", "f()", False),
        ("2 * f($a)", "f(*a)", False),
        ("2 * f($a)", "f(k=a)", False),
        ("2 * f($a, ...)", "f(a, b, k=c)", True),
        ("2 * f($a, ...)", "f(k=c)", False),
        ("2 * f(k=$a)", "f(k=1)", True),
        ("2 * f(k=$a)", "f(k=1, j=2)", False),
        ("2 * f(k=$a)", "f(**k)", False),
        ("2 * f($a, $a)", "f(x.y, x.y)", True),
        ("2 * f($a, $a)", "f(x.y, x.z)", False),
        ("2 * f($a, $a)", "f(x(), x())", False),
        ("2 * f(1)", "f(1)", True),
        ("2 * f(1)", "f(1.0)", False),
        ("2 * f(1)", "f(True)", False),
        ("2 * f('$a')", "f('$a')", True),
        ("2 * f('$a')", "f(x)", False),
    ],
)
def test_arguments(pattern: str, call: str, fits: bool) -> None:
    assert accepts(pattern, call) is fits
