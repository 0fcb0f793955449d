"""Facts about nodes of Python's syntax."""

from __future__ import annotations

import ast

import pytest

from verify.syntax import same_tree

ALIKE = [
    ("x = 1", "x  =  1  # one"),
    ("f(a, b=2)", "f(\n    a,\n    b=2,\n)"),
    ("'a' 'b'", "'ab'"),
]
UNLIKE = [
    ("x = 1", "x = True"),
    ("x = 1", "x = 1.0"),
    ("x = 0.0", "x = -0.0"),
    ("f(a, b)", "f(b, a)"),
    ("f(a)", "f(a, a)"),
    ("f(*a)", "f(a)"),
    ("x = a", "x = 'a'"),
    ("x = b'a'", "x = 'a'"),
    ("def f(): pass", "async def f(): pass"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_layout_is_no_difference(one: str, other: str) -> None:
    assert same_tree(ast.parse(one), ast.parse(other))


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_anything_else_is(one: str, other: str) -> None:
    assert not same_tree(ast.parse(one), ast.parse(other))


def test_however_deep() -> None:
    text = "if x:\n    pass\n" + "elif x:\n    pass\n" * 800
    assert same_tree(ast.parse(text), ast.parse(text))
    assert not same_tree(ast.parse(text), ast.parse(text + "else:\n    y\n"))
