"""Fewer operations that show the same, found the same way each time."""

from __future__ import annotations

from typing import Any

from verify.behaviour.shrinking import shrink


def shows(operations: list[Any]) -> int | None:
    """A bug that needs a 'b', and later a 'd' of at least 7."""
    seen = False
    for number, (name, size) in enumerate(operations):
        if name == "d" and size >= 7 and seen:
            return number
        seen = seen or name == "b"
    return None


LONG = [["abcd"[n % 4], n] for n in range(60)]


def test_only_what_is_needed_is_left() -> None:
    assert shrink(LONG, shows, seconds=60) == [["b", 0], ["d", 7]]


def test_the_same_input_gives_the_same_result() -> None:
    assert shrink(LONG, shows, seconds=60) == shrink(LONG, shows, seconds=60)


def test_without_time_nothing_changes() -> None:
    assert shrink(LONG, shows, seconds=0) == LONG


def test_what_has_no_operations() -> None:
    assert shrink([], lambda tried: None, seconds=60) == []


def test_numbers_inside_are_made_smaller() -> None:
    def test(operations: list[Any]) -> int | None:
        for number, each in enumerate(operations):
            if isinstance(each, dict) and sum(each.get("sizes", ())) > 10:
                return number
        return None

    (left,) = shrink([{"sizes": [9, 9, 9], "on": True}], test, seconds=60)
    assert sum(left["sizes"]) == 11
    assert left["on"] is True
