"""What a commit did with each use of an attribute, and what a tool made of it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from codemods.finding import Finding, Place
from codemods.rules import DYNAMIC_NAME
from verify.attribute_uses import Pair, Reading
from verify.replay_rehoming import Made, Truth, judge, strays, truths

PAIR = Pair("pool", "slots")
BASE = dedent(
    '''\
    def chains(x):
        """The pool of x."""
        x.pool.alloc(1)
        x.pool.copy(range(x.pool.size))  # the pool


    def renamed(x):
        pool = getattr(x, "pool", None)
        if pool is not None:
            pool.free(1)


    def split(x):
        pool = x.pool
        pool.alloc(2)
        pool.copy(3)
    '''
)
HEAD = dedent(
    '''\
    def chains(x):
        """The pool of x."""
        x.slots.alloc(1)
        x.pool.copy(range(1, x.slots.size + 1))  # the pool


    def renamed(x):
        slots = getattr(
            x, "slots", None
        )
        if slots is not None:
            slots.free(1)


    def split(x):
        pool = x.pool
        x.slots.alloc(2)
        pool.copy(3)
    '''
)
IN_EFFECT, RENAMED, LEFT, BY_HAND = Truth
TRUTHS = [
    *(LEFT, IN_EFFECT, BY_HAND, BY_HAND, LEFT),
    *(RENAMED, IN_EFFECT, RENAMED, RENAMED),
    *(LEFT, LEFT, IN_EFFECT, LEFT),
]


def reading(text: str) -> Reading:
    return Reading(text, PAIR)


def made(text: str, *findings: Finding) -> list[Made]:
    judged = judge("x.py", reading(BASE), reading(HEAD), reading(text), findings)
    return [each.made for each in judged]


def on_line(line: int) -> Finding:
    return Finding(DYNAMIC_NAME, Place("x.py", line, 1), "told", "look")


def test_what_the_commit_did_is_read_off_its_trees() -> None:
    found = truths(reading(BASE), reading(HEAD))
    assert [found[start] for start in sorted(found)] == TRUTHS


def test_the_commit_itself_is_as_merged() -> None:
    assert made(HEAD, on_line(4)) == [Made.SAME] * len(TRUTHS)


def test_what_is_untouched_is_missed() -> None:
    wanted = [Made.SAME if t is LEFT else Made.MISSED for t in TRUTHS]
    assert made(BASE) == wanted


def test_what_is_untouched_and_told_of_is_reported() -> None:
    lines = [on_line(line) for line in range(1, 20)]
    wanted = [Made.SAME if t is LEFT else Made.REPORTED for t in TRUTHS]
    wanted[2] = Made.SAME
    assert made(BASE, *lines) == wanted


@pytest.mark.parametrize(
    ("was", "becomes", "line", "column"),
    [
        ("pool.copy(3)", "x.slots.copy(3)", 16, 5),
        ("    pool = x.pool\n", "    pool = x.slots\n", 14, 5),
        ("x.pool.copy(", "x.slots.copy(", 4, 7),
    ],
)
def test_what_means_another_object_is_wrong(
    was: str, becomes: str, line: int, column: int
) -> None:
    text = HEAD.replace(was, becomes)
    judged = judge("x.py", reading(BASE), reading(HEAD), reading(text))
    wrong = {(u.line, u.column) for u in judged if u.made is Made.WRONG}
    assert (line, column) in wrong


def test_a_local_that_keeps_its_name_is_told_apart() -> None:
    text = HEAD.replace("slots = getattr", "pool = getattr")
    text = text.replace("slots is not", "pool is not").replace(
        "slots.free", "pool.free"
    )
    found = made(text, on_line(4))
    assert {found[i] for i, t in enumerate(TRUTHS) if t is RENAMED} == {Made.OTHER_NAME}
    assert Made.WRONG not in found


def test_changes_where_no_use_stands_are_told() -> None:
    text = HEAD.replace("def split(x)", "def split(x, y)")
    assert strays(reading(BASE), reading(HEAD)) == []
    assert strays(reading(BASE), reading(text)) == [13]
