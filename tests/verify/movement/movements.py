"""What tests of the search for moves share."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from verify.movement.definitions import split_lines
from verify.movement.engine import Movement, examine
from verify.movement.sources import Files

Side = Mapping[str, "str | bytes"]

FUNCTION = """\
def spread(values, width):
    total = sum(values)
    if total > width:
        values = values[:width]
        total = width
    for value in values:
        print(value, total)
    return total
"""
CLASS = '''\
class Pool:
    """Hands out slots."""

    LIMIT = 5
    names = list(range(LIMIT))

    def __init__(self, size: int) -> None:
        self.size = size
        self.free = list(range(size))

    @staticmethod
    def check(count: int) -> int:
        return max(count, 0)

    def take(self, count: int) -> list[int]:
        taken, self.free = self.free[:count], self.free[count:]
        return taken
'''
METHOD = """\
class Runner:
    def setup(self):
        self.pool = self.build(self.size)

    def build(self, size):
        factor = self.config.factor
        total = size * factor
        if total > self.limit:
            raise ValueError(total)
        return [self.config.name] * total
"""


def contents(side: Side) -> dict[str, bytes]:
    return {
        path: dedent(text).encode() if isinstance(text, str) else text
        for path, text in side.items()
    }


def seen(base: Side, head: Side) -> Movement:
    """What the search answers for all files that differ."""
    sides = Files(contents(base)), Files(contents(head))
    paths = {*base, *head}
    changed = {p for p in paths if sides[0].read(p) != sides[1].read(p)}
    return examine(sides[0], sides[1], changed)


def verdicts(movement: Movement) -> dict[str, str]:
    """The verdicts by the old qualified names; of a whole file, by its path."""
    return {m.old.qualified or m.old.path: m.verdict.value for m in movement.matches}


def left(movement: Movement, base: Side, head: Side) -> list[str]:
    """The residual as `-line` and `+line`, without what surrounds them."""
    found = []
    sides = (("-", movement.removed, base), ("+", movement.added, head))
    for sign, lines, side in sides:
        for path in sorted(lines):
            text = contents(side)[path].decode("utf-8", "replace")
            every = split_lines(text)
            found += [f"{sign}{every[n - 1].strip()}" for n in sorted(lines[path])]
    return found


def residual(base: Side, head: Side) -> list[str]:
    return left(seen(base, head), base, head)


def indented(text: str, by: str = "    ") -> str:
    return "".join(f"{by}{x}\n" if x else "\n" for x in text.splitlines())
