"""Leftovers in words: findings and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from codemods.finding import Finding, Place
from verify.leftovers import rules
from verify.leftovers.searching import Leftover, Leftovers, Sort
from verify.outcome import Table

_RULES = {
    Sort.CODE: rules.OLD_NAME_IN_CODE,
    Sort.TEXT: rules.OLD_NAME_IN_TEXT,
    Sort.MAYBE: rules.OLD_NAME_MAYBE,
    Sort.HISTORY: rules.OLD_NAME_IN_HISTORY,
    Sort.WORKS: rules.OLD_NAME_STILL_WORKS,
    Sort.MEMBER: rules.MEMBER_MAYBE,
    Sort.PRIVATE: rules.PRIVATE_MAYBE,
    Sort.PATCH: rules.PATCH_MISSES,
    Sort.UNREAD: rules.LEFTOVERS_UNREAD,
}
# Many of these say little, so that one note speaks for all of a name.
_JOINED = (Sort.WORKS, Sort.MEMBER, Sort.PRIVATE)


def findings_of(leftovers: Leftovers) -> Iterator[Finding]:
    """A finding for each leftover, in the order of the files; what still works by
    its old name is one for each name.
    """
    joined: dict[tuple[Sort, str, str, str], list[Leftover]] = {}
    for each in leftovers.found:
        if each.sort in _JOINED:
            key = each.sort, each.old, each.new, each.message
            joined.setdefault(key, []).append(each)
        else:
            yield Finding(_RULES[each.sort], _place(each), _message(each), _fix(each))
    for places in joined.values():
        yield _of_many(places)


def _place(each: Leftover) -> Place:
    return Place(each.path, each.line, each.column if each.line else 0)


def _of_many(places: list[Leftover]) -> Finding:
    first = places[0]
    others = len(places) - 1
    more = f" (and {others} more, see the table)" if others else ""
    return Finding(
        _RULES[first.sort], _place(first), f"{_message(first)}{more}", _fix(first)
    )


def _message(each: Leftover) -> str:
    if each.message:
        return each.message
    return f"still has `{each.old}`, which is `{each.new}` now"


def _fix(each: Leftover) -> str:
    if each.fix:
        return each.fix
    if each.sort is Sort.HISTORY:
        return "leave it, if it tells of a time when that was right"
    if each.sort is Sort.WORKS:
        return f"name `{each.new}`, before the old place stops importing it"
    return f"name `{each.new}` instead"


def table_of(leftovers: Leftovers) -> Table:
    """Every place, with the old name and the new."""
    rows = tuple(
        (each.sort.value, f"{each.path}:{each.line}", each.old, each.new)
        for each in leftovers.found
    )
    return Table("leftovers", ("sort", "place", "old name", "new name"), rows)


def summary_of(leftovers: Leftovers, names: int, left_out: int) -> Iterator[str]:
    """What was found, in a few lines, what was left out included."""
    count = Counter(each.sort for each in leftovers.found)
    real = sum(count[s] for s in (Sort.CODE, Sort.TEXT, Sort.MAYBE, Sort.UNREAD))
    yield f"{_counted(real, 'place', 'uses', 'use')} an old name of {names} that moved"
    told = [f"{count[sort]} {sort.value}" for sort in Sort if count[sort]]
    if told:
        yield f"by sort: {', '.join(told)}"
    files = f"{leftovers.searched} files searched"
    yield f"{files}; {leftovers.binary} binary and {left_out} too large: left out"


def _counted(number: int, noun: str, one: str, many: str) -> str:
    return f"1 {noun} {one}" if number == 1 else f"{number} {noun}s {many}"
