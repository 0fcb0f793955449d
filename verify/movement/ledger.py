"""The books: which changed lines are accounted for, one for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from verify.movement.atoms import PLACE, Atom


@dataclass(eq=False)
class Ledger:
    """The lines of one side that nothing has explained yet, by path.

    Blank lines are not in the books: outside of strings they mean nothing, and
    a string's lines are settled with the whole string.
    """

    open: dict[str, set[int]] = field(default_factory=dict)
    entered: dict[str, frozenset[int]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)

    def enter(self, path: str, lines: Iterable[str]) -> None:
        """Open the books for a file."""
        self.open[path] = {n for n, line in enumerate(lines, 1) if line.strip()}
        self.entered[path] = frozenset(self.open[path])

    def enter_lines(self, path: str, numbers: Iterable[int]) -> None:
        """Open the books for some lines of a file."""
        self.open[path] = set(numbers)
        self.entered[path] = frozenset(self.open[path])

    def settle(self, path: str, lines: Iterable[int], reason: str) -> None:
        """Account for lines; those that are settled already stay as they are."""
        done = self.open[path].intersection(lines)
        self.open[path] -= done
        self.reasons.setdefault(path, Counter())[reason] += len(done)

    def settle_atom(self, atom: Atom, reason: str) -> None:
        if atom.kind != PLACE:
            self.settle(atom.path, atom.lines, reason)

    def reopen(self, path: str, lines: Iterable[int]) -> None:
        """Take lines back: what explained them turned out not to."""
        self.open[path] |= self.entered[path].intersection(lines)

    def is_open(self, atom: Atom) -> bool:
        """Whether nothing of an atom is accounted for yet."""
        if atom.kind == PLACE:
            return False
        return all(n in self.open[atom.path] for n in (atom.first, atom.last))

    @property
    def left(self) -> int:
        return sum(map(len, self.open.values()))
