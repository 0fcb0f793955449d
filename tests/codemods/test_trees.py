"""Trees that are kept, so that a run parses the same text once."""

from __future__ import annotations

import pytest

from codemods.trees import Trees


def test_the_same_text_has_one_tree() -> None:
    trees = Trees(100)
    assert trees.parse("a = 1") is trees.parse("a = 1")
    assert trees.parse("a = 1") is not trees.parse("a = 2")


def test_without_room_none_is_kept() -> None:
    trees = Trees(0)
    assert trees.parse("a = 1") is not trees.parse("a = 1")


def test_what_was_asked_for_last_stays() -> None:
    trees = Trees(10)
    first, second = trees.parse("a = 1"), trees.parse("b = 2")
    assert trees.parse("a = 1") is first
    trees.parse("c = 3")
    assert trees.parse("a = 1") is first
    assert trees.parse("b = 2") is not second


def test_a_text_larger_than_the_room_takes_none() -> None:
    trees = Trees(6)
    small = trees.parse("a = 1")
    trees.parse("b = 12345")
    assert trees.parse("a = 1") is small


def test_less_room_lets_trees_go() -> None:
    trees = Trees(100)
    first = trees.parse("a = 1")
    trees.make_room(0)
    trees.make_room(100)
    assert trees.parse("a = 1") is not first


def test_an_error_is_raised_each_time() -> None:
    trees = Trees(100)
    for _ in range(2):
        with pytest.raises(SyntaxError):
            trees.parse("a =")
