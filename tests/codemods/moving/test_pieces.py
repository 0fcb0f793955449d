"""A text cut at its statements: every line that says something is in one piece."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from codemods.home import ModuleHome
from codemods.moving.module import ModuleText, Role
from codemods.moving.pieces import pieces_of, split_lines

LINES = (
    *("x = 1", "x = 1; y = 2", "# a comment", "", "import os", "@deco", "def f():"),
    *("    return 1", "    # inside", "class K:", '"""text', '"""', "if x:", "  "),
)


def cut(text: str) -> list[tuple[int, int, int, bool]]:
    lines = split_lines(text)
    return [
        (piece.first, piece.last, piece.gap, bool(piece.nodes))
        for piece in pieces_of(lines, ast.parse(text))
    ]


@given(st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))
def test_pieces_hold_every_line_once_in_order(text: str) -> None:
    try:
        found = cut(text)
    except SyntaxError:
        return
    lines = split_lines(text)
    held = [n for first, last, *_ in found for n in range(first, last + 1)]
    assert held == sorted(set(held))
    assert all(
        not lines[n - 1].strip() for n in set(range(1, len(lines) + 1)) - {*held}
    )
    end = 0
    for first, last, gap, _ in found:
        assert gap == first - end - 1
        end = last


def test_a_comment_goes_with_what_it_stands_above() -> None:
    text = "import os\n\n# about f\n# more\n@deco\ndef f():\n    pass\n    # end\n# g\n\nx = 1\n"
    assert cut(text) == [
        (1, 1, 0, True),
        (3, 8, 1, True),
        (9, 9, 0, False),
        (11, 11, 1, True),
    ]


def test_the_head_of_a_file_is_not_about_its_first_statement() -> None:
    assert cut("#!/bin/python\n# words\nimport os\n")[0] == (1, 2, 0, False)
    assert cut("# Copyright A\ndef f(): ...\n")[0] == (1, 1, 0, False)
    assert cut("# about f\ndef f(): ...\n") == [(1, 2, 0, True)]


def read(text: str) -> ModuleText:
    return ModuleText.read(ModuleHome("pkg.a"), text.encode())


def test_when_a_name_is_looked_up() -> None:
    module = read(
        "import os\n\n\ndef f(x=os.sep) -> os.stat:\n    y: os.path = 1\n"
        "    return os.name\n\n\nclass K:\n    a = os.curdir\n    b: 'os.pardir' = 1\n"
    )
    roles = {
        use.attributes[0]: use.role
        for piece in module.pieces
        for use in module.uses_in(piece)
        if use.name == "os"
    }
    assert roles == {
        "sep": Role.IMPORT,
        "stat": Role.IMPORT,
        "path": Role.TYPES,
        "name": Role.RUN,
        "curdir": Role.IMPORT,
        "pardir": Role.TYPES,
    }


def test_a_class_that_takes_a_global_of_the_same_name() -> None:
    module = read(
        "size = 1\n\n\nclass K:\n    size = size\n\n\nclass L:\n    n = 1\n    m = n\n"
    )
    assert [use.name for use in module.uses_in(module.pieces[1])] == ["size"]
    assert module.uses_in(module.pieces[2]) == []


def test_what_binds_a_name_again() -> None:
    module = read(
        "a = 1\nb = 1\nc = 1\n\n\ndef f():\n    global a\n    a = 2\n\n\ndel c\n"
    )
    again = {n: [b.rebinds for b in bound] for n, bound in module.bound.items()}
    assert again["a"] == [False, True]
    assert again["b"] == [False]
    assert again["c"] == [False, True]
