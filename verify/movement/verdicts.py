"""How far two counterparts are the same, in one word."""

from __future__ import annotations

from enum import Enum

from verify.movement.definitions import Definition
from verify.movement.prints import Side, column_of
from verify.syntax import same_tree


class Likeness(str, Enum):
    """From the same text to code that a reviewer must read."""

    VERBATIM = "verbatim"
    REINDENTED = "reindented"
    REFORMATTED = "reformatted"
    ADAPTED = "adapted"
    EDITED = "edited"


def likeness(old: Definition, new: Definition, base: Side, head: Side) -> Likeness:
    """How far two definitions are the same by themselves: never `ADAPTED` but
    for a new name, which follows from the move itself.
    """
    if old.guards != new.guards:
        return Likeness.EDITED
    if base.print_of(old) != head.print_of(new):
        alike = old.name == new.name and _same_tree(old, new, base, head)
        return Likeness.REFORMATTED if alike else Likeness.EDITED
    if old.name != new.name:
        return Likeness.ADAPTED
    if _lines(old, base) != _lines(new, head):
        return Likeness.REFORMATTED
    if column_of(old, base) != column_of(new, head) or (
        _indents(old, base) != _indents(new, head)
    ):
        return Likeness.REINDENTED
    # Blank lines and line ends inside strings are in the tree, not in the lines.
    exact = same_tree(old.node, new.node)
    return Likeness.VERBATIM if exact else Likeness.EDITED


def _same_tree(old: Definition, new: Definition, base: Side, head: Side) -> bool:
    """Whether two definitions are the same but for layout and comments."""
    if base.print_of(old, comments=False) == head.print_of(new, comments=False):
        return True
    return same_tree(old.node, new.node)


def _indents(definition: Definition, side: Side) -> list[str]:
    lines = (line.rstrip() for line in side.text(definition))
    return [line[: len(line) - len(line.lstrip())] for line in lines if line]


def _lines(definition: Definition, side: Side) -> list[str]:
    return [line.strip() for line in side.text(definition) if line.strip()]
