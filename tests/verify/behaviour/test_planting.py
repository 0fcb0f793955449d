"""Bugs of one token: each is one change, and none stands where nothing runs."""

from __future__ import annotations

import ast

import pytest

from verify.behaviour.planting import bugs_in

SOURCE = '''
"""Says 1 < 2."""
import torch
def f(a: int = 1, b: "x < 1" = None) -> torch.int64:
    assert a < 3, "é < 4"
    if not a and a <= b:
        raise ValueError(f"{a + 1}")
    log(a)
    return torch.cat(torch.sort(a, b), dtype=torch.int64)
'''


def planted() -> dict[str, str]:
    content = SOURCE.encode()
    return {
        f"{bug.kind}: {bug.text}": bug.planted(content).decode()
        for bug in bugs_in("f.py", content)
    }


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("off-by-one: 2", 'def f(a: int = 2, b: "x < 1" = None) -> torch.int64:'),
        ("and-or: or", "if not a or a <= b:"),
        ("dropped-not: a", "if a and a <= b:"),
        ("comparison: <", "if not a and a < b:"),
        ("dropped-call: None", "    None"),
        ("dropped-sort: (a, None)", "torch.cat((a, None), dtype"),
        ("swapped-arguments: b, a", "torch.sort(b, a)"),
        ("wrong-dtype: int32", "dtype=torch.int32)"),
    ],
)
def test_a_bug_of_each_kind(name: str, line: str) -> None:
    assert line in planted()[name]


def test_nothing_that_only_says_something_is_changed() -> None:
    assert len(planted()) == 8
    for text in planted().values():
        ast.parse(text)
        assert "é < 4" in text
        assert '"""Says 1 < 2."""' in text
        assert 'f"{a + 1}"' in text


def test_the_line_as_it_becomes() -> None:
    content = b"x = f(1,\n      a)  # why\ny = 2 + 1\n"
    lines = {bug.becomes for bug in bugs_in("f.py", content)}
    assert lines == {
        "x = f(2,",
        "x = f(a, 1) # why",
        "y = 3 + 1",
        "y = 2 - 1",
        "y = 2 + 2",
    }
