"""A name that no longer means what it meant, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from verify.movement import comparison
from verify.movement.comparison import Verdict

# These change what a person sees (the name of a logger, what can be asked for at
# run time), not what the code does: they do not lower a verdict.
NOTES = frozenset({comparison.LOGGER, comparison.TYPES_ONLY, comparison.ANNOTATIONS})


@dataclass(frozen=True, slots=True)
class Difference:
    """A name that means something else in the new place, or may do so.

    The place counts from 1, in the new file. `old` and `new` are for people.
    """

    name: str
    line: int
    column: int
    kind: str
    old: str
    new: str
    undecided: bool

    @property
    def is_note(self) -> bool:
        """Whether it is worth a line, and no reason to doubt the move."""
        return self.kind in NOTES


def made(
    name: str, place: tuple[int, int], verdict: Verdict, said: tuple[str, str]
) -> Difference:
    """A difference at a place of the new file, with what is said of both sides."""
    line, column = place
    old, new = said
    return Difference(name, line, column, verdict.kind, old, new, verdict.undecided)
