"""What is accounted for so far, of both sides at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from verify.movement.atoms import Atom
from verify.movement.ledger import Ledger


@dataclass(frozen=True, eq=False)
class Shown:
    """Lines of both sides, with their paths, that are equal inside of what is not,
    and the atoms that they are in.
    """

    pairs: tuple[tuple[Atom, Atom], ...]
    lines: tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]


@dataclass(eq=False)
class Settling:
    """The books of both sides, and which atom became which, both ways; `edited` are
    those shown beside each other that are not the same.
    """

    books: tuple[Ledger, Ledger]
    partners: dict[Atom, Atom] = field(default_factory=dict)
    edited: dict[Atom, Atom] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)

    def show(
        self,
        pairs: Iterable[tuple[Atom, Atom]],
        old: Iterable[tuple[str, int]],
        new: Iterable[tuple[str, int]],
    ) -> None:
        """Account for lines that are equal in atoms that are not."""
        shown = Shown(tuple(pairs), (frozenset(old), frozenset(new)))
        for book, lines in zip(self.books, shown.lines, strict=True):
            for path, number in lines:
                book.settle(path, [number], "same")
        self.shown.append(shown)

    def hide(self, shown: Shown) -> None:
        """Leave such lines to be read after all."""
        for book, lines in zip(self.books, shown.lines, strict=True):
            for path, number in lines:
                book.reopen(path, [number])

    def settle(self, old: Atom, new: Atom, reason: str) -> None:
        self.books[0].settle_atom(old, reason)
        self.books[1].settle_atom(new, reason)
        self.partners[old] = new
        self.partners[new] = old

    def reopen_first(self, old: Atom, new: Atom) -> None:
        """Leave the first line of two atoms to be read."""
        for book, atom in zip(self.books, (old, new), strict=True):
            book.reopen(atom.path, [atom.first])

    def are_whole(self, old: Atom, new: Atom) -> bool:
        """Whether nothing of two atoms is accounted for yet."""
        return all(
            book.entered[atom.path].intersection(atom.lines) <= book.open[atom.path]
            for book, atom in zip(self.books, (old, new), strict=True)
        )

    def open(self, atoms: Iterable[Atom], side: int) -> list[Atom]:
        return [atom for atom in atoms if self.books[side].is_open(atom)]
