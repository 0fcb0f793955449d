"""What the search for moves answers, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verify.movement.definitions import Definition
from verify.movement.inventory import Renamed, Unread
from verify.movement.meaning import Difference
from verify.movement.order import Displaced
from verify.movement.residual import Hunk
from verify.movement.verdicts import Likeness


@dataclass(frozen=True, eq=False)
class Match:
    """A definition that left one place and appeared in another."""

    old: Definition
    new: Definition
    likeness: Likeness
    differences: tuple[Difference, ...] = ()

    @property
    def verdict(self) -> Likeness:
        """The likeness, but edited where a name means something else now."""
        decided = any(not (d.undecided or d.is_note) for d in self.differences)
        return Likeness.EDITED if decided else self.likeness


@dataclass(eq=False)
class Movement:
    """The answer. `removed` and `added` are the residual's lines by path, `hunks`
    the same side by side; `changed` is how many lines the range changes. `runs` are
    blocks that moved between definitions, `renamed` files other than Python that
    have a new place. `moved` has every dotted path that is another at head.
    """

    matches: tuple[Match, ...]
    blocks: tuple[Match, ...]
    hunks: tuple[Hunk, ...]
    removed: dict[str, frozenset[int]]
    added: dict[str, frozenset[int]]
    changed: int
    unread: tuple[Unread, ...]
    displaced: tuple[Displaced, ...]
    renamed: tuple[Renamed, ...]
    moved: Mapping[str, str]

    @property
    def residual(self) -> int:
        """How many lines a reviewer must read."""
        return sum(map(len, (*self.removed.values(), *self.added.values())))
