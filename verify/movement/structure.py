"""What encloses an atom: the heads and clauses above it, told by columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verify.movement.atoms import CLAUSE, COMMENT, HEAD, Atom


@dataclass(eq=False)
class Structure:
    """The atoms of one definition with what each of them depends on."""

    atoms: list[Atom]
    _above: dict[Atom | None, tuple[Atom, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        open_: list[Atom] = []
        for atom in self.atoms:
            if atom.kind == COMMENT:
                continue
            while open_ and open_[-1].column > atom.column:
                open_.pop()
            if not _continues(atom):
                while open_ and open_[-1].column == atom.column:
                    open_.pop()
            self._above[atom] = tuple(open_)
            if atom.kind in (HEAD, CLAUSE):
                open_.append(atom)

    def above(self, atom: Atom) -> tuple[Atom, ...]:
        """The heads and clauses that an atom depends on, the outermost first."""
        return self._above.get(atom, ())

    def closest(
        self, atom: Atom, partners: Mapping[Atom, Atom], other: Structure
    ) -> Atom | None:
        """The closest thing above an atom that has a partner in another definition.

        A clause depends on the clauses before it.
        """
        for above in reversed(self.above(atom)):
            if partners.get(above) in other._above:
                return above
        return None


def _continues(atom: Atom) -> bool:
    """Whether an atom goes on with a statement: `else:`, `elif x:` and such."""
    if atom.kind == CLAUSE:
        return True
    return atom.kind == HEAD and atom.text[0].startswith("elif")


def fits(
    pair: tuple[Atom, Atom],
    structures: tuple[Structure, Structure],
    partners: Mapping[Atom, Atom],
) -> bool:
    """Whether two atoms depend on the same things, so far as these are accounted
    for; what is not is left for a person to read.
    """
    old, new = structures
    above = old.closest(pair[0], partners, new), new.closest(pair[1], partners, old)
    if above[0] is None or above[1] is None:
        return above[0] is above[1]
    return partners[above[0]] is above[1]
