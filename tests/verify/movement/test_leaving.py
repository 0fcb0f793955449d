"""A `return` in code that went into a function of its own."""

from __future__ import annotations

import pytest

from verify.movement.engine import examine
from verify.movement.sources import Files

BLOCK = """\
    if first > second:
        print("larger", first, second)
        return first
"""
START = """\
def f(a):
    first = a.first
    second = a.second
"""
END = """\
    third = first + second
    return third
"""
HELPER = f"\n\ndef helper(first, second):\n{BLOCK}"
ITEMS = """\
    for item in (first, second):
        print("item", item)
        yield item
    total = sum((first, second))
    print("the total of all items", total)
"""


def added(base: str, head: str) -> set[str]:
    """The new lines that are left to read."""
    old, new = (Files({"m.py": text.encode()}) for text in (base, head))
    movement = examine(old, new, ["m.py"])
    lines = head.splitlines()
    return {lines[n - 1].strip() for ns in movement.added.values() for n in ns}


def test_a_return_that_ends_the_helper_only() -> None:
    head = f"{START}    helper(first, second)\n{END}{HELPER}"
    left = added(f"{START}{BLOCK}{END}", head)
    assert "return first" in left
    assert 'print("larger", first, second)' not in left


@pytest.mark.parametrize("keyword", ["return", "return await"])
def test_a_return_whose_call_is_returned(keyword: str) -> None:
    word = "async def" if "await" in keyword else "def"
    start = START.replace("def", word)
    head = f"{start}    {keyword} helper(first, second)\n{HELPER.replace('def', word)}"
    assert "return first" not in added(f"{start}{BLOCK}", head)


def test_a_return_whose_call_is_part_of_more() -> None:
    head = f"{START}    return 1 + helper(first, second)\n{HELPER}"
    assert "return first" in added(f"{START}{BLOCK}", head)


def test_a_return_that_came_back_into_its_caller() -> None:
    base = f"{START}    helper(first, second)\n{END}{HELPER}"
    assert "return first" in added(base, f"{START}{BLOCK}{END}")


@pytest.mark.parametrize(
    ("call", "left"),
    [("yield from helper(first, second)", False), ("helper(1, 2)", True)],
)
def test_a_yield(call: str, left: bool) -> None:
    rest = "".join(f"    print({n}, a.number_{n}, first, second)\n" for n in range(9))
    helper = f"\n\ndef helper(first, second):\n{ITEMS}"
    head = f"{START}    {call}\n{rest}{helper}"
    assert ("yield item" in added(f"{START}{ITEMS}{rest}", head)) is left
